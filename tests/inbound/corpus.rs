//! Our own mails, written by hand in many languages. Each tells in its name what it is: `kind-…`,
//! the kind as the API names it with hyphens.

use super::understood;
use std::path::Path;

/// Name and bytes of each, by name.
pub fn mails() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/inbound/corpus");
    let mut found: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .expect("the corpus")
        .map(|entry| entry.expect("an entry").path())
        .map(|path| {
            (
                path.file_stem()
                    .expect("a name")
                    .to_string_lossy()
                    .into_owned(),
                std::fs::read(&path).expect("a file"),
            )
        })
        .collect();
    found.sort();
    found
}

#[test]
fn each_mail_of_the_corpus_is_what_its_name_says() {
    let mut wrong = Vec::new();
    for (name, raw) in mails() {
        let found = understood(&raw);
        let kind = found.kind.as_str().replace('_', "-");
        if !name.starts_with(&format!("{kind}-")) {
            wrong.push(format!("{name} is {kind}: {:?}", found.evidence));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
