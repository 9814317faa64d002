//! The table on open material. Each set is in two halves by the name of a case: the rules were
//! written with one half in sight (seen), the other held out.

use super::peers::{Mail, cases, mails};
use super::understood;
use otklik::domain::inbound::{BounceClass, InboundKind};
use otklik::inbound::Told;
use serde_json::Value;

/// Good and all, of the seen and the held-out half.
#[derive(Default)]
struct Share {
    halves: [(usize, usize); 2],
    wrong: Vec<String>,
}

impl Share {
    fn add(&mut self, name: &str, good: bool) {
        let half = &mut self.halves[usize::from(is_held_out(name))];
        half.1 += 1;
        if good {
            half.0 += 1;
        } else {
            self.wrong.push(name.to_owned());
        }
    }

    fn all(&self) -> f64 {
        let [(a, of_a), (b, of_b)] = self.halves;
        (a + b) as f64 / (of_a + of_b).max(1) as f64
    }

    fn print(&self, name: &str, target: &str) {
        let percent = |(good, all): (usize, usize)| {
            format!(
                "{good}/{all} {:.1} %",
                100.0 * good as f64 / all.max(1) as f64
            )
        };
        println!(
            "{name:<36} {:>18} {:>18}   {target}",
            percent(self.halves[0]),
            percent(self.halves[1])
        );
        if !self.wrong.is_empty() {
            println!("    not: {}", self.wrong.join(" "));
        }
    }
}

/// Every second case by the sum of the bytes of its name.
fn is_held_out(name: &str) -> bool {
    name.bytes().map(usize::from).sum::<usize>() % 2 == 1
}

fn report_classes(raw: &[u8]) -> Option<Vec<(Option<String>, BounceClass)>> {
    match understood(raw).report {
        Some(Told::Delivery(report)) => Some(
            report
                .recipients
                .into_iter()
                .map(|one| (one.address, one.class))
                .collect(),
        ),
        _ => None,
    }
}

#[test]
fn the_targets_hold_on_open_material() {
    let truth = cases("bounces.json");
    let bounces: Vec<Mail> = mails("bounces")
        .into_iter()
        .filter(|mail| truth.iter().any(|one| one["name"] == mail.name.as_str()))
        .collect();
    let (mut recall, mut address, mut class) =
        (Share::default(), Share::default(), Share::default());
    for mail in &bounces {
        let of: Vec<&Value> = truth
            .iter()
            .filter(|one| one["name"] == mail.name.as_str())
            .collect();
        let found = report_classes(&mail.raw);
        recall.add(&mail.name, found.is_some());
        let Some(found) = found else { continue };
        let named = of
            .iter()
            .flat_map(|one| one["addresses"].as_array().expect("a list"));
        let all_named = named.into_iter().all(|one| {
            found
                .iter()
                .any(|(address, _)| address.as_deref() == one.as_str())
        });
        address.add(&mail.name, all_named);
        let temporary = of.iter().all(|one| one["temporary"] == true);
        let delayed = found
            .iter()
            .all(|(_, class)| matches!(class, BounceClass::Delayed | BounceClass::Soft));
        class.add(&mail.name, !temporary || delayed);
    }
    let mut replies = Share::default();
    let mut empty = Share::default();
    for case in cases("replies.json") {
        let text = |key: &str| case[key].as_str().expect("a text").to_owned();
        let (name, kind) = (text("name"), text("kind"));
        if text("text").trim().is_empty() {
            continue;
        }
        let got = own(&kind, &text("text"));
        let wanted = [
            squeezed(&wanted(&kind, &text("expected"))),
            squeezed(&own(&kind, &text("expected"))),
        ];
        replies.add(&name, wanted.contains(&squeezed(&got)));
        empty.add(
            &name,
            !got.trim().is_empty() || full(&kind, &text("text")).trim().is_empty(),
        );
    }
    let humans: Vec<Mail> = mails("parser")
        .into_iter()
        .chain(mails("cpython"))
        .filter(|mail| !MACHINES.contains(&mail.name.as_str()))
        .collect();
    let (mut no_bounce, mut no_auto, mut never_empty) =
        (Share::default(), Share::default(), Share::default());
    for mail in &humans {
        let found = understood(&mail.raw);
        let auto = matches!(
            found.kind,
            InboundKind::AutoReply | InboundKind::OutOfOffice | InboundKind::Acknowledgement
        );
        no_bounce.add(&mail.name, found.kind != InboundKind::Bounce);
        no_auto.add(&mail.name, !auto);
        never_empty.add(
            &mail.name,
            found.full_text.trim().is_empty() || !found.new_text.text.trim().is_empty(),
        );
    }
    println!(
        "\n{:<36} {:>18} {:>18}   target",
        "open material", "seen half", "held-out half"
    );
    recall.print("bounces recognised", ">= 93 %");
    address.print("  every recipient named", "");
    class.print("  a temporary failure never hard", ">= 93 %");
    no_bounce.print("human mail not called a bounce", "all");
    no_auto.print("human mail not called automatic", ">= 99.95 %");
    replies.print("reply text exact", ">= 65 %");
    empty.print("reply text never empty", "all");
    never_empty.print("text of human mail never empty", "all");
    assert!(recall.all() >= 0.93 && class.all() >= 0.93);
    assert!(replies.all() >= 0.65);
    for whole in [no_bounce, no_auto, empty, never_empty] {
        assert!(whole.wrong.is_empty(), "{:?}", whole.wrong);
    }
}

/// Files of the two parsers' sets that machines wrote.
const MACHINES: &[&str] = &[
    "mail_malformed_2",
    "msg_05.txt",
    "msg_16.txt",
    "msg_25.txt",
    "msg_42.txt",
    "msg_43.txt",
];

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
