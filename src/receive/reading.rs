//! The pure reading of a mail, kept away from the event loop: a large one takes a while, and one
//! that breaks it must break nothing else.

use super::arrival::Arrival;
use crate::faults;
use crate::inbound::{self, Display, Ours, Understood};
use sha2::{Digest as _, Sha256};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Mails up to this size are read where they are: moving them costs more.
const SMALL_BYTES: usize = 64 * 1_024;

/// What the reading is told of how a mail came.
pub(super) fn seen(arrival: &Arrival) -> inbound::Arrival {
    inbound::Arrival {
        received_at: arrival.received_at,
        envelope_from: arrival.envelope_from.clone(),
        envelope_to: arrival.envelope_to.clone(),
    }
}

/// Reads a mail; `None` when that broke.
pub(super) async fn read(
    raw: &Arc<Vec<u8>>,
    seen: inbound::Arrival,
    ours: &Arc<Ours>,
) -> Option<Understood> {
    let (raw, ours) = (Arc::clone(raw), Arc::clone(ours));
    let is_small = raw.len() <= SMALL_BYTES;
    let understand = move || {
        faults::reading(&raw);
        inbound::understand(&raw, &seen, &ours)
    };
    let read = move || catch_unwind(AssertUnwindSafe(understand)).ok();
    if is_small {
        return read();
    }
    tokio::task::spawn_blocking(read).await.ok().flatten()
}

/// How a mail is shown; `None` when that broke.
pub(super) async fn display(raw: Vec<u8>, ours: Ours) -> Option<Display> {
    let shown = move || catch_unwind(AssertUnwindSafe(|| inbound::display(&raw, &ours))).ok();
    tokio::task::spawn_blocking(shown).await.ok().flatten()
}

/// The identity of bytes that cannot be read: their own digest.
pub(super) fn digest(raw: &[u8]) -> [u8; 32] {
    Sha256::digest(raw).into()
}
