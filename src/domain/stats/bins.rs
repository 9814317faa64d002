//! Log bins for waits. A wait becomes a bin number; counts per bin add, subtract and merge exactly,
//! and a quantile read from them is within one per cent of the true one.

use crate::domain::clock::DAY_MS;

/// Each bin is this much wider than the one before, so that its middle is within 1 % of its ends.
const GAMMA: f64 = 1.02;

/// Waits of this many milliseconds or more share the last bin.
const END_MS: i64 = 400 * DAY_MS;

/// A bin: 0 for no wait at all, then logarithmic, the last for all that is longer than 400 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bin(pub i16);

impl Bin {
    /// Waits of zero (or less, when clocks disagree).
    pub const ZERO: Self = Self(0);
    /// Waits of 400 days and more.
    pub const END: Self = Self(i16::MAX);

    /// The bin of a wait of `ms` milliseconds.
    pub fn of(ms: i64) -> Self {
        if ms <= 0 {
            return Self::ZERO;
        }
        if ms >= END_MS {
            return Self::END;
        }
        let index = ((ms as f64).ln() / GAMMA.ln()).floor();
        Self(1 + index as i16)
    }

    /// The wait that stands for the bin: the geometric middle of its ends.
    pub fn middle_ms(self) -> i64 {
        match self {
            Self::ZERO => 0,
            Self::END => END_MS,
            Self(n) => GAMMA.powf(f64::from(n - 1) + 0.5).round() as i64,
        }
    }

    /// The longest wait the bin holds, for a curve that must not run ahead of its counts.
    pub fn upper_ms(self) -> i64 {
        match self {
            Self::ZERO => 0,
            Self::END => END_MS,
            Self(n) => GAMMA.powi(i32::from(n)).ceil() as i64,
        }
    }
}

/// The quantile `q` (0 to 1) of waits counted per bin, given in the order of the bins: the middle
/// of the bin of the ⌈q·n⌉th smallest wait. `None` when nothing is counted.
pub fn quantile_ms(counts: &[(Bin, i64)], q: f64) -> Option<i64> {
    let total: i64 = counts.iter().map(|(_, n)| n).sum();
    let rank = ((q * total as f64).ceil() as i64).max(1);
    let mut seen = 0;
    counts.iter().find_map(|(bin, n)| {
        seen += n;
        (seen >= rank).then(|| bin.middle_ms())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn the_middle_of_a_bin_is_within_one_per_cent_of_every_wait_in_it() {
        // Under 20 seconds the rounding to whole milliseconds shows.
        let mut ms = 20_000_i64;
        while ms < END_MS {
            let middle = Bin::of(ms).middle_ms();
            let off = (middle as f64 / ms as f64 - 1.0).abs();
            assert!(off <= 0.01, "{ms} ms reads as {middle}");
            ms += ms / 97 + 1;
        }
        assert_eq!(Bin::of(-5), Bin::ZERO);
        assert_eq!(Bin::of(i64::MAX), Bin::END);
        assert_eq!(Bin::of(1), Bin(1));
    }

    #[test]
    fn bins_keep_the_order_of_waits() {
        let bins: Vec<Bin> = (0..200_000).step_by(7).map(Bin::of).collect();
        assert!(bins.is_sorted());
        for ms in [1, 2, 3, 50, 999, 604_799_999] {
            assert!(Bin::of(ms).upper_ms() >= ms, "{ms}");
        }
    }

    #[test]
    fn quantiles_read_from_bins_are_those_of_the_waits() {
        let waits: Vec<i64> = (1..=1_000).map(|n| n * n * 37).collect();
        let mut counts = BTreeMap::new();
        for wait in &waits {
            *counts.entry(Bin::of(*wait)).or_insert(0) += 1;
        }
        let counts: Vec<(Bin, i64)> = counts.into_iter().collect();
        for (q, rank) in [(0.5, 500), (0.9, 900), (1.0, 1_000)] {
            let read = quantile_ms(&counts, q).unwrap() as f64;
            let off = (read / waits[rank - 1] as f64 - 1.0).abs();
            assert!(off < 0.01, "{q}: off by {off}");
        }
        assert_eq!(quantile_ms(&[], 0.5), None);
    }
}
