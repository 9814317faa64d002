//! Keeps the redirects' snapshot of blocked and moved destinations fresh (with the abuse contact
//! their page shows), and a copy of it in the
//! data folder, so that a node that starts while the database is down has the last one.

use super::Progress;
use crate::ctx::Ctx;
use crate::domain::link::DestinationId;
use crate::store::destinations::{Block, blocked, moved};
use crate::store::settings::{self, Setting};
use crate::store::{Result, Store, StoreError};
use crate::track::destinations::{Destinations, Live};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How often a runner should repeat [`step`]: a change is promised within 5 seconds.
pub const EVERY: Duration = Duration::from_secs(2);

const FILE: &str = "destinations.json";

/// The snapshot left in `folder` by an earlier run; empty when there is none or it cannot be read.
pub fn load(folder: &Path) -> Live {
    let read = std::fs::read(folder.join(FILE))
        .and_then(|bytes| serde_json::from_slice::<Destinations>(&bytes).map_err(io::Error::other));
    let kept = read.unwrap_or_else(|error| {
        if error.kind() != io::ErrorKind::NotFound {
            tracing::warn!(%error, "the snapshot of blocked and moved destinations cannot be read");
        }
        Destinations::default()
    });
    Live::from(arc_swap::ArcSwap::from_pointee(kept))
}

/// Reads the tables; when they changed, replaces the snapshot and its copy. A copy that cannot be
/// written is logged and tried again with the next change.
pub async fn step(ctx: &Ctx, live: &Live) -> Result<Progress> {
    let fresh = read(&ctx.store).await?;
    if **live.load() == fresh {
        return Ok(Progress::Idle);
    }
    if let Err(error) = save(&ctx.settings.data_dir, &fresh) {
        tracing::warn!(%error, "the snapshot of blocked and moved destinations cannot be kept");
    }
    live.store(Arc::new(fresh));
    Ok(Progress::Idle)
}

async fn read(store: &Store) -> Result<Destinations> {
    let moved = moved(store).await?.into_iter();
    let mut all = Destinations {
        moved: moved.map(|it| (it.destination, it.url)).collect(),
        abuse_contact: settings::get(store, Setting::AbuseContact).await?,
        ..Destinations::default()
    };
    for block in blocked(store).await? {
        add(&mut all, &block).ok_or_else(|| {
            StoreError::Corrupt(format!("blocked {} {}", block.kind, block.r#ref))
        })?;
    }
    Ok(all)
}

fn add(all: &mut Destinations, block: &Block) -> Option<()> {
    let id = &block.r#ref;
    match block.kind.as_str() {
        "destination" => {
            let id = DestinationId(id.parse().ok()?);
            all.blocked_destinations.insert(id);
        }
        "delivery" => {
            all.blocked_deliveries.insert(id.parse().ok()?);
        }
        "key" => {
            all.blocked_keys.insert(id.parse().ok()?);
        }
        _ => return None,
    }
    Some(())
}

/// Replaced in one step, so that a crash leaves the old copy or the new one.
fn save(folder: &Path, destinations: &Destinations) -> io::Result<()> {
    let bytes = serde_json::to_vec(destinations).map_err(io::Error::other)?;
    let beside = folder.join(format!("{FILE}.new"));
    std::fs::write(&beside, bytes)?;
    std::fs::File::open(&beside)?.sync_all()?;
    std::fs::rename(&beside, folder.join(FILE))
}
