//! Where a mailbox hands its mail to, read from one URL.
//!
//! ```text
//! smtps://user:password@host[:465][?ca=FILE]
//! smtp://[user:password@]host[:587][?tls=required|off][&ca=FILE]
//! ```
//! `smtps` is TLS from the first byte. `smtp` requires STARTTLS; only to a loopback address is it
//! plain unless `tls=required` is given. `tls=off` is plain on purpose, and then without a sign-in
//! unless the host is loopback. There is no "TLS if offered": who strips the offer would win.
//! User and password are percent-encoded. `ca` names a PEM file whose certificates are trusted
//! instead of the system's.

use crate::domain::mailbox::AuthMethod;
use secrecy::SecretString;
use std::borrow::Cow;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use url::Url;

/// How a connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Security {
    /// TLS from the first byte (RFC 8314).
    Implicit,
    /// STARTTLS, or nothing is sent (RFC 3207).
    StartTls,
    /// None.
    Plain,
}

/// A submission server and how to sign in there.
#[derive(Debug, Clone)]
pub struct Relay {
    host: String,
    port: u16,
    security: Security,
    login: Option<Login>,
    ca_file: Option<PathBuf>,
}

/// A sign-in. The secret is a password or an access token, as `method` says.
#[derive(Debug, Clone)]
pub(super) struct Login {
    pub(super) method: AuthMethod,
    pub(super) user: String,
    pub(super) secret: SecretString,
}

/// Why a text is not the URL of a relay. No variant quotes it: it may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RelayError {
    /// Not a URL with `smtp:` or `smtps:` and a host.
    #[error("is not a URL such as smtps://user:password@mail.example.org:465")]
    Syntax,
    /// A path, a fragment or a query that means nothing here.
    #[error("holds more than user, password, host, port, tls and ca")]
    Unknown,
    /// `tls` is neither `required` nor `off`, or stands beside `smtps:`.
    #[error("has a tls setting that is neither required nor off, or one beside smtps:")]
    Tls,
    /// A sign-in over a plain connection to another machine.
    #[error("would send the password unprotected over the network")]
    PlainLogin,
    /// A user without a password or the other way round, or one with control characters.
    #[error(
        "has a user name without a password, or a user name or password with control characters"
    )]
    Login,
}

impl Relay {
    /// Reads the URL of a relay; the grammar stands at the head of this file.
    pub fn parse(text: &str) -> Result<Self, RelayError> {
        let url = Url::parse(text.trim()).map_err(|_| RelayError::Syntax)?;
        let is_implicit = match url.scheme() {
            "smtps" => true,
            "smtp" => false,
            _ => return Err(RelayError::Syntax),
        };
        let host = host_of(&url)?;
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(RelayError::Unknown);
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
        let login = login_of(&url)?;
        if login.is_some() && security == Security::Plain && !is_loopback(&host) {
            return Err(RelayError::PlainLogin);
        }
        Ok(Self {
            port: url.port().unwrap_or(if is_implicit { 465 } else { 587 }),
            host,
            security,
            login,
            ca_file,
        })
    }

    /// The same relay with another sign-in, as for an access token that is newer than the URL.
    pub fn with_login(
        mut self,
        method: AuthMethod,
        user: String,
        secret: SecretString,
    ) -> Result<Self, RelayError> {
        if self.security == Security::Plain && !is_loopback(&self.host) {
            return Err(RelayError::PlainLogin);
        }
        self.login = Some(Login {
            method,
            user,
            secret,
        });
        Ok(self)
    }

    /// The same relay with its sign-in by `method`.
    #[must_use]
    pub fn with_method(mut self, method: AuthMethod) -> Self {
        if let Some(login) = &mut self.login {
            login.method = method;
        }
        self
    }

    /// A name or an address without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The TCP port.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// How the connection is protected.
    pub const fn security(&self) -> Security {
        self.security
    }

    /// `host:port`, by which backoff is counted. It holds no secret.
    pub fn key(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    pub(super) const fn login(&self) -> Option<&Login> {
        self.login.as_ref()
    }

    pub(super) fn ca_file(&self) -> Option<&Path> {
        self.ca_file.as_deref()
    }
}

/// The host as a name in A-labels or an address without brackets.
pub(in crate::net) fn host_of(url: &Url) -> Result<String, RelayError> {
    // For schemes that browsers do not know, `Url` keeps the host unparsed.
    let raw = url.host_str().ok_or(RelayError::Syntax)?;
    match url::Host::parse(raw).map_err(|_| RelayError::Syntax)? {
        url::Host::Domain(name) if name.is_empty() => Err(RelayError::Syntax),
        url::Host::Domain(name) => Ok(name),
        url::Host::Ipv4(address) => Ok(address.to_string()),
        url::Host::Ipv6(address) => Ok(address.to_string()),
    }
}

pub(in crate::net) fn security_of(
    is_implicit: bool,
    tls: Option<&str>,
    is_loopback: bool,
) -> Result<Security, RelayError> {
    match (is_implicit, tls) {
        (true, None) => Ok(Security::Implicit),
        (false, None) if is_loopback => Ok(Security::Plain),
        (false, None | Some("required")) => Ok(Security::StartTls),
        (false, Some("off")) => Ok(Security::Plain),
        _ => Err(RelayError::Tls),
    }
}

fn login_of(url: &Url) -> Result<Option<Login>, RelayError> {
    let user = decoded(url.username())?;
    let secret = url.password().map(decoded).transpose()?;
    match (user.is_empty(), secret) {
        (true, None) => Ok(None),
        (false, Some(secret)) if !secret.is_empty() => Ok(Some(Login {
            method: AuthMethod::Password,
            user: user.into_owned(),
            secret: SecretString::from(secret.into_owned()),
        })),
        _ => Err(RelayError::Login),
    }
}

/// Percent-decodes a user name or password. Control characters are refused: NUL divides the
/// fields of AUTH PLAIN.
pub(in crate::net) fn decoded(text: &str) -> Result<Cow<'_, str>, RelayError> {
    if !text.contains('%') {
        return Ok(Cow::Borrowed(text));
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let pair = tail
            .get(..2)
            .and_then(|pair| std::str::from_utf8(pair).ok());
        match pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) if first == b'%' => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    let text = String::from_utf8(bytes).map_err(|_| RelayError::Login)?;
    if text.chars().any(char::is_control) {
        return Err(RelayError::Login);
    }
    Ok(Cow::Owned(text))
}

pub(in crate::net) fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    #[test]
    fn a_url_says_where_to_and_how() {
        use Security::{Implicit, Plain, StartTls};
        for (text, key, security) in [
            ("smtps://mail.example.org", "mail.example.org:465", Implicit),
            ("smtp://mail.example.org", "mail.example.org:587", StartTls),
            (
                "smtp://mail.example.org:25?tls=off",
                "mail.example.org:25",
                Plain,
            ),
            ("smtp://127.0.0.1:2525", "127.0.0.1:2525", Plain),
            ("smtp://localhost/?tls=required", "localhost:587", StartTls),
            ("smtp://u:p@[::1]:25", "::1:25", Plain),
            ("smtp://GRÜN.example", "xn--grn-ioa.example:587", StartTls),
        ] {
            let relay = Relay::parse(text).unwrap();
            assert_eq!(
                (relay.key().as_str(), relay.security()),
                (key, security),
                "{text}"
            );
        }
    }

    #[test]
    fn user_and_password_are_decoded_and_never_printed() {
        let relay = Relay::parse(
            "smtps://anna%40example.org:p%3Aw%C3%A9%25@mail.example.org?ca=/etc/my.pem",
        )
        .unwrap();
        let login = relay.login().unwrap();
        assert_eq!(login.user, "anna@example.org");
        assert_eq!(login.secret.expose_secret(), "p:wé%");
        assert_eq!(relay.ca_file(), Some(Path::new("/etc/my.pem")));
        assert!(!format!("{relay:?}").contains("p:w"));
    }

    #[test]
    fn what_is_unclear_or_unsafe_is_refused() {
        for (text, error) in [
            ("mail.example.org", RelayError::Syntax),
            ("http://mail.example.org", RelayError::Syntax),
            ("smtp://", RelayError::Syntax),
            ("smtp:mail.example.org", RelayError::Syntax),
            ("smtps://mail.example.org/inbox", RelayError::Unknown),
            ("smtps://mail.example.org?verify=no", RelayError::Unknown),
            ("smtps://mail.example.org?tls=off", RelayError::Tls),
            ("smtp://mail.example.org?tls=maybe", RelayError::Tls),
            (
                "smtp://u:p@mail.example.org?tls=off",
                RelayError::PlainLogin,
            ),
            ("smtps://u@mail.example.org", RelayError::Login),
            ("smtps://u:a%00b@mail.example.org", RelayError::Login),
        ] {
            assert_eq!(Relay::parse(text).unwrap_err(), error, "{text}");
        }
    }
}
