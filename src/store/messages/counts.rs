//! Opens and clicks of a message, by the verdicts as they are now. Pure over events.

use super::super::events::Told;
use super::Delivery;
use crate::domain::clock::Millis;
use crate::domain::delivery::DeliveryState;
use crate::domain::event::{Detail, EventKind};
use crate::domain::id::{DeliveryId, Seq};
use crate::domain::verdict::{Judgement, Verdict};
use crate::metrics::forwarded::{Click, forwarded};
use crate::metrics::opens::{Opening, Opens};
use std::collections::{BTreeMap, HashMap, HashSet};

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

/// The best that is known of each delivery's open; those of which nothing is are missing.
pub fn openings(events: &[Told]) -> BTreeMap<DeliveryId, Opening> {
    let revised = present_judgements(events);
    let mut best = BTreeMap::new();
    for told in events {
        let judged = match &told.event.event.detail {
            Detail::Hit { judgement, .. } => {
                let now = revised.get(&told.event.seq).copied().unwrap_or(judgement);
                Some((now.verdict, now.rule))
            }
            _ => None,
        };
        let opening = Opening::of(told.event.event.kind, judged);
        if let (Some(delivery), Some(opening)) = (told.delivery, opening) {
            let known = best.entry(delivery).or_insert(opening);
            *known = opening.max(*known);
        }
    }
    best
}

/// The opens of those who got a message with a pixel in it.
pub fn opens(deliveries: &[Delivery], openings: &BTreeMap<DeliveryId, Opening>) -> Opens {
    let mut opens = Opens::default();
    let is_asked = |it: &&Delivery| it.tracks_opens && it.state == DeliveryState::Sent;
    for delivery in deliveries.iter().filter(is_asked) {
        opens.add(openings.get(&delivery.id).copied());
    }
    opens
}

/// The clicks that came after their copy was probably passed on.
pub fn forwarded_clicks(events: &[Told]) -> HashSet<Seq> {
    let revised = present_judgements(events);
    let mut clicks: BTreeMap<DeliveryId, Vec<Click<'_>>> = BTreeMap::new();
    for told in events {
        let event = &told.event.event;
        if let (
            Some(delivery),
            EventKind::Clicked,
            Detail::Hit {
                facts, judgement, ..
            },
        ) = (told.delivery, event.kind, &event.detail)
        {
            let now = revised.get(&told.event.seq).copied().unwrap_or(judgement);
            clicks.entry(delivery).or_default().push(Click {
                seq: told.event.seq,
                at: event.at,
                facts,
                verdict: now.verdict,
            });
        }
    }
    clicks
        .values()
        .flat_map(|of_one| forwarded(of_one))
        .collect()
}

/// The verdict of each revised hit as it is now: that of its highest revision.
pub fn present_verdicts(events: &[Told]) -> HashMap<Seq, Verdict> {
    let present = present_judgements(events).into_iter();
    present.map(|(hit, now)| (hit, now.verdict)).collect()
}

fn present_judgements(events: &[Told]) -> HashMap<Seq, &Judgement> {
    let mut latest: HashMap<Seq, (i32, &Judgement)> = HashMap::new();
    for told in events {
        if let Detail::Revision(revision) = &told.event.event.detail {
            let known = latest
                .entry(revision.hit)
                .or_insert((0, &revision.judgement));
            if revision.number > known.0 {
                *known = (revision.number, &revision.judgement);
            }
        }
    }
    let latest = latest.into_iter();
    latest.map(|(hit, (_, now))| (hit, now)).collect()
}
