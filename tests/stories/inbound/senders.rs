//! Failures that are the sender's: they slow or stop a mailbox, tell those who can mend it, and
//! never touch the contact. And each group of the table with its class.

use super::posted::Posted;
use crate::support::engines::Engine;
use crate::support::pages::Pages;
use otklik::domain::clock::{HOUR_MS, MINUTE_MS};

const ANNA: &str = "anna@buyer.example";
const BEN: &str = "ben@other.example";

#[tokio::test(flavor = "multi_thread")]
async fn throttling_slows_the_mailbox_and_touches_no_contact() {
    for engine in Engine::BOTH {
        let desk = Posted::open(engine).await;
        let clock = &desk.app.ctx.clock;
        let first = desk.sent(ANNA).await;
        let words = "421 4.7.28 too many messages, rate limited";
        let shown = desk
            .post(&desk.report(&first, "failed", "4.7.28", words))
            .await;
        assert_eq!(shown["bounce"]["class"], "soft", "{engine:?} {shown}");
        assert_eq!(shown["bounce"]["reason"], "throttled");
        for _ in 0..3 {
            desk.write(BEN).await;
        }
        clock.advance(MINUTE_MS);
        desk.drain().await;
        assert_eq!(desk.arrived(BEN), 1, "{engine:?}: one a minute");
        clock.advance(MINUTE_MS);
        desk.drain().await;
        assert_eq!(desk.arrived(BEN), 2);
        assert!(desk.suppressed().await.is_empty());
        let path = format!("settings/mailboxes/{}", desk.mailbox().await.id);
        let page = desk.page(&desk.app.rep, &path).await;
        assert!(page.contains("sends too fast"), "{engine:?}");
        clock.advance(HOUR_MS);
        for _ in 0..3 {
            desk.write(BEN).await;
        }
        desk.drain().await;
        assert_eq!(desk.arrived(BEN), 6, "{engine:?}: an hour later as before");
        desk.app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_stops_the_sender_says_what_to_do_and_spares_the_contact() {
    for (status, words, reason, advice) in [
        (
            "5.7.1",
            "554 5.7.1 blocked using zen.spamhaus.org",
            "policy",
            "blocklists",
        ),
        (
            "5.7.26",
            "550 5.7.26 does not pass DMARC",
            "authentication",
            "otklik doctor",
        ),
    ] {
        for engine in Engine::BOTH {
            let desk = Posted::open(engine).await;
            let first = desk.sent(ANNA).await;
            let waits = desk.write(BEN).await;
            let shown = desk
                .post(&desk.report(&first, "failed", status, words))
                .await;
            assert_eq!(shown["bounce"]["class"], "block", "{engine:?} {shown}");
            assert_eq!(shown["bounce"]["reason"], reason);
            assert!(desk.suppressed().await.is_empty(), "{engine:?} {reason}");
            desk.drain().await;
            assert_eq!(
                desk.arrived(BEN),
                0,
                "{engine:?}: nothing leaves from there"
            );
            let told = desk.message(&waits).await;
            assert_eq!(told["state"], "queued");
            assert_eq!(told["reason"]["code"], "mailbox_paused", "{told}");
            let page = desk.message_page(&waits).await;
            assert!(page.contains("mailbox is paused"), "{engine:?}");

            // The owner and the administrator read why, and what to do; another rep nothing.
            let mailbox = desk.mailbox().await;
            for person in [&desk.app.rep, &desk.app.admin] {
                let today = desk.page(person, "").await;
                assert!(today.contains("rep@team.example is paused"), "{engine:?}");
                assert!(today.contains(advice), "{engine:?} {reason}");
            }
            let other = desk.page(&desk.app.stranger, "").await;
            assert!(!other.contains("is paused"));
            let path = format!("settings/mailboxes/{}", mailbox.id);
            let pages = Pages::sign_in(&desk.app, &desk.app.admin).await;
            assert!(pages.read(&path).await.contains(advice));
            pages.send(&path, &[("do", "resume")]).await;
            desk.drain().await;
            assert_eq!(desk.arrived(BEN), 1, "{engine:?}: mended");
            let again = desk.sent(ANNA).await;
            assert_eq!(desk.state(&again).await.0, "sent", "{engine:?} {reason}");
            desk.app.stop().await;
        }
    }
}

/// Status, the server's words, class, group, and a word of what its author reads.
const TABLE: [(&str, &str, &str, &str, &str); 12] = [
    (
        "5.1.1",
        "550 5.1.1 user unknown",
        "hard",
        "unknown_user",
        "does not exist",
    ),
    (
        "5.1.10",
        "550 5.1.10 RecipientNotFound",
        "hard",
        "unknown_user",
        "does not exist",
    ),
    (
        "5.1.2",
        "550 5.1.2 no such domain",
        "hard",
        "unknown_host",
        "does not exist",
    ),
    (
        "5.1.6",
        "551 5.1.6 user has moved",
        "hard",
        "moved",
        "not there any more",
    ),
    (
        "5.2.2",
        "552 5.2.2 over quota",
        "soft",
        "mailbox_full",
        "mailbox is full",
    ),
    (
        "5.2.1",
        "550 5.2.1 account disabled",
        "soft",
        "inactive",
        "closed or suspended",
    ),
    (
        "5.4.7",
        "retry timeout exceeded",
        "soft",
        "expired",
        "time was over",
    ),
    (
        "4.7.0",
        "421 4.7.0 too many connections",
        "soft",
        "throttled",
        "more slowly",
    ),
    (
        "5.7.1",
        "550 5.7.1 S3140 on our block list",
        "block",
        "policy",
        "not the contact",
    ),
    (
        "5.7.515",
        "550 5.7.515 access denied, DMARC",
        "block",
        "authentication",
        "SPF, DKIM",
    ),
    (
        "5.3.4",
        "552 5.3.4 message too large",
        "soft",
        "content",
        "make it smaller",
    ),
    (
        "4.3.0",
        "451 4.3.0 temporary lookup failure",
        "soft",
        "system",
        "Write again",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn each_group_has_its_class_and_tells_the_author_what_to_do() {
    for engine in Engine::BOTH {
        let desk = Posted::open(engine).await;
        let mut letters = Vec::new();
        for n in 0..TABLE.len() {
            letters.push(desk.write(&format!("p{n}@buyer{n}.example")).await);
        }
        desk.drain().await;
        let mut hard = 0;
        for (letter, (status, words, class, reason, next)) in letters.iter().zip(TABLE) {
            let shown = desk
                .post(&desk.report(letter, "failed", status, words))
                .await;
            let found = (&shown["bounce"]["class"], &shown["bounce"]["reason"]);
            assert_eq!(found, (&class.into(), &reason.into()), "{engine:?} {words}");
            assert_eq!(desk.state(letter).await, ("bounced".into(), reason.into()));
            hard += usize::from(class == "hard");
            assert_eq!(desk.suppressed().await.len(), hard, "{engine:?} {words}");
            let page = desk.message_page(letter).await;
            assert!(page.contains(next), "{engine:?} {reason}: {next}");
        }
        let today = desk.page(&desk.app.rep, "").await;
        assert!(
            today.contains("make it smaller"),
            "{engine:?}: the author is told"
        );
        desk.app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delay_is_no_failure_and_a_delivered_report_is_no_answer() {
    for engine in Engine::BOTH {
        let desk = Posted::open(engine).await;
        let letter = desk.sent(ANNA).await;
        let waits = desk.later(ANNA).await;
        let words = "451 4.4.1 will keep trying";
        let shown = desk
            .post(&desk.report(&letter, "delayed", "4.4.1", words))
            .await;
        assert_eq!(shown["bounce"]["class"], "delayed", "{shown}");
        assert_eq!(desk.state(&letter).await.0, "sent");
        let shown = desk
            .post(&desk.report(&letter, "delivered", "2.0.0", "250 ok"))
            .await;
        assert_eq!(shown["bounce"]["class"], "delivered", "{shown}");
        assert_eq!(desk.state(&letter).await.0, "sent", "{engine:?}");
        assert_eq!(desk.state(&waits).await.0, "scheduled");
        let page = desk.message_page(&letter).await;
        assert!(page.contains("Arrived, says the other side"), "{engine:?}");
        assert!(desk.suppressed().await.is_empty());
        desk.app.stop().await;
    }
}
