//! Somebody is away: what was to go to them waits until the day they are back, or for the rep where
//! that day cannot be read surely.

use super::posted::Posted;
use crate::support::engines::Engine;
use crate::support::pages::Pages;
use otklik::domain::clock::DAY_MS;
use otklik::domain::event::EventKind;

const ANNA: &str = "anna@buyer.example";
const MACHINE: &str = "Auto-Submitted: auto-replied\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn an_absence_holds_what_waits_until_the_day_of_return_and_then_it_goes() {
    for engine in Engine::BOTH {
        let desk = Posted::open(engine).await;
        let clock = &desk.app.ctx.clock;
        let first = desk.sent(ANNA).await;
        let (queued, scheduled) = (desk.write(ANNA).await, desk.later(ANNA).await);
        let text = "I am out of the office and will be back on 18 May 2026.";
        let shown = desk.post(&desk.answer(&first, ANNA, MACHINE, text)).await;
        assert_eq!(shown["kind"], "out_of_office", "{shown}");
        assert_eq!(
            shown["away_until"], "2026-05-18T00:00:00.000Z",
            "{engine:?}"
        );
        for letter in [&queued, &scheduled] {
            let shown = desk.message(letter).await;
            assert_eq!(shown["reason"]["code"], "out_of_office", "{engine:?}");
            assert_eq!(shown["waits_until"], "2026-05-18T00:00:00.000Z");
            let page = desk.message_page(letter).await;
            assert!(page.contains("goes out when they are back"), "{engine:?}");
        }
        assert_eq!(desk.events(EventKind::OutOfOffice).await.len(), 1);
        assert!(
            desk.events(EventKind::Replied).await.is_empty(),
            "no answer"
        );
        let inbox = desk.page(&desk.app.rep, "inbox").await;
        assert!(inbox.contains("Nobody waits"), "{engine:?}: no clock runs");
        let body = serde_json::json!({"to": ANNA, "subject": "Hi", "text": "Hi", "dry_run": true});
        let preview = desk.app.post("api/v1/messages", &desk.app.rep, &body).await;
        let preview = preview.text().await.unwrap();
        assert!(preview.contains("recipient_away") && preview.contains("2026-05-18"));
        clock.advance(13 * DAY_MS);
        desk.drain().await;
        assert_eq!(desk.arrived(ANNA), 1, "{engine:?}: nothing on the 17th");
        clock.advance(DAY_MS);
        desk.drain().await;
        assert_eq!(desk.arrived(ANNA), 3, "{engine:?}: both on the 18th");
        for letter in [&queued, &scheduled] {
            assert_eq!(desk.state(letter).await, ("sent".into(), String::new()));
        }
        desk.app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unclear_or_very_long_absence_is_the_reps_to_decide() {
    for engine in Engine::BOTH {
        for (text, until) in [
            (
                "I am out of the office. In urgent cases call my colleagues.",
                None,
            ),
            (
                "I am on parental leave and will be back on 4 May 2027.",
                Some("2026-08-12T00:00:00.000Z"),
            ),
            ("I am out of the office until 06/05/2026.", None),
        ] {
            let desk = Posted::open(engine).await;
            let first = desk.sent(ANNA).await;
            let waits = desk.later(ANNA).await;
            let shown = desk.post(&desk.answer(&first, ANNA, MACHINE, text)).await;
            assert_eq!(shown["kind"], "out_of_office", "{text} {shown}");
            if let Some(until) = until {
                assert_eq!(shown["away_until"], until, "{engine:?}: 100 days at most");
                assert_eq!(shown["ambiguous_return"], true);
            }
            assert_eq!(
                desk.state(&waits).await,
                ("held".into(), "away_unclear".into()),
                "{text}"
            );
            let pages = Pages::sign_in(&desk.app, &desk.app.rep).await;
            assert!(
                pages.read("").await.contains("Look when to send it"),
                "{engine:?}"
            );
            let delivery = desk.delivery(&waits).await.id.to_string();
            let path = format!("messages/{}/resend", waits.id);
            pages.send(&path, &[("delivery", &delivery)]).await;
            desk.drain().await;
            assert_eq!(
                desk.arrived(ANNA),
                2,
                "{engine:?}: sent when the rep says so"
            );
            desk.app.stop().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_answers_from_their_absence_stops_what_waited_and_an_invitation_taken_counts_as_one() {
    let accept = "MIME-Version: 1.0\r\nContent-Type: text/calendar; method=REPLY; charset=utf-8\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:1@team.example\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:anna@buyer.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    for engine in Engine::BOTH {
        for is_invitation in [false, true] {
            let desk = Posted::open(engine).await;
            let first = desk.sent(ANNA).await;
            let waits = desk.later(ANNA).await;
            let text = "I am out of the office and will be back on 18 May 2026.";
            desk.post(&desk.answer(&first, ANNA, MACHINE, text)).await;
            let mut raw = desk.answer(&first, ANNA, "", "Tuesday suits me.");
            if is_invitation {
                let (head, _) = raw.split_once("Content-Type").unwrap();
                raw = format!("{head}{accept}");
            }
            let shown = desk.post(&raw).await;
            let kind = if is_invitation { "calendar" } else { "reply" };
            assert_eq!(shown["kind"], kind, "{engine:?} {shown}");
            assert_eq!(
                desk.state(&waits).await,
                ("cancelled".into(), "replied".into())
            );
            let inbox = desk.page(&desk.app.rep, "inbox").await;
            assert!(inbox.contains("waits for your answer"), "{engine:?} {kind}");
            desk.app.stop().await;
        }
    }
}
