//! Hostile mails: each is understood within two seconds.

use super::understood;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// Two seconds in a release build. In a debug build on a busy machine it only tells a hang.
const LIMIT: Duration = Duration::from_secs(if cfg!(debug_assertions) { 60 } else { 2 });

fn within(name: &str, raw: &[u8]) {
    let start = Instant::now();
    let found = understood(raw);
    let took = start.elapsed();
    println!(
        "{name:<28} {:>9} bytes {:>7} ms  {}",
        raw.len(),
        took.as_millis(),
        found.kind.as_str()
    );
    assert!(took < LIMIT, "{name} took {took:?}");
}

#[test]
fn hostile_mails_are_understood_in_time() {
    let head = "From: a@b.example\nSubject: x\nMIME-Version: 1.0\n";
    let mut deep = head.to_owned();
    for no in 0..20_000 {
        let _ = write!(
            deep,
            "Content-Type: multipart/mixed; boundary=b{no}\n\n--b{no}\n"
        );
    }
    within("20,000 multiparts deep", deep.as_bytes());
    within(
        "20,000 messages deep",
        format!(
            "{head}{}",
            "Content-Type: message/rfc822\n\n".repeat(20_000)
        )
        .as_bytes(),
    );
    within(
        "500,000 parts",
        format!(
            "{head}Content-Type: multipart/mixed; boundary=b\n\n{}",
            "--b\n\nx\n".repeat(500_000)
        )
        .as_bytes(),
    );
    within(
        "20 MB of text",
        format!("{head}\n{}", "some words in a line\n".repeat(1_000_000)).as_bytes(),
    );
    within(
        "20 MB of one line",
        format!("{head}\n{}", "a".repeat(20_000_000)).as_bytes(),
    );
    within(
        "20 MB of base64",
        format!(
            "{head}Content-Transfer-Encoding: base64\n\n{}",
            "YWJjZGVmZ2hpamts\n".repeat(1_200_000)
        )
        .as_bytes(),
    );
    within(
        "20 MB of head",
        format!("{head}{}", "X-A: b\n".repeat(3_000_000)).as_bytes(),
    );
    within(
        "one field of 20 MB",
        format!("{head}To: {}\n\nx", "a@b.example, ".repeat(1_500_000)).as_bytes(),
    );
    within(
        "references",
        format!(
            "{head}References: {}\n\nx",
            "<a@b.example> ".repeat(1_000_000)
        )
        .as_bytes(),
    );
    within(
        "encoded words",
        format!("Subject: {}\n\nx", "=?utf-8?b?YQ==?= ".repeat(500_000)).as_bytes(),
    );
}

#[test]
fn hostile_texts_are_understood_in_time() {
    let head = "From: a@b.example\nSubject: x\nMIME-Version: 1.0\n";
    let html = format!("{head}Content-Type: text/html\n\n");
    within(
        "deep HTML",
        format!("{html}{}", "<div><blockquote><b>".repeat(200_000)).as_bytes(),
    );
    within(
        "open tags",
        format!("{html}{}", "<a href=\"x".repeat(500_000)).as_bytes(),
    );
    within(
        "comments",
        format!("{html}{}", "<!--".repeat(1_000_000)).as_bytes(),
    );
    within(
        "entities",
        format!("{html}{}", "&amp".repeat(1_000_000)).as_bytes(),
    );
    within(
        "quote marks",
        format!("{head}\n{}", ">".repeat(5_000_000)).as_bytes(),
    );
    within(
        "introductions",
        format!(
            "{head}\n{}",
            "On 1 Jan 2026, a@b.example\nwrote\n".repeat(300_000)
        )
        .as_bytes(),
    );
    within(
        "links",
        format!("{head}\n{}", "http://a.example/c/".repeat(500_000)).as_bytes(),
    );
    within(
        "dates",
        format!("{head}\n{}", "until 1.1.2027 ".repeat(500_000)).as_bytes(),
    );
    within(
        "boundaries of others",
        format!(
            "{head}Content-Type: multipart/mixed; boundary=b\n\n--b\n\n{}",
            "--c\n".repeat(3_000_000)
        )
        .as_bytes(),
    );
    within("nothing", b"");
    within(
        "noise",
        &(0..2_000_000_u32)
            .map(|no| (no.wrapping_mul(2_654_435_761) >> 13) as u8)
            .collect::<Vec<_>>(),
    );
}

#[test]
fn html_is_made_safe_in_time() {
    for (name, html) in [
        ("nested", "<div><b><i><font color=x>".repeat(50_000)),
        ("tables", "<table><tr><td><a href=x>".repeat(50_000)),
        ("unclosed", "<p><b>x</p>".repeat(90_000)),
        ("svg", "<svg><style><img src=x>".repeat(50_000)),
    ] {
        let start = Instant::now();
        let safe = otklik::inbound::safe_html(&html);
        let took = start.elapsed();
        println!(
            "{name:<28} {:>9} bytes {:>7} ms, {} out",
            html.len(),
            took.as_millis(),
            safe.len()
        );
        assert!(took < LIMIT, "{name} took {took:?}");
    }
}
