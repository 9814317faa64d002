//! What people want: no more mail, asked for in every way, and those who are not there any more.

use super::posted::{Posted, feedback};
use crate::support::engines::Engine;
use crate::support::pages::Pages;
use crate::support::world::letter;
use otklik::accept;
use otklik::domain::event::EventKind;
use otklik::domain::mailbox::Profile;
use serde_json::{Value, json};

pub const ANNA: &str = "anna@buyer.example";
pub const HOME: &str = "anna@home.example";
/// What a person must decide.
pub const MAY_ASK: &str = "We would like to go on with the trial, but please remove me from the monthly list that your colleague keeps.";

/// Anna with two addresses.
pub async fn with_anna(engine: Engine) -> Posted {
    let desk = Posted::open(engine).await;
    let body = json!({"name": "Anna", "emails": [ANNA, HOME]});
    let made = desk.app.post("api/v1/contacts", &desk.app.rep, &body).await;
    assert_eq!(made.status(), 201);
    desk
}

fn both(reason: &str) -> Vec<(String, String)> {
    [ANNA, HOME]
        .map(|one| (one.to_owned(), reason.to_owned()))
        .into()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_complaint_ends_all_mail_to_the_person_from_everybody() {
    for engine in Engine::BOTH {
        let desk = with_anna(engine).await;
        let first = desk.sent(ANNA).await;
        let other = accept::accept(&desk.app.ctx, &desk.app.stranger.viewer, letter(HOME)).await;
        let other = other.unwrap();
        // An answer to her own mail is stopped too, as nothing else does.
        desk.post(&desk.answer(&first, ANNA, "", "Which day?"))
            .await;
        let answer = desk.later(ANNA).await;
        assert_eq!(desk.message(&answer).await["class"], "correspondence");
        let shown = desk.post(&feedback(desk.number(), &first, "abuse")).await;
        assert_eq!(shown["kind"], "complaint", "{shown}");
        assert_eq!(shown["suppressed"], json!([ANNA, HOME]), "{engine:?}");
        assert_eq!(desk.suppressed().await, both("complained"));
        assert_eq!(
            desk.state(&answer).await,
            ("cancelled".into(), "complained".into())
        );
        let path = format!("api/v1/messages/{}", other.id);
        let theirs: Value = desk
            .app
            .get(&path, &desk.app.stranger)
            .await
            .json()
            .await
            .unwrap();
        assert_eq!(
            theirs["state"], "cancelled",
            "{engine:?}: of another team too"
        );
        assert_eq!(desk.events(EventKind::Complained).await.len(), 1);
        let before = desk.sink.mails().len();
        let late = desk.sent(HOME).await;
        assert_eq!(
            desk.state(&late).await,
            ("cancelled".into(), "suppressed".into())
        );
        assert_eq!(desk.sink.mails().len(), before, "{engine:?}");
        let page = desk.message_page(&first).await;
        assert!(page.contains("Marked as spam"), "{engine:?}");
        desk.app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn not_spam_suppresses_nobody_and_a_failed_signature_is_told_to_the_administrator() {
    for engine in Engine::BOTH {
        let desk = with_anna(engine).await;
        let first = desk.sent(ANNA).await;
        let waits = desk.later(ANNA).await;
        for (kind, about_us) in [("not-spam", false), ("auth-failure", true)] {
            let shown = desk.post(&feedback(desk.number(), &first, kind)).await;
            assert_eq!(shown["kind"], "complaint", "{shown}");
            assert_eq!(shown["about_us"], about_us, "{engine:?} {kind}");
            assert!(desk.suppressed().await.is_empty(), "{engine:?} {kind}");
            assert_eq!(desk.state(&waits).await.0, "scheduled");
        }
        assert!(desk.events(EventKind::Complained).await.is_empty());
        let words = "says that mail of ours fails SPF, DKIM or DMARC";
        assert!(
            desk.page(&desk.app.admin, "").await.contains(words),
            "{engine:?}"
        );
        assert!(!desk.page(&desk.app.rep, "").await.contains(words));
        desk.app.stop().await;
    }
}

/// The address in the head of the newest mail at which any mail unsubscribes.
fn address_for_no_more(desk: &Posted) -> String {
    let mails = desk.sink.mails();
    let text = String::from_utf8_lossy(&mails.last().unwrap().1).replace("\r\n ", " ");
    let (_, rest) = text.split_once("<mailto:").expect("an address for it");
    rest.split('?').next().unwrap().replace(' ', "")
}

#[tokio::test(flavor = "multi_thread")]
async fn any_mail_to_the_address_for_it_unsubscribes_and_an_automatic_answer_does_not() {
    for engine in Engine::BOTH {
        let desk = with_anna(engine).await;
        desk.mailbox_of(Profile::Google).await;
        desk.sent(ANNA).await;
        let waits = desk.later(HOME).await;
        let at = address_for_no_more(&desk);
        assert!(
            at.starts_with("rep+") && at.ends_with("@team.example"),
            "{at}"
        );
        let to = |at: &str, more: &str, n: u32| {
            format!(
                "From: robot@provider.example\r\nTo: {at}\r\nSubject: whatever\r\nMessage-ID: <no-more-{n}@provider.example>\r\n{more}\r\nx\r\n"
            )
        };
        let forged = at.replacen("rep+", "rep+a", 1);
        let shown = desk.post(&to(&forged, "", 1)).await;
        assert_ne!(shown["kind"], "unsubscribe", "{shown}");
        assert!(desk.suppressed().await.is_empty(), "{engine:?}");
        for more in ["", "Auto-Submitted: auto-generated\r\n"] {
            let shown = desk.post(&to(&at, more, desk.number() + 10)).await;
            assert_eq!(shown["kind"], "unsubscribe", "{engine:?} {shown}");
            assert_eq!(shown["matched_by"], "token");
            assert_eq!(desk.suppressed().await, both("unsubscribed"));
        }
        assert_eq!(
            desk.state(&waits).await,
            ("cancelled".into(), "unsubscribed".into())
        );
        assert_eq!(desk.events(EventKind::Unsubscribed).await.len(), 1, "once");
        desk.app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_in_their_own_words_gets_no_more_mail_and_a_quoted_footer_asks_nothing() {
    for engine in Engine::BOTH {
        let desk = Posted::open(engine).await;
        let asks = [
            "Unsubscribe, please.",
            "Bitte abmelden!",
            "Merci de me désabonner de votre liste",
            "Отписаться, пожалуйста",
        ];
        for (n, text) in asks.iter().enumerate() {
            let person = format!("p{n}@buyer.example");
            let first = desk.sent(&person).await;
            let waits = desk.later(&person).await;
            let shown = desk.post(&desk.answer(&first, &person, "", text)).await;
            assert_eq!(shown["kind"], "unsubscribe", "{engine:?} {text}: {shown}");
            assert_eq!(shown["suppressed"], json!([person]), "{text}");
            assert_eq!(
                desk.state(&waits).await,
                ("cancelled".into(), "unsubscribed".into())
            );
        }
        assert_eq!(desk.suppressed().await.len(), asks.len());
        let first = desk.sent(ANNA).await;
        let quoted = "Sounds good, Tuesday at ten it is.\r\n\r\nOn Mon, 4 May 2026 at 10:00, rep <rep@team.example> wrote:\r\n> Here are the prices.\r\n> Unsubscribe: https://t.example/u/x\r\n> unsubscribe";
        let shown = desk.post(&desk.answer(&first, ANNA, "", quoted)).await;
        assert_eq!(shown["kind"], "reply", "{engine:?} {shown}");
        assert_eq!(shown["may_unsubscribe"], false);
        assert_eq!(shown["suppressed"], json!([]));
        assert_eq!(desk.suppressed().await.len(), asks.len(), "{engine:?}");
        desk.app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_may_ask_for_it_is_asked_of_the_rep_whose_word_counts() {
    for engine in Engine::BOTH {
        for (word, expected) in [("yes", both("unsubscribed")), ("no", Vec::new())] {
            let desk = with_anna(engine).await;
            let first = desk.sent(ANNA).await;
            let shown = desk.post(&desk.answer(&first, ANNA, "", MAY_ASK)).await;
            assert_eq!(shown["kind"], "reply", "{shown}");
            assert_eq!(shown["may_unsubscribe"], true, "{engine:?}");
            assert!(desk.suppressed().await.is_empty(), "nothing by itself");
            let id = shown["id"].as_str().unwrap();
            let thread = format!("threads/{}", shown["thread"]);
            let pages = Pages::sign_in(&desk.app, &desk.app.rep).await;
            let page = pages.read(&thread).await;
            assert!(page.contains("Do they ask for no more mail?"), "{engine:?}");
            let to = pages
                .send(&format!("inbound/{id}/no-more"), &[("wanted", word)])
                .await;
            assert!(to.starts_with(&format!("/{thread}")), "{to}");
            assert_eq!(desk.suppressed().await, expected, "{engine:?} {word}");
            assert!(
                !pages
                    .read(&thread)
                    .await
                    .contains("Do they ask for no more")
            );
            let path = format!("api/v1/inbound/{id}");
            let read: Value = desk
                .app
                .get(&path, &desk.app.rep)
                .await
                .json()
                .await
                .unwrap();
            assert_eq!(read["no_more"], word == "yes");
            // The same over the API, by whom it concerns alone.
            let path = format!("{path}/no-more");
            let body = json!({"wanted": true});
            let status = desk
                .app
                .post(&path, &desk.app.stranger, &body)
                .await
                .status();
            assert_eq!(status, 404);
            let answer = desk.app.post(&path, &desk.app.rep, &body).await;
            let answer: Value = answer.json().await.unwrap();
            assert_eq!(answer["suppressed"], json!([ANNA, HOME]), "{answer}");
            assert_eq!(desk.suppressed().await, both("unsubscribed"), "{engine:?}");
            desk.app.stop().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_left_is_written_to_no_more_and_the_other_address_is_shown() {
    let machine = "Auto-Submitted: auto-replied\r\n";
    let text = "Anna no longer works at Buyer. Please write to ben@buyer.example instead.";
    for engine in Engine::BOTH {
        for is_report in [false, true] {
            let desk = with_anna(engine).await;
            let first = desk.sent(ANNA).await;
            let waits = desk.later(ANNA).await;
            let raw = if is_report {
                let words =
                    "551 5.1.6 <anna@buyer.example> has moved; please try ben@buyer.example";
                desk.report(&first, "failed", "5.1.6", words)
            } else {
                desk.answer(&first, ANNA, machine, text)
            };
            let shown = desk.post(&raw).await;
            assert_eq!(
                shown["alternative"], "ben@buyer.example",
                "{engine:?} {shown}"
            );
            let reason = if is_report {
                "hard_bounce"
            } else {
                "contact_left"
            };
            let one = [(ANNA.to_owned(), reason.to_owned())];
            assert_eq!(
                desk.suppressed().await,
                one,
                "{engine:?}: that address alone"
            );
            assert_eq!(desk.state(&waits).await.0, "cancelled");
            let left = desk.events(EventKind::ContactLeft).await;
            assert_eq!(left.len(), 1, "{engine:?}");
            let page = desk.message_page(&first).await;
            assert!(page.contains("Works there no longer"), "{engine:?}");
            assert!(page.contains("ben@buyer.example"), "{engine:?}");
            let thread = format!("threads/{}", shown["thread"]);
            let page = desk.page(&desk.app.rep, &thread).await;
            assert!(page.contains("Instead: ben@buyer.example"), "{engine:?}");
            desk.app.stop().await;
        }
        // A person who says so of somebody else is there.
        let desk = with_anna(engine).await;
        let first = desk.sent(ANNA).await;
        let raw = desk.answer(&first, ANNA, "", "Ben has left the company, so talk to me.");
        assert_eq!(desk.post(&raw).await["kind"], "reply");
        assert!(desk.suppressed().await.is_empty(), "{engine:?}");
        assert!(desk.events(EventKind::ContactLeft).await.is_empty());
        desk.app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn challenges_and_receipts_stop_nothing_and_start_no_clock() {
    let receipt = "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=disposition-notification; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nYour message was read.\r\n\r\n--b\r\nContent-Type: message/disposition-notification\r\n\r\nFinal-Recipient: rfc822; anna@buyer.example\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n\r\n--b--\r\n";
    for engine in Engine::BOTH {
        let desk = with_anna(engine).await;
        let first = desk.sent(ANNA).await;
        let waits = desk.later(ANNA).await;
        let challenge = desk.answer(
            &first,
            ANNA,
            "Auto-Submitted: auto-replied\r\n",
            "Your message is being held until you confirm that you sent it. Boxbe",
        );
        let receipt = desk.answer(&first, ANNA, "", "").replacen(
            "Content-Type: text/plain; charset=utf-8\r\n\r\n\r\n",
            receipt,
            1,
        );
        for (raw, kind) in [(challenge, "acknowledgement"), (receipt, "read_receipt")] {
            let shown = desk.post(&raw).await;
            assert_eq!(shown["kind"], kind, "{engine:?} {shown}");
            assert_eq!(desk.state(&waits).await.0, "scheduled", "{engine:?} {kind}");
        }
        assert!(desk.events(EventKind::Replied).await.is_empty());
        let inbox = desk.page(&desk.app.rep, "inbox").await;
        assert!(inbox.contains("Nobody waits"), "{engine:?}: no clock runs");
        desk.app.stop().await;
    }
}
