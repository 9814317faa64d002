//! Opens and clicks of a message, by the verdicts as they are now. Pure over events.

use super::super::events::Told;
use crate::domain::clock::Millis;
use crate::domain::event::{Detail, EventKind};
use crate::domain::id::{DeliveryId, Seq};
use crate::domain::verdict::Verdict;
use std::collections::{BTreeMap, HashMap};

/// How often something was fetched, and by what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// Hits judged human.
    pub human: i64,
    /// All others.
    pub machine: i64,
    /// The first human one.
    pub first_human_at: Option<Millis>,
}

impl Count {
    fn add(&mut self, verdict: Verdict, at: Millis) {
        if verdict.counts_as_human() {
            self.human += 1;
            self.first_human_at = Some(self.first_human_at.map_or(at, |first| first.min(at)));
        } else {
            self.machine += 1;
        }
    }
}

/// The counts of a message's deliveries and links; link 0 is the pixel.
pub type Counts = BTreeMap<(DeliveryId, u16), Count>;

/// Counts hits by their present verdicts. `events` are all events of the message.
pub fn count(events: &[Told]) -> Counts {
    let verdicts = present_verdicts(events);
    let mut counts = Counts::new();
    for told in events {
        let Detail::Hit {
            link_no, judgement, ..
        } = &told.event.event.detail
        else {
            continue;
        };
        let is_hit = matches!(
            told.event.event.kind,
            EventKind::Opened | EventKind::Clicked
        );
        let Some(delivery) = told.delivery.filter(|_| is_hit) else {
            continue;
        };
        let verdict = verdicts.get(&told.event.seq).copied();
        counts
            .entry((delivery, *link_no))
            .or_default()
            .add(verdict.unwrap_or(judgement.verdict), told.event.event.at);
    }
    counts
}

/// The verdict of each revised hit as it is now: that of its highest revision.
pub fn present_verdicts(events: &[Told]) -> HashMap<Seq, Verdict> {
    let mut latest: HashMap<Seq, (i32, Verdict)> = HashMap::new();
    for told in events {
        if let Detail::Revision(revision) = &told.event.event.detail {
            let known = latest
                .entry(revision.hit)
                .or_insert((0, revision.judgement.verdict));
            if revision.number > known.0 {
                *known = (revision.number, revision.judgement.verdict);
            }
        }
    }
    latest
        .into_iter()
        .map(|(hit, (_, verdict))| (hit, verdict))
        .collect()
}
