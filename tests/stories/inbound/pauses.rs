//! Failures that count only together: they pause an address, and the pause holds what waits, what
//! is written later and what comes due in it, until it is over.

use super::posted::Posted;
use crate::support::engines::Engine;
use otklik::domain::clock::DAY_MS;
use otklik::domain::event::EventKind;

const FULL: &str = "452 4.2.2 <anna@buyer.example> mailbox full";
const ANNA: &str = "anna@buyer.example";

#[tokio::test(flavor = "multi_thread")]
async fn a_third_full_mailbox_in_a_fortnight_holds_mail_for_thirty_days_and_then_lets_it_go() {
    for engine in Engine::BOTH {
        let desk = Posted::open(engine).await;
        let clock = &desk.app.ctx.clock;
        let first = desk.sent(ANNA).await;
        let waits = desk.later(ANNA).await;
        let raw = desk.report(&first, "failed", "4.2.2", FULL);
        let shown = desk.post(&raw).await;
        assert_eq!(shown["bounce"]["class"], "soft", "{engine:?} {shown}");
        assert_eq!(shown["bounce"]["reason"], "mailbox_full");
        // The same report again is the same failure.
        desk.post(&raw).await;
        clock.advance(DAY_MS);
        desk.drain().await;
        assert_eq!(
            desk.state(&waits).await.0,
            "sent",
            "{engine:?}: one is none"
        );
        desk.post(&desk.report(&waits, "failed", "4.2.2", FULL))
            .await;
        let third = desk.sent(ANNA).await;
        let far = {
            let mut new = crate::support::world::letter(ANNA);
            new.send_at = Some(clock.now().plus(3 * DAY_MS));
            desk.take(new).await
        };
        desk.post(&desk.report(&third, "failed", "4.2.2", FULL))
            .await;
        let until = clock.now().plus(30 * DAY_MS);

        // What waited, and what is written now, with a word of warning before.
        let late = desk.write(ANNA).await;
        for letter in [&far, &late] {
            let shown = desk.message(letter).await;
            assert_eq!(shown["state"], "scheduled", "{engine:?} {shown}");
            assert_eq!(shown["reason"]["code"], "address_paused");
            assert_eq!(shown["waits_until"], until.rfc3339());
        }
        let body = serde_json::json!({"to": ANNA, "subject": "Hi", "text": "Hi", "dry_run": true});
        let preview = desk.app.post("api/v1/messages", &desk.app.rep, &body).await;
        let preview = preview.text().await.unwrap();
        assert!(preview.contains("recipient_paused"), "{preview}");
        let page = desk.message_page(&late).await;
        assert!(page.contains("failed several times"), "{engine:?}");
        assert!(desk.suppressed().await.is_empty(), "soft suppresses nobody");

        // A colleague is not concerned.
        desk.sent("ben@buyer.example").await;
        assert_eq!(desk.arrived("ben@buyer.example"), 1);
        let before = desk.arrived(ANNA);
        clock.advance(29 * DAY_MS);
        desk.drain().await;
        assert_eq!(
            desk.arrived(ANNA),
            before,
            "{engine:?}: nothing in the pause"
        );
        clock.advance(DAY_MS + 1);
        desk.drain().await;
        assert_eq!(desk.arrived(ANNA), before + 2, "{engine:?}: both after it");
        let free = desk.sent(ANNA).await;
        assert_eq!(desk.state(&free).await.0, "sent");
        desk.app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_due_in_a_pause_is_put_back_and_an_answer_of_theirs_ends_it() {
    for engine in Engine::BOTH {
        let desk = Posted::open(engine).await;
        let letters = [
            desk.sent(ANNA).await,
            desk.sent(ANNA).await,
            desk.sent(ANNA).await,
        ];
        for letter in &letters {
            desk.post(&desk.report(letter, "failed", "4.2.2", FULL))
                .await;
        }
        let late = desk.write(ANNA).await;
        // However it came to be due: the lane looks again when it takes it up.
        desk.make_due(&late).await;
        let before = desk.arrived(ANNA);
        desk.drain().await;
        assert_eq!(desk.arrived(ANNA), before, "{engine:?}");
        let shown = desk.message(&late).await;
        assert_eq!(shown["state"], "queued", "{shown}");
        assert_eq!(shown["reason"]["code"], "address_paused");
        let page = desk.message_page(&late).await;
        assert!(page.contains("failed several times"), "{engine:?}");

        let raw = desk.answer(&letters[2], ANNA, "", "It works again, do write.");
        assert_eq!(desk.post(&raw).await["kind"], "reply");
        assert_eq!(
            desk.state(&late).await.0,
            "cancelled",
            "the answer stops it"
        );
        let free = desk.sent(ANNA).await;
        assert_eq!(desk.state(&free).await.0, "sent", "{engine:?}");
        desk.app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_closed_mailbox_in_thirty_days_is_hard() {
    for engine in Engine::BOTH {
        let desk = Posted::open(engine).await;
        let clock = &desk.app.ctx.clock;
        let words = "554 5.2.1 account disabled";
        let first = desk.sent(ANNA).await;
        desk.post(&desk.report(&first, "failed", "5.2.1", words))
            .await;
        clock.advance(31 * DAY_MS);
        let second = desk.sent(ANNA).await;
        let shown = desk
            .post(&desk.report(&second, "failed", "5.2.1", words))
            .await;
        assert_eq!(shown["bounce"]["class"], "soft");
        assert!(
            desk.suppressed().await.is_empty(),
            "{engine:?}: too far apart"
        );
        let third = desk.sent(ANNA).await;
        let waits = desk.later(ANNA).await;
        let shown = desk
            .post(&desk.report(&third, "failed", "5.2.1", words))
            .await;
        assert_eq!(shown["suppressed"], serde_json::json!([ANNA]));
        let hard = [(ANNA.to_owned(), "hard_bounce".to_owned())];
        assert_eq!(desk.suppressed().await, hard, "{engine:?}");
        assert_eq!(
            desk.state(&waits).await,
            ("cancelled".into(), "hard_bounce".into())
        );
        desk.app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_that_was_not_found_twice_is_flagged_for_all_who_write_there() {
    for engine in Engine::BOTH {
        let desk = Posted::open(engine).await;
        let words = "Host or domain name not found. Name service error";
        let letters = [
            desk.sent("anna@gone.example").await,
            desk.sent("ben@gone.example").await,
        ];
        let waits = desk.later("cleo@gone.example").await;
        let shown = desk
            .post(&desk.report(&letters[0], "failed", "5.4.4", words))
            .await;
        assert_eq!(shown["bounce"]["class"], "hard", "{shown}");
        assert_eq!(shown["bounce"]["reason"], "unknown_host");
        assert_eq!(
            desk.state(&waits).await.0,
            "scheduled",
            "one is one address"
        );
        desk.post(&desk.report(&letters[1], "failed", "5.4.4", words))
            .await;

        let held = desk.state(&waits).await;
        assert_eq!(
            held,
            ("held".into(), "domain_not_found".into()),
            "{engine:?}"
        );
        let page = desk.message_page(&waits).await;
        assert!(page.contains("there is no such domain"), "{engine:?}");
        let today = desk.page(&desk.app.rep, "").await;
        assert!(today.contains("Check the address"), "{engine:?}");
        let body = serde_json::json!({"to": "dora@gone.example", "subject": "Hi", "text": "Hi"});
        let made = desk.app.post("api/v1/messages", &desk.app.rep, &body).await;
        let made = made.text().await.unwrap();
        assert!(made.contains("domain_not_found"), "{made}");
        // Each bad address is on the list, the domain is not.
        assert_eq!(desk.suppressed().await.len(), 2);
        assert_eq!(desk.events(EventKind::Suppressed).await.len(), 2);
        desk.app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_back_for_now_and_then_for_good_has_come_back_for_good_once() {
    for engine in Engine::BOTH {
        let desk = Posted::open(engine).await;
        let first = desk.sent(ANNA).await;
        let waits = desk.later(ANNA).await;
        desk.post(&desk.report(&first, "failed", "5.2.2", "552 5.2.2 mailbox full"))
            .await;
        assert_eq!(desk.state(&first).await.1, "mailbox_full", "{engine:?}");
        assert!(desk.suppressed().await.is_empty(), "{engine:?}");
        for _ in 0..2 {
            let words = "550 5.1.1 user unknown";
            let shown = desk
                .post(&desk.report(&first, "failed", "5.1.1", words))
                .await;
            assert_eq!(shown["kind"], "bounce", "{shown}");
            let hard = [(ANNA.to_owned(), "hard_bounce".to_owned())];
            assert_eq!(desk.suppressed().await, hard, "{engine:?}");
            let known = desk.state(&first).await;
            assert_eq!(known, ("bounced".into(), "unknown_user".into()));
            assert_eq!(desk.state(&waits).await.0, "cancelled", "{engine:?}");
            assert_eq!(desk.events(EventKind::Bounced).await.len(), 2, "{engine:?}");
        }
        // What is known to be for good gets no better.
        desk.post(&desk.report(&first, "failed", "5.2.2", "552 5.2.2 mailbox full"))
            .await;
        assert_eq!(desk.state(&first).await.1, "unknown_user", "{engine:?}");
        assert_eq!(desk.events(EventKind::Bounced).await.len(), 2, "{engine:?}");
        desk.app.stop().await;
    }
}
