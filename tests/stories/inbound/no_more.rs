//! What people say of a mail that may ask for no more mail: whose addresses it stops, and that no
//! word is lost.

use super::wishes::{ANNA, HOME, MAY_ASK, with_anna};
use crate::support::engines::Engine;
use crate::support::pages::Pages;
use otklik::domain::event::EventKind;
use otklik::store::log;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_colleague_who_asks_for_no_more_asks_for_themselves() {
    const BEN: &str = "ben@buyer.example";
    for engine in Engine::BOTH {
        for others in [&[][..], &["ben@home.example"][..]] {
            let desk = with_anna(engine).await;
            if !others.is_empty() {
                let emails = [&[BEN][..], others].concat();
                let body = json!({"name": "Ben", "emails": emails});
                let made = desk.app.post("api/v1/contacts", &desk.app.rep, &body).await;
                assert_eq!(made.status(), 201);
            }
            let first = desk.sent(ANNA).await;
            let waits = desk.later(ANNA).await;
            let shown = desk.post(&desk.answer(&first, BEN, "", MAY_ASK)).await;
            assert_eq!(shown["may_unsubscribe"], true, "{engine:?} {shown}");
            let path = format!("api/v1/inbound/{}/no-more", shown["id"].as_str().unwrap());
            let body = json!({"wanted": true});
            let answer = desk.app.post(&path, &desk.app.rep, &body).await;
            assert_eq!(answer.status(), 200, "{engine:?}");
            let bens = [&[BEN][..], others].concat();
            let bens: Vec<_> = bens
                .iter()
                .map(|one| ((*one).to_owned(), "unsubscribed".to_owned()))
                .collect();
            assert_eq!(desk.suppressed().await, bens, "{engine:?}");
            assert_eq!(desk.state(&waits).await.0, "scheduled", "{engine:?}");
            let told = desk.events(EventKind::Unsubscribed).await;
            assert_eq!(told.len(), 1, "{engine:?}");
            assert_eq!(told[0].event.delivery, None, "not by the copy to Anna");
            desk.app.stop().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_words_at_once_neither_overwrites_the_other() {
    for engine in Engine::BOTH {
        let desk = with_anna(engine).await;
        let first = desk.sent(ANNA).await;
        let shown = desk.post(&desk.answer(&first, ANNA, "", MAY_ASK)).await;
        let mail = format!("api/v1/inbound/{}", shown["id"].as_str().unwrap());
        let path = format!("{mail}/no-more");
        // Both have read the mail before the first of them may write.
        let mut tx = desk.app.ctx.store.begin().await.unwrap();
        log::append(&mut tx, &[]).await.unwrap();
        let say = async |wanted: bool, after_ms: u64| {
            tokio::time::sleep(Duration::from_millis(after_ms)).await;
            let body = json!({"wanted": wanted});
            let answer = desk.app.post(&path, &desk.app.rep, &body).await;
            answer.status().as_u16()
        };
        let release = async {
            tokio::time::sleep(Duration::from_millis(900)).await;
            tx.rollback().await.unwrap();
        };
        let (wanted, not_meant, ()) = tokio::join!(say(true, 0), say(false, 400), release);
        assert_eq!(wanted, 200, "{engine:?}");
        // A busy machine may have let the second in first.
        assert!(matches!(not_meant, 200 | 409), "{engine:?} {not_meant}");
        let read = desk.app.get(&mail, &desk.app.rep).await;
        let read: Value = read.json().await.unwrap();
        assert_eq!(read["no_more"], true, "{engine:?}");
        assert_eq!(read["suppressed"], json!([ANNA, HOME]), "{engine:?}");
        desk.app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_on_a_mail_that_asks_for_nothing_is_not_taken() {
    for engine in Engine::BOTH {
        let desk = with_anna(engine).await;
        let first = desk.sent(ANNA).await;
        let text = "Sounds good, Tuesday at ten it is.";
        let shown = desk.post(&desk.answer(&first, ANNA, "", text)).await;
        let id = shown["id"].as_str().unwrap();
        let path = format!("api/v1/inbound/{id}/no-more");
        let body = json!({"wanted": true});
        let answer = desk.app.post(&path, &desk.app.rep, &body).await;
        assert_eq!(answer.status(), 409, "{engine:?}");
        let pages = Pages::sign_in(&desk.app, &desk.app.rep).await;
        let path = format!("inbound/{id}/no-more");
        let answer = pages.post(&path, &[("wanted", "yes")]).await;
        assert_eq!(answer.status(), 409, "{engine:?}");
        assert!(desk.suppressed().await.is_empty(), "{engine:?}");
        desk.app.stop().await;
    }
}
