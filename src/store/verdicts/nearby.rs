//! What the network of one click did around it, read back from the log: for a judgement that is
//! given long after the clicks it rests on have left everybody's memory.

use super::super::log::{EventRow, read_row};
use super::super::sql::{rows, statements};
use super::super::{Result, Tx};
use super::letters::Hit;
use crate::classify::{FANOUT_MS, Fanouts};
use crate::domain::clock::Millis;
use crate::domain::event::{Detail, Event, EventKind};
use crate::domain::hit::{HitKind, Network};
use crate::domain::id::{DeliveryNo, Seq};

/// Events before and after a click among which its neighbours of a minute stand.
const AROUND: i64 = 50_000;

statements! {
    CLICKS = "SELECT seq, at, kind, delivery_no, contact_no, link_no, verdict, rule, detail
        FROM events WHERE seq >= $1 AND seq <= $2 AND kind = 9 AND at >= $3 AND at <= $4
        ORDER BY seq";
}

/// When, from where, on whose mail: what fan-out is counted from. `None` for what is no click.
pub(super) fn click(event: &Event) -> Option<(Millis, Network, DeliveryNo)> {
    match (event.event.kind, &event.event.detail) {
        (EventKind::Clicked, Detail::Hit { facts, .. }) => {
            Some((event.event.at, facts.network, event.event.delivery?))
        }
        _ => None,
    }
}

/// The fan-outs around `hit`; none for a pixel.
pub(super) async fn fanouts(tx: &mut Tx, hit: &Hit) -> Result<Fanouts> {
    if hit.kind == HitKind::Open || hit.facts.network == Network::None {
        return Ok(Fanouts::default());
    }
    let (first, last) = (Seq(hit.seq.0 - AROUND), Seq(hit.seq.0 + AROUND));
    let (from, to) = (hit.at.plus(-FANOUT_MS), hit.at.plus(FANOUT_MS));
    let found: Result<Vec<Event>> = rows!(tx, CLICKS, EventRow; first, last, from, to)?
        .into_iter()
        .map(read_row)
        .collect();
    let same = |(_, network, _): &(Millis, Network, DeliveryNo)| *network == hit.facts.network;
    Ok(Fanouts::of(found?.iter().filter_map(click).filter(same)))
}
