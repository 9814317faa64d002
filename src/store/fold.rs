//! The fold: events of the log into facts, and the difference the facts make into the metric
//! store, in the transaction that appends the events. Whoever calls holds the lock of the log's
//! head, so no two folds run at once and a row may be read, changed and written back.

use super::counts;
use super::facts;
use super::rollups;
use super::tables::{LIVE, NEXT, Tables};
use super::{Result, Tx, log};
use crate::domain::event::NewEvent;
use crate::domain::id::{DeliveryNo, Seq};
use crate::metrics::click_through::Change;
use crate::metrics::contact;
use crate::metrics::delivery::{DeliveryFacts, concerns};
use crate::metrics::hits::Taken;
use std::collections::{BTreeMap, BTreeSet};

/// Folds `events`, numbered from `first` on and already in the log, into `tables`.
pub(super) async fn fold(
    tx: &mut Tx,
    tables: &Tables,
    first: Seq,
    events: &[NewEvent],
) -> Result<()> {
    let mut touched: BTreeMap<DeliveryNo, Vec<(Seq, &NewEvent)>> = BTreeMap::new();
    for (seq, event) in (first.0..).map(Seq).zip(events) {
        if let Some(delivery) = event.delivery.filter(|_| concerns(event)) {
            touched.entry(delivery).or_default().push((seq, event));
        }
    }
    if touched.is_empty() && !events.iter().any(contact::concerns) {
        return Ok(());
    }
    let old = facts::load(tx, tables, touched.keys().copied()).await?;
    let (mut new, stale) = apply(&old, &touched);
    let last = Seq(first.0 + events.len() as i64 - 1);
    for delivery in stale {
        let all = log::of_delivery_until(tx, delivery, last).await?;
        let frozen = new.get_mut(&delivery).and_then(|facts| facts.frozen.take());
        let all = all.iter().map(|event| (event.seq, &event.event));
        new.insert(delivery, DeliveryFacts::refold(all, frozen));
    }
    let frozen = facts::freeze(tx, &mut new).await?;
    settle(tx, tables, (first, events), (&old, new), frozen).await
}

/// Counts `deliveries` under the gateway that became known after they were counted, in the tables
/// that serve and in those that a rebuild fills. The caller holds the lock of the log's head.
pub(super) async fn learn_gateways(tx: &mut Tx, deliveries: &[DeliveryNo]) -> Result<()> {
    for tables in [&LIVE, &NEXT] {
        let old = facts::load(tx, tables, deliveries.iter().copied()).await?;
        let mut new = old.clone();
        let read = facts::learn_gateways(tx, &mut new).await?;
        settle(tx, tables, (Seq(0), &[]), (&old, new), read).await?;
    }
    Ok(())
}

/// Writes what follows from facts that went from `old` to `new` by these events; `frozen` is what
/// was read of deliveries meanwhile.
async fn settle(
    tx: &mut Tx,
    tables: &Tables,
    (first, events): (Seq, &[NewEvent]),
    (old, mut new): (&Folded, Folded),
    frozen: Vec<facts::Sending>,
) -> Result<()> {
    let unknown = DeliveryFacts::default();
    let mut change = Change::default();
    new.retain(|delivery, new| {
        let old = old.get(delivery).unwrap_or(&unknown);
        change.note(old, new);
        old != new
    });
    facts::save(tx, tables, &new).await?;
    let batch = counts::Batch {
        first,
        events,
        old,
        new: &new,
        frozen,
    };
    counts::fold(tx, tables.counts, batch).await?;
    rollups::write(tx, tables, &change).await
}

type Folded = BTreeMap<DeliveryNo, DeliveryFacts>;

/// The facts after the events, and the deliveries whose facts did not keep enough to say.
fn apply(
    old: &Folded,
    touched: &BTreeMap<DeliveryNo, Vec<(Seq, &NewEvent)>>,
) -> (Folded, BTreeSet<DeliveryNo>) {
    let mut new = Folded::new();
    let mut stale = BTreeSet::new();
    for (delivery, events) in touched {
        let mut facts = old.get(delivery).cloned().unwrap_or_default();
        for (seq, event) in events {
            if facts.apply(*seq, event) == Taken::NotEnoughKept {
                stale.insert(*delivery);
            }
        }
        new.insert(*delivery, facts);
    }
    (new, stale)
}
