//! What our client says, and what it makes of answers.

use crate::fake::{Act, Fake, Manners};
use crate::{Receiver, connector, mail, plain, soon, to};
use otklik::deliver::{Outcome, Phase, Reason};
use otklik::net::catcher::CatcherSettings;
use otklik::net::smtp::{Envelope, Session, WireBody};
use proptest::prelude::*;
use std::time::Duration;

async fn open(fake: &Fake) -> Session {
    soon(connector().connect(&plain(fake.address)))
        .await
        .unwrap()
}

async fn send(session: &mut Session, recipient: &str) -> Outcome {
    let body = mail();
    match soon(session.begin(&to(recipient), &body)).await {
        Ok(ready) => soon(ready.send_body()).await,
        Err(outcome) => outcome,
    }
}

#[tokio::test]
async fn three_recipients_with_a_refused_one_between_are_two_mails_on_one_connection() {
    for is_slow in [false, true] {
        let fake = Fake::start(Manners {
            is_slow,
            ..Manners::default()
        })
        .await;
        let mut session = open(&fake).await;
        assert!(matches!(
            send(&mut session, "a@a.example").await,
            Outcome::Accepted(_)
        ));
        let refused = send(&mut session, "refused@a.example").await;
        assert!(matches!(refused, Outcome::FailMessage(_)), "{refused:?}");
        assert_eq!(refused.cause().reason, Reason::NoSuchUser);
        assert!(matches!(
            send(&mut session, "c@a.example").await,
            Outcome::Accepted(_)
        ));
        let heard = fake.heard();
        assert_eq!(heard.matches("EHLO").count(), 1);
        assert_eq!(heard.matches("Subject: hello").count(), 2);
        if is_slow {
            assert!(heard.contains("RCPT TO:<refused@a.example>\r\nRSET\r\n"));
        } else {
            // The 354 that comes all the same gets an empty mail.
            assert!(heard.contains("RCPT TO:<refused@a.example>\r\nDATA\r\n.\r\nMAIL"));
        }
    }
}

#[tokio::test]
async fn a_mail_that_is_abandoned_is_not_accepted() {
    let receiver = Receiver::start(CatcherSettings::default()).await;
    let connector = connector();
    let relay = plain(receiver.address);
    let body = mail();
    let mut session = soon(connector.connect(&relay)).await.unwrap();
    let ready = soon(session.begin(&to("a@a.example"), &body))
        .await
        .unwrap();
    ready.abandon();
    assert!(!session.is_open() && !soon(session.is_usable()).await);

    let mut session = soon(connector.connect(&relay)).await.unwrap();
    let ready = soon(session.begin(&to("b@a.example"), &body))
        .await
        .unwrap();
    assert!(matches!(
        soon(ready.send_body()).await,
        Outcome::Accepted(_)
    ));
    soon(session.quit()).await;
    assert_eq!(receiver.mails().len(), 1);
}

#[tokio::test]
async fn a_call_that_is_cancelled_halfway_closes_its_connection() {
    let body = mail();
    for verb in ["RCPT", "."] {
        let fake = Fake::acting(&[(verb, Act::Hang)]).await;
        let mut session = open(&fake).await;
        let envelope = to("a@a.example");
        let whole = async {
            let ready = session.begin(&envelope, &body).await?;
            Ok::<_, Outcome>(ready.send_body().await)
        };
        let cut = tokio::time::timeout(Duration::from_millis(100), whole).await;
        assert!(cut.is_err() && !session.is_open(), "{verb}");
    }
}

#[tokio::test]
async fn what_ehlo_rules_out_is_not_tried() {
    let fake = Fake::start(Manners {
        offers: vec!["SIZE 30"],
        ..Manners::default()
    })
    .await;
    let mut session = open(&fake).await;
    let too_big = send(&mut session, "a@a.example").await;
    assert!(matches!(too_big, Outcome::FailMessage(_)));
    assert_eq!(too_big.cause().reason, Reason::TooBig);
    let eight_bit = WireBody::encode("é\r\n".as_bytes()).unwrap();
    let unsupported = soon(session.begin(&to("a@a.example"), &eight_bit))
        .await
        .unwrap_err();
    assert_eq!(unsupported.cause().reason, Reason::Unsupported);
    assert!(!fake.heard().contains("MAIL"));
    assert!(session.is_open());
}

#[tokio::test]
async fn the_empty_return_path_and_the_extensions_are_spelt_right() {
    let fake = Fake::start(Manners {
        offers: vec!["SIZE", "8BITMIME"],
        ..Manners::default()
    })
    .await;
    let mut session = open(&fake).await;
    let bounce = Envelope {
        sender: None,
        ..to("a@a.example")
    };
    let body = WireBody::encode("é\r\n".as_bytes()).unwrap();
    soon(session.begin(&bounce, &body)).await.unwrap().abandon();
    let expected = "MAIL FROM:<> SIZE=4 BODY=8BITMIME\r\nRCPT TO:<a@a.example>\r\nDATA\r\n";
    assert!(fake.heard().ends_with(expected), "{}", fake.heard());
}

#[tokio::test]
async fn a_busy_server_is_a_matter_of_the_connection_and_its_wait_is_kept() {
    let fake = Fake::acting(&[("220", Act::Say("421 4.3.2 try again in 90 seconds"))]).await;
    let outcome = soon(connector().connect(&plain(fake.address)))
        .await
        .unwrap_err();
    let Outcome::RetryConnection { cause, wait_ms } = outcome else {
        panic!("a 421 in the banner is not charged to a message: {outcome:?}");
    };
    assert_eq!((cause.phase, cause.code), (Phase::Greeting, Some(421)));
    assert_eq!(wait_ms, Some(90_000));
}

#[tokio::test]
async fn a_server_that_answers_too_much_is_not_used_again() {
    let extra = "250 2.0.0 taken\r\n250 2.0.0 and another";
    let fake = Fake::acting(&[(".", Act::Say(extra))]).await;
    let mut session = open(&fake).await;
    assert!(matches!(
        send(&mut session, "a@a.example").await,
        Outcome::Accepted(_)
    ));
    assert!(!session.is_open());
}

#[tokio::test]
async fn a_250_ahead_of_the_body_is_not_taken_for_its_answer() {
    let fake = Fake::acting(&[("DATA", Act::Say("354 go on\r\n250 2.0.0 taken"))]).await;
    let mut session = open(&fake).await;
    let outcome = send(&mut session, "a@a.example").await;
    assert!(
        matches!(outcome, Outcome::RetryMessage { .. }),
        "{outcome:?}"
    );
    assert_eq!(outcome.cause().reason, Reason::Protocol);
    assert!(!session.is_open() && !fake.heard().contains("Subject"));
}

#[tokio::test]
async fn an_answer_after_the_dot_decides_and_silence_does_not() {
    for (act, expected) in [
        (Act::Say("250 2.0.0 ok"), "Accepted"),
        (Act::Say("451 4.3.0 later"), "RetryMessage"),
        (Act::Say("421 4.3.2 closing"), "RetryMessage"),
        (Act::Say("554 5.6.0 spam"), "FailMessage"),
        (Act::Say("HTTP/1.1 200 OK"), "Uncertain"),
        (Act::Close, "Uncertain"),
    ] {
        let fake = Fake::acting(&[(".", act)]).await;
        let outcome = send(&mut open(&fake).await, "a@a.example").await;
        assert!(
            format!("{outcome:?}").starts_with(expected),
            "{act:?}: {outcome:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn every_mail_arrives_byte_for_byte(
        lines in proptest::collection::vec("[.]{0,3}[ -~.]{0,70}|[.]{0,70}", 0..40)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mail: String = lines.iter().flat_map(|line| [line.as_str(), "\r\n"]).collect();
        let arrived = runtime.block_on(async {
            let receiver = Receiver::start(CatcherSettings::default()).await;
            let mut session = soon(connector().connect(&plain(receiver.address))).await.unwrap();
            let body = WireBody::encode(mail.as_bytes()).unwrap();
            let ready = soon(session.begin(&to("a@a.example"), &body)).await.unwrap();
            assert!(matches!(soon(ready.send_body()).await, Outcome::Accepted(_)));
            receiver.mails()
        });
        prop_assert_eq!(arrived, vec![mail.into_bytes()]);
    }
}
