//! The second commit: what a stored mail means, and all that follows from it.

use super::follow::{self, Case};
use super::{ours, reading};
use crate::ctx::Ctx;
use crate::domain::clock::{MINUTE_MS, Millis};
use crate::domain::id::InboundNo;
use crate::faults::{self, Point};
use crate::inbound::{Arrival, Understood};
use crate::store::inbound::pending::{self, Stored};
use crate::store::inbound::settle;
use crate::store::{Result, StoreError, log};
use std::sync::Arc;

/// Pause before a mail that could not be understood is tried again.
const AGAIN_MS: i64 = MINUTE_MS;

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Understanding {
    /// It is understood, now or before.
    Done,
    /// It broke; it is tried again, or parked after the last try.
    Broken,
}

/// Says what the mail `no` means and does what follows, once, however often it is called. The try
/// has been counted by the caller. An error means that the store was out of reach.
pub async fn understand(ctx: &Ctx, no: InboundNo) -> Result<Understanding> {
    let Some(stored) = pending::load(&ctx.store, no).await? else {
        return Ok(Understanding::Done);
    };
    if !stored.is_pending {
        return Ok(Understanding::Done);
    }
    let fault = match attempt(ctx, stored).await {
        Ok(None) => return Ok(Understanding::Done),
        Ok(Some(fault)) => fault,
        Err(error @ StoreError::Unavailable(_)) => return Err(error),
        Err(error) => error.to_string(),
    };
    tracing::warn!(inbound.no = no.0, fault, "a mail could not be understood");
    let fault: String = fault.chars().take(200).collect();
    let mut tx = ctx.store.begin().await?;
    pending::failed(&mut tx, no, &fault, ctx.clock.now().plus(AGAIN_MS)).await?;
    tx.commit().await?;
    Ok(Understanding::Broken)
}

/// One try; gives what broke, if anything did.
async fn attempt(ctx: &Ctx, mut stored: Stored) -> Result<Option<String>> {
    let Some(bytes) = stored.bytes.take() else {
        return Ok(Some("its bytes are gone".to_owned()));
    };
    let raw = Arc::new(bytes);
    let ours = Arc::new(ours::ours(ctx).await?);
    let seen = Arrival {
        received_at: stored.received_at,
        envelope_from: stored.envelope_from.clone(),
        envelope_to: stored.envelope_to.clone(),
    };
    let Some(mail) = reading::read(&raw, seen, &ours).await else {
        return Ok(Some("reading it failed".to_owned()));
    };
    let now = ctx.clock.now();
    let mut tx = ctx.store.begin().await?;
    // The log's row lock comes first, as with every stop, so that all of them have one order.
    log::append(&mut tx, &[]).await?;
    if !settle::take_up(&mut tx, stored.no).await? {
        return Ok(None);
    }
    let case = Case {
        ctx,
        at: happened(&stored, &mail, now),
        now,
        stored: &stored,
        raw: &raw,
        mail: &mail,
        ours: &ours,
    };
    let finding = follow::follow(&mut tx, &case).await?;
    settle::write(&mut tx, stored.no, &finding).await?;
    faults::at(Point::Followed);
    tx.commit().await?;
    faults::at(Point::Understood);
    Ok(None)
}

/// When it came. A file tells only by what the server that received it wrote into it.
fn happened(stored: &Stored, mail: &Understood, now: Millis) -> Millis {
    let at = if stored.from_file {
        mail.headers.received.unwrap_or(stored.received_at)
    } else {
        stored.received_at
    };
    at.min(now)
}
