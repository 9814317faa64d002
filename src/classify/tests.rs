//! Hits judged together: what neighbours add, what order and number must not change.

use super::rules::tests::{NAVIGATION, facts, listed};
use super::*;
use crate::domain::clock::{DAY_MS, Millis};
use crate::domain::hit::{AgentClass, Certainty, HeaderBits, Method, Network, Scope};
use crate::domain::id::Seq;
use crate::domain::verdict::{Rule, Verdict};
use fastrand::Rng;

const NOON: Millis = Millis(1_795_521_600_000);

fn hit(seq: i64, after_ms: i64, link_no: u16, client: u64) -> Known {
    let kind = if link_no == 0 {
        HitKind::Open
    } else {
        HitKind::Click
    };
    let mut facts = facts(AgentClass::Browser, NAVIGATION);
    facts.client = Some(client);
    Known {
        seq: Seq(seq),
        at: NOON.plus(after_ms),
        kind,
        link_no,
        now: judge(kind, &facts),
        facts,
    }
}

fn judged(hits: &[Known], mail: &MailContext) -> Vec<(Rule, Verdict)> {
    judge_group(hits, mail, &|_| Fanout::default())
        .into_iter()
        .map(|judgement| (judgement.rule, judgement.verdict))
        .collect()
}

const PERSON: (Rule, Verdict) = (Rule::HNav, Verdict::LikelyHuman);
const SWEPT: (Rule, Verdict) = (Rule::GBurst, Verdict::Scanner);

#[test]
fn a_sweep_condemns_its_own_hits_and_its_pixel_and_no_one_elses() {
    let hits = [
        hit(1, 0, 0, 7),
        hit(2, 34_000, 1, 7),
        hit(3, 34_200, 2, 7),
        hit(4, 34_400, 3, 7),
        hit(5, 90_000, 1, 8),
        hit(6, 700_000, 0, 7),
    ];
    let unknown = (Rule::None, Verdict::Unknown);
    assert_eq!(
        judged(&hits, &MailContext::default()),
        [SWEPT, SWEPT, SWEPT, SWEPT, PERSON, unknown]
    );
}

#[test]
fn a_person_who_hovers_sweeps_nothing() {
    let mut hits = [
        hit(1, 0, 1, 7),
        hit(2, 300, 2, 7),
        hit(3, 600, 3, 7),
        hit(4, 900, 3, 7),
    ];
    for ahead in &mut hits[..3] {
        ahead.facts.bits = HeaderBits(NAVIGATION | HeaderBits::PREFETCH);
    }
    let found = judged(&hits, &MailContext::default());
    assert_eq!(found[3], PERSON);
    assert!(found[..3].iter().all(|(rule, _)| *rule == Rule::PfHeader));
}

#[test]
fn both_links_of_a_mail_with_two_are_one_sign_and_two_of_five_only_at_once() {
    let hits = [hit(1, 0, 1, 7), hit(2, 800, 2, 7)];
    let with = |links| MailContext {
        links,
        ..MailContext::default()
    };
    assert_eq!(
        judged(&hits, &with(2)),
        [(Rule::GBurst, Verdict::Unknown); 2]
    );
    assert_eq!(judged(&hits, &with(5)), [PERSON; 2]);
    let at_once = [hit(1, 0, 1, 7), hit(2, 400, 2, 7)];
    assert_eq!(
        judged(&at_once, &with(5)),
        [(Rule::GBurst, Verdict::Unknown); 2]
    );
    let twice = [hit(1, 0, 1, 7), hit(2, 400, 1, 7)];
    assert_eq!(judged(&twice, &with(5)), [PERSON; 2], "a double click");
}

#[test]
fn a_sweep_from_several_addresses_of_one_network_is_one() {
    let mut hits: Vec<Known> = (1..=4)
        .map(|no| hit(no, no * 300, no as u16, no as u64))
        .collect();
    let found = judged(&hits, &MailContext::default());
    assert_eq!(found, [(Rule::GBurst, Verdict::Unknown); 4]);
    for hit in &mut hits {
        hit.facts.network = Network::V4([198, 51, 100]);
    }
    let found = judged(&hits, &MailContext::default());
    assert_eq!(found, [(Rule::GBurst, Verdict::Scanner); 4]);
}

#[test]
fn one_browser_that_follows_nearly_every_link_of_many_is_one_sign_however_slow() {
    let hits: Vec<Known> = (1..=4)
        .map(|no| hit(no, no * 20_000, no as u16, 7))
        .collect();
    let with = |links| MailContext {
        links,
        ..MailContext::default()
    };
    assert_eq!(
        judged(&hits, &with(4)),
        [(Rule::GBurst, Verdict::Unknown); 4]
    );
    assert_eq!(
        judged(&hits, &with(5)),
        [(Rule::GBurst, Verdict::Unknown); 4]
    );
    assert_eq!(judged(&hits, &with(6)), [PERSON; 4]);
    assert_eq!(judged(&hits[..3], &with(3)), [PERSON; 3]);
}

#[test]
fn the_hit_that_looks_less_like_a_person_is_the_twin() {
    let mut hits = [hit(1, 0, 1, 7), hit(2, 12_000, 1, 8)];
    hits[0].facts.agent.system = "macOS".into();
    assert_eq!(judged(&hits, &MailContext::default()), [PERSON; 2]);
    hits[1].facts.bits = HeaderBits(HeaderBits::LANGUAGE | HeaderBits::HTML);
    let found = judged(&hits, &MailContext::default());
    assert_eq!(found, [PERSON, (Rule::Twin, Verdict::Scanner)]);
}

#[test]
fn a_pixel_from_a_clouds_client_falls_with_its_click() {
    let mut hits = [hit(1, 0, 0, 7), hit(2, 60_000, 1, 7), hit(3, 60_000, 0, 8)];
    for hit in &mut hits {
        hit.facts.listed = Some(listed(Scope::Clicks, Certainty::Probable));
    }
    let found = judged(&hits, &MailContext::default());
    assert_eq!(found[0], (Rule::OMsnet, Verdict::Scanner));
    assert_eq!(found[2], (Rule::OMsnet, Verdict::Unknown));
}

#[test]
fn a_reply_lifts_the_latest_hit_that_may_have_been_the_persons() {
    let mut hits = [
        hit(1, 0, 0, 7),
        hit(2, 1_000, 1, 7),
        hit(3, 2_000, 1, 7),
        hit(4, 3_000, 2, 7),
        hit(5, 4_000, 1, 7),
        hit(6, 600_000, 1, 7),
    ];
    hits[3].facts.method = Method::Head;
    hits[4].facts.bits = HeaderBits(NAVIGATION | HeaderBits::PREFETCH);
    let mail = |actions: &[i64]| MailContext {
        actions: actions.iter().map(|after| NOON.plus(*after)).collect(),
        ..MailContext::default()
    };
    let found = judge_group(&hits, &mail(&[300_000, 240_000, -5]), &|_| {
        Fanout::default()
    });
    let rules: Vec<Rule> = found.iter().map(|judgement| judgement.rule).collect();
    let expected = [
        Rule::None,
        Rule::HNav,
        Rule::HAction,
        Rule::MHead,
        Rule::PfHeader,
        Rule::HNav,
    ];
    assert_eq!(rules, expected);
    assert_eq!(
        (found[2].verdict, found[2].params[0].as_str()),
        (Verdict::Human, "238")
    );
    let late = judged(&hits[..1], &mail(&[ACTION_MS + 1]));
    assert_eq!(late, [(Rule::None, Verdict::Unknown)]);
    let open = judged(&hits[..1], &mail(&[ACTION_MS]));
    assert_eq!(open, [(Rule::HAction, Verdict::Human)]);
}

#[test]
fn a_reply_lifts_a_proxied_view_and_never_apples_nor_a_sweep() {
    let action = MailContext {
        actions: vec![NOON.plus(DAY_MS)],
        ..MailContext::default()
    };
    for (class, expected) in [
        (AgentClass::GmailProxy, Verdict::Human),
        (AgentClass::AppleProxy, Verdict::Prefetch),
        (AgentClass::GmailPrefetch, Verdict::Prefetch),
    ] {
        let mut open = hit(1, 0, 0, 7);
        open.facts.agent.class = class;
        assert_eq!(judged(&[open], &action)[0].1, expected);
    }
    let sweep = [hit(1, 0, 1, 7), hit(2, 1, 2, 7), hit(3, 2, 3, 7)];
    assert_eq!(judged(&sweep, &action), [SWEPT; 3]);
}

#[test]
fn what_a_person_overruled_stays_and_is_evidence_for_the_rest() {
    let mut hits = [hit(1, 0, 1, 7), hit(2, 100, 2, 7), hit(3, 200, 3, 7)];
    hits[1].now.rule = Rule::Overruled;
    hits[1].now.verdict = Verdict::Human;
    let found = judged(&hits, &MailContext::default());
    assert_eq!(found, [SWEPT, (Rule::Overruled, Verdict::Human), SWEPT]);
}

#[test]
fn the_order_of_arrival_changes_nothing() {
    let mut rng = Rng::with_seed(9);
    for _ in 0..200 {
        let mut hits: Vec<Known> = (0..rng.i64(1..30))
            .map(|seq| {
                let mut hit = hit(seq, rng.i64(-3..40) * 250, rng.u16(0..5), rng.u64(0..3));
                hit.facts.bits = HeaderBits(rng.u16(..) & 0x3fff);
                hit.facts.agent.system = ["Windows", "macOS", ""][rng.usize(0..3)].into();
                hit
            })
            .collect();
        let mail = MailContext {
            handed_over: Some(NOON),
            links: rng.u16(0..5),
            actions: vec![NOON.plus(rng.i64(0..10_000))],
            ..MailContext::default()
        };
        let by_seq = |hits: &[Known]| {
            let judged = judge_group(hits, &mail, &|_| Fanout::default());
            let mut found: Vec<_> = hits.iter().map(|hit| hit.seq).zip(judged).collect();
            found.sort_by_key(|(seq, _)| *seq);
            found
        };
        let before = by_seq(&hits);
        rng.shuffle(&mut hits);
        assert_eq!(before, by_seq(&hits));
        for (_, judgement) in before {
            assert!(judgement.params.len() <= 2);
            assert!(judgement.params.iter().all(|param| param.len() <= 40));
        }
    }
}

#[test]
fn none_one_and_a_hundred_thousand_hits_are_judged_at_any_time() {
    let mail = MailContext {
        handed_over: Some(Millis(i64::MIN)),
        links: 2,
        quoted_since: Some(Millis(i64::MAX)),
        actions: vec![Millis(i64::MAX); 1_000],
        ..MailContext::default()
    };
    assert!(judged(&[], &mail).is_empty());
    for at in [i64::MIN, 0, i64::MAX] {
        let mut one = hit(1, 0, 1, 7);
        one.at = Millis(at);
        assert_eq!(judged(&[one], &mail).len(), 1);
    }
    // One link, one time, two systems by turns: the worst for twins. In any quadratic way this
    // would take minutes.
    let flood: Vec<Known> = (0..100_000)
        .map(|seq| {
            let mut hit = hit(seq, 0, 1 + (seq % 3) as u16, (seq % 50) as u64);
            hit.facts.agent.system = if seq % 2 == 0 { "macOS" } else { "Windows" }.into();
            hit
        })
        .collect();
    assert!(
        judged(&flood, &mail)
            .iter()
            .all(|found| found.1 == Verdict::Scanner)
    );
}
