//! The way to a provider's consent page and back over the pages, as a browser goes it: what leaves,
//! what comes back, and every way in which it must not end in a connection.

use crate::mailbox::{New, access, add};
use crate::provider::{Provider, Says};
use crate::support::app::TestApp;
use crate::support::engines::Engine;
use crate::support::pages::Pages;
use crate::support::world::START;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use otklik::access::{AccessError, token};
use otklik::config::{OAuthApp, OAuthApps, Roles};
use otklik::domain::clock::{Clock, HOUR_MS, MINUTE_MS};
use otklik::domain::mailbox::{AuthMethod, Profile};
use otklik::store::mailbox_access::{AccessState, tokens};
use otklik::store::mailboxes::{self, Mailbox};
use secrecy::ExposeSecret as _;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;

/// A rep's mailbox in an application that is registered with the provider, its clock standing
/// still and nothing working by itself.
async fn started(engine: Engine, profile: Profile) -> (TestApp, Provider, Mailbox) {
    let provider = Provider::start().await;
    let registered = OAuthApp {
        client_id: "our-client".to_owned(),
        client_secret: Some("our-secret".to_owned().into()),
        auth_url: "https://id.example/auth".parse().unwrap(),
        token_url: provider.token_url.parse().unwrap(),
    };
    let app = TestApp::with(engine, Clock::manual(START), |settings| {
        settings.roles = Roles {
            work: false,
            ..Roles::ALL
        };
        settings.oauth = OAuthApps {
            google: Some(registered.clone()),
            microsoft: Some(registered),
        };
    })
    .await;
    let new = New {
        address: "rep@team.example",
        owner: Some(app.rep.viewer.user),
        profile,
        smtp_url: Some(format!("smtp://{}", provider.smtp)),
        imap_url: Some(format!("imap://{}", provider.imap)),
        password: None,
        sent: None,
        excluded: &[],
    };
    let mailbox = add(&app.ctx, new).await;
    (app, provider, mailbox)
}

fn at(mailbox: &Mailbox) -> String {
    format!("settings/mailboxes/{}/access", mailbox.id)
}

/// What the consent page is asked, once the button was pressed.
async fn leave(pages: &Pages<'_>, mailbox: &Mailbox) -> HashMap<String, String> {
    let answer = pages.post(&format!("{}/connect", at(mailbox)), &[]).await;
    assert_eq!(answer.status(), 200);
    let page = answer.text().await.unwrap();
    let (_, rest) = page.split_once("href=\"https://id.example/auth?").unwrap();
    let query = rest.split('"').next().unwrap().replace("&amp;", "&");
    url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}

fn back(state: &str, rest: &str) -> String {
    let state: String = url::form_urlencoded::byte_serialize(state.as_bytes()).collect();
    format!("oauth/callback?state={state}&{rest}")
}

/// Comes back with something that connects nothing; gives the page.
async fn turned_away(pages: &Pages<'_>, path: &str) -> String {
    let answer = pages.get(path).await;
    assert_eq!(answer.status(), 422, "{path}");
    answer.text().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_comes_back_connects_the_mailbox_it_left_for() {
    for (engine, profile) in Engine::BOTH
        .into_iter()
        .zip([Profile::Google, Profile::Microsoft])
    {
        let (app, provider, mailbox) = started(engine, profile).await;
        let pages = Pages::sign_in(&app, &app.rep).await;
        let asked = leave(&pages, &mailbox).await;
        assert_eq!(asked["response_type"], "code", "{engine:?}");
        assert_eq!(asked["client_id"], "our-client");
        assert_eq!(asked["login_hint"], "rep@team.example");
        assert!(!asked.values().any(|value| value.contains("our-secret")));
        let connected = pages
            .get(&back(&asked["state"], "code=the-code&scope=x"))
            .await;
        assert_eq!(connected.status(), 303, "{engine:?}");
        let to = connected.headers()["location"].to_str().unwrap().to_owned();
        assert_eq!(to, format!("/{}?done=connected", at(&mailbox)));

        // What the endpoint was asked fits what the page was asked.
        let forms = provider.asked.lock().unwrap().clone();
        assert_eq!(forms.len(), 1);
        let form: HashMap<String, String> = url::form_urlencoded::parse(forms[0].as_bytes())
            .into_owned()
            .collect();
        assert_eq!(form["grant_type"], "authorization_code");
        assert_eq!(form["code"], "the-code");
        assert_eq!(form["redirect_uri"], asked["redirect_uri"]);
        let here = app.ctx.settings.base_url.join("oauth/callback").unwrap();
        assert_eq!(form["redirect_uri"], here.as_str());
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&form["code_verifier"]));
        assert_eq!(
            challenge, asked["code_challenge"],
            "the verifier is the challenge's"
        );
        assert_eq!(asked["code_challenge_method"], "S256");

        // The tokens are kept, sealed, and the mailbox signs in with them.
        let kept = tokens::lookup(&app.ctx.store, mailbox.no)
            .await
            .unwrap()
            .unwrap();
        assert!(!kept.access.windows(7).any(|part| part == b"token-1"));
        let now = mailboxes::by_no(&app.ctx.store, mailbox.no)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(now.data.auth, AuthMethod::Xoauth2, "{engine:?}");
        let good = token(&app.ctx, &now, None).await.unwrap().unwrap();
        assert_eq!(good.expose_secret(), "token-1");
        let page = pages.read(to.trim_start_matches('/')).await;
        assert!(page.contains("(OAuth)"), "{page}");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_way_back_connects_anything() {
    for engine in Engine::BOTH {
        let (app, provider, mailbox) = started(engine, Profile::Google).await;
        let pages = Pages::sign_in(&app, &app.rep).await;
        // Whoever is signed in no more signs in first.
        let nobody = Pages::nobody(&app);
        let asked = leave(&pages, &mailbox).await;
        let answer = nobody.get(&back(&asked["state"], "code=x")).await;
        assert_eq!(answer.status(), 303, "{engine:?}");
        let to = answer.headers()["location"].to_str().unwrap();
        assert!(to.starts_with("/sign-in"), "{to}");

        // Denied: in the provider's word, which is a foreign text.
        let denied = back(&asked["state"], "error=access_denied<script>");
        let page = turned_away(&pages, &denied).await;
        assert!(page.contains("access_denied&lt;script&gt;"), "{page}");
        // Made up, without any, without a code.
        let begin_again = "no longer good";
        let page = turned_away(&pages, &back("made-up", "code=x")).await;
        assert!(page.contains(begin_again), "{page}");
        assert!(
            turned_away(&pages, "oauth/callback?code=x")
                .await
                .contains(begin_again)
        );
        turned_away(&pages, "oauth/callback").await;
        // Another browser of another person with this one's state, which is then used up.
        let stranger = Pages::sign_in(&app, &app.stranger).await;
        let stolen = back(&asked["state"], "code=x");
        assert!(turned_away(&stranger, &stolen).await.contains(begin_again));
        assert!(turned_away(&pages, &stolen).await.contains(begin_again));
        // Too late.
        let asked = leave(&pages, &mailbox).await;
        app.ctx.clock.advance(11 * MINUTE_MS);
        let late = back(&asked["state"], "code=x");
        assert!(turned_away(&pages, &late).await.contains(begin_again));
        assert_eq!(
            provider.asked.lock().unwrap().len(),
            0,
            "{engine:?}: no code was spent"
        );
        // The endpoint refuses the code, or is away.
        for says in [Says::InvalidGrant, Says::ServerError] {
            *provider.says.lock().unwrap() = says;
            let asked = leave(&pages, &mailbox).await;
            turned_away(&pages, &back(&asked["state"], "code=x")).await;
        }
        let kept = tokens::lookup(&app.ctx.store, mailbox.no).await.unwrap();
        assert!(kept.is_none(), "{engine:?}");
        // Nobody connects what is not theirs.
        let path = format!("{}/connect", at(&mailbox));
        assert_eq!(stranger.post(&path, &[]).await.status(), 404);
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permission_that_is_gone_is_shown_and_given_again() {
    for engine in Engine::BOTH {
        let (app, provider, mailbox) = started(engine, Profile::Google).await;
        let pages = Pages::sign_in(&app, &app.rep).await;
        let asked = leave(&pages, &mailbox).await;
        pages.get(&back(&asked["state"], "code=one")).await;
        *provider.says.lock().unwrap() = Says::InvalidGrant;
        app.ctx.clock.advance(2 * HOUR_MS);
        let now = mailboxes::by_no(&app.ctx.store, mailbox.no)
            .await
            .unwrap()
            .unwrap();
        let gone = token(&app.ctx, &now, None).await;
        assert!(matches!(gone, Err(AccessError::Reconnect(_))), "{engine:?}");
        assert_eq!(
            access(&app.ctx, &mailbox).await.state,
            AccessState::Reconnect
        );
        let page = pages.read(&at(&mailbox)).await;
        assert!(page.contains("re-connect"), "{engine:?}: {page}");
        *provider.says.lock().unwrap() = Says::Token;
        let asked = leave(&pages, &mailbox).await;
        let connected = pages.get(&back(&asked["state"], "code=two")).await;
        assert_eq!(connected.status(), 303);
        assert_ne!(
            access(&app.ctx, &mailbox).await.state,
            AccessState::Reconnect
        );
        let good = token(&app.ctx, &now, None).await.unwrap().unwrap();
        assert_eq!(good.expose_secret(), "token-2", "{engine:?}");
        assert!(!pages.read(&at(&mailbox)).await.contains("re-connect"));
        app.stop().await;
    }
}
