//! Signing in with a browser: cookies, other sites, rights that end.

use super::site::{PASSWORD, Site, answer};
use crate::support::engines::Engine;
use reqwest::{Method, Response};
use serde_json::json;

async fn sign_in(site: &Site, email: &str, password: &str, cookie: Option<&str>) -> Response {
    let mut request = site
        .http
        .post(site.url("/sign-in"))
        .header("Origin", site.url(""))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(format!(
            "email={email}&password={}",
            password.replace(' ', "+")
        ));
    if let Some(cookie) = cookie {
        request = request.header("Cookie", cookie);
    }
    request.send().await.unwrap()
}

fn cookie_of(response: &Response) -> String {
    let header = response.headers()["set-cookie"].to_str().unwrap();
    assert!(
        header.contains("HttpOnly") && header.contains("SameSite=Lax"),
        "{header}"
    );
    header.split(';').next().unwrap().to_owned()
}

async fn me(site: &Site, cookie: &str) -> u16 {
    let request = site
        .http
        .get(site.url("/api/v1/me"))
        .header("Cookie", cookie);
    answer(request).await.0
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_makes_a_fresh_session_that_ends_when_told() {
    for engine in Engine::BOTH {
        let site = Site::start(engine).await;
        let planted = "otklik=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let response = sign_in(&site, &site.rep.email, PASSWORD, Some(planted)).await;
        assert_eq!(response.status(), 303);
        let first = cookie_of(&response);
        assert_ne!(first, planted, "no fixation");
        assert_eq!(me(&site, &first).await, 200);
        assert_eq!(me(&site, planted).await, 401);

        let second = cookie_of(&sign_in(&site, &site.rep.email, PASSWORD, Some(&first)).await);
        assert_eq!(
            me(&site, &first).await,
            401,
            "a new sign-in ends the old session"
        );

        let path = format!("/users/{}", site.rep.id());
        let change = json!({"password": "another long password"});
        let (status, body) =
            answer(site.ask(&Method::PATCH, &path, &site.admin).json(&change)).await;
        assert_eq!(status, 200, "{body}");
        assert_eq!(
            me(&site, &second).await,
            401,
            "a new password ends every session"
        );
        assert_eq!(
            sign_in(&site, &site.rep.email, PASSWORD, None)
                .await
                .status(),
            401
        );
        let third =
            cookie_of(&sign_in(&site, &site.rep.email, "another long password", None).await);

        let disabled = answer(site.ask(&Method::DELETE, &path, &site.admin)).await;
        assert_eq!(disabled.0, 204);
        assert_eq!(me(&site, &third).await, 401);
        assert_eq!(
            site.get("/me", &site.rep).await.0,
            401,
            "tokens end with their user"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_site_cannot_make_a_signed_in_browser_write() {
    let site = Site::start(Engine::Sqlite).await;
    let cookie = cookie_of(&sign_in(&site, &site.rep.email, PASSWORD, None).await);
    let body = json!({"name": "A", "emails": ["a@client.example"]}).to_string();
    let post = |headers: &[(&str, &str)], kind: &str| {
        let mut request = site
            .http
            .post(site.url("/api/v1/contacts"))
            .header("Cookie", &cookie)
            .header("Content-Type", kind)
            .body(body.clone());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        answer(request)
    };
    let json = "application/json";
    for headers in [
        &[][..],
        &[("Origin", "null")],
        &[("Origin", "https://evil.test")],
        &[("Sec-Fetch-Site", "cross-site")],
        &[("Sec-Fetch-Site", "same-site")],
    ] {
        assert_eq!(post(headers, json).await.0, 403, "{headers:?}");
    }
    let here = site.url("");
    assert_eq!(post(&[("Origin", &here)], "text/plain").await.0, 415);
    let trick = site
        .http
        .get(site.url("/api/v1/contacts"))
        .header("Cookie", &cookie)
        .header("X-HTTP-Method-Override", "DELETE");
    assert_eq!(answer(trick).await.0, 200);
    assert_eq!(site.get("/contacts", &site.rep).await.1["items"], json!([]));
    assert_eq!(post(&[("Origin", &here)], json).await.0, 201);

    let form = |token: &str| {
        let request = site
            .http
            .post(site.url("/sign-out"))
            .header("Cookie", &cookie)
            .header("Origin", &here)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(format!("form_token={token}"));
        answer(request)
    };
    assert_eq!(form("wrong").await.0, 403);
    assert_eq!(me(&site, &cookie).await, 200, "the session goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_slowed_down() {
    let site = Site::start(Engine::Sqlite).await;
    let mut last = 0;
    for _ in 0..12 {
        last = sign_in(&site, &site.rep.email, "wrong password", None)
            .await
            .status()
            .as_u16();
    }
    assert_eq!(last, 429);
    for token in ["", "otk_", "otk_AAAA", "x"] {
        let request = site.http.get(site.url("/api/v1/me")).bearer_auth(token);
        assert_eq!(answer(request).await.0, 401, "{token}");
    }
}
