//! Every page of the corpus, rewritten, then parsed before and after by parse5: only tracked links
//! and the pixel differ, no web link is missed, and each ticket resolves to what a browser would
//! have requested.

use crate::mail::{delivery, ring};
use crate::{peers, run, workplace};
use otklik::domain::link::location;
use otklik::domain::message::UrlTextPolicy;
use otklik::domain::ticket::TicketKeys;
use otklik::rewrite::{Links, Options, rewrite};
use std::collections::{BTreeMap, HashSet};
use std::process::Command;

const OWN: &str = "https://t.example.org/";

#[test]
fn of_every_page_only_tracked_links_and_the_pixel_change() {
    let tickets = TicketKeys::new(&ring());
    let contents = HashSet::new();
    let pixel = format!("{OWN}o/{}.gif", tickets.sign_open(delivery()));
    let options = Options {
        own: OWN,
        excluded_hosts: &[],
        url_text: UrlTextPolicy::Track,
        contents: &contents,
        links: Links::Track,
        footer: None,
        pixel: Some(&pixel),
    };
    let work = workplace("corpus");
    let mut pages = Vec::new();
    for entry in std::fs::read_dir(peers().join("pages")).unwrap() {
        let before = entry.unwrap().path();
        let html = std::fs::read_to_string(&before).unwrap();
        let done = rewrite(&html, &options, &mut |link| {
            let ticket = tickets.sign_click(delivery(), link.no, link.destination, &link.url);
            Some(format!("{OWN}c/{}", ticket.ok()?))
        });
        // What the redirect would answer, from the bytes that leave alone.
        let redirects: BTreeMap<String, String> = done
            .html
            .split(&format!("{OWN}c/"))
            .skip(1)
            .map(|rest| rest.split(['"', '\'']).next().unwrap())
            .map(|ticket| {
                let read = tickets.verify_click(ticket).unwrap();
                (format!("{OWN}c/{ticket}"), location(&read.url).unwrap())
            })
            .collect();
        assert_eq!(redirects.len(), done.links.len(), "{}", before.display());
        let after = work.join(before.file_name().unwrap());
        std::fs::write(&after, &done.html).unwrap();
        pages.push(serde_json::json!({"before": before, "after": after, "redirects": redirects}));
    }
    assert!(
        pages.len() >= 86,
        "66 pages of foundation-emails, 20 of ours"
    );
    let list = work.join("pages.json");
    let list_text = serde_json::json!({"pixel": pixel, "pages": pages}).to_string();
    std::fs::write(&list, list_text).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/rewrite/compare.mjs");
    let said = run(Command::new("node").arg(script).arg(peers()).arg(&list));
    println!("{said}");
}
