//! Bounces: recognised, of whom they speak, hard or soft or a block, and why, against labels made by
//! reading each mail.

use super::peers::{Label, cases, labels, mails};
use super::table::{Share, Table, Target};
use super::understood;
use otklik::domain::inbound::BounceClass;
use otklik::inbound::{Bounced, Told};
use std::collections::BTreeSet;

pub fn measure(table: &mut Table) {
    let (mut recall, mut address) = (Share::default(), Share::default());
    let (mut class, mut hard, mut block) = (Share::default(), Share::default(), Share::default());
    let mut reason = Share::default();
    let named = cases("bounces.json");
    for set in ["flufl", "bounceparser", "ham"] {
        let labels = labels(set);
        for mail in mails(set) {
            let Some(label) = labels.get(&mail.name).filter(|label| label.is_bounce()) else {
                continue;
            };
            let found = recipients(&mail.raw);
            recall.add(&mail.name, found.is_some());
            let Some(found) = found else { continue };
            let classes: BTreeSet<&str> = found.iter().map(|one| one.class.as_str()).collect();
            let reasons: BTreeSet<&str> = found.iter().map(|one| one.reason.as_str()).collect();
            class.add(&mail.name, classes == label.classes());
            let is_hard = classes.contains(BounceClass::Hard.as_str());
            if label.class == "block" {
                block.add(&mail.name, !is_hard);
            } else {
                hard.add(&mail.name, is_hard == label.classes().contains("hard"));
            }
            if label.reason != "-" {
                reason.add(&mail.name, reasons == label.reasons());
            }
            if let Some(addresses) = named.iter().find(|one| is_of(one, &mail.name)) {
                let addresses = addresses["addresses"].as_array().expect("a list");
                let names = |wanted: &serde_json::Value| {
                    let is = |one: &Bounced| one.address.as_deref() == wanted.as_str();
                    found.iter().any(is)
                };
                address.add(&mail.name, addresses.iter().all(names));
            }
        }
    }
    table.row("bounces recognised", &recall, Target::AtLeast(0.93));
    table.row("  every recipient named", &address, Target::AtLeast(0.93));
    table.row(
        "  hard, soft, block, delayed right",
        &class,
        Target::AtLeast(0.93),
    );
    table.row("  hard or not right", &hard, Target::AtLeast(0.93));
    table.row("  a block never hard", &block, Target::AtLeast(0.98));
    table.row("  reason right", &reason, Target::Told);
}

fn is_of(case: &serde_json::Value, file: &str) -> bool {
    case["name"]
        .as_str()
        .and_then(|name| name.strip_suffix(".txt"))
        == Some(file)
}

fn recipients(raw: &[u8]) -> Option<Vec<Bounced>> {
    match understood(raw).report {
        Some(Told::Delivery(report)) => Some(report.recipients),
        _ => None,
    }
}

impl Label {
    fn is_bounce(&self) -> bool {
        !matches!(self.class.as_str(), "auto" | "human")
    }

    fn classes(&self) -> BTreeSet<&str> {
        self.class.split(',').collect()
    }

    fn reasons(&self) -> BTreeSet<&str> {
        self.reason.split(',').collect()
    }
}

#[test]
fn every_mail_of_the_bounce_sets_has_a_label_and_every_label_a_mail() {
    for set in ["flufl", "bounceparser"] {
        let labelled: BTreeSet<String> = labels(set).into_keys().collect();
        let there: BTreeSet<String> = mails(set).into_iter().map(|mail| mail.name).collect();
        assert_eq!(labelled, there, "{set}");
    }
}
