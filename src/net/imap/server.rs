//! Where a mailbox is read, from one URL.
//!
//! ```text
//! imaps://[user@]host[:993][?ca=FILE]
//! imap://[user@]host[:143][?tls=required|off][&ca=FILE]
//! ```
//! As with a relay: `imaps` is TLS from the first byte, `imap` requires STARTTLS, and only to a
//! loopback address is it plain. There is always a sign-in, so `tls=off` is for loopback alone.

use crate::net::smtp::relay::{decoded, host_of, is_loopback, security_of};
use crate::net::smtp::{RelayError, Security};
use secrecy::SecretString;
use std::path::{Path, PathBuf};
use url::Url;

/// A server with mailboxes.
#[derive(Debug, Clone)]
pub struct Server {
    host: String,
    port: u16,
    security: Security,
    user: Option<String>,
    ca_file: Option<PathBuf>,
}

/// How to sign in. `Debug` does not show the secrets.
#[derive(Debug, Clone)]
pub enum Login {
    /// By user name and password.
    Password {
        /// The user name.
        user: String,
        /// The password.
        password: SecretString,
    },
    /// By an OAuth 2 access token (SASL XOAUTH2).
    Xoauth2 {
        /// The mailbox's address.
        user: String,
        /// The access token.
        token: SecretString,
    },
}

impl Server {
    /// Reads the URL of a server; the grammar stands at the head of this file. A password does not
    /// belong into it.
    pub fn parse(text: &str) -> Result<Self, RelayError> {
        let url = Url::parse(text.trim()).map_err(|_| RelayError::Syntax)?;
        let is_implicit = match url.scheme() {
            "imaps" => true,
            "imap" => false,
            _ => return Err(RelayError::Syntax),
        };
        let host = host_of(&url)?;
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(RelayError::Unknown);
        }
        if url.password().is_some() {
            return Err(RelayError::Login);
        }
        let (mut tls, mut ca_file) = (None, None);
        for (name, value) in url.query_pairs() {
            match &*name {
                "tls" => tls = Some(value),
                "ca" if !value.is_empty() => ca_file = Some(PathBuf::from(&*value)),
                _ => return Err(RelayError::Unknown),
            }
        }
        let security = security_of(is_implicit, tls.as_deref(), is_loopback(&host))?;
        if security == Security::Plain && !is_loopback(&host) {
            return Err(RelayError::PlainLogin);
        }
        let user = decoded(url.username())?.into_owned();
        Ok(Self {
            port: url.port().unwrap_or(if is_implicit { 993 } else { 143 }),
            host,
            security,
            user: Some(user).filter(|user| !user.is_empty()),
            ca_file,
        })
    }

    /// `host:port`. It holds no secret.
    pub fn key(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// The user name of the URL, if it has one.
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    pub(super) fn host(&self) -> &str {
        &self.host
    }

    pub(super) const fn port(&self) -> u16 {
        self.port
    }

    pub(super) const fn security(&self) -> Security {
        self.security
    }

    pub(super) fn ca_file(&self) -> Option<&Path> {
        self.ca_file.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_where_a_mailbox_is_and_a_plain_sign_in_stays_on_this_machine() {
        let server = Server::parse("imaps://anna%40example.org@mail.example.org").unwrap();
        assert_eq!(server.key(), "mail.example.org:993");
        assert_eq!(server.user(), Some("anna@example.org"));
        let server = Server::parse("imap://127.0.0.1:1143").unwrap();
        assert_eq!(server.security(), Security::Plain);
        let server = Server::parse("imap://mail.example.org").unwrap();
        assert_eq!(server.security(), Security::StartTls);
        for (text, error) in [
            ("imap://mail.example.org?tls=off", RelayError::PlainLogin),
            ("imaps://u:p@mail.example.org", RelayError::Login),
            ("imaps://mail.example.org/INBOX", RelayError::Unknown),
            ("smtps://mail.example.org", RelayError::Syntax),
        ] {
            assert_eq!(Server::parse(text).unwrap_err(), error, "{text}");
        }
    }
}
