//! Every route × every role × every foreign id. The routes come from the API's own description;
//! a new one fails here until somebody decides who may use it.

use super::site::{Person, Site, answer, id};
use crate::support::engines::Engine;
use otklik::domain::viewer::Role;
use otklik::web::api::description;
use reqwest::Method;
use serde_json::json;
use utoipa::openapi::path::PathItem;
use uuid::Uuid;

/// Who may call an operation at all. What they then see depends on whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum May {
    All,
    Librarians,
    Leads,
    Admins,
}

fn may(method: &str, path: &str) -> May {
    let area = path.split('/').nth(1).unwrap();
    match (area, method) {
        ("inbound", "POST") if path.ends_with("/retry") => May::Admins,
        (
            "contacts" | "touches" | "episodes" | "deputies" | "messages" | "events" | "mailboxes"
            | "me" | "accounts" | "reports" | "notices" | "inbound" | "possible-enquiries",
            _,
        )
        | ("content" | "templates" | "teams" | "calendars", "GET")
        | ("suppressions", "POST") => May::All,
        ("content" | "templates" | "destinations", _) => May::Librarians,
        ("calendars", _) => May::Leads,
        ("users" | "teams" | "suppressions", _) => May::Admins,
        _ => panic!("decide who may {method} {path}"),
    }
}

impl May {
    fn allows(self, role: Role) -> bool {
        match self {
            Self::All => true,
            Self::Librarians => role != Role::Rep,
            Self::Leads => matches!(role, Role::Manager | Role::Admin),
            Self::Admins => role == Role::Admin,
        }
    }
}

fn operations() -> Vec<(Method, String)> {
    let of = |path: &str, item: &PathItem| {
        [
            (Method::GET, item.get.is_some()),
            (Method::POST, item.post.is_some()),
            (Method::PUT, item.put.is_some()),
            (Method::PATCH, item.patch.is_some()),
            (Method::DELETE, item.delete.is_some()),
        ]
        .into_iter()
        .filter(|(_, there)| *there)
        .map(|(method, _)| (method, path.to_owned()))
        .collect::<Vec<_>>()
    };
    let paths = &description().paths.paths;
    let all: Vec<_> = paths
        .iter()
        .flat_map(|(path, item)| of(path, item))
        .collect();
    assert!(
        all.len() > 45,
        "the description lists the operations: {}",
        all.len()
    );
    all
}

fn filled(path: &str, id: &str) -> String {
    path.replace("{id}", id)
        .replace("{kind}", "destination")
        .replace("{name}", "click-through")
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reaches_what_belongs_to_another_team() {
    for engine in Engine::BOTH {
        let site = Site::start(engine).await;
        let contact = site.contact(&site.stranger, "anna@secret.example").await;
        let message = site.message(&site.stranger, &contact.to_string()).await;
        let body = json!({"address": "hidden@team.example"});
        let (status, mailbox) = site.post("/mailboxes", &site.stranger, &body).await;
        assert_eq!(status, 201, "{mailbox}");
        let body = json!({"name": "ci"});
        let (_, token) = site.post("/me/tokens", &site.stranger, &body).await;
        let foreign = [contact, message, id(&mailbox), id(&token)];
        let before = site.head().await;
        for person in [&site.rep, &site.marketer, &site.manager] {
            for (method, path) in operations() {
                if path.contains("{id}") {
                    same_as_nothing(&site, person, &method, &path, &foreign).await;
                } else if method == Method::GET && path != "/events/live" {
                    tells_nothing(&site, person, &filled(&path, ""), &foreign).await;
                }
            }
        }
        assert_eq!(site.head().await, before, "{engine:?}: nothing happened");
        let path = format!("/contacts/{contact}");
        assert_eq!(site.get(&path, &site.stranger).await.0, 200);
        assert_eq!(site.get(&path, &site.admin).await.0, 200);
    }
}

/// A foreign id is answered as a random one: same status, same body.
async fn same_as_nothing(
    site: &Site,
    person: &Person,
    method: &Method,
    path: &str,
    foreign: &[Uuid],
) {
    let ask = |id: Uuid| {
        let path = filled(path, &id.to_string());
        let request = site.ask(method, &path, person);
        answer(
            if [Method::PATCH, Method::POST, Method::PUT].contains(method) {
                request.json(&json!({"name": "x"}))
            } else {
                request
            },
        )
    };
    let random = ask(site.ctx.clock.fresh_id()).await;
    assert!(
        (400..500).contains(&random.0),
        "{method} {path} as {:?}: {random:?}",
        person.viewer.role
    );
    for id in foreign {
        let found = ask(*id).await;
        assert_eq!(found, random, "{method} {path} as {:?}", person.viewer.role);
    }
}

/// No list names a foreign id or address.
async fn tells_nothing(site: &Site, person: &Person, path: &str, foreign: &[Uuid]) {
    let (status, body) = site.get(path, person).await;
    assert!(status < 500, "GET {path}: {status} {body}");
    let text = body.to_string();
    for id in foreign {
        assert!(!text.contains(&id.to_string()), "GET {path} tells {id}");
    }
    assert!(
        !text.contains("secret.example"),
        "GET {path} as {:?}",
        person.viewer.role
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_is_for_those_who_may_and_for_nobody_unknown() {
    let site = Site::start(Engine::Sqlite).await;
    let people = [&site.rep, &site.marketer, &site.manager, &site.admin];
    for (method, path) in operations() {
        let path_text = filled(&path, &site.ctx.clock.fresh_id().to_string());
        let unknown = site
            .http
            .request(method.clone(), site.url(&format!("/api/v1{path_text}")))
            .body("x".repeat(1_000));
        let (status, _) = answer(unknown).await;
        assert_eq!(status, 401, "{method} {path} without a token");
        if path == "/events/live" {
            continue;
        }
        for person in people {
            let request = site.ask(&method, &path_text, person);
            let request = if [Method::POST, Method::PATCH, Method::PUT].contains(&method) {
                // Whoever may gets as far as the field that is not known.
                request.json(&json!({"no_such_field": 1}))
            } else {
                request
            };
            let (status, body) = answer(request).await;
            let allowed = may(method.as_str(), &path).allows(person.viewer.role);
            let role = person.viewer.role;
            assert!(status < 500, "{method} {path} as {role:?}: {status} {body}");
            if !allowed {
                assert_eq!(status, 404, "{method} {path} as {role:?}: {body}");
            } else if method == Method::GET && !path.contains("{id}") {
                assert_eq!(status, 200, "{method} {path} as {role:?}: {body}");
            } else {
                assert!(
                    [200, 404, 422].contains(&status) || status == 415 && path == "/inbound",
                    "{method} {path} as {role:?}: {status}"
                );
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_sees_the_team_and_a_marketer_only_their_own() {
    let site = Site::start(Engine::Sqlite).await;
    let contact = site.contact(&site.rep, "ben@client.example").await;
    let message = site.message(&site.rep, &contact.to_string()).await;
    for path in [
        format!("/contacts/{contact}"),
        format!("/contacts/{contact}/timeline"),
        format!("/messages/{message}"),
        format!("/messages/{message}/events"),
    ] {
        assert_eq!(site.get(&path, &site.manager).await.0, 200, "{path}");
        assert_eq!(site.get(&path, &site.marketer).await.0, 404, "{path}");
        assert_eq!(site.get(&path, &site.stranger).await.0, 404, "{path}");
    }
    let (_, events) = site.get("/events", &site.manager).await;
    assert_eq!(events["items"][0]["kind"], "queued");
    assert_eq!(events["items"][0]["message"], message.to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_exist_is_404_and_a_wrong_method_405() {
    let site = Site::start(Engine::Sqlite).await;
    for later in ["/opportunities", "/sequences", "/webhooks"] {
        assert_eq!(site.get(later, &site.admin).await.0, 404, "{later}");
    }
    let response = site
        .ask(&Method::PUT, "/contacts", &site.admin)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 405);
    assert_eq!(response.headers()["allow"], "GET, POST");
    let text = site.http.get(site.url("/api/v1/openapi.json"));
    let (status, api) = answer(text).await;
    assert_eq!((status, &api["openapi"]), (200, &json!("3.1.0")));
    let page = site.http.get(site.url("/api/docs/")).send().await.unwrap();
    assert_eq!(page.status(), 200);
}
