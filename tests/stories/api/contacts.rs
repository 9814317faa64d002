//! Contacts over the API: written, found, changed, erased.

use super::site::{Site, answer};
use crate::support::engines::Engine;
use reqwest::Method;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_is_written_found_and_changed() {
    for engine in Engine::BOTH {
        let site = Site::start(engine).await;
        let body = json!({
            "name": "Änne Müller", "emails": ["Anne@Client.example", "a.mueller@client.example"],
            "timezone": "Europe/Berlin", "language": "de", "decision_maker": true,
            "fields": {"seats": 12, "plan": "pro"},
            "tracking": {"opens": false, "consent": {"at": "2026-01-02T03:04:05Z",
                "source": "form", "wording": "I agree"}},
            "source": "crm", "external_id": "77",
        });
        let (status, made) = site.post("/contacts", &site.rep, &body).await;
        assert_eq!(status, 201, "{made}");
        assert_eq!(made["emails"][0], "anne@client.example");
        assert_eq!(made["fields"], json!({"seats": "12", "plan": "pro"}));
        assert_eq!(
            made["tracking"]["consent"]["at"],
            "2026-01-02T03:04:05.000Z"
        );
        let path = format!("/contacts/{}", made["id"].as_str().unwrap());
        assert_eq!(site.get(&path, &site.rep).await.1, made);
        for q in ["client.example", "müller", "änne", "a.mue"] {
            let (_, found) = site.get(&format!("/contacts?q={q}"), &site.rep).await;
            assert_eq!(found["items"][0]["id"], made["id"], "{engine:?} {q}");
        }
        assert_eq!(
            site.get("/contacts?q=%25", &site.rep).await.1["items"],
            json!([])
        );

        let change = json!({"timezone": null, "name": "Anne"});
        let request = site.ask(&Method::PATCH, &path, &site.rep).json(&change);
        let (status, changed) = answer(request).await;
        assert_eq!((status, &changed["timezone"]), (200, &json!(null)));
        assert_eq!(changed["language"], "de");

        let (status, twice) = site.post("/contacts", &site.rep, &body).await;
        assert_eq!(
            (status, &twice["type"]),
            (409, &json!("/problems/conflict"))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_a_list_hold_everything_once() {
    let site = Site::start(Engine::Sqlite).await;
    for n in 0..7 {
        site.contact(&site.rep, &format!("c{n}@client.example"))
            .await;
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let (_, page) = site
            .get(&format!("/contacts?limit=3{cursor}"), &site.rep)
            .await;
        for item in page["items"].as_array().unwrap() {
            seen.push(item["emails"][0].as_str().unwrap().to_owned());
        }
        let Some(next) = page["next"].as_str() else {
            break;
        };
        cursor = format!("&cursor={next}");
    }
    let expected: Vec<_> = (0..7)
        .rev()
        .map(|n| format!("c{n}@client.example"))
        .collect();
    assert_eq!(seen, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_contact_leaves_rows_that_name_nobody() {
    for engine in Engine::BOTH {
        let site = Site::start(engine).await;
        let contact = site.contact(&site.rep, "gone@client.example").await;
        let message = site.message(&site.rep, &contact.to_string()).await;
        let path = format!("/contacts/{contact}");
        let (status, export) = site.get(&format!("{path}/export"), &site.rep).await;
        assert_eq!(
            (status, export["messages"].as_array().unwrap().len()),
            (200, 1)
        );
        let erase = answer(site.ask(&Method::DELETE, &path, &site.rep)).await;
        assert_eq!(erase.0, 204, "{erase:?}");
        assert_eq!(site.get(&path, &site.rep).await.0, 404);

        let (_, left) = site.get(&format!("/messages/{message}"), &site.rep).await;
        assert_eq!(left["state"], "cancelled");
        assert!(!left.to_string().contains("gone@client"), "{left}");
        let (_, list) = site.get("/suppressions", &site.admin).await;
        assert_eq!(list["items"][0]["address"], json!(null), "{list}");
        assert!(
            !site
                .get("/events", &site.admin)
                .await
                .1
                .to_string()
                .contains("gone@client")
        );

        // A new import is not written to: the keyed hash is on the list.
        let again = json!({"address": "gone@client.example"});
        let (status, known) = site.post("/suppressions", &site.rep, &again).await;
        assert_eq!(
            (status, &known["was_new"]),
            (201, &json!(false)),
            "{engine:?}"
        );
    }
}
