//! Tells the other nodes how far this one has handed on what arrived at it, so that none of them
//! lets a click fire while the rest of its sweep waits in our intake. Said when somebody may wait
//! for it, and now and then as a sign of life. On SQLite there is one node, and nothing to tell.

use super::Progress;
use crate::ctx::Ctx;
use crate::domain::clock::{Millis, SECOND_MS};
use crate::intake::{Intake, Source};
use crate::store::{Result, arrivals, hits};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// How long a runner should rest when nothing waits.
pub const IDLE: Duration = Duration::from_millis(250);
/// How often it speaks in any case; several times within [`arrivals::SILENT_MS`].
const ALIVE_MS: i64 = 12 * SECOND_MS;

/// What arrived at a node by a moment, on its way into the log.
#[derive(Debug)]
pub(super) struct Arrived {
    /// The moment.
    pub(super) at: Millis,
    /// What the intake held then and the log does not yet.
    sources: Vec<Source>,
}

impl Arrived {
    /// By now.
    pub(super) fn by_now(ctx: &Ctx, intake: &Intake) -> Self {
        // The clock first: what comes in between counts as having been there.
        let at = ctx.clock.now();
        Self {
            at,
            sources: intake.sources(),
        }
    }

    /// Whether all of it stands in the log.
    pub(super) async fn is_taken(&mut self, ctx: &Ctx) -> Result<bool> {
        while let Some(source) = self.sources.last() {
            if hits::place(&ctx.store, source.id).await? < source.last {
                return Ok(false);
            }
            self.sources.pop();
        }
        Ok(true)
    }
}

/// Speaks for one node; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Herald {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// On its way.
    next: Option<Arrived>,
    /// The last moment that was reached.
    through: Millis,
    /// What was said last, and when.
    said: Option<(Millis, Millis)>,
}

impl Herald {
    /// Goes on as far as it can, and speaks if there is a reason.
    pub async fn step(&self, ctx: &Ctx, intake: &Intake) -> Result<Progress> {
        if ctx.store.is_sqlite() {
            return Ok(Progress::Idle);
        }
        let mut state = self.state.lock().await;
        let next = state
            .next
            .get_or_insert_with(|| Arrived::by_now(ctx, intake));
        if next.is_taken(ctx).await? {
            state.through = next.at;
            state.next = None;
        }
        let (now, through) = (ctx.clock.now(), state.through);
        let must = match state.said {
            Some((said, at)) if now.since(at) < ALIVE_MS => {
                arrivals::is_asked(&ctx.store, said, through).await?
            }
            _ => true,
        };
        if must {
            let mut tx = ctx.store.begin().await?;
            arrivals::say(&mut tx, folder(ctx), through).await?;
            tx.commit().await?;
            state.said = Some((through, now));
        }
        Ok(Progress::Idle)
    }
}

/// The data folder's id, which names a node across its starts.
pub(super) fn folder(ctx: &Ctx) -> &str {
    ctx.node.split(':').next().unwrap_or_default()
}
