//! The clicks of the last minute by network, over all mail: what fan-out is counted from. Kept in
//! memory by whoever follows the log, and read again from the log when somebody else went on with
//! it, or after a start.

use crate::classify::{FANOUT_MS, Fanouts};
use crate::domain::clock::Millis;
use crate::domain::event::{Detail, Event, EventKind};
use crate::domain::hit::Network;
use crate::domain::id::{DeliveryNo, Seq};
use crate::store::{Result, Store, log};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Events read back from the log at a start: a minute of a busy day.
const BACK: i64 = 16_384;
/// Clicks kept of one network. More than this in a minute is a fan-out by any count.
const KEPT: usize = 4_096;

/// The clicks of the last minute.
#[derive(Debug, Default)]
pub struct Recent {
    /// The last event seen.
    upto: Option<Seq>,
    by_network: HashMap<Network, Vec<(Millis, DeliveryNo)>>,
}

impl Recent {
    /// Makes sure that all up to `place` has been seen.
    pub async fn catch_up(&mut self, store: &Store, place: Seq) -> Result<()> {
        if self.upto == Some(place) {
            return Ok(());
        }
        self.by_network.clear();
        let from = Seq((place.0 - BACK).max(0));
        let events = log::after(store, from, place.0 - from.0).await?;
        self.note(&events);
        self.upto = Some(place);
        Ok(())
    }

    /// Takes the next events and forgets what is too old to matter to them.
    pub fn note(&mut self, events: &[Event]) {
        for (at, network, delivery) in events.iter().filter_map(click) {
            self.by_network
                .entry(network)
                .or_default()
                .push((at, delivery));
        }
        let Some(last) = events.last() else { return };
        self.upto = Some(last.seq);
        let oldest = events.iter().map(|event| event.event.at).min();
        let from = oldest.unwrap_or(last.event.at).plus(-FANOUT_MS);
        self.by_network.retain(|_, clicks| {
            clicks.retain(|(at, _)| *at >= from);
            let spare = clicks.len().saturating_sub(KEPT);
            clicks.drain(..spare);
            !clicks.is_empty()
        });
    }

    /// The fan-outs of the networks of `events`, which have been noted, and the deliveries that
    /// they touch.
    pub fn fanouts(&self, events: &[Event]) -> (Fanouts, BTreeSet<DeliveryNo>) {
        let networks: HashSet<Network> = events
            .iter()
            .filter_map(click)
            .map(|(_, network, _)| network)
            .collect();
        let clicks = || {
            let networks = networks.iter();
            networks.flat_map(|network| {
                let clicks = self.by_network.get(network).into_iter().flatten();
                clicks.map(|(at, delivery)| (*at, *network, *delivery))
            })
        };
        let fanouts = Fanouts::of(clicks());
        let touched = clicks()
            .filter(|(at, network, _)| fanouts.around(*network, *at).recipients > 0)
            .map(|(_, _, delivery)| delivery)
            .collect();
        (fanouts, touched)
    }
}

fn click(event: &Event) -> Option<(Millis, Network, DeliveryNo)> {
    let event = &event.event;
    match (event.kind, &event.detail) {
        (EventKind::Clicked, Detail::Hit { facts, .. }) if facts.network != Network::None => {
            Some((event.at, facts.network, event.delivery?))
        }
        _ => None,
    }
}
