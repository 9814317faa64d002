//! Rules that look beyond the request: time, sweeps, our own people.

use super::*;

#[test]
fn time_since_the_hand_over_speaks_only_of_the_first_seconds() {
    let full = facts(AgentClass::Browser, NAVIGATION);
    let plain = facts(AgentClass::Other, HeaderBits::LANGUAGE);
    for (click, after, rule, expected) in [
        (&full, -60_000, Rule::TFast, Verdict::Scanner),
        (&full, 1_100, Rule::TFast, Verdict::Scanner),
        (&full, 2_000, Rule::HNav, Verdict::LikelyHuman),
        (&plain, 2_000, Rule::TFast, Verdict::Scanner),
        (&plain, 10_000, Rule::None, Verdict::Unknown),
    ] {
        let judged = at_noon(click, HitKind::Click, |case, mail| {
            mail.handed_over = case.at.map(|at| at.plus(-after));
        });
        assert_eq!((judged.rule, judged.verdict), (rule, expected), "{after}");
    }
}

#[test]
fn a_sweep_by_one_client_is_certain_and_by_several_needs_a_second_sign() {
    let click = facts(AgentClass::Browser, NAVIGATION);
    let run = Some(Run {
        distinct: 5,
        span_ms: 400,
    });
    let swept = at_noon(&click, HitKind::Click, |case, _| case.around.sweep = run);
    assert_eq!(
        (swept.rule, swept.verdict),
        (Rule::GBurst, Verdict::Scanner)
    );
    assert_eq!(swept.params, ["5/400"]);
    let mixed = at_noon(&click, HitKind::Click, |case, _| case.around.burst = run);
    assert_eq!(
        (mixed.rule, mixed.verdict),
        (Rule::GBurst, Verdict::Unknown)
    );
    let both = at_noon(&click, HitKind::Click, |case, _| {
        case.around.burst = run;
        case.fanout = Fanout {
            recipients: 9,
            within_ms: 12_000,
        };
    });
    assert_eq!((both.rule, both.verdict), (Rule::GBurst, Verdict::Scanner));
    assert_eq!(both.params, ["5/400", "G-FANOUT"]);
}

#[test]
fn an_office_that_reads_a_broadcast_is_not_condemned_for_its_one_address() {
    let click = facts(AgentClass::Browser, NAVIGATION);
    let wide = Fanout {
        recipients: 9,
        within_ms: 12_000,
    };
    let judged = at_noon(&click, HitKind::Click, |case, _| case.fanout = wide);
    assert_eq!(
        (judged.rule, judged.verdict),
        (Rule::GFanout, Verdict::Unknown)
    );
    let open = at_noon(&click, HitKind::Open, |case, _| case.fanout = wide);
    assert_eq!(open.rule, Rule::None);
}

#[test]
fn the_worse_half_of_a_twin_falls_only_when_nothing_speaks_for_it() {
    let twin = |bits| {
        let click = facts(AgentClass::Browser, bits);
        at_noon(&click, HitKind::Click, |case, _| {
            case.around.twin_ms = Some(12_000);
        })
    };
    let bare = twin(HeaderBits::LANGUAGE | HeaderBits::HTML);
    assert_eq!((bare.rule, bare.verdict), (Rule::Twin, Verdict::Scanner));
    assert_eq!(twin(NAVIGATION).verdict, Verdict::LikelyHuman);
}

#[test]
fn our_own_browser_is_known_but_not_in_mail_to_colleagues() {
    let mut click = facts(AgentClass::Browser, NAVIGATION);
    click.own = Some(OwnSession {
        user: UserId(Uuid::nil()),
        seconds_before: 540,
    });
    let own = at_noon(&click, HitKind::Click, |_, _| {});
    assert_eq!((own.rule, own.verdict), (Rule::SelfNet, Verdict::Own));
    assert_eq!(own.params, ["9"]);
    let inside = at_noon(&click, HitKind::Click, |_, mail| mail.own_domain = true);
    assert_eq!(inside.verdict, Verdict::LikelyHuman);
}

#[test]
fn after_a_reply_has_quoted_it_a_proxied_view_is_nobodys_in_particular() {
    let open = facts(AgentClass::GmailProxy, 0);
    for (quoted, rule, expected) in [
        (-60_000, Rule::SelfThread, Verdict::Unknown),
        (60_000, Rule::OGproxy, Verdict::Proxy),
    ] {
        let judged = at_noon(&open, HitKind::Open, |case, mail| {
            mail.quoted_since = case.at.map(|at| at.plus(quoted));
        });
        assert_eq!((judged.rule, judged.verdict), (rule, expected));
    }
    let click = facts(AgentClass::Browser, NAVIGATION);
    let stranger = at_noon(&click, HitKind::Click, |case, mail| {
        mail.quoted_since = case.at;
    });
    assert_eq!(stranger.rule, Rule::HNav);
}
