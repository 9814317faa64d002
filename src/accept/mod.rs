//! The one way a message is accepted: the API, the pages and the simulated team all come through
//! here. [`prepare`] reads and checks without a transaction, [`Prepared::commit_in`] writes in the
//! caller's, so that whatever must stand or fall with the message (an idempotency key) shares it.
//!
//! Nothing is sent here: a message that was accepted is a row that a mailbox lane will find.

mod as_stored;
pub mod assemble;
mod check;
mod commit;
mod message;
mod prepare;
mod recipients;

pub use message::{
    AcceptError, Accepted, AcceptedDelivery, Content, FieldCode, FieldError, NewAttachment,
    NewMessage, Preview,
};
pub use prepare::{Prepared, prepare};

use crate::ctx::Ctx;
use crate::domain::viewer::Viewer;

/// Accepts `new` in a transaction of its own. When this returns `Ok` the message survives whatever
/// happens.
pub async fn accept(ctx: &Ctx, viewer: &Viewer, new: NewMessage) -> Result<Accepted, AcceptError> {
    let prepared = prepare(ctx, viewer, new).await?;
    let mut tx = ctx.store.begin().await?;
    let accepted = prepared.commit_in(ctx, &mut tx).await?;
    tx.commit().await?;
    Ok(accepted)
}

/// What `new` would be, without writing anything. Preflight's blockers are findings here and no
/// error.
pub async fn dry_run(ctx: &Ctx, viewer: &Viewer, new: NewMessage) -> Result<Preview, AcceptError> {
    prepare::preview(ctx, viewer, new).await
}
