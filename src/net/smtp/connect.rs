//! From nothing to a session that is signed in: TCP, greeting, EHLO, TLS, AUTH.

use super::auth;
use super::relay::{Relay, Security};
use super::session::Session;
use super::timeouts::PhaseTimeouts;
use super::wire::{RawReply, Wire};
use crate::deliver::{Answer, Outcome, Phase, outcome};
use crate::net::dial::tcp;
use crate::net::stream::Stream;
use crate::net::tls::Tls;
use std::fmt;

/// How we call ourselves in EHLO: a domain, or an address in brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HelloName(String);

/// Not a name for EHLO.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is neither a host name nor an address in brackets")]
pub struct HelloNameError;

impl HelloName {
    /// Reads a name such as `mail.example.org` or `[192.0.2.1]` (RFC 5321, 4.1.3).
    pub fn parse(text: &str) -> Result<Self, HelloNameError> {
        let fits = |c: char| c.is_ascii_alphanumeric() || ".-:[]_".contains(c);
        if text.is_empty() || text.len() > 255 || !text.chars().all(fits) {
            return Err(HelloNameError);
        }
        Ok(Self(text.to_owned()))
    }
}

impl Default for HelloName {
    /// `[127.0.0.1]`, for a machine without a name.
    fn default() -> Self {
        Self("[127.0.0.1]".to_owned())
    }
}

impl fmt::Display for HelloName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a server says in EHLO that it can do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Extensions {
    pub(super) has_pipelining: bool,
    pub(super) has_8bitmime: bool,
    pub(super) has_starttls: bool,
    /// `None` when SIZE is not offered; 0 when it is and no limit is told (RFC 1870, 4).
    pub(super) size: Option<u64>,
    /// Mechanisms in upper case.
    pub(super) auth: Vec<String>,
}

impl Extensions {
    /// Reads the lines after the first; the first is the server's name.
    fn parse(text: &str) -> Self {
        let mut extensions = Self::default();
        for line in text.lines().skip(1) {
            let line = line.to_ascii_uppercase();
            let mut words = line.split_ascii_whitespace();
            match words.next().unwrap_or_default() {
                "PIPELINING" => extensions.has_pipelining = true,
                "8BITMIME" => extensions.has_8bitmime = true,
                "STARTTLS" => extensions.has_starttls = true,
                "SIZE" => {
                    let limit = words.next().and_then(|word| word.parse().ok());
                    extensions.size = Some(limit.unwrap_or(0));
                }
                "AUTH" => extensions.auth.extend(words.map(str::to_owned)),
                _ => {}
            }
        }
        extensions
    }
}

/// Opens sessions. One per process: it keeps the system's certificates.
#[derive(Debug)]
pub struct Connector {
    hello: HelloName,
    timeouts: PhaseTimeouts,
    tls: Tls,
}

impl Connector {
    /// A connector that calls itself `hello`.
    pub fn new(hello: HelloName, timeouts: PhaseTimeouts) -> Self {
        Self {
            hello,
            timeouts,
            tls: Tls::default(),
        }
    }

    /// A session with `relay`, protected as its URL says and signed in, or what follows from the
    /// failure: `RetryConnection`, or `PauseMailbox` when the sign-in was refused.
    pub async fn connect(&self, relay: &Relay) -> Result<Session, Outcome> {
        let dialled = tcp(relay.host(), relay.port(), self.timeouts.connect).await;
        let tcp = dialled.map_err(at(Phase::Connect))?;
        let tls_limit = self.timeouts.tls;
        let stream = match relay.security() {
            Security::Implicit => {
                let handshake = self
                    .tls
                    .handshake(relay.host(), relay.ca_file(), tcp, tls_limit);
                handshake.await.map_err(at(Phase::Tls))?
            }
            Security::StartTls | Security::Plain => Stream::Plain(tcp),
        };
        let mut wire = Wire::new(stream);
        let greeting = wire.reply(self.timeouts.greeting).await;
        success(greeting).map_err(at(Phase::Greeting))?;
        let mut extensions = self.ehlo(&mut wire).await.map_err(at(Phase::Ehlo))?;
        if relay.security() == Security::StartTls {
            let upgrade = self.starttls(relay, wire, &extensions);
            wire = upgrade.await.map_err(at(Phase::Tls))?;
            // What was offered in the clear may have been anyone's offer (RFC 3207, 4.2).
            extensions = self.ehlo(&mut wire).await.map_err(at(Phase::Ehlo))?;
        }
        if let Some(login) = relay.login() {
            auth::sign_in(&mut wire, &extensions, login, &self.timeouts).await?;
        }
        Ok(Session::new(wire, extensions, self.timeouts))
    }

    async fn ehlo(&self, wire: &mut Wire) -> Result<Extensions, Answer> {
        let line = format!("EHLO {}\r\n", self.hello);
        wire.write(line.as_bytes(), self.timeouts.ehlo).await?;
        let reply = success(wire.reply(self.timeouts.ehlo).await)?;
        Ok(Extensions::parse(&reply.text))
    }

    async fn starttls(
        &self,
        relay: &Relay,
        mut wire: Wire,
        extensions: &Extensions,
    ) -> Result<Wire, Answer> {
        let failed = |text: &str| Answer::TlsFailed(text.to_owned());
        if !extensions.has_starttls {
            return Err(failed("the server does not offer STARTTLS"));
        }
        wire.write(b"STARTTLS\r\n", self.timeouts.ehlo).await?;
        success(wire.reply(self.timeouts.ehlo).await)?;
        let stream = wire.into_stream();
        let Some(Stream::Plain(tcp)) = stream else {
            return Err(failed("the server sent unprotected data after STARTTLS"));
        };
        let handshake = self
            .tls
            .handshake(relay.host(), relay.ca_file(), tcp, self.timeouts.tls);
        Ok(Wire::new(handshake.await?))
    }
}

fn at(phase: Phase) -> impl Fn(Answer) -> Outcome {
    move |answer| outcome(phase, answer)
}

fn success(reply: Result<RawReply, Answer>) -> Result<RawReply, Answer> {
    let reply = reply?;
    if reply.is_success() {
        Ok(reply)
    } else {
        Err(Answer::Reply(reply.cleaned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offers_of_a_server_are_read() {
        let text =
            "mail.example.org\nPIPELINING\nsize 35882577\n8BITMIME\nAUTH LOGIN plain\nX-NEW a";
        let extensions = Extensions::parse(text);
        assert!(extensions.has_pipelining && extensions.has_8bitmime && !extensions.has_starttls);
        assert_eq!(extensions.size, Some(35_882_577));
        assert_eq!(extensions.auth, ["LOGIN", "PLAIN"]);
    }

    #[test]
    fn a_hello_name_holds_no_line_break() {
        assert!(HelloName::parse("mail.example.org").is_ok());
        assert!(HelloName::parse("[IPv6:2001:db8::1]").is_ok());
        for text in ["", "a b", "a\r\nMAIL FROM:<x@y.example>", "<a>"] {
            assert_eq!(HelloName::parse(text), Err(HelloNameError), "{text:?}");
        }
    }
}
