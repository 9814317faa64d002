//! The LMTP receiver (RFC 2033): a mail server delivers here what it took. The conversation is that
//! of the SMTP receiver but for its greeting, `LHLO`, and one answer for each recipient after the
//! final dot. Only CRLF.CRLF ends a mail, and a mail with any other line break is refused, so that
//! nothing in a mail is ever taken for a command.

use super::catcher::{self, CatcherSettings, Protocol, ReceivedEnvelope, Refusal};
use std::future::Future;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Receives on `listener` until `stop`. Each mail goes to `accept`, and 250 is sent for its
/// recipients only after that returned `Ok`.
pub async fn serve<F, T>(
    listener: TcpListener,
    largest_mail_bytes: usize,
    stop: CancellationToken,
    accept: F,
) where
    F: Fn(ReceivedEnvelope, Vec<u8>) -> T + Clone + Send + Sync + 'static,
    T: Future<Output = Result<(), Refusal>> + Send + 'static,
{
    let settings = CatcherSettings {
        protocol: Protocol::Lmtp,
        largest_mail_bytes,
        ..CatcherSettings::default()
    };
    catcher::serve(listener, settings, stop, accept).await;
}
