//! A mailbox is connected, tried, and disconnected over the API as on its page: of the two sign-ins
//! it is said which fails and what to do. And single entries of the suppression list.

use super::posted::Posted;
use crate::support::app::Person;
use crate::support::engines::Engine;
use crate::support::pages::Pages;
use reqwest::Method;
use serde_json::{Value, json};

async fn ask(
    desk: &Posted,
    method: Method,
    path: &str,
    person: &Person,
    body: Value,
) -> (u16, Value) {
    let request = desk.app.ask(method, &format!("api/v1/{path}"), person);
    let answer = request.json(&body).send().await.unwrap();
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or_default())
}

/// A port where nobody listens.
fn nobody() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_is_set_up_connected_again_and_disconnected_and_tells_no_secret() {
    for engine in Engine::BOTH {
        let desk = Posted::open(engine).await;
        let (rep, admin) = (&desk.app.rep, &desk.app.admin);
        let new = json!({"address": "rep@team.example", "user": desk.app.rep.viewer.user.0});
        let (status, made) = ask(&desk, Method::POST, "mailboxes", admin, new).await;
        assert_eq!(status, 201, "{made}");
        let id = made["id"].as_str().unwrap().to_owned();
        let path = format!("mailboxes/{id}/access");
        let none = ask(&desk, Method::GET, &path, rep, json!({})).await;
        assert_eq!(
            (none.0, &none.1["state"]),
            (200, &json!("none")),
            "{engine:?}"
        );
        let again = ask(
            &desk,
            Method::POST,
            &format!("{path}/reconnect"),
            rep,
            json!({}),
        )
        .await;
        assert_eq!(again.0, 409, "there is nothing to connect again");

        // The server is set by an administrator, the password by its owner; neither is shown.
        let url = format!("imap://{}", nobody());
        let server = json!({"imap_url": url});
        assert_eq!(
            ask(&desk, Method::PUT, &path, rep, server.clone()).await.0,
            422
        );
        let wrong = json!({"imap_url": "http://x", "sent": "someone", "read_from": "May"});
        let (status, problem) = ask(&desk, Method::PUT, &path, admin, wrong).await;
        assert_eq!(status, 422);
        assert_eq!(problem["errors"].as_array().unwrap().len(), 3, "{problem}");
        assert_eq!(ask(&desk, Method::PUT, &path, admin, server).await.0, 200);
        let own = json!({"password": "s3cret", "sent": "append", "excluded": ["Family"]});
        let (status, shown) = ask(&desk, Method::PUT, &path, rep, own).await;
        assert_eq!(status, 200, "{shown}");
        assert_eq!(shown["password"], "***");
        assert_eq!(
            (&shown["sent"], &shown["state"]),
            (&json!("append"), &json!("waiting"))
        );
        assert!(!shown.to_string().contains("s3cret"));
        let stranger = ask(&desk, Method::GET, &path, &desk.app.stranger, json!({})).await;
        assert_eq!(stranger.0, 404);

        let again = ask(
            &desk,
            Method::POST,
            &format!("{path}/reconnect"),
            rep,
            json!({}),
        )
        .await;
        assert_eq!(
            (again.0, &again.1["state"]),
            (200, &json!("waiting")),
            "{engine:?}"
        );
        assert_eq!(
            ask(&desk, Method::DELETE, &path, rep, json!({})).await.0,
            204
        );
        assert_eq!(
            ask(&desk, Method::DELETE, &path, rep, json!({})).await.0,
            404
        );
        let gone = ask(&desk, Method::GET, &path, rep, json!({})).await.1;
        assert_eq!(
            (&gone["state"], &gone["password"]),
            (&json!("none"), &Value::Null)
        );
        desk.app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_sign_ins_are_tried_and_the_one_that_fails_is_named_with_what_to_do() {
    for engine in Engine::BOTH {
        let desk = Posted::open(engine).await;
        let (rep, admin) = (&desk.app.rep, &desk.app.admin);
        let new = json!({"address": "rep@team.example", "user": desk.app.rep.viewer.user.0});
        let (_, made) = ask(&desk, Method::POST, "mailboxes", admin, new).await;
        let id = made["id"].as_str().unwrap().to_owned();
        let path = format!("mailboxes/{id}/access");
        let own = json!({"imap_url": format!("imap://{}", nobody()), "password": "s3cret"});
        assert_eq!(ask(&desk, Method::PUT, &path, admin, own).await.0, 200);

        // Sending through the installation, then through a server of its own that takes mail, then
        // through one that is away.
        let test = format!("{path}/test");
        let (status, tried) = ask(&desk, Method::POST, &test, rep, json!({})).await;
        assert_eq!(status, 200, "{tried}");
        assert_eq!(
            (&tried["reading"]["works"], &tried["reading"]["next"]),
            (&json!(false), &json!("later"))
        );
        assert!(
            tried["reading"]["advice"]
                .as_str()
                .unwrap()
                .contains("name and port")
        );
        assert_eq!(
            (&tried["sending"]["works"], &tried["sending"]["way"]),
            (&json!(true), &json!("installation"))
        );
        for (relay, works) in [
            (desk.sink.url.clone(), true),
            (format!("smtp://{}", nobody()), false),
        ] {
            let relay = json!({"smtp_url": relay});
            let changed = ask(
                &desk,
                Method::PATCH,
                &format!("mailboxes/{id}"),
                admin,
                relay,
            )
            .await;
            assert_eq!(changed.0, 200, "{}", changed.1);
            let (_, tried) = ask(&desk, Method::POST, &test, rep, json!({})).await;
            assert_eq!(tried["sending"]["works"], works, "{engine:?} {tried}");
        }
        let pages = Pages::sign_in(&desk.app, rep).await;
        let page = pages
            .post(&format!("settings/mailboxes/{id}/access/try"), &[])
            .await;
        let page = page.text().await.unwrap();
        for words in ["Reading:", "Sending:", "What to do: check the server"] {
            assert!(page.contains(words), "{engine:?}: {words}");
        }
        desk.app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_of_the_list_is_found_by_its_id_and_by_its_address() {
    for engine in Engine::BOTH {
        let desk = Posted::open(engine).await;
        let admin = &desk.app.admin;
        let body = json!({"address": "No@buyer.example"});
        assert_eq!(
            ask(&desk, Method::POST, "suppressions", admin, body)
                .await
                .0,
            201
        );
        let path = "suppressions?address=no@buyer.example";
        let found = ask(&desk, Method::GET, path, admin, json!({})).await.1;
        let entry = &found["items"][0];
        assert_eq!(entry["reason"], "manual", "{engine:?} {found}");
        let one = format!("suppressions/{}", entry["id"].as_str().unwrap());
        let read = ask(&desk, Method::GET, &one, admin, json!({})).await;
        assert_eq!((read.0, &read.1), (200, entry));
        assert_eq!(
            ask(&desk, Method::GET, &one, &desk.app.rep, json!({}))
                .await
                .0,
            404
        );
        let none = ask(
            &desk,
            Method::GET,
            "suppressions?address=yes@buyer.example",
            admin,
            json!({}),
        );
        assert_eq!(none.await.1["items"], json!([]));
        assert_eq!(
            ask(
                &desk,
                Method::GET,
                "suppressions?address=x",
                admin,
                json!({})
            )
            .await
            .0,
            422
        );
        assert_eq!(
            ask(&desk, Method::DELETE, &one, admin, json!({})).await.0,
            204
        );
        assert_eq!(
            ask(&desk, Method::GET, &one, admin, json!({})).await.0,
            404,
            "{engine:?}"
        );
        desk.app.stop().await;
    }
}
