//! Finds where many different keys come close together in time: links of one mail, recipients of
//! one network. Pure, and linear in the number of hits, however many a stranger sends.

use std::collections::HashMap;
use std::hash::Hash;

/// A stretch in which enough different keys came together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    /// Different keys in the whole stretch.
    pub(super) distinct: u32,
    /// From its first entry to its last.
    pub(super) span_ms: i64,
}

/// For each of `entries`, `(when in ms, key)` in order of time, the run it belongs to. An entry
/// belongs to one when some window of `within_ms` holds it and at least `at_least` different keys.
/// Windows that overlap are one run.
pub(super) fn runs<K: Copy + Eq + Hash>(
    entries: &[(i64, K)],
    within_ms: i64,
    at_least: u32,
) -> Vec<Option<Run>> {
    let mut found = vec![None; entries.len()];
    let mut stretch: Option<(usize, usize)> = None;
    for window in windows(entries, within_ms, at_least) {
        stretch = match stretch {
            Some((first, last)) if window.0 <= last => Some((first, window.1)),
            Some(done) => {
                fill(entries, done, &mut found);
                Some(window)
            }
            None => Some(window),
        };
    }
    if let Some(done) = stretch {
        fill(entries, done, &mut found);
    }
    found
}

/// The windows that hold enough, as first and last place, in order.
fn windows<K: Copy + Eq + Hash>(
    entries: &[(i64, K)],
    within_ms: i64,
    at_least: u32,
) -> Vec<(usize, usize)> {
    let mut held: HashMap<K, u32> = HashMap::new();
    let mut first = 0;
    let mut found = Vec::new();
    for (last, (at, key)) in entries.iter().enumerate() {
        *held.entry(*key).or_default() += 1;
        while at.saturating_sub(entries[first].0) > within_ms {
            let gone = entries[first].1;
            if let Some(count) = held.get_mut(&gone) {
                *count -= 1;
                if *count == 0 {
                    held.remove(&gone);
                }
            }
            first += 1;
        }
        if held.len() as u32 >= at_least {
            found.push((first, last));
        }
    }
    found
}

fn fill<K: Copy + Eq + Hash>(
    entries: &[(i64, K)],
    (first, last): (usize, usize),
    found: &mut [Option<Run>],
) {
    let stretch = &entries[first..=last];
    let keys: std::collections::HashSet<K> = stretch.iter().map(|(_, key)| *key).collect();
    let run = Run {
        distinct: keys.len() as u32,
        span_ms: entries[last].0.saturating_sub(entries[first].0),
    };
    found[first..=last].fill(Some(run));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_entries_in_a_full_window_belong_to_a_run() {
        let entries = [
            (0, 1),
            (5_000, 1),
            (6_000, 2),
            (7_500, 3),
            (9_000, 3),
            (20_000, 4),
        ];
        let found = runs(&entries, 3_000, 3);
        let run = Some(Run {
            distinct: 3,
            span_ms: 2_500,
        });
        assert_eq!(found, [None, run, run, run, None, None]);
    }

    #[test]
    fn a_slow_sweep_is_one_run() {
        let entries: Vec<(i64, i64)> = (0..10).map(|link| (link * 1_000, link)).collect();
        let run = Some(Run {
            distinct: 10,
            span_ms: 9_000,
        });
        assert!(runs(&entries, 3_000, 3).iter().all(|found| *found == run));
    }

    #[test]
    fn equal_times_extreme_times_and_nothing_are_taken() {
        assert!(runs::<u16>(&[], 3_000, 3).is_empty());
        let run = Some(Run {
            distinct: 3,
            span_ms: 0,
        });
        assert_eq!(runs(&[(5, 1), (5, 2), (5, 3)], 0, 3), [run; 3]);
        assert_eq!(runs(&[(i64::MIN, 1), (i64::MAX, 2)], 10, 2), [None; 2]);
    }
}
