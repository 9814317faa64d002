//! Hostile mails, made on demand: each is what a sender who means harm, or a broken program, may hand
//! in.

use std::fmt::Write as _;

/// A name, and what makes the mail.
pub type Hostile = (&'static str, fn() -> Vec<u8>);

const HEAD: &str = "From: a@b.example\nSubject: x\nMIME-Version: 1.0\n";

/// All of them.
pub const HOSTILE: &[Hostile] = &[
    ("20,000 multiparts deep", multiparts),
    ("20,000 messages deep", || {
        headed(&"Content-Type: message/rfc822\n\n".repeat(20_000))
    }),
    ("500,000 parts", || {
        let parts = "--b\n\nx\n".repeat(500_000);
        headed(&format!(
            "Content-Type: multipart/mixed; boundary=b\n\n{parts}"
        ))
    }),
    ("20 MB of text", || {
        headed(&format!("\n{}", "some words in a line\n".repeat(1_000_000)))
    }),
    ("20 MB of one line", || {
        headed(&format!("\n{}", "a".repeat(20_000_000)))
    }),
    ("20 MB of base64", || {
        let lines = "YWJjZGVmZ2hpamts\n".repeat(1_200_000);
        headed(&format!("Content-Transfer-Encoding: base64\n\n{lines}"))
    }),
    ("20 MB of head", || headed(&"X-A: b\n".repeat(3_000_000))),
    ("one field of 20 MB", || {
        headed(&format!("To: {}\n\nx", "a@b.example, ".repeat(1_500_000)))
    }),
    ("references", || {
        headed(&format!(
            "References: {}\n\nx",
            "<a@b.example> ".repeat(1_000_000)
        ))
    }),
    ("encoded words", || {
        format!("Subject: {}\n\nx", "=?utf-8?b?YQ==?= ".repeat(500_000)).into_bytes()
    }),
    ("deep HTML", || {
        html(&"<div><blockquote><b>".repeat(200_000))
    }),
    ("open tags", || html(&"<a href=\"x".repeat(500_000))),
    ("comments", || html(&"<!--".repeat(1_000_000))),
    ("entities", || html(&"&amp".repeat(1_000_000))),
    ("quote marks", || {
        headed(&format!("\n{}", ">".repeat(5_000_000)))
    }),
    ("introductions", || {
        headed(&format!(
            "\n{}",
            "On 1 Jan 2026, a@b.example\nwrote\n".repeat(300_000)
        ))
    }),
    ("links", || {
        headed(&format!("\n{}", "http://a.example/c/".repeat(500_000)))
    }),
    ("dates", || {
        headed(&format!("\n{}", "until 1.1.2027 ".repeat(500_000)))
    }),
    ("boundaries of others", || {
        let lines = "--c\n".repeat(3_000_000);
        headed(&format!(
            "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n{lines}"
        ))
    }),
    ("recipients of a report", || {
        let one = "Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1\n\n";
        headed(&format!(
            "Content-Type: message/delivery-status\n\n{}",
            one.repeat(200_000)
        ))
    }),
    ("cut off", || {
        let mut whole = headed(&format!(
            "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n{}",
            "<p>=C3=A4=\n".repeat(500_000)
        ));
        whole.truncate(whole.len() - 3);
        whole
    }),
    ("nothing", Vec::new),
    ("noise", || {
        let byte = |no: u32| (no.wrapping_mul(2_654_435_761) >> 13) as u8;
        (0..2_000_000).map(byte).collect()
    }),
];

fn headed(rest: &str) -> Vec<u8> {
    [HEAD, rest].concat().into_bytes()
}

fn html(body: &str) -> Vec<u8> {
    headed(&format!("Content-Type: text/html\n\n{body}"))
}

fn multiparts() -> Vec<u8> {
    let mut deep = HEAD.to_owned();
    for no in 0..20_000 {
        let _ = write!(
            deep,
            "Content-Type: multipart/mixed; boundary=b{no}\n\n--b{no}\n"
        );
    }
    deep.into_bytes()
}
