//! Touches over the API: calls with their results, what is told late or wrong, how conversations
//! went, and who decides.

use super::site::{Person, Site, answer, id};
use crate::support::engines::Engine;
use crate::support::world::START;
use otklik::domain::clock::{Clock, DAY_MS, HOUR_MS, MINUTE_MS};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

/// A contact of the rep, and a clock that is moved by hand: Monday at eight.
async fn site(engine: Engine) -> (Site, Uuid) {
    let site = Site::on(engine, Clock::manual(START)).await;
    let anna = site.contact(&site.rep, "anna@client.example").await;
    (site, anna)
}

/// They write to us now: the touch that opens a wait.
async fn writes(site: &Site, contact: Uuid) -> Value {
    let body = json!({"contact": contact, "channel": "email", "direction": "in", "words": 12});
    let (status, made) = site.post("/touches", &site.rep, &body).await;
    assert_eq!(status, 201, "{made}");
    made
}

/// A call to them now, with what else is said of it.
async fn call(site: &Site, contact: Uuid, result: &str, more: Value) -> (u16, Value) {
    let mut body = json!({"contact": contact, "channel": "call", "result": result});
    let more = more.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(more);
    site.post("/touches", &site.rep, &body).await
}

async fn state(site: &Site, wait: &Value) -> Value {
    let (status, shown) = site
        .get(&format!("/episodes/{}", id(wait)), &site.rep)
        .await;
    assert_eq!(status, 200, "{shown}");
    shown
}

/// The whole of response time in May.
async fn report(site: &Site) -> Value {
    let path = "/reports/response-time?from=2026-05-01&to=2026-06-01";
    let (status, report) = site.get(path, &site.admin).await;
    assert_eq!(status, 200, "{report}");
    report
}

fn field(problem: &Value) -> &str {
    problem["errors"][0]["field"].as_str().unwrap_or("")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_has_a_result_and_answers_when_they_spoke() {
    for engine in Engine::BOTH {
        let (site, anna) = site(engine).await;
        let wait = writes(&site, anna).await;
        assert_eq!(wait["rep"], site.rep.id(), "who owned the contact then");
        site.ctx.clock.advance(10 * MINUTE_MS);
        let bare = json!({"contact": anna, "channel": "call"});
        let (status, problem) = site.post("/touches", &site.rep, &bare).await;
        assert_eq!((status, field(&problem)), (422, "result"));
        for result in ["voicemail", "no_answer", "busy", "wrong_number"] {
            let (status, made) = call(&site, anna, result, json!({})).await;
            assert_eq!((status, &made["conversation"]), (201, &json!(false)));
        }
        let claimed = json!({"outcome": "interested"});
        let (status, problem) = call(&site, anna, "voicemail", claimed).await;
        assert_eq!((status, field(&problem)), (422, "outcome"), "nobody spoke");
        let tried = state(&site, &wait).await;
        assert_eq!(
            (&tried["state"], &tried["closed_at"]),
            (&json!("open"), &Value::Null)
        );
        assert_eq!(tried["attempted_at"], "2026-05-04T08:10:00.000Z");

        site.ctx.clock.advance(20 * MINUTE_MS);
        let body = json!({"contact": anna, "channel": "call", "result": "connected", "note": "She asks for ten.",
            "recording_url": "https://calls.example/7", "outcome": "later", "later": "2026-09-01"});
        let request = || {
            let request = site.ask(&Method::POST, "/touches", &site.rep);
            answer(request.header("Idempotency-Key", "call-7").json(&body))
        };
        let (status, made) = request().await;
        assert_eq!((status, &made["conversation"]), (201, &json!(true)));
        assert_eq!(
            (&made["outcome"], &made["later"]),
            (&json!("later"), &json!("2026-09-01"))
        );
        assert_eq!(
            request().await,
            (201, made.clone()),
            "{engine:?}: made once"
        );
        assert_eq!(state(&site, &wait).await["state"], "answered");
        let (_, list) = site
            .get(&format!("/touches?contact={anna}"), &site.rep)
            .await;
        assert_eq!(list["items"].as_array().unwrap().len(), 6);
        assert_eq!(list["items"][0], made);

        site.ctx.clock.advance(HOUR_MS);
        let row = &report(&site).await["rows"][0];
        assert_eq!((&row["n"], &row["of"]), (&json!(1), &json!(1)), "{row}");
        assert_eq!(
            (&row["self_reported"], &row["late"]),
            (&json!(1), &json!(0))
        );
        assert_eq!(
            (&row["attempted"], &row["answered"]),
            (&json!(1), &json!(1))
        );
        others_do_not_reach_it(&site, anna, &made).await;
    }
}

async fn others_do_not_reach_it(site: &Site, anna: Uuid, made: &Value) {
    let path = format!("/touches/{}", id(made));
    let before = site.head().await;
    assert_eq!(site.get(&path, &site.stranger).await.0, 404);
    let outcome = json!({"outcome": "refused"});
    assert_eq!(site.patch(&path, &site.stranger, &outcome).await.0, 404);
    assert_eq!(site.delete(&path, &site.stranger).await.0, 404);
    let body = json!({"contact": anna, "channel": "call", "result": "busy"});
    let (status, problem) = site.post("/touches", &site.stranger, &body).await;
    assert_eq!((status, field(&problem)), (422, "contact"));
    assert_eq!(site.head().await, before, "nothing happened");
    // The author of a touch stays its author when the contact is given to somebody else.
    let give = json!({"owner": site.manager.id()});
    let (status, _) = site
        .patch(&format!("/contacts/{anna}"), &site.admin, &give)
        .await;
    assert_eq!(status, 200);
    let (_, shown) = site.get(&path, &site.manager).await;
    assert_eq!(shown["rep"], site.rep.id());
}

/// A call at quarter past eight on Monday, told now.
async fn told(site: &Site, contact: Uuid) -> Value {
    let when = START.plus(15 * MINUTE_MS).rfc3339();
    let (status, made) = call(site, contact, "connected", json!({"at": when})).await;
    assert_eq!(status, 201, "{made}");
    made
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_late_answers_and_not_within_the_hour() {
    for engine in Engine::BOTH {
        let (site, anna) = site(engine).await;
        let boris = site.contact(&site.rep, "boris@client.example").await;
        let (first, second) = (writes(&site, anna).await, writes(&site, boris).await);
        site.ctx.clock.advance(24 * HOUR_MS);
        let call_to_boris = told(&site, boris).await;
        site.ctx.clock.advance(2 * HOUR_MS);
        told(&site, anna).await;
        for wait in [&first, &second] {
            let shown = state(&site, wait).await;
            assert_eq!(shown["state"], "answered");
            assert_eq!(shown["closed_at"], "2026-05-04T08:15:00.000Z");
        }
        let seen = report(&site).await;
        let row = &seen["rows"][0];
        assert_eq!((&row["n"], &row["of"]), (&json!(1), &json!(2)), "{row}");
        assert_eq!((&row["late"], &row["answered"]), (&json!(1), &json!(2)));
        let notes = seen["notes"].as_array().unwrap();
        assert!(notes.iter().any(|note| note["code"] == "told_late"));

        let ahead = |ms: i64| site.ctx.clock.now().plus(ms).rfc3339();
        let future = json!({"at": ahead(10 * MINUTE_MS)});
        let (status, problem) = call(&site, anna, "busy", future).await;
        assert_eq!((status, field(&problem)), (422, "at"));
        // Another clock may be a little ahead of ours.
        let (status, made) = call(&site, anna, "busy", json!({"at": ahead(MINUTE_MS)})).await;
        assert_eq!(
            (status, &made["at"]),
            (201, &json!(site.ctx.clock.now().rfc3339()))
        );

        // It was no conversation after all: Boris waits again; then it is withdrawn altogether.
        let path = format!("/touches/{}", id(&call_to_boris));
        let (status, mended) = site
            .patch(&path, &site.rep, &json!({"result": "no_answer"}))
            .await;
        assert_eq!((status, &mended["conversation"]), (200, &json!(false)));
        let open = state(&site, &second).await;
        assert_eq!(
            (&open["state"], open["attempted_at"].is_string()),
            (&json!("open"), true)
        );
        assert_eq!(site.delete(&path, &site.rep).await.0, 204);
        assert_eq!(site.delete(&path, &site.rep).await.0, 404);
        let open = state(&site, &second).await;
        assert_eq!(
            (&open["state"], &open["attempted_at"]),
            (&json!("open"), &Value::Null)
        );
        let row = &report(&site).await["rows"][0];
        assert_eq!(
            (&row["n"], &row["waiting"]),
            (&json!(0), &json!(1)),
            "{engine:?}"
        );
    }
}

/// A mail of a contact, as it comes in.
async fn arrives(site: &Site, from: &str, text: &str) -> Value {
    let when = site.ctx.clock.now().0;
    let mail = format!(
        "From: <{from}>\r\nTo: rep@team.example\r\nSubject: Your offer\r\nMessage-ID: <{when}@client.example>\r\n\
        Date: Mon, 04 May 2026 08:00:00 +0000\r\n\r\n{text}\r\n"
    );
    let request = site.ask(&Method::POST, "/inbound", &site.admin);
    let request = request.header("Content-Type", "message/rfc822").body(mail);
    let (status, made) = answer(request).await;
    assert_eq!(status, 202, "{made}");
    made
}

#[tokio::test(flavor = "multi_thread")]
async fn words_suggest_an_outcome_and_the_rep_says_it() {
    for engine in Engine::BOTH {
        let (site, anna) = site(engine).await;
        arrives(
            &site,
            "anna@client.example",
            "Thanks, but we are not interested.",
        )
        .await;
        let list = format!("/touches?contact={anna}");
        let (_, found) = site.get(&list, &site.rep).await;
        let touch = &found["items"][0];
        assert_eq!(
            (&touch["channel"], &touch["conversation"]),
            (&json!("email"), &json!(true))
        );
        assert_eq!(
            (&touch["suggested"], &touch["outcome"]),
            (&json!("refused"), &Value::Null)
        );
        let words = touch["suggested_by"].as_str().unwrap();
        assert!(
            "Thanks, but we are not interested.".contains(words),
            "{words}"
        );

        let path = format!("/touches/{}", id(touch));
        for (change, wrong) in [
            (json!({"outcome": "maybe"}), "outcome"),
            (
                json!({"outcome": "refused", "later": "2026-09-01"}),
                "later",
            ),
            (json!({"outcome": "later", "later": "September"}), "later"),
            // A mail is what it is.
            (json!({"at": "2026-05-01T10:00:00Z"}), "id"),
            (json!({"note": "She was friendly."}), "id"),
            (json!({"result": "busy"}), "result"),
        ] {
            let (status, problem) = site.patch(&path, &site.rep, &change).await;
            assert_eq!(
                (status, field(&problem)),
                (422, wrong),
                "{change}: {problem}"
            );
        }
        let (status, problem) = site.delete(&path, &site.rep).await;
        assert_eq!((status, field(&problem)), (422, "id"));

        let later = json!({"outcome": "later", "later": "2026-09-01"});
        let (status, said) = site.patch(&path, &site.rep, &later).await;
        assert_eq!(
            (status, &said["later"]),
            (200, &json!("2026-09-01")),
            "{engine:?}"
        );
        let (_, said) = site
            .patch(&path, &site.manager, &json!({"outcome": "refused"}))
            .await;
        assert_eq!(
            (&said["outcome"], &said["later"]),
            (&json!("refused"), &Value::Null)
        );
        assert_eq!(
            said["suggested"], "refused",
            "what the words say is kept beside it"
        );
        let (_, attempt) = call(&site, anna, "voicemail", json!({})).await;
        let path = format!("/touches/{}", id(&attempt));
        let (status, problem) = site
            .patch(&path, &site.rep, &json!({"outcome": "refused"}))
            .await;
        assert_eq!((status, field(&problem)), (422, "outcome"));
    }
}

/// A contact of a company.
async fn of_company(site: &Site, company: Uuid, email: &str, decides: bool) -> Uuid {
    let body =
        json!({"name": email, "emails": [email], "account": company, "decision_maker": decides});
    let (status, made) = site.post("/contacts", &site.rep, &body).await;
    assert_eq!(status, 201, "{made}");
    id(&made)
}

async fn company(site: &Site, name: &str, person: &Person) -> Uuid {
    let (status, made) = site.post("/accounts", person, &json!({"name": name})).await;
    assert_eq!(status, 201, "{made}");
    id(&made)
}

/// The share reaching a decision maker, by how soon we answered.
async fn reached(site: &Site) -> Vec<Value> {
    let report = report(site).await;
    let series = report["series"].as_array().unwrap().iter();
    let mut found = series.filter(|series| series["name"] == "reached_decision_maker");
    found.next().unwrap()["y"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_decides_is_reached_the_sooner_we_answer_or_not() {
    for engine in Engine::BOTH {
        let site = Site::on(engine, Clock::manual(START)).await;
        let (quick, slow) = (
            company(&site, "Quick", &site.admin).await,
            company(&site, "Slow", &site.admin).await,
        );
        let boss = of_company(&site, quick, "boss@quick.example", true).await;
        let other = of_company(&site, slow, "boss@slow.example", true).await;
        let mut answered = Vec::new();
        for n in 0..10 {
            let quick = of_company(&site, quick, &format!("c{n}@quick.example"), false).await;
            let slow = of_company(&site, slow, &format!("c{n}@slow.example"), false).await;
            writes(&site, quick).await;
            writes(&site, slow).await;
            answered.push(quick);
        }
        site.ctx.clock.advance(10 * MINUTE_MS);
        for contact in answered {
            assert_eq!(call(&site, contact, "connected", json!({})).await.0, 201);
        }
        // A message on the machine reaches nobody.
        assert_eq!(call(&site, other, "voicemail", json!({})).await.0, 201);
        site.ctx.clock.advance(3 * DAY_MS);
        assert_eq!(call(&site, boss, "connected", json!({})).await.0, 201);
        let none: Vec<Value> = vec![Value::Null; 8];
        assert_eq!(
            reached(&site).await,
            none,
            "within thirty days nothing is said"
        );
        site.ctx.clock.advance(28 * DAY_MS);
        let mut expected = none.clone();
        // Answered within a quarter of an hour; never answered.
        (expected[1], expected[7]) = (json!(1.0), json!(0.0));
        assert_eq!(reached(&site).await, expected, "{engine:?}");
        let path = format!("/contacts/{boss}");
        let change = json!({"decision_maker": false});
        let (status, _) = site.patch(&path, &site.rep, &change).await;
        assert_eq!(status, 200);
        expected[1] = json!(0.0);
        assert_eq!(reached(&site).await, expected, "{engine:?}");
    }
}
