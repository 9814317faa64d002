//! Seeded draws: chances, delays, addresses.

use super::cast::{Cast, Lists};
use fastrand::Rng;
use std::net::{IpAddr, Ipv4Addr};

/// The seed's stream with the cast it draws from.
#[derive(Debug)]
pub struct Draw {
    rng: Rng,
    pub(super) lists: &'static Lists,
}

impl Draw {
    /// The stream of `seed`; the same one tells the same story.
    pub fn new(seed: u64, cast: Cast) -> Self {
        Self {
            rng: Rng::with_seed(seed),
            lists: cast.lists(),
        }
    }

    pub(super) fn chance(&mut self, share: f64) -> bool {
        self.rng.f64() < share
    }

    pub(super) fn below(&mut self, end: u32) -> u32 {
        self.rng.u32(..end)
    }

    /// From `low` up to but not with `high`.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        self.rng.i64(low..high)
    }

    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.rng.usize(..from.len())]
    }

    /// The place of a weight, each as likely as it is heavy.
    pub(super) fn weighted(&mut self, weights: &[u32]) -> usize {
        let mut left = self.rng.u32(..weights.iter().sum::<u32>());
        for (place, weight) in weights.iter().enumerate() {
            if left < *weight {
                return place;
            }
            left -= weight;
        }
        weights.len() - 1
    }

    /// Milliseconds with the given median, spread over decades as human delays are.
    pub(super) fn about(&mut self, median_ms: i64, spread: f64) -> i64 {
        let normal: f64 = (0..12).map(|_| self.rng.f64()).sum::<f64>() - 6.0;
        (median_ms as f64 * self.lists.tempo * (normal * spread).exp()) as i64
    }

    /// Milliseconds from `low` to `high`, each order of magnitude as likely as the others.
    pub(super) fn spread(&mut self, low: i64, high: i64) -> i64 {
        let (low, high) = ((low.max(1) as f64).ln(), (high.max(1) as f64).ln());
        (low + (high - low) * self.rng.f64()).exp() as i64
    }

    pub(super) fn shuffle<T>(&mut self, list: &mut [T]) {
        self.rng.shuffle(list);
    }

    /// An address where people are.
    pub(super) fn home(&mut self) -> IpAddr {
        let first = self.pick(&[2, 81, 93, 109, 178, 188]);
        self.address(first)
    }

    /// An address of a data centre in no list.
    pub(super) fn hosted(&mut self) -> IpAddr {
        let first = self.pick(self.lists.hosted);
        self.address(first)
    }

    fn address(&mut self, first: u8) -> IpAddr {
        Ipv4Addr::new(first, self.rng.u8(..), self.rng.u8(..), self.rng.u8(1..255)).into()
    }

    /// Somewhere in the last two bytes below `net`.
    pub(super) fn within(&mut self, net: [u8; 2]) -> IpAddr {
        Ipv4Addr::new(net[0], net[1], self.rng.u8(..), self.rng.u8(1..255)).into()
    }

    /// A neighbour in the same /24.
    pub(super) fn beside(&mut self, address: IpAddr) -> IpAddr {
        match address {
            IpAddr::V4(v4) => {
                let [a, b, c, _] = v4.octets();
                Ipv4Addr::new(a, b, c, self.rng.u8(1..255)).into()
            }
            IpAddr::V6(_) => address,
        }
    }
}
