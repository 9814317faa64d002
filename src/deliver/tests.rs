//! The outcome table, row by row.

use super::*;
use proptest::prelude::*;

fn said(phase: Phase, code: u16, text: &str) -> Outcome {
    outcome(phase, Answer::Reply(Reply::new(code, text)))
}

/// The kind of an outcome and its reason, as one comparable word.
fn word(outcome: &Outcome) -> String {
    let kind = match outcome {
        Outcome::Accepted(_) => "accepted",
        Outcome::RetryMessage { .. } => "message",
        Outcome::RetryConnection { .. } => "connection",
        Outcome::FailMessage(_) => "fail",
        Outcome::PauseMailbox(_) => "pause",
        Outcome::Uncertain(_) => "uncertain",
    };
    format!("{kind} {}", outcome.cause().reason.as_str())
}

#[test]
fn replies_come_out_as_the_table_says() {
    use Phase::{Auth, Body, Data, Ehlo, Greeting, MailFrom, RcptTo, Tls};
    for (phase, code, text, expected) in [
        (Greeting, 421, "4.3.2 too busy", "connection server_busy"),
        (Greeting, 554, "5.7.1 go away", "connection policy"),
        (Ehlo, 502, "what", "connection protocol"),
        (Tls, 454, "4.7.0 TLS not available", "connection tls"),
        (Auth, 535, "5.7.8 bad credentials", "pause auth"),
        (Auth, 504, "5.5.4 mechanism", "pause auth"),
        (Auth, 454, "4.7.0 try later", "connection auth"),
        (MailFrom, 530, "5.7.0 must authenticate", "pause auth"),
        (MailFrom, 421, "4.7.0 closing", "connection policy"),
        (MailFrom, 452, "4.3.1 disk full", "message server_busy"),
        (MailFrom, 552, "5.3.4 too big", "fail too_big"),
        (MailFrom, 553, "not yours", "fail sender_refused"),
        (
            RcptTo,
            450,
            "4.2.0 Greylisted, try again",
            "message greylisted",
        ),
        (
            RcptTo,
            421,
            "4.7.28 unusual rate of mail",
            "message rate_limited",
        ),
        (RcptTo, 451, "4.3.0 oops", "message server_busy"),
        (RcptTo, 550, "no", "fail no_such_user"),
        (RcptTo, 550, "5.1.1 unknown", "fail no_such_user"),
        (RcptTo, 550, "5.7.1 blocked", "fail policy"),
        (RcptTo, 552, "5.2.2 over quota", "fail mailbox_full"),
        (RcptTo, 552, "over quota", "message mailbox_full"),
        (RcptTo, 452, "4.2.2 over quota", "message mailbox_full"),
        (RcptTo, 550, "5.2.1 disabled", "fail mailbox_disabled"),
        (RcptTo, 250, "ok", "message protocol"),
        (Data, 250, "ok", "message protocol"),
        (
            Data,
            550,
            "5.4.5 daily user sending limit exceeded",
            "connection rate_limited",
        ),
        (Body, 250, "2.0.0 queued", "accepted accepted"),
        (Body, 421, "4.3.0 later", "message server_busy"),
        (Body, 451, "4.3.0 later", "message server_busy"),
        (Body, 554, "5.6.0 spam", "fail content"),
        (Body, 354, "what", "uncertain protocol"),
        (Body, 199, "what", "uncertain protocol"),
    ] {
        assert_eq!(
            word(&said(phase, code, text)),
            expected,
            "{phase:?} {code} {text}"
        );
    }
}

#[test]
fn trouble_is_uncertain_only_once_the_body_has_begun() {
    use Phase::{Auth, Body, Connect, Data, Ehlo, Greeting, MailFrom, RcptTo, Tls};
    for phase in [
        Connect, Tls, Greeting, Ehlo, Auth, MailFrom, RcptTo, Data, Body,
    ] {
        for answer in [Answer::Timeout, Answer::Lost, Answer::Nonsense("noise")] {
            let outcome = outcome(phase, answer);
            assert_eq!(matches!(outcome, Outcome::Uncertain(_)), phase == Body);
            let charged = matches!(outcome, Outcome::RetryMessage { .. });
            assert_eq!(charged, matches!(phase, RcptTo | Data), "{phase:?}");
        }
    }
}

#[test]
fn the_wait_a_server_asks_for_is_handed_on() {
    let Outcome::RetryMessage { wait_ms, .. } =
        said(Phase::RcptTo, 451, "4.7.1 try again in 90 seconds")
    else {
        panic!("a 451 is tried again");
    };
    assert_eq!(wait_ms, Some(90_000));
}

proptest! {
    #[test]
    fn only_a_2xx_after_the_dot_is_acceptance_whatever_a_server_says(
        code in 0_u16..1_000,
        text in "([245]\\.[0-9]\\.[0-9]{1,2} )?.{0,60}",
    ) {
        use Phase::{Auth, Body, Connect, Data, Ehlo, Greeting, MailFrom, RcptTo, Tls};
        for phase in [Connect, Tls, Greeting, Ehlo, Auth, MailFrom, RcptTo, Data, Body] {
            let outcome = said(phase, code, &text);
            let is_success = phase == Body && code / 100 == 2;
            prop_assert_eq!(matches!(outcome, Outcome::Accepted(_)), is_success);
            let may_fail = code / 100 == 5 && phase >= MailFrom;
            prop_assert!(may_fail || !matches!(outcome, Outcome::FailMessage(_)));
        }
    }

    #[test]
    fn any_text_is_searched_for_a_wait_without_a_panic(text in "(try|wait|in|after|[0-9:]{1,9}|.| ){0,20}") {
        let wait = asked_wait_ms(&text);
        prop_assert!(wait.is_none_or(|ms| (0..=86_400_000).contains(&ms)));
    }
}
