//! Hostile bodies: refused with a clear 4xx, nothing half-written, no event.

use super::site::{Site, answer};
use crate::support::engines::Engine;
use otklik::web::api::description;
use reqwest::Method;
use serde_json::{Value, json};

/// A body that each creating operation takes.
fn valid(path: &str) -> Value {
    match path {
        "/contacts" => json!({"name": "Anna", "emails": ["anna@client.example"], "timezone": "UTC",
            "language": "en", "source": "crm", "external_id": "1"}),
        "/messages" => json!({"to": "anna@client.example", "subject": "Hi", "text": "Hi",
            "attachments": [{"name": "a.txt", "media_type": "text/plain", "data": "YQ=="}]}),
        "/accounts" => json!({"name": "Client", "domain": "client.example", "source": "crm",
            "external_id": "1"}),
        "/content" => json!({"name": "Deck", "url": "https://example.org/deck"}),
        "/templates" => json!({"name": "Hello", "subject": "Hi", "text": "Hi"}),
        "/mailboxes" => json!({"address": "sales@team.example", "name": "Sales",
            "smtp_url": "smtps://mail.example.org", "paused_reason": "new"}),
        "/users" => json!({"email": "new@team.example", "name": "New", "role": "rep",
            "language": "en"}),
        "/teams" => json!({"name": "Third"}),
        "/suppressions" => json!({"address": "no@client.example"}),
        "/destinations" => json!({"action": "block", "kind": "destination",
            "ref": "https://example.org/x", "reason": "phishing"}),
        "/me/tokens" => json!({"name": "ci"}),
        other => panic!("give a valid body for POST {other}"),
    }
}

/// Operations whose bodies name what must be there already, or hold lists of lists.
const NAMING: [&str; 3] = ["/touches", "/calendars", "/deputies"];

/// Operations that make something; marking notices as seen makes nothing.
fn creating() -> Vec<String> {
    let paths = description().paths.paths.iter();
    paths
        // A mail is taken as it is, however broken.
        .filter(|(path, _)| path.as_str() != "/inbound")
        .filter(|(path, item)| item.post.is_some() && !path.contains('{'))
        .filter(|(path, _)| *path != "/notices/seen")
        // What names others, or nests, has a story of its own below.
        .filter(|(path, _)| !NAMING.contains(&path.as_str()))
        .map(|(path, _)| path.clone())
        .collect()
}

/// Fields whose text is a body of its own and may have lines.
const LINES: &[&str] = &["text", "html", "data"];

/// `body` with `bad` appended to each text in turn.
fn poisoned(body: &Value, bad: &str) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    let fields = body.as_object().unwrap().iter();
    for (name, value) in fields.filter(|(name, _)| !LINES.contains(&name.as_str())) {
        let mut copy = body.clone();
        match value {
            Value::String(text) => copy[name] = json!(format!("{text}{bad}")),
            Value::Array(items) if items[0].is_string() => {
                copy[name][0] = json!(format!("{}{bad}", items[0].as_str().unwrap()));
            }
            Value::Array(_) => {
                for (inner, changed) in poisoned(&value[0], bad) {
                    let mut copy = body.clone();
                    copy[name][0] = changed;
                    found.push((format!("{name}[0].{inner}"), copy));
                }
                continue;
            }
            _ => continue,
        }
        found.push((name.clone(), copy));
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_break_in_any_field_is_refused_and_nothing_is_written() {
    let site = Site::start(Engine::Sqlite).await;
    for path in creating() {
        for bad in [
            "\r\nBcc: evil@evil.test",
            "\nX: y",
            "\0",
            "\u{202e}",
            "\u{2028}x",
        ] {
            for (field, body) in poisoned(&valid(&path), bad) {
                let (status, problem) = site.post(&path, &site.admin, &body).await;
                assert_eq!(
                    status, 422,
                    "POST {path} with {bad:?} in {field}: {problem}"
                );
                assert!(
                    !problem["errors"][0]["field"].is_null(),
                    "{path} {field}: {problem}"
                );
            }
        }
    }
    assert_eq!(site.head().await, 0, "no event");
    for path in [
        "/contacts",
        "/messages",
        "/accounts",
        "/content",
        "/templates",
        "/mailboxes",
    ] {
        let (_, list) = site.get(path, &site.admin).await;
        assert_eq!(list["items"], json!([]), "{path}");
    }
    for path in creating() {
        let (status, made) = site.post(&path, &site.admin, &valid(&path)).await;
        assert!((200..300).contains(&status), "POST {path}: {status} {made}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_malformed_oversize_or_unknown_is_a_clear_4xx() {
    let site = Site::start(Engine::Sqlite).await;
    let deep = "[".repeat(100_000);
    let huge = format!("{{\"name\":\"{}\"}}", "x".repeat(26 * 1024 * 1024));
    for path in creating() {
        let post = || site.ask(&Method::POST, &path, &site.admin);
        let json = |text: String| post().header("Content-Type", "application/json").body(text);
        for text in ["", "{", "[]", "null", "\"x\"", "7", "{\"a\":\u{0}}", &deep] {
            let (status, problem) = answer(json(text.to_owned())).await;
            assert!(
                [400, 422].contains(&status),
                "POST {path}: {status} {problem}"
            );
            assert!(problem["type"].as_str().unwrap().starts_with("/problems/"));
        }
        let mut unknown = valid(&path);
        unknown["no_such_field"] = json!(1);
        let (status, problem) = site.post(&path, &site.admin, &unknown).await;
        assert_eq!(status, 422, "POST {path}");
        let field = problem["errors"][0]["field"].as_str().unwrap();
        assert!(
            field == "no_such_field" || path == "/destinations",
            "{path}: {problem}"
        );

        let (status, _) = answer(post().header("Content-Type", "text/plain").body("{}")).await;
        assert_eq!(status, 415, "POST {path}");
        let (status, _) = answer(json("{}".into()).header("Content-Encoding", "gzip")).await;
        assert_eq!(status, 415, "POST {path}");
        let (status, _) = answer(json(huge.clone())).await;
        assert_eq!(status, 413, "POST {path}");
    }
    assert_eq!(site.head().await, 0, "no event");
    let query = site.get("/contacts?sort=id;--", &site.admin).await;
    assert_eq!(
        (query.0, &query.1["errors"][0]["field"]),
        (422, &json!("sort"))
    );
    for query in ["limit=0", "limit=x", "cursor=%27", "limit=201"] {
        assert_eq!(
            site.get(&format!("/contacts?{query}"), &site.admin).await.0,
            422,
            "{query}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_that_reaches_further_than_its_fields_is_refused() {
    let site = Site::start(Engine::Sqlite).await;
    for source in [
        "{{ contact.owner.password_hash }}",
        "{{ smtp.password }}",
        "{{ __proto__ }}",
        "{{ config }}",
        "{% for %}",
        "{{ env(\"HOME\") }}",
    ] {
        let body = json!({"name": "T", "subject": "Hi", "text": source});
        let (status, problem) = site.post("/templates", &site.admin, &body).await;
        assert_eq!(
            (status, &problem["errors"][0]["field"]),
            (422, &json!("text")),
            "{source}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_never_gives_its_secret_back() {
    let site = Site::start(Engine::Sqlite).await;
    let body = json!({"address": "s@team.example", "secret": "hunter2",
        "smtp_url": "smtps://s@mail.example.org"});
    let (status, made) = site.post("/mailboxes", &site.admin, &body).await;
    assert_eq!((status, &made["secret"]), (201, &json!("***")));
    let (_, list) = site.get("/mailboxes", &site.admin).await;
    assert!(!list.to_string().contains("hunter2"));
    let body = json!({"address": "t@team.example", "smtp_url": "smtp://127.0.0.1:22"});
    let (status, _) = site.post("/mailboxes", &site.rep, &body).await;
    assert_eq!(
        status, 422,
        "only administrators make the server open connections"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_names_others_is_refused_as_clearly() {
    let site = Site::start(Engine::Sqlite).await;
    let anna = json!({"name": "Anna", "emails": ["anna@client.example"]});
    let (_, anna) = site.post("/contacts", &site.admin, &anna).await;
    let day = json!([["09:00", "17:00"]]);
    let hours = json!([day, day, day, day, day, [], []]);
    let bodies = [
        json!({"contact": anna["id"], "channel": "call", "result": "voicemail",
            "at": "2026-01-05T10:00:00Z"}),
        json!({"name": "Office", "zone": "Europe/Berlin", "hours": hours,
            "from": "2199-01-01"}),
        json!({"user": site.rep.id(), "deputy": site.manager.id(),
            "since": "2199-01-01T00:00:00Z", "until": "2199-02-01T00:00:00Z"}),
    ];
    for (path, body) in NAMING.into_iter().zip(bodies) {
        let texts = body.as_object().unwrap().iter();
        for (field, text) in texts.filter_map(|(name, value)| Some((name, value.as_str()?))) {
            let mut bad = body.clone();
            bad[field] = json!(format!("{text}\r\nBcc: evil@evil.test"));
            let (status, problem) = site.post(path, &site.admin, &bad).await;
            assert_eq!(status, 422, "POST {path} {field}: {problem}");
        }
        let mut unknown = body.clone();
        unknown["no_such_field"] = json!(1);
        let (status, problem) = site.post(path, &site.admin, &unknown).await;
        assert_eq!(status, 422, "POST {path}");
        assert_eq!(problem["errors"][0]["field"], "no_such_field", "{path}");
        assert_eq!(site.head().await, 0, "no event");
    }
    for (path, body) in [(
        "/touches",
        json!({"contact": uuid::Uuid::nil(), "channel": "call", "result": "busy"}),
    )] {
        let (status, problem) = site.post(path, &site.admin, &body).await;
        assert_eq!(status, 422, "a contact that is not there: {problem}");
    }
}
