//! All of history judged again by the rules as they are now, stretch by stretch in the log's order.
//! Each stretch's revisions are committed piece by piece, so that ingest waits for moments only,
//! and a stop leaves what was done. Nothing fires on what changes here.

use super::super::log::{EventRow, read_row};
use super::super::rebuild::Next;
use super::super::sql::{rows, statements};
use super::super::{Result, Store, log};
use super::{Change, Span, rejudge, would_change};
use crate::classify::Fanouts;
use crate::domain::clock::{Clock, Millis};
use crate::domain::event::{Detail, Event, EventKind};
use crate::domain::hit::Network;
use crate::domain::id::{DeliveryNo, Seq};
use std::collections::BTreeSet;

/// Events of one stretch.
const STRETCH: i64 = 50_000;
/// Deliveries judged in one piece.
const PIECE: usize = 1_000;
/// Hits enter the log nearly in the order of their times. One that came this many events later
/// than its time is still found by its date.
const DISORDER: i64 = 100_000;

statements! {
    /// Opens and clicks.
    HITS = "SELECT seq, at, kind, delivery_no, contact_no, link_no, verdict, rule, detail
        FROM events WHERE seq > $1 AND seq <= $2 AND kind IN (8, 9) ORDER BY seq";
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Walked {
    /// The last event looked at.
    pub at: Seq,
    /// The last one to look at.
    pub head: Seq,
    /// When the newest hit looked at happened, if there was any.
    pub time: Option<Millis>,
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

/// Judges the hits since `from` again. `tell` is told after each piece what it changed, and
/// decides whether to go on.
pub async fn rejudge_all(
    store: &Store,
    clock: &Clock,
    from: Option<Millis>,
    mut tell: impl FnMut(Walked, &[Change]) -> Next,
) -> Result<Ended> {
    let head = log::head(store).await?;
    let mut at = begin(store, from, head).await?;
    let mut before = Clicks::new();
    let mut hits = read(store, at, head).await?;
    while at < head {
        let last = Seq(head.0.min(at.0 + STRETCH));
        let next = read(store, last, head).await?;
        let own = clicks(&hits);
        let around = before.iter().chain(&own).copied().chain(clicks(&next));
        let fanouts = Fanouts::of(around);
        let span = Span {
            from: from.unwrap_or(Millis(i64::MIN)),
            to: Millis(i64::MAX),
            seqs: (Seq(at.0 + 1), last),
        };
        let time = hits.iter().map(|hit| hit.event.at).max();
        let walked = Walked { at, head, time };
        for piece in pieces(&hits) {
            let changes = judge_piece(store, clock, &piece, span, &fanouts).await?;
            if tell(walked, &changes) == Next::Stop {
                return Ok(Ended::Stopped);
            }
        }
        at = last;
        if tell(Walked { at, head, time }, &[]) == Next::Stop && at < head {
            return Ok(Ended::Stopped);
        }
        before = own;
        hits = next;
    }
    Ok(Ended::Done)
}

async fn judge_piece(
    store: &Store,
    clock: &Clock,
    deliveries: &[DeliveryNo],
    span: Span,
    fanouts: &Fanouts,
) -> Result<Vec<Change>> {
    let changes = would_change(store, deliveries, span, fanouts).await?;
    let anew: BTreeSet<DeliveryNo> = changes.iter().map(|it| it.hit.delivery).collect();
    if anew.is_empty() {
        return Ok(Vec::new());
    }
    let anew: Vec<DeliveryNo> = anew.into_iter().collect();
    let mut tx = store.begin().await?;
    let changes = rejudge(&mut tx, &anew, span, fanouts, clock.now()).await?;
    tx.commit().await?;
    Ok(changes)
}

/// The place from which on hits since `from` stand in the log.
async fn begin(store: &Store, from: Option<Millis>, head: Seq) -> Result<Seq> {
    let Some(from) = from else {
        return Ok(Seq(0));
    };
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

async fn read(store: &Store, after: Seq, head: Seq) -> Result<Vec<Event>> {
    let last = Seq(head.0.min(after.0 + STRETCH));
    rows!(store, HITS, EventRow; after, last)?
        .into_iter()
        .map(read_row)
        .collect()
}

fn clicks(hits: &[Event]) -> Clicks {
    let click = |hit: &Event| match (hit.event.kind, &hit.event.detail) {
        (EventKind::Clicked, Detail::Hit { facts, .. }) => {
            Some((hit.event.at, facts.network, hit.event.delivery?))
        }
        _ => None,
    };
    hits.iter().filter_map(click).collect()
}

fn pieces(hits: &[Event]) -> Vec<Vec<DeliveryNo>> {
    let deliveries: BTreeSet<DeliveryNo> =
        hits.iter().filter_map(|hit| hit.event.delivery).collect();
    let deliveries: Vec<DeliveryNo> = deliveries.into_iter().collect();
    deliveries
        .chunks(PIECE)
        .map(<[DeliveryNo]>::to_vec)
        .collect()
}
