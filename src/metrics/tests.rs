//! The fold as a function of a set of events, and what it adds, against a count by hand.

use super::click_through::{Change, Counts};
use super::delivery::{DeliveryFacts, Frozen, FrozenLink};
use super::hits::Taken;
use super::{ALL_REPS, Cell, Dim, Grain};
use crate::domain::clock::{DAY_MS, HOUR_MS, Millis};
use crate::domain::day::Day;
use crate::domain::delivery::RecipientRole;
use crate::domain::event::{Detail, EventKind, NewEvent, Revision};
use crate::domain::hit::{Agent, AgentClass, HeaderBits, HitFacts, Method, Network};
use crate::domain::id::{ContactNo, ContentNo, DeliveryNo, Seq, UserNo};
use crate::domain::link::{DestinationId, LinkRole};
use crate::domain::message::{MailClass, MessagePurpose};
use crate::domain::stats::bins::Bin;
use crate::domain::verdict::{Judgement, Rule, Verdict};
use proptest::prelude::*;
use std::collections::BTreeMap;

const HANDED_OVER: Millis = Millis(20_000 * DAY_MS + 9 * HOUR_MS);

fn frozen(contact: i64) -> Frozen {
    let link = |no, role, content| FrozenLink {
        no,
        role,
        content,
        destination: DestinationId(100 + i64::from(no)),
    };
    Frozen {
        handed_over: HANDED_OVER,
        day: Day(20_000),
        rep: UserNo(3),
        mailbox: 1,
        template: None,
        purpose: MessagePurpose::FollowUp,
        class: MailClass::Outreach,
        contact: Some(ContactNo(contact)),
        role: RecipientRole::To,
        gateway: 0,
        tracks_opens: true,
        tracks_clicks: true,
        links: vec![
            link(1, LinkRole::Content, Some(ContentNo(7))),
            link(2, LinkRole::Other, None),
            link(3, LinkRole::Signature, None),
        ],
    }
}

fn event(kind: EventKind, at: Millis, detail: Detail) -> NewEvent {
    NewEvent {
        at,
        kind,
        delivery: Some(DeliveryNo(1)),
        contact: None,
        detail,
    }
}

fn judgement(human: bool) -> Judgement {
    Judgement {
        verdict: if human {
            Verdict::LikelyHuman
        } else {
            Verdict::Scanner
        },
        rule: Rule::HNav,
        params: Vec::new(),
    }
}

fn click(at: Millis, link_no: u16, human: bool) -> NewEvent {
    let facts = HitFacts {
        method: Method::Get,
        network: Network::None,
        client: None,
        agent: Agent {
            class: AgentClass::Browser,
            family: String::new(),
            major: 0,
            system: String::new(),
        },
        bits: HeaderBits(0),
        listed: None,
        own: None,
    };
    let detail = Detail::Hit {
        link_no,
        facts,
        judgement: judgement(human),
    };
    event(EventKind::Clicked, at, detail)
}

fn revision(hit: Seq, number: i32, hit_at: Millis, link_no: u16, human: bool) -> NewEvent {
    let detail = Detail::Revision(Revision {
        hit,
        hit_at,
        hit_kind: EventKind::Clicked,
        link_no,
        number,
        was: Verdict::Unknown,
        judgement: judgement(human),
    });
    event(EventKind::Revised, hit_at.plus(HOUR_MS), detail)
}

/// A log of one delivery: clicks on few links at few times, then revisions of some of them.
fn any_log() -> impl Strategy<Value = Vec<(Seq, NewEvent)>> {
    let clicks = proptest::collection::vec((1_u16..=3, 0_i64..12, any::<bool>()), 0..16);
    let revisions =
        proptest::collection::vec((any::<proptest::sample::Index>(), any::<bool>()), 0..8);
    let sent = proptest::collection::vec(0_i64..3, 0..3);
    (sent, clicks, revisions, any::<bool>()).prop_map(|(sent, clicks, revisions, bounced)| {
        let mut log: Vec<NewEvent> = sent
            .iter()
            .map(|hours| {
                event(
                    EventKind::Sent,
                    HANDED_OVER.plus(hours * HOUR_MS),
                    Detail::None,
                )
            })
            .collect();
        let first_click = log.len();
        // Sixteen hours apart: some are after the horizon of seven days.
        let at = |step: i64| HANDED_OVER.plus(step * 16 * HOUR_MS);
        log.extend(
            clicks
                .iter()
                .map(|(link, step, human)| click(at(*step), *link, *human)),
        );
        let mut numbers = BTreeMap::new();
        for (index, human) in revisions.iter().filter(|_| !clicks.is_empty()) {
            let index = index.index(clicks.len());
            let number = numbers.entry(index).or_insert(0);
            *number += 1;
            let (link, step, _) = clicks[index];
            let hit = Seq((first_click + index) as i64 + 1);
            log.push(revision(hit, *number, at(step), link, *human));
        }
        if bounced {
            log.push(event(
                EventKind::Bounced,
                HANDED_OVER.plus(DAY_MS),
                Detail::None,
            ));
        }
        (1..).map(Seq).zip(log).collect()
    })
}

/// What the total of such a log must be, counted without the fold.
fn recount(log: &[(Seq, NewEvent)]) -> Option<Counts> {
    let mut verdicts: BTreeMap<Seq, (u16, Millis, bool, i32)> = BTreeMap::new();
    let (mut sent, mut bounced) = (false, false);
    for (seq, event) in log {
        match (&event.detail, event.kind) {
            (
                Detail::Hit {
                    link_no, judgement, ..
                },
                _,
            ) => {
                let human = judgement.verdict.counts_as_human();
                verdicts.insert(*seq, (*link_no, event.at, human, 0));
            }
            (Detail::Revision(revision), _) => {
                let hit = verdicts.get_mut(&revision.hit).unwrap();
                if revision.number > hit.3 {
                    hit.2 = revision.judgement.verdict.counts_as_human();
                    hit.3 = revision.number;
                }
            }
            (_, EventKind::Sent) => sent = true,
            (_, EventKind::Bounced) => bounced = true,
            _ => {}
        }
    }
    let counts = |human: bool| {
        verdicts.values().any(|(link, at, is_human, _)| {
            *link != 3 && at.since(HANDED_OVER) < 7 * DAY_MS && *is_human == human
        })
    };
    let (human, machine) = (!bounced && counts(true), !bounced && counts(false));
    sent.then_some(Counts {
        sent: 1,
        measurable: i64::from(!bounced),
        human: i64::from(human),
        machine: i64::from(machine),
        raw: i64::from(human || machine),
    })
}

fn refold(log: &[(Seq, NewEvent)]) -> DeliveryFacts {
    let mut facts = DeliveryFacts::refold(log.iter().map(|(seq, event)| (*seq, event)), None);
    facts.frozen = facts.sent.map(|_| frozen(1));
    facts
}

/// Applies `events` as the store does: frozen once sent, refolded when not enough was kept.
fn fold(events: &[(Seq, NewEvent)], log: &[(Seq, NewEvent)], change: &mut Change) -> DeliveryFacts {
    let mut facts = DeliveryFacts::default();
    for (seq, event) in events {
        let old = facts.clone();
        if facts.apply(*seq, event) == Taken::NotEnoughKept {
            facts = refold(log);
        }
        if facts.sent.is_some() && facts.frozen.is_none() {
            facts.frozen = Some(frozen(1));
        }
        change.note(&old, &facts);
    }
    facts
}

fn cell(dim: Dim, dim_id: i64, rep: i64) -> Cell {
    Cell {
        grain: Grain::Day,
        dim,
        day: Day(20_000),
        rep,
        dim_id,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn order_repetition_and_lateness_leave_no_trace(
        log in any_log(),
        seed in any::<u64>(),
        again in proptest::collection::vec(any::<proptest::sample::Index>(), 0..12),
    ) {
        let expected = refold(&log);
        let mut events = log.clone();
        events.extend(again.iter().filter(|_| !log.is_empty()).map(|i| i.get(&log).clone()));
        fastrand::Rng::with_seed(seed).shuffle(&mut events);
        let mut change = Change::default();
        let facts = fold(&events, &log, &mut change);
        prop_assert_eq!(&facts, &expected);
        prop_assert_eq!(facts.to_bytes(), expected.to_bytes());
        prop_assert_eq!(DeliveryFacts::from_bytes(&facts.to_bytes()), Some(expected));

        // All the differences along the way come to what the whole log says.
        let total = change.counts.get(&cell(Dim::Total, 0, ALL_REPS)).copied();
        let counted = recount(&log);
        prop_assert_eq!(total.unwrap_or_default(), counted.unwrap_or_default());
        let waits: i64 = change.waits.iter()
            .filter(|((at, _), _)| *at == cell(Dim::Total, 0, 3))
            .map(|(_, n)| n)
            .sum();
        prop_assert_eq!(waits, counted.unwrap_or_default().human);
        prop_assert!(change.waits.values().all(|n| *n >= 0));
    }

    #[test]
    fn in_the_order_of_the_log_the_facts_are_the_same(log in any_log()) {
        let facts = fold(&log, &log, &mut Change::default());
        prop_assert_eq!(facts, refold(&log));
    }
}

#[test]
fn many_clicks_cost_little_and_a_revision_of_a_dropped_one_is_seen() {
    let mut log: Vec<(Seq, NewEvent)> =
        vec![(Seq(1), event(EventKind::Sent, HANDED_OVER, Detail::None))];
    log.extend((2..500).map(|seq| (Seq(seq), click(HANDED_OVER.plus(seq), 1, false))));
    let mut facts = fold(&log, &log, &mut Change::default());
    assert!(facts.to_bytes().len() < 130, "{}", facts.to_bytes().len());
    let late = revision(Seq(400), 1, HANDED_OVER.plus(400), 1, true);
    assert_eq!(facts.apply(Seq(500), &late), Taken::NotEnoughKept);
    log.push((Seq(500), late));
    let facts = refold(&log);
    let mut change = Change::default();
    change.note(&DeliveryFacts::default(), &facts);
    let content = change.counts[&cell(Dim::Content, 7, 3)];
    assert_eq!((content.human, content.machine, content.raw), (1, 1, 1));
    let other = change.counts[&cell(Dim::Link, 102, ALL_REPS)];
    assert_eq!((other.sent, other.measurable, other.raw), (1, 1, 0));
    assert!(
        !change.counts.contains_key(&cell(Dim::Link, 103, ALL_REPS)),
        "a signature does not count"
    );
    assert_eq!(change.waits[&(cell(Dim::Total, 0, 3), Bin::of(400))], 1);
    assert!((change.contacts[&cell(Dim::Total, 0, 3)].estimate() - 1.0).abs() < 0.01);
}
