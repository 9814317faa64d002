//! Golden files: the rewritten HTML and the whole mail, byte for byte. After a change that is meant,
//! `UPDATE_GOLDEN=1 cargo test --test rewrite` writes them anew; read the diff.

use crate::mail::{outreach, setup};
use otklik::compose::merge::{Part, check_template};
use otklik::compose::starter::STARTERS;
use otklik::render::{preflight, render};
use std::path::Path;

fn golden(name: &str, bytes: &[u8]) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/rewrite/golden")
        .join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&file, bytes).unwrap();
    }
    let kept = std::fs::read(&file).unwrap();
    assert!(
        kept == bytes,
        "{name} is no longer\n{}\nbut\n{}",
        String::from_utf8_lossy(&kept),
        String::from_utf8_lossy(bytes)
    );
}

#[test]
fn a_mail_with_everything_is_what_it_was() {
    let html = include_str!("golden/page.html");
    let rendered = render(&outreach(html), &setup()).unwrap();
    golden(
        "page.rewritten.html",
        rendered.html.as_ref().unwrap().as_bytes(),
    );
    // With the CRs the file would be taken for binary by every diff.
    let text = String::from_utf8(rendered.bytes).unwrap();
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    golden("mail.eml", text.replace("\r\n", "\n").as_bytes());
}

#[test]
fn the_starter_templates_can_be_saved_filled_and_sent() {
    for starter in STARTERS {
        check_template(Part::Subject, starter.subject).unwrap();
        check_template(Part::Html, starter.html).unwrap();
        check_template(Part::Text, starter.text).unwrap();
        let mut input = outreach(starter.html);
        starter.subject.clone_into(&mut input.content.subject);
        input.content.text = Some(starter.text.to_owned());
        input.fields.vars = starter
            .vars
            .iter()
            .map(|name| ((*name).to_owned(), "https://www.example.com/deck".into()))
            .collect();
        let found = preflight(&input, &setup());
        assert_eq!(found.findings, [], "{}", starter.name);
    }
}
