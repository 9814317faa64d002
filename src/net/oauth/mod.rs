//! Tokens for mailboxes (RFC 6749 with PKCE, RFC 7636): the address of a provider's consent page,
//! a code changed for tokens, tokens refreshed. It keeps nothing; `access` seals and stores.

mod http;

use crate::config::OAuthApp;
use crate::domain::mailbox::Provider;
use http::{HttpError, send};
use oauth2::basic::{BasicClient, BasicErrorResponse, BasicErrorResponseType, BasicTokenResponse};
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet,
    EndpointSet, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError,
    Scope, TokenResponse as _, TokenUrl,
};
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;

/// What a token lives where the provider does not say (RFC 6749, 5.1: it should). Both providers
/// say, and about an hour is what they give.
const LIFE_UNSTATED: Duration = Duration::from_mins(30);

type Client = BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// What a provider gave.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// What is signed in with.
    pub access: SecretString,
    /// What brings the next one; `None` where the present one stays good.
    pub refresh: Option<SecretString>,
    /// How long `access` is good.
    pub expires_in: Duration,
}

/// Why no token was had. The text is for people and holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OAuthError {
    /// The permission is gone, or the code is: only the mailbox's owner can mend it.
    #[error("{0}")]
    Rejected(String),
    /// The registration of this installation is wrong: the operator can mend it.
    #[error("{0}")]
    Setup(String),
    /// The provider cannot be reached, or answers nonsense: later.
    #[error("{0}")]
    Later(String),
}

/// What is asked for: reading and sending mail, also while nobody is there.
const fn scopes(provider: Provider) -> &'static [&'static str] {
    match provider {
        // The one scope with which IMAP and SMTP can be used.
        Provider::Google => &["https://mail.google.com/"],
        Provider::Microsoft => &[
            "offline_access",
            "https://outlook.office.com/IMAP.AccessAsUser.All",
            "https://outlook.office.com/SMTP.Send",
        ],
    }
}

/// The address of the consent page for the mailbox `hint`. `state` comes back with the code.
pub fn consent_url(
    provider: Provider,
    app: &OAuthApp,
    redirect: &str,
    state: &str,
    verifier: &SecretString,
    hint: &str,
) -> Result<String, OAuthError> {
    let client = client(app, redirect)?;
    let verifier = PkceCodeVerifier::new(verifier.expose_secret().to_owned());
    let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
    let state = state.to_owned();
    let mut request = client
        .authorize_url(|| CsrfToken::new(state))
        .set_pkce_challenge(challenge)
        .add_extra_param("login_hint", hint);
    for scope in scopes(provider) {
        request = request.add_scope(Scope::new((*scope).to_owned()));
    }
    if provider == Provider::Google {
        // Without both, Google gives no refresh token to somebody who agreed before.
        request = request
            .add_extra_param("access_type", "offline")
            .add_extra_param("prompt", "consent");
    }
    Ok(request.url().0.into())
}

/// Changes the code that came back for tokens.
pub async fn exchange(
    app: &OAuthApp,
    redirect: &str,
    code: &str,
    verifier: &SecretString,
) -> Result<Tokens, OAuthError> {
    let client = client(app, redirect)?;
    let verifier = PkceCodeVerifier::new(verifier.expose_secret().to_owned());
    let answer = client
        .exchange_code(AuthorizationCode::new(code.to_owned()))
        .set_pkce_verifier(verifier)
        .request_async(&send)
        .await;
    answer
        .map(|answer| tokens(&answer))
        .map_err(|error| explained(&error))
}

/// Gets fresh tokens.
pub async fn refresh(app: &OAuthApp, refresh: &SecretString) -> Result<Tokens, OAuthError> {
    let client = client(app, "http://localhost/")?;
    let token = RefreshToken::new(refresh.expose_secret().to_owned());
    let answer = client
        .exchange_refresh_token(&token)
        .request_async(&send)
        .await;
    answer
        .map(|answer| tokens(&answer))
        .map_err(|error| explained(&error))
}

fn client(app: &OAuthApp, redirect: &str) -> Result<Client, OAuthError> {
    let setup = |_| OAuthError::Setup("an OAuth address of the settings is no URL".to_owned());
    let mut client = BasicClient::new(ClientId::new(app.client_id.clone()))
        .set_auth_uri(AuthUrl::new(app.auth_url.to_string()).map_err(setup)?)
        .set_token_uri(TokenUrl::new(app.token_url.to_string()).map_err(setup)?)
        .set_redirect_uri(RedirectUrl::new(redirect.to_owned()).map_err(setup)?)
        .set_auth_type(AuthType::RequestBody);
    if let Some(secret) = &app.client_secret {
        client = client.set_client_secret(ClientSecret::new(secret.expose_secret().to_owned()));
    }
    Ok(client)
}

fn tokens(answer: &BasicTokenResponse) -> Tokens {
    Tokens {
        access: SecretString::from(answer.access_token().secret().to_owned()),
        refresh: answer
            .refresh_token()
            .map(|token| SecretString::from(token.secret().to_owned())),
        expires_in: answer.expires_in().unwrap_or(LIFE_UNSTATED),
    }
}

fn explained(error: &RequestTokenError<HttpError, BasicErrorResponse>) -> OAuthError {
    use BasicErrorResponseType as Kind;
    match error {
        RequestTokenError::ServerResponse(response) => {
            let kind = response.error();
            let text = format!("the provider says {}", one_line(kind.as_ref()));
            match kind {
                Kind::InvalidGrant => OAuthError::Rejected(text),
                // Microsoft: the owner must sign in again, for a new rule or password.
                Kind::Extension(word) if word == "interaction_required" => {
                    OAuthError::Rejected(text)
                }
                Kind::Extension(_) => OAuthError::Later(text),
                _ => OAuthError::Setup(text),
            }
        }
        RequestTokenError::Request(error) => OAuthError::Later(error.to_string()),
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
            OAuthError::Later("the provider's answer is no token".to_owned())
        }
    }
}

fn one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app() -> OAuthApp {
        OAuthApp {
            client_id: "our-client".to_owned(),
            client_secret: Some(SecretString::from("hush".to_owned())),
            auth_url: "https://id.example/auth".parse().unwrap(),
            token_url: "https://id.example/token".parse().unwrap(),
        }
    }

    #[test]
    fn the_consent_page_is_asked_with_pkce_and_never_with_a_secret() {
        let verifier = SecretString::from("v".repeat(43));
        let redirect = "https://otklik.example.org/oauth/callback";
        for provider in Provider::ALL {
            let url = consent_url(
                provider,
                &app(),
                redirect,
                "st4te",
                &verifier,
                "a@b.example",
            );
            let url: url::Url = url.unwrap().parse().unwrap();
            let pairs: std::collections::HashMap<_, _> = url.query_pairs().into_owned().collect();
            assert_eq!(pairs["response_type"], "code");
            assert_eq!(pairs["code_challenge_method"], "S256");
            assert_eq!(pairs["state"], "st4te");
            assert_eq!(pairs["redirect_uri"], redirect);
            assert_eq!(pairs["login_hint"], "a@b.example");
            let is_google = provider == Provider::Google;
            assert_eq!(pairs.contains_key("access_type"), is_google);
            assert_eq!(pairs["scope"].contains("offline_access"), !is_google);
            assert!(!url.as_str().contains("hush") && !url.as_str().contains("vvvv"));
        }
    }
}
