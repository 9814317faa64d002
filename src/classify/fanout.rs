//! What one network did to the mail of many recipients. Pure.

use super::runs::runs;
use crate::domain::clock::{MINUTE_MS, Millis};
use crate::domain::hit::Network;
use crate::domain::id::DeliveryNo;
use std::collections::HashMap;

/// Clicks of one network within this time of each other belong together.
pub const FANOUT_MS: i64 = MINUTE_MS;

/// Fewer recipients than this are an office.
pub const FANOUT_RECIPIENTS: u32 = 5;

/// How many recipients' links the network of a hit followed around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fanout {
    /// Different recipients.
    pub recipients: u32,
    /// From the first of these clicks to the last, in milliseconds.
    pub within_ms: u32,
}

/// The fan-out of every network over a stretch of the log.
#[derive(Debug, Clone, Default)]
pub struct Fanouts {
    by_network: HashMap<Network, Vec<(i64, Fanout)>>,
}

impl Fanouts {
    /// Counts `clicks`: when, from where, on whose mail; in any order, links alone. Opens do not
    /// belong here, since a provider fetches the pictures of many. Hits without a known network
    /// are left out.
    pub fn of(clicks: impl IntoIterator<Item = (Millis, Network, DeliveryNo)>) -> Self {
        let mut sorted: HashMap<Network, Vec<(i64, i64)>> = HashMap::new();
        for (at, network, delivery) in clicks {
            if network != Network::None {
                sorted.entry(network).or_default().push((at.0, delivery.0));
            }
        }
        let by_network = sorted
            .into_iter()
            .filter_map(|(network, mut clicks)| {
                clicks.sort_unstable();
                let found: Vec<(i64, Fanout)> = runs(&clicks, FANOUT_MS, FANOUT_RECIPIENTS)
                    .into_iter()
                    .zip(&clicks)
                    .filter_map(|(run, (at, _))| {
                        let run = run?;
                        let within_ms = u32::try_from(run.span_ms).unwrap_or(u32::MAX);
                        let recipients = run.distinct;
                        Some((
                            *at,
                            Fanout {
                                recipients,
                                within_ms,
                            },
                        ))
                    })
                    .collect();
                (!found.is_empty()).then_some((network, found))
            })
            .collect();
        Self { by_network }
    }

    /// The fan-out around a click of `network` at `at`; nothing when it is too small to matter.
    pub fn around(&self, network: Network, at: Millis) -> Fanout {
        let Some(found) = self.by_network.get(&network) else {
            return Fanout::default();
        };
        found
            .binary_search_by_key(&at.0, |(at, _)| *at)
            .map_or_else(|_| Fanout::default(), |place| found[place].1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFICE: Network = Network::V4([192, 0, 2]);

    fn clicks(times: &[i64]) -> Vec<(Millis, Network, DeliveryNo)> {
        (1_i64..)
            .zip(times)
            .map(|(recipient, at)| (Millis(*at), OFFICE, DeliveryNo(recipient)))
            .collect()
    }

    #[test]
    fn five_recipients_within_a_minute_are_a_fan_out_and_four_are_not() {
        let found = Fanouts::of(clicks(&[0, 10_000, 20_000, 30_000, 60_000]));
        assert_eq!(
            found.around(OFFICE, Millis(20_000)),
            Fanout {
                recipients: 5,
                within_ms: 60_000
            }
        );
        assert_eq!(found.around(OFFICE, Millis(20_001)), Fanout::default());
        assert_eq!(found.around(Network::None, Millis(0)), Fanout::default());
        for times in [&[0, 10_000, 20_000, 30_000][..], &[0, 1, 2, 3, 60_001]] {
            assert_eq!(
                Fanouts::of(clicks(times)).around(OFFICE, Millis(0)),
                Fanout::default()
            );
        }
        let same = (0..9).map(|at| (Millis(at), OFFICE, DeliveryNo(1)));
        assert_eq!(
            Fanouts::of(same).around(OFFICE, Millis(0)),
            Fanout::default()
        );
        let nowhere = (0..9).map(|no| (Millis(no), Network::None, DeliveryNo(no)));
        assert_eq!(
            Fanouts::of(nowhere).around(Network::None, Millis(0)),
            Fanout::default()
        );
    }
}
