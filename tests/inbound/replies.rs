//! The new text of answers, against the cases of a library for the same purpose.

use super::peers::cases;
use super::table::{Share, Table, Target};
use super::understood;

pub fn measure(table: &mut Table) {
    let (mut exact, mut never_empty) = (Share::default(), Share::default());
    for case in cases("replies.json") {
        let text = |key: &str| case[key].as_str().expect("a text").to_owned();
        let (name, kind, body) = (text("name"), text("kind"), text("text"));
        if body.trim().is_empty() {
            continue;
        }
        let got = own(&kind, &body);
        let wanted = [
            squeezed(&wanted(&kind, &text("expected"))),
            squeezed(&own(&kind, &text("expected"))),
        ];
        exact.add(&name, wanted.contains(&squeezed(&got)));
        let nothing = full(&kind, &body).trim().is_empty();
        never_empty.add(&name, nothing || !got.trim().is_empty());
    }
    table.row("reply text exact", &exact, Target::AtLeast(0.65));
    table.row("  never empty", &never_empty, Target::All);
}

/// A mail with this body.
fn mail(kind: &str, body: &str) -> otklik::inbound::Understood {
    let media = if kind == "html" {
        "text/html"
    } else {
        "text/plain"
    };
    let head = "From: ben@buyer.example\nTo: anna@sales.example\nSubject: Re: x";
    understood(format!("{head}\nContent-Type: {media}; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{body}").as_bytes())
}

fn own(kind: &str, body: &str) -> String {
    mail(kind, body).new_text.text
}

fn full(kind: &str, body: &str) -> String {
    mail(kind, body).full_text
}

/// What a case expects, as text.
fn wanted(kind: &str, expected: &str) -> String {
    if kind == "html" {
        full(kind, expected)
    } else {
        expected.to_owned()
    }
}

/// Without white space: conversions differ in it, and the cases about HTML leave it out themselves.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}
