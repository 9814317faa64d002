//! What nobody knew is known by evidence: an answer, a report, the provider's copy in Sent. It is
//! never sent again, and the page says how it is known.

use super::place;
use super::posted::{Letter, Posted, answer, report};
use crate::support::engines::Engine;
use crate::support::pages::Pages;
use crate::support::world::{Answer, Sink};
use otklik::domain::clock::DAY_MS;
use otklik::domain::event::EventKind;
use otklik::domain::mailbox::Profile;
use otklik::receive::{self, Arrival, Folder, Received, Way, Wish};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const ANNA: &str = "anna@buyer.example";
/// How long the server that hangs says nothing, and how long we wait for it.
const HANGS: Duration = Duration::from_millis(1_500);
const PATIENCE: Duration = Duration::from_millis(500);

/// A rep whose first message left, with the server's answer lost.
async fn uncertain(engine: Engine, profile: Profile) -> (Posted, Letter) {
    let seen = Arc::new(AtomicUsize::new(0));
    let decide = move |_: &str, _: &[u8]| match seen.fetch_add(1, Ordering::SeqCst) {
        0 => Answer::Hang(HANGS),
        _ => Answer::Take,
    };
    let desk = Posted::with(engine, Sink::start(Arc::new(decide)).await).await;
    desk.mailbox_of(profile).await;
    let letter = desk.write(ANNA).await;
    desk.drain_within(PATIENCE).await;
    assert_eq!(desk.state(&letter).await.0, "uncertain", "{engine:?}");
    let page = desk.message_page(&letter).await;
    assert!(
        page.contains("Send it again"),
        "{engine:?}: a person may decide"
    );
    (desk, letter)
}

/// Whatever is known by now, no second copy goes.
async fn goes_once(desk: &Posted) {
    desk.app.ctx.clock.advance(DAY_MS);
    desk.drain().await;
    tokio::time::sleep(HANGS).await;
    assert_eq!(desk.sink.mails().len(), 1, "never twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_an_automatic_one_and_reports_resolve_it_and_the_page_says_how() {
    let cases: [(&str, &str, &str, &str); 4] = [
        (
            "reply",
            "sent",
            "known_by_answer",
            "own answer shows that it arrived",
        ),
        (
            "away",
            "sent",
            "known_by_auto_reply",
            "an automatic answer shows",
        ),
        (
            "delivered",
            "sent",
            "known_by_report",
            "a report shows that it arrived",
        ),
        ("failed", "bounced", "unknown_user", "does not exist"),
    ];
    for engine in Engine::BOTH {
        for (case, state, reason, words) in cases {
            let (desk, letter) = uncertain(engine, Profile::Generic).await;
            let raw = match case {
                "reply" => answer(1, &letter, ANNA, "", "Yes, Tuesday suits me."),
                "away" => {
                    let text = "I am out of the office and back on 18 May 2026.";
                    answer(1, &letter, ANNA, "Auto-Submitted: auto-replied\r\n", text)
                }
                "delivered" => report(1, &letter, "delivered", "2.0.0", "250 ok"),
                _ => report(1, &letter, "failed", "5.1.1", "550 5.1.1 user unknown"),
            };
            desk.post(&raw).await;
            let known = desk.state(&letter).await;
            assert_eq!(known, (state.into(), reason.into()), "{engine:?} {case}");
            let page = desk.message_page(&letter).await;
            assert!(page.contains(words), "{engine:?} {case}: {words}");
            assert!(!page.contains("Send it again"), "{engine:?} {case}");
            let sent = desk.events(EventKind::Sent).await.len();
            assert_eq!(sent, usize::from(state == "sent"), "{engine:?} {case}");
            goes_once(&desk).await;
            desk.app.stop().await;
        }
    }
}

/// An item of the rep's Sent folder that is our message.
async fn file_in_sent(desk: &Posted, letter: &Letter) {
    let raw = format!(
        "From: rep@team.example\r\nTo: {ANNA}\r\nSubject: Our call\r\nDate: Mon, 04 May 2026 08:00:00 +0000\r\nMessage-ID: <{}>\r\n\r\nHere are the prices.\r\n",
        letter.header
    );
    let arrival = Arrival {
        way: Way::Imap {
            mailbox: desk.mailbox().await.no,
            place: place(1, 1),
        },
        folder: Folder::Sent,
        received_at: desk.app.ctx.clock.now(),
        envelope_from: None,
        envelope_to: Vec::new(),
        wish: Wish::None,
    };
    let ctx = &desk.app.ctx;
    let received = receive::take(ctx, raw.into(), arrival).await.unwrap();
    let Received::Stored { no, .. } = received else {
        panic!("{received:?}");
    };
    receive::understand(ctx, no).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_in_sent_is_proof_where_the_provider_files_it_and_nowhere_else() {
    for engine in Engine::BOTH {
        let (desk, letter) = uncertain(engine, Profile::Google).await;
        file_in_sent(&desk, &letter).await;
        let known = desk.state(&letter).await;
        assert_eq!(
            known,
            ("sent".into(), "known_by_sent_copy".into()),
            "{engine:?}"
        );
        let page = desk.message_page(&letter).await;
        assert!(
            page.contains("copy in Sent shows that it went"),
            "{engine:?}"
        );
        assert!(
            page.contains("the provider filed it in Sent"),
            "the timeline too"
        );
        goes_once(&desk).await;
        desk.app.stop().await;

        // A program may have filed it before it was handed over.
        let (desk, letter) = uncertain(engine, Profile::Generic).await;
        file_in_sent(&desk, &letter).await;
        assert_eq!(desk.state(&letter).await.0, "uncertain", "{engine:?}");
        goes_once(&desk).await;
        desk.app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_comes_after_a_person_asked_for_another_copy_stops_that_copy() {
    for engine in Engine::BOTH {
        let (desk, letter) = uncertain(engine, Profile::Generic).await;
        let pages = Pages::sign_in(&desk.app, &desk.app.rep).await;
        let delivery = desk.delivery(&letter).await.id.to_string();
        let path = format!("messages/{}/resend", letter.id);
        pages.send(&path, &[("delivery", &delivery)]).await;
        assert_eq!(desk.state(&letter).await.0, "queued");
        desk.post(&answer(1, &letter, ANNA, "", "Yes, Tuesday suits me."))
            .await;
        assert_eq!(desk.state(&letter).await.0, "sent", "{engine:?}");
        goes_once(&desk).await;
        desk.app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_not_left_is_not_made_sent_by_an_answer_that_names_it() {
    for engine in Engine::BOTH {
        let desk = Posted::open(engine).await;
        let letter = desk.later(ANNA).await;
        desk.post(&answer(
            1,
            &letter,
            ANNA,
            "",
            "I saw your draft over your shoulder.",
        ))
        .await;
        assert_eq!(desk.state(&letter).await.0, "cancelled", "{engine:?}");
        desk.post(&report(
            2,
            &letter,
            "failed",
            "5.1.1",
            "550 5.1.1 user unknown",
        ))
        .await;
        assert_eq!(desk.state(&letter).await.0, "cancelled", "{engine:?}");
        assert!(desk.suppressed().await.is_empty(), "{engine:?}");
        desk.app.stop().await;
    }
}
