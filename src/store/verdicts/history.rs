//! All of history judged again by the rules as they are now, stretch by stretch in the log's order.
//! Deliveries of a stretch are read and judged piece by piece, several pieces side by side, since
//! nearly all verdicts stay; what changes is written one piece at a time, so that ingest waits for
//! moments only. The place is kept after each stretch: a stop, or a crash, leaves what was done and
//! where to go on. Nothing fires on what changes here.

use super::super::log::{EventRow, read_row};
use super::super::rebuild::Next;
use super::super::sql::{execute, maybe, rows, statements};
use super::super::{Result, Store, StoreError, log};
use super::nearby::click;
use super::{Change, Span, rejudge, would_change};
use crate::classify::Fanouts;
use crate::domain::clock::{Clock, Millis};
use crate::domain::event::EventKind;
use crate::domain::hit::Network;
use crate::domain::id::{DeliveryNo, Seq};
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use tokio::task::JoinHandle;

/// Events of one stretch: so many that a delivery, whose hits come within days, is read in few
/// of them.
const STRETCH: i64 = 200_000;
/// Deliveries judged in one piece.
const PIECE: usize = 1_000;
/// Pieces judged side by side.
const SIDE_BY_SIDE: usize = 4;
/// Hits enter the log nearly in the order of their times. One that came this many events later
/// than its time is still found by its date.
const DISORDER: i64 = 100_000;

statements! {
    /// Opens and clicks; facts of clicks alone, from which fan-out is counted.
    HITS = "SELECT seq, at, kind, delivery_no, contact_no, link_no, verdict, rule,
            CASE WHEN kind = 9 THEN detail END AS detail
        FROM events WHERE seq > $1 AND seq <= $2 AND kind IN (8, 9) ORDER BY seq";
    RUN = "SELECT seq, upto, since FROM rejudge_run WHERE id = 1";
    KEEP_RUN = "INSERT INTO rejudge_run (id, seq, upto, since) VALUES (1, $1, $2, $3)
        ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, upto = excluded.upto, since = excluded.since";
    FORGET_RUN = "DELETE FROM rejudge_run WHERE id = 1";
}

/// Where to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// With the first hit.
    AtTheBeginning,
    /// With hits of this time.
    Since(Millis),
    /// Where this run was stopped, to finish what it had begun.
    Again(Run),
}

/// A run that has not come to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// The last event whose stretch is done.
    pub at: Seq,
    /// The last event that is meant: the newest when it began.
    pub upto: Seq,
    /// From which time on hits are meant.
    pub from: Millis,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Walked {
    /// The last event whose stretch is done.
    pub at: Seq,
    /// The last one to look at.
    pub head: Seq,
    /// Deliveries judged so far, counted once for each stretch.
    pub judged: u64,
}

/// Whether it came to the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// All was judged.
    Done,
    /// The caller stopped it.
    Stopped,
}

/// Clicks of a stretch, as fan-out is counted from them.
type Clicks = Vec<(Millis, Network, DeliveryNo)>;

/// The last run, if it was stopped before its end.
pub async fn stopped(store: &Store) -> Result<Option<Run>> {
    let found = maybe!(store, RUN, (Seq, Seq, Millis))?;
    Ok(found.map(|(at, upto, from)| Run { at, upto, from }))
}

/// Judges hits again from `begin` on. `tell` is told after each piece what it changed, and
/// decides whether to go on.
pub async fn rejudge_all(
    store: &Store,
    clock: &Clock,
    begin: Begin,
    mut tell: impl FnMut(Walked, &[Change]) -> Next,
) -> Result<Ended> {
    let run = run(store, begin).await?;
    keep(store, run).await?;
    let Run {
        at,
        upto: head,
        from,
    } = run;
    let mut walked = Walked {
        at,
        head,
        judged: 0,
    };
    let earlier = Seq((at.0 - STRETCH).max(0));
    let mut before = Stretch::read(store, earlier, at).await?.clicks;
    let mut own = Stretch::read(store, at, head).await?;
    while walked.at < head {
        let last = end(walked.at, head);
        let next = Stretch::read(store, last, head).await?;
        let around = before.iter().chain(&own.clicks).chain(&next.clicks);
        let judge = Judge {
            store: store.clone(),
            fanouts: Arc::new(Fanouts::of(around.copied())),
            span: Span {
                from,
                to: Millis(i64::MAX),
                seqs: (Seq(walked.at.0 + 1), last),
            },
        };
        let ended = judge
            .stretch(clock, &own.deliveries, &mut walked, &mut tell)
            .await?;
        if ended == Ended::Stopped {
            return Ok(ended);
        }
        walked.at = last;
        keep(store, Run { at: last, ..run }).await?;
        if tell(walked, &[]) == Next::Stop && last < head {
            return Ok(Ended::Stopped);
        }
        before = own.clicks;
        own = next;
    }
    let mut tx = store.begin().await?;
    execute!(&mut tx, FORGET_RUN)?;
    tx.commit().await?;
    Ok(Ended::Done)
}

/// What the deliveries of one stretch are judged with.
#[derive(Clone)]
struct Judge {
    store: Store,
    fanouts: Arc<Fanouts>,
    span: Span,
}

impl Judge {
    async fn stretch(
        &self,
        clock: &Clock,
        deliveries: &[DeliveryNo],
        walked: &mut Walked,
        tell: &mut impl FnMut(Walked, &[Change]) -> Next,
    ) -> Result<Ended> {
        let mut pieces = deliveries.chunks(PIECE);
        let mut under_way = VecDeque::new();
        loop {
            while under_way.len() < SIDE_BY_SIDE
                && let Some(piece) = pieces.next()
            {
                under_way.push_back(self.begin(piece));
            }
            let Some(piece) = under_way.pop_front() else {
                return Ok(Ended::Done);
            };
            let (judged, changes) = piece.done().await?;
            let changes = self.write(clock, &changes).await?;
            walked.judged += judged as u64;
            if tell(*walked, &changes) == Next::Stop {
                return Ok(Ended::Stopped);
            }
        }
    }

    /// Begins to judge a piece beside others.
    fn begin(&self, piece: &[DeliveryNo]) -> Piece {
        let (judge, deliveries) = (self.clone(), piece.to_vec());
        Piece(tokio::spawn(async move {
            let judged = deliveries.len();
            let changes = would_change(&judge.store, &deliveries, judge.span, &judge.fanouts);
            Ok((judged, changes.await?))
        }))
    }

    /// Writes what is still so under the log's lock.
    async fn write(&self, clock: &Clock, changes: &[Change]) -> Result<Vec<Change>> {
        let anew: BTreeSet<DeliveryNo> = changes.iter().map(|it| it.hit.delivery).collect();
        if anew.is_empty() {
            return Ok(Vec::new());
        }
        let anew: Vec<DeliveryNo> = anew.into_iter().collect();
        let mut tx = self.store.begin().await?;
        let changes = rejudge(&mut tx, &anew, self.span, &self.fanouts, clock.now()).await?;
        tx.commit().await?;
        Ok(changes)
    }
}

/// A piece that is being judged; given up when dropped.
struct Piece(JoinHandle<Result<(usize, Vec<Change>)>>);

impl Piece {
    /// How many deliveries were judged, and what would change.
    async fn done(mut self) -> Result<(usize, Vec<Change>)> {
        (&mut self.0).await.map_err(|error| {
            // The runtime ends, or the task panicked: either way this run cannot go on.
            StoreError::Corrupt(format!("a piece of history could not be judged: {error}"))
        })?
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What is read of a stretch of the log.
struct Stretch {
    clicks: Clicks,
    /// Whose hits it holds, in order.
    deliveries: Vec<DeliveryNo>,
}

impl Stretch {
    async fn read(store: &Store, after: Seq, head: Seq) -> Result<Self> {
        let mut clicks = Clicks::new();
        let mut deliveries = BTreeSet::new();
        for row in rows!(store, HITS, EventRow; after, end(after, head))? {
            deliveries.extend(row.delivery_no);
            if row.kind == EventKind::Clicked.code() {
                clicks.extend(click(&read_row(row)?));
            }
        }
        Ok(Self {
            clicks,
            deliveries: deliveries.into_iter().collect(),
        })
    }
}

/// The last event of the stretch after `at`.
fn end(at: Seq, head: Seq) -> Seq {
    Seq(head.0.min(at.0 + STRETCH))
}

/// What is to be judged.
async fn run(store: &Store, begin: Begin) -> Result<Run> {
    let upto = log::head(store).await?;
    Ok(match begin {
        Begin::AtTheBeginning => Run {
            at: Seq(0),
            upto,
            from: Millis(i64::MIN),
        },
        Begin::Since(from) => Run {
            at: place_of(store, from, upto).await?,
            upto,
            from,
        },
        Begin::Again(run) => run,
    })
}

async fn keep(store: &Store, run: Run) -> Result<()> {
    let mut tx = store.begin().await?;
    execute!(&mut tx, KEEP_RUN; run.at, run.upto, run.from)?;
    tx.commit().await
}

/// The place from which on hits since `from` stand in the log.
async fn place_of(store: &Store, from: Millis, head: Seq) -> Result<Seq> {
    let (mut low, mut high) = (0, head.0);
    while low < high {
        let middle = low + (high - low) / 2;
        let found = log::after(store, Seq(middle), 1).await?.pop();
        if found.is_some_and(|event| event.event.at < from) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(Seq((low - DISORDER).max(0)))
}
