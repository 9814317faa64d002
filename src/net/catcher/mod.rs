//! An SMTP receiver for mail that ends here: the mail catcher of `demo` and of an installation
//! without a relay. It hands each mail to its owner and answers 250 only after the owner has
//! taken it. It stores nothing and relays nothing.
//!
//! It reads strictly (SMTP smuggling, CVE-2023-51764 and its kin): lines end in CRLF, only
//! CRLF.CRLF ends a mail, a mail with any other line break is refused whole, and nothing may be
//! sent ahead of the 354.

mod body;
mod command;
mod conversation;
mod input;

use crate::net::smtp::HelloName;
use conversation::Conversation;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// What is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// RFC 5321.
    Smtp,
    /// RFC 2033; see [`lmtp`](crate::net::lmtp).
    Lmtp,
}

/// What a receiver takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatcherSettings {
    /// What is spoken.
    pub protocol: Protocol,
    /// How it calls itself.
    pub name: HelloName,
    /// Largest mail, in bytes; announced with SIZE.
    pub largest_mail_bytes: usize,
    /// Longest line of a mail, in bytes without its CRLF.
    pub longest_line_bytes: usize,
    /// Recipients of one mail (RFC 5321, 4.5.3.1.8: at least 100).
    pub recipients: usize,
    /// Connections at once; the next is told to come back.
    pub connections: usize,
    /// Wait for the next command (RFC 5321, 4.5.3.2.7).
    pub command_timeout: Duration,
    /// Wait for a whole mail, so that one that drips in does not hold its connection for ever.
    pub mail_timeout: Duration,
}

impl Default for CatcherSettings {
    fn default() -> Self {
        Self {
            protocol: Protocol::Smtp,
            name: HelloName::default(),
            largest_mail_bytes: 26_214_400,
            longest_line_bytes: 65_536,
            recipients: 100,
            connections: 128,
            command_timeout: Duration::from_mins(5),
            mail_timeout: Duration::from_mins(10),
        }
    }
}

/// Who a mail is from and for, spelt as the client did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReceivedEnvelope {
    /// The return path; `None` when it is empty, as in a bounce.
    pub sender: Option<String>,
    /// At least one.
    pub recipients: Vec<String>,
}

/// The owner does not take a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Come back later (451 4.3.0); the text is shown to the client.
    ForNow(String),
    /// Never (554 5.6.0); the text is shown to the client.
    ForGood(String),
}

/// Receives on `listener` until `stop`, then lets the mails that are being answered finish. Each
/// mail goes to `accept` with its dots unstuffed; 250 is sent only after that returned `Ok`.
pub async fn serve<F, T>(
    listener: TcpListener,
    settings: CatcherSettings,
    stop: CancellationToken,
    accept: F,
) where
    F: Fn(ReceivedEnvelope, Vec<u8>) -> T + Clone + Send + Sync + 'static,
    T: Future<Output = Result<(), Refusal>> + Send + 'static,
{
    let places = Arc::new(Semaphore::new(settings.connections));
    let settings = Arc::new(settings);
    let tracker = TaskTracker::new();
    while let Some(connection) = stop.run_until_cancelled(listener.accept()).await {
        let Ok((stream, _)) = connection else {
            // Out of descriptors, most likely: without a pause this would spin.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            turn_away(&stream);
            continue;
        };
        let conversation = Conversation::new(stream, Arc::clone(&settings), stop.clone());
        let accept = accept.clone();
        tracker.spawn(async move {
            conversation.run(accept).await;
            drop(place);
        });
    }
    tracker.close();
    tracker.wait().await;
}

/// Says 421 if the socket takes it at once; a client that does not listen is not waited for.
fn turn_away(stream: &TcpStream) {
    let _ = stream.try_write(b"421 4.3.2 too many connections\r\n");
}
