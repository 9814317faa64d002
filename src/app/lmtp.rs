//! The LMTP listener: what a mail server delivers is stored, and only then acknowledged.

use crate::ctx::Ctx;
use crate::net::catcher::{ReceivedEnvelope, Refusal};
use crate::net::lmtp;
use crate::receive::{self, Arrival, Folder, LARGEST_BYTES, ReceiveError, Way, Wish};
use std::io;
use std::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Receives on `listener` until `stop`.
pub(super) async fn serve(
    listener: TcpListener,
    ctx: Ctx,
    stop: CancellationToken,
) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    lmtp::serve(listener, LARGEST_BYTES, stop, move |envelope, mail| {
        // A task of its own: what has come in whole is stored even if the client goes away.
        let taken = tokio::spawn(take(ctx.clone(), envelope, mail));
        async move {
            let broke = |_| Refusal::ForNow("it could not be stored now".to_owned());
            taken.await.map_err(broke)?.map_err(refusal)
        }
    })
    .await;
    Ok(())
}

/// Once for all recipients: they are of one mail.
async fn take(ctx: Ctx, envelope: ReceivedEnvelope, mail: Vec<u8>) -> Result<(), ReceiveError> {
    let arrival = Arrival {
        way: Way::Lmtp,
        folder: Folder::Inbox,
        received_at: ctx.clock.now(),
        envelope_from: Some(envelope.sender.unwrap_or_default()),
        envelope_to: envelope.recipients,
        wish: Wish::None,
    };
    receive::take(&ctx, mail, arrival).await.map(|_| ())
}

fn refusal(error: ReceiveError) -> Refusal {
    match error {
        ReceiveError::TooLarge | ReceiveError::Empty => Refusal::ForGood(error.to_string()),
        ReceiveError::Store(error) => {
            tracing::warn!(error = %error, "a mail could not be stored");
            Refusal::ForNow("the store does not take it now".to_owned())
        }
    }
}
