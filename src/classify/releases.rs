//! Which version of Chrome is current at a given time, by the dates in `releases.tsv`. Pure.

use crate::domain::clock::{DAY_MS, Millis};
use std::sync::LazyLock;

/// After the last date known: four weeks a version, the slower of the two rhythms Chrome has had,
/// so that the estimate never runs ahead.
const VERSION_MS: i64 = 28 * DAY_MS;

/// `(released, major)`, oldest first.
static RELEASES: LazyLock<Vec<(i64, u16)>> = LazyLock::new(|| {
    include_str!("releases.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let (major, released) = line.split_once('\t')?;
            let at = Millis::parse_rfc3339(&format!("{released}T00:00:00Z"))?;
            Some((at.0, major.parse().ok()?))
        })
        .collect()
});

/// The newest Chrome at `at`; 0 before the first date known.
pub(super) fn current_chrome(at: Millis) -> u16 {
    let known = RELEASES.partition_point(|(released, _)| *released <= at.0);
    let Some((released, major)) = known.checked_sub(1).map(|last| RELEASES[last]) else {
        return 0;
    };
    if known < RELEASES.len() {
        return major;
    }
    let since = at.0.saturating_sub(released) / VERSION_MS;
    major.saturating_add(u16::try_from(since).unwrap_or(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_follow_their_dates_and_go_on_slowly_after_the_last() {
        let lines = include_str!("releases.tsv")
            .lines()
            .filter(|line| !line.starts_with('#'));
        assert_eq!(lines.count(), RELEASES.len());
        assert!(RELEASES.is_sorted());
        let on = |text: &str| current_chrome(Millis::parse_rfc3339(text).unwrap());
        assert_eq!(on("2022-01-10T00:00:00Z"), 97);
        assert_eq!(on("2024-06-01T00:00:00Z"), 125);
        assert_eq!(on("2010-01-01T00:00:00Z"), 0);
        let (released, major) = *RELEASES.last().unwrap();
        assert_eq!(current_chrome(Millis(released + 57 * DAY_MS)), major + 2);
        assert!(current_chrome(Millis(i64::MAX)) > major);
    }
}
