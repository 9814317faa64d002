//! The mail catcher: what our SMTP receiver takes is kept in the store, readable on the pages.

use crate::ctx::Ctx;
use crate::net::catcher::{self, CatcherSettings, ReceivedEnvelope, Refusal};
use crate::store::caught::{self, NewCaught};
use crate::store::{Result, StoreError};
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
    catcher::serve(
        listener,
        CatcherSettings::default(),
        stop,
        move |envelope, mail| {
            let ctx = ctx.clone();
            async move { keep(&ctx, &envelope, &mail).await.map_err(refusal) }
        },
    )
    .await;
    Ok(())
}

/// Once for each recipient, or for none.
async fn keep(ctx: &Ctx, envelope: &ReceivedEnvelope, mail: &[u8]) -> Result<()> {
    let at = ctx.clock.now();
    let mut tx = ctx.store.begin().await?;
    for recipient in &envelope.recipients {
        let new = NewCaught {
            at,
            sender: envelope.sender.as_deref().unwrap_or_default(),
            recipient,
            bytes: mail,
        };
        caught::keep(&mut tx, new).await?;
    }
    tx.commit().await
}

fn refusal(error: StoreError) -> Refusal {
    tracing::warn!(error = %error, "a mail could not be caught");
    Refusal::ForNow("the store does not take it now".to_owned())
}
