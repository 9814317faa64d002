//! From nothing to a session that is signed in: TCP, greeting, STARTTLS, sign-in.
//!
//! What comes before the sign-in is read here line by line and not by `async-imap`, whose buffer
//! would live on across STARTTLS: what a server sent unprotected must not be taken for protected.

use super::error::{ImapError, Trouble};
use super::guard::{Budget, Guard};
use super::mail::Mail;
use super::server::{Login, Server};
use super::timeouts::Timeouts;
use crate::net::dial::tcp;
use crate::net::smtp::Security;
use crate::net::stream::Stream;
use crate::net::tls::Tls;
use async_imap::{Authenticator, Client};
use secrecy::ExposeSecret;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

/// One line of a greeting or of capabilities.
const LONGEST_LINE_BYTES: usize = 8 * 1_024;
/// Lines of one answer before the sign-in.
const MOST_LINES: usize = 50;
/// All a server may say to a sign-in.
const SIGN_IN_BYTES: u64 = 64 * 1_024;

/// Opens sessions. One per process: it keeps the system's certificates.
#[derive(Debug, Default)]
pub struct Connector {
    timeouts: Timeouts,
    tls: Tls,
}

impl Connector {
    /// A connector with these limits.
    pub fn new(timeouts: Timeouts) -> Self {
        Self {
            timeouts,
            tls: Tls::default(),
        }
    }

    /// The limits of each phase.
    pub const fn timeouts(&self) -> &Timeouts {
        &self.timeouts
    }

    /// A session with `server`, protected as its URL says and signed in.
    pub async fn connect(&self, server: &Server, login: &Login) -> Result<Mail, ImapError> {
        let greeted = timeout(self.timeouts.sign_in, self.greet(server)).await;
        let (stream, capabilities) = greeted.map_err(|_| ImapError::timeout("greeting"))??;
        let budget = Budget::default();
        budget.set(SIGN_IN_BYTES);
        let client = Client::new(Guard::new(stream, budget.clone()));
        let signed = timeout(self.timeouts.sign_in, sign_in(client, &capabilities, login)).await;
        let session = signed.map_err(|_| ImapError::timeout("sign-in"))??;
        Mail::begin(session, budget, self.timeouts).await
    }

    /// The stream, protected and with nothing unread on it, and what the server offers.
    async fn greet(&self, server: &Server) -> Result<(Stream, Vec<String>), ImapError> {
        let tcp = tcp(server.host(), server.port(), self.timeouts.connect).await?;
        let mut lines = match server.security() {
            Security::Implicit => Lines::new(self.handshake(server, tcp).await?),
            Security::StartTls | Security::Plain => Lines::new(Stream::Plain(tcp)),
        };
        let greeting = lines.next().await?;
        if !greeting.to_ascii_uppercase().starts_with("* OK") {
            let text = format_args!("the server does not greet: {greeting}");
            return Err(ImapError::new(Trouble::Unreachable, text));
        }
        if server.security() == Security::StartTls {
            lines
                .ask("S1", "STARTTLS")
                .await?
                .ok("STARTTLS", Trouble::Tls)?;
            let Some(Stream::Plain(tcp)) = lines.into_stream() else {
                let text = "the server sent unprotected data after STARTTLS";
                return Err(ImapError::new(Trouble::Tls, text));
            };
            lines = Lines::new(self.handshake(server, tcp).await?);
        }
        // What was offered in the clear may have been anyone's offer (RFC 3501, 6.2.1).
        let answer = lines.ask("C1", "CAPABILITY").await?;
        let capabilities = answer.capabilities();
        answer.ok("CAPABILITY", Trouble::Refused)?;
        let stream = lines.into_stream().ok_or_else(|| {
            ImapError::new(Trouble::Nonsense, "the server speaks without being asked")
        })?;
        Ok((stream, capabilities))
    }

    async fn handshake(
        &self,
        server: &Server,
        tcp: tokio::net::TcpStream,
    ) -> Result<Stream, ImapError> {
        let limit = self.timeouts.tls;
        let shaken = self
            .tls
            .handshake(server.host(), server.ca_file(), tcp, limit);
        Ok(shaken.await?)
    }
}

/// Lines read from a stream, with what was read too far.
struct Lines {
    stream: Stream,
    buffer: Vec<u8>,
}

/// The lines that answer one command, the tagged one last and without its tag.
struct Answered {
    untagged: Vec<String>,
    tagged: String,
}

impl Lines {
    const fn new(stream: Stream) -> Self {
        Self {
            stream,
            buffer: Vec::new(),
        }
    }

    async fn next(&mut self) -> Result<String, ImapError> {
        loop {
            if let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.buffer.drain(..=end).collect();
                return Ok(String::from_utf8_lossy(&line).trim_end().to_owned());
            }
            if self.buffer.len() > LONGEST_LINE_BYTES {
                let text = "the server greets with a line without an end";
                return Err(ImapError::new(Trouble::Nonsense, text));
            }
            let mut block = [0; 1_024];
            let read = self.stream.read(&mut block).await;
            match read.map_err(|error| ImapError::of_io(&error))? {
                0 => return Err(ImapError::lost()),
                n => self.buffer.extend_from_slice(&block[..n]),
            }
        }
    }

    async fn ask(&mut self, tag: &str, command: &str) -> Result<Answered, ImapError> {
        let line = format!("{tag} {command}\r\n");
        let written = self.stream.write_all(line.as_bytes()).await;
        written.map_err(|error| ImapError::of_io(&error))?;
        let flushed = self.stream.flush().await;
        flushed.map_err(|error| ImapError::of_io(&error))?;
        let mut untagged = Vec::new();
        for _ in 0..MOST_LINES {
            let line = self.next().await?;
            match line
                .strip_prefix(tag)
                .and_then(|rest| rest.strip_prefix(' '))
            {
                Some(tagged) => {
                    let tagged = tagged.to_owned();
                    return Ok(Answered { untagged, tagged });
                }
                None => untagged.push(line),
            }
        }
        Err(ImapError::new(
            Trouble::Nonsense,
            "the server answers without an end",
        ))
    }

    /// The stream itself; `None` when more was read than was asked for.
    fn into_stream(self) -> Option<Stream> {
        self.buffer.is_empty().then_some(self.stream)
    }
}

impl Answered {
    fn ok(self, command: &str, trouble: Trouble) -> Result<(), ImapError> {
        if self.tagged.to_ascii_uppercase().starts_with("OK") {
            return Ok(());
        }
        let text = format_args!("the server does not take {command}: {}", self.tagged);
        Err(ImapError::new(trouble, text))
    }

    fn capabilities(&self) -> Vec<String> {
        self.untagged
            .iter()
            .map(|line| line.to_ascii_uppercase())
            .filter_map(|line| line.strip_prefix("* CAPABILITY ").map(str::to_owned))
            .flat_map(|list| {
                list.split_whitespace()
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            })
            .collect()
    }
}

type Session = async_imap::Session<Guard<Stream>>;

async fn sign_in(
    client: Client<Guard<Stream>>,
    capabilities: &[String],
    login: &Login,
) -> Result<Session, ImapError> {
    let offers = |name: &str| capabilities.iter().any(|each| each == name);
    let signed = match login {
        Login::Xoauth2 { user, token } => {
            if !offers("AUTH=XOAUTH2") {
                return Err(no_way("OAuth (XOAUTH2)"));
            }
            let token = token.expose_secret();
            let first = format!("user={user}\x01auth=Bearer {token}\x01\x01");
            client.authenticate("XOAUTH2", Once::new(first)).await
        }
        Login::Password { user, password } if offers("AUTH=PLAIN") => {
            let first = format!("\0{user}\0{}", password.expose_secret());
            client.authenticate("PLAIN", Once::new(first)).await
        }
        Login::Password { user, password } if !offers("LOGINDISABLED") => {
            client.login(user, password.expose_secret()).await
        }
        Login::Password { .. } => return Err(no_way("a password")),
    };
    signed.map_err(|(error, _)| refused(ImapError::of(error)))
}

fn no_way(what: &str) -> ImapError {
    let text = format_args!("the server takes no sign-in with {what}");
    ImapError::new(Trouble::SignIn, text)
}

/// A refusal of the sign-in is the mailbox's trouble, not the server's.
fn refused(error: ImapError) -> ImapError {
    match error.trouble {
        Trouble::Refused => {
            let text = format_args!("the sign-in is refused; {}", error.text);
            ImapError::new(Trouble::SignIn, text)
        }
        _ => error,
    }
}

/// Says its part once. A server that refuses XOAUTH2 explains itself in a challenge, which an empty
/// answer ends.
struct Once(Option<String>);

impl Once {
    const fn new(text: String) -> Self {
        Self(Some(text))
    }
}

impl Authenticator for Once {
    type Response = String;

    fn process(&mut self, _: &[u8]) -> String {
        self.0.take().unwrap_or_default()
    }
}
