//! `rebuild-metrics`: the log folded again from its beginning, into the twins of the tables that
//! serve, then the two change names. Reports and ingest go on meanwhile; what arrives is folded
//! into the serving tables as ever, and into the twins before they change places. Stopped at any
//! moment it leaves the serving tables as they are.

use super::fold::fold;
use super::sql::{Either, execute, one, statements};
use super::tables::NEXT;
use super::{Result, Store, Tx, log};
use crate::domain::event::NewEvent;
use crate::domain::id::Seq;

/// Events folded in one transaction: long enough to be fast, short enough that ingest waits for
/// well under a second.
const BATCH: i64 = 4_096;

statements! {
    CLEAR_FACTS = sqlite "DELETE FROM facts_next" postgres "TRUNCATE facts_next";
    CLEAR_COUNTS = sqlite "DELETE FROM click_rollups_next" postgres "TRUNCATE click_rollups_next";
    CLEAR_WAITS = sqlite "DELETE FROM rollup_waits_next" postgres "TRUNCATE rollup_waits_next";
    CLEAR_EPISODES = sqlite "DELETE FROM episodes_next" postgres "TRUNCATE episodes_next";
    CLEAR_TALLIES = sqlite "DELETE FROM tallies_next" postgres "TRUNCATE tallies_next";
    /// Taken by appends as well: nothing is appended until this transaction ends.
    LOCK_HEAD = "UPDATE event_head SET seq = seq WHERE id = 1 RETURNING seq";
}

/// Each table and its twin change names.
const SWAP: &str = "
    ALTER TABLE facts RENAME TO facts_old;
    ALTER TABLE facts_next RENAME TO facts;
    ALTER TABLE facts_old RENAME TO facts_next;
    ALTER TABLE click_rollups RENAME TO click_rollups_old;
    ALTER TABLE click_rollups_next RENAME TO click_rollups;
    ALTER TABLE click_rollups_old RENAME TO click_rollups_next;
    ALTER TABLE rollup_waits RENAME TO rollup_waits_old;
    ALTER TABLE rollup_waits_next RENAME TO rollup_waits;
    ALTER TABLE rollup_waits_old RENAME TO rollup_waits_next;
    ALTER TABLE episodes RENAME TO episodes_old;
    ALTER TABLE episodes_next RENAME TO episodes;
    ALTER TABLE episodes_old RENAME TO episodes_next;
    ALTER TABLE tallies RENAME TO tallies_old;
    ALTER TABLE tallies_next RENAME TO tallies;
    ALTER TABLE tallies_old RENAME TO tallies_next;
";

/// How far a rebuild is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RebuildProgress {
    /// The last event folded.
    pub at: Seq,
    /// The newest event of the log.
    pub head: Seq,
}

/// What the caller wants after a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Go on.
    Continue,
    /// Leave everything as it was.
    Stop,
}

/// How a rebuild ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rebuilt {
    /// The new tables serve; they hold all events up to this one.
    Done(Seq),
    /// The caller stopped it; nothing has changed.
    Stopped,
}

/// Folds the whole log again. `progress` is told after each batch and decides whether to go on.
pub async fn rebuild(
    store: &Store,
    mut progress: impl FnMut(RebuildProgress) -> Next,
) -> Result<Rebuilt> {
    let mut tx = store.begin().await?;
    clear(&mut tx).await?;
    tx.commit().await?;
    let mut at = Seq(0);
    loop {
        let events = log::after(store, at, BATCH).await?;
        let mut tx = store.begin().await?;
        let (head,): (Seq,) = one!(&mut tx, LOCK_HEAD, (Seq,))?;
        at = fold_run(&mut tx, at, events).await?;
        if at == head {
            swap(&mut tx).await?;
            clear(&mut tx).await?;
            tx.commit().await?;
            progress(RebuildProgress { at, head });
            return Ok(Rebuilt::Done(at));
        }
        tx.commit().await?;
        if progress(RebuildProgress { at, head }) == Next::Stop {
            return Ok(Rebuilt::Stopped);
        }
    }
}

/// Folds a run of events that follows `at`; gives the last of them.
async fn fold_run(tx: &mut Tx, at: Seq, events: Vec<crate::domain::event::Event>) -> Result<Seq> {
    let (Some(first), Some(last)) = (events.first(), events.last()) else {
        return Ok(at);
    };
    let (first, last) = (first.seq, last.seq);
    let events: Vec<NewEvent> = events.into_iter().map(|event| event.event).collect();
    fold(tx, &NEXT, first, &events).await?;
    Ok(last)
}

async fn clear(tx: &mut Tx) -> Result<()> {
    let all = [
        &CLEAR_FACTS,
        &CLEAR_COUNTS,
        &CLEAR_WAITS,
        &CLEAR_EPISODES,
        &CLEAR_TALLIES,
    ];
    for statement in all {
        execute!(&mut *tx, statement)?;
    }
    Ok(())
}

async fn swap(tx: &mut Tx) -> Result<()> {
    match tx.on() {
        Either::Sqlite(engine) => sqlx::raw_sql(SWAP).execute(engine).await.map(|_| ())?,
        Either::Postgres(engine) => sqlx::raw_sql(SWAP).execute(engine).await.map(|_| ())?,
    }
    Ok(())
}
