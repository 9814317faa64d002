//! People's mail must not be taken for what machines send: not for a bounce, not for an automatic
//! answer, and not for a wish to get no more. Most of it came through mailing lists, so it is looked
//! at twice: as it came, and without the fields of a list, as if its author had written to us.

use super::autos::is_automatic;
use super::peers::{Mail, labels, mails};
use super::table::{Share, Table, Target};
use super::understood;
use otklik::domain::inbound::InboundKind;
use otklik::inbound::Unsubscribe;

/// Files of the two parsers' sets that machines wrote.
const MACHINES: &[&str] = &[
    "mail_malformed_2",
    "msg_05",
    "msg_16",
    "msg_25",
    "msg_42",
    "msg_43",
];

/// Fields that lists add, and that say for other mail that it went to many.
const LIST_FIELDS: &[&str] = &["list-", "precedence:", "x-mailing-list:", "x-loop:"];

/// One wrong in 2,000.
const HARDLY_EVER: f64 = 0.9995;

pub fn measure(table: &mut Table) {
    let (mut bounce, mut auto, mut unsubscribe) =
        (Share::default(), Share::default(), Share::default());
    let mut never_empty = Share::default();
    for mail in people() {
        let direct = without_list_fields(&mail.raw);
        let both = [understood(&mail.raw), understood(&direct)];
        let none = |is: fn(&otklik::inbound::Understood) -> bool| !both.iter().any(is);
        bounce.add(&mail.name, none(|it| it.kind == InboundKind::Bounce));
        auto.add(&mail.name, none(|it| is_automatic(it.kind)));
        unsubscribe.add(&mail.name, none(|it| it.unsubscribe == Unsubscribe::Sure));
        let empty = |it: &otklik::inbound::Understood| {
            !it.full_text.trim().is_empty() && it.new_text.text.trim().is_empty()
        };
        never_empty.add(&mail.name, none(empty));
    }
    table.row("people's mail not called a bounce", &bounce, Target::All);
    table.row(
        "people's mail not called automatic",
        &auto,
        Target::AtLeast(HARDLY_EVER),
    );
    table.row(
        "  not taken to unsubscribe",
        &unsubscribe,
        Target::AtLeast(0.999),
    );
    table.row("  its text never empty", &never_empty, Target::All);
}

/// All mail that people wrote, and newsletters: what is not labelled as a machine's.
fn people() -> Vec<Mail> {
    let mut found = Vec::new();
    for set in [
        "parser",
        "cpython",
        "notmuch",
        "ham",
        "flufl",
        "bounceparser",
    ] {
        let labels = labels(set);
        let is_bounce_set = matches!(set, "flufl" | "bounceparser");
        found.extend(mails(set).into_iter().filter(|mail| {
            let label = labels.get(&mail.name).map(|label| label.class.as_str());
            let human = label == Some("human") || label.is_none() && !is_bounce_set;
            human && !MACHINES.contains(&mail.name.as_str())
        }));
    }
    found
}

/// `raw` without the fields of its head that lists add.
fn without_list_fields(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let (mut in_head, mut dropped) = (true, false);
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        if in_head {
            let lower = line.to_ascii_lowercase();
            let folded = matches!(line[0], b' ' | b'\t');
            dropped = if folded {
                dropped
            } else {
                LIST_FIELDS
                    .iter()
                    .any(|name| lower.starts_with(name.as_bytes()))
            };
            in_head = !line.trim_ascii().is_empty();
        }
        if !(in_head && dropped) {
            out.extend_from_slice(line);
        }
    }
    out
}
