//! Who writes what to whom, and when: a pure function of the seed.

use super::cast::{ASSETS, NAMES, OPENINGS, REPS};
use crate::domain::clock::{DAY_MS, HOUR_MS, MINUTE_MS, Millis};
use fastrand::Rng;

/// One message to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Letter {
    /// When.
    pub(super) at: Millis,
    /// By which rep.
    pub(super) rep: usize,
    /// To which contact.
    pub(super) contact: usize,
    /// Pointing to which asset.
    pub(super) asset: usize,
    /// How it is written.
    pub(super) style: Style,
}

/// How a message is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// By hand, beginning with this one of the openings.
    Own(usize),
    /// With this one of the starter templates.
    Template(usize),
}

/// The rep who looks after a contact.
pub(super) const fn owner_of(contact: usize) -> usize {
    contact % REPS
}

/// The messages of `weeks` weeks up to `end`, in order. Each rep writes a few on each working
/// day, in the morning and after noon.
pub(super) fn letters(seed: u64, end: Millis, weeks: i64) -> Vec<Letter> {
    let mut rng = Rng::with_seed(seed);
    let today = end.0.div_euclid(DAY_MS);
    let mut letters = Vec::new();
    for day in today - weeks * 7..=today {
        if is_weekend(day) {
            continue;
        }
        for hour in [7, 12] {
            let slot = Millis(day * DAY_MS + hour * HOUR_MS);
            for rep in 0..REPS {
                if rng.u8(..100) < 70 {
                    let at = slot.plus(rng.i64(0..30 * MINUTE_MS));
                    letters.push(letter(&mut rng, at, rep));
                }
            }
        }
    }
    letters.retain(|letter| letter.at < end);
    letters.sort_by_key(|letter| letter.at);
    letters
}

/// One message by `rep` to one of their contacts.
pub(super) fn letter(rng: &mut Rng, at: Millis, rep: usize) -> Letter {
    let own = NAMES.len() / REPS;
    let contact = rng.usize(0..own) * REPS + rep;
    debug_assert_eq!(owner_of(contact), rep);
    let style = if rng.u8(..100) < 40 {
        Style::Template(rng.usize(0..2))
    } else {
        Style::Own(rng.usize(0..OPENINGS.len()))
    };
    Letter {
        at,
        rep,
        contact,
        asset: rng.usize(0..ASSETS.len()),
        style,
    }
}

/// Day 0 was a Thursday.
const fn is_weekend(day: i64) -> bool {
    matches!((day + 4).rem_euclid(7), 0 | 6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_letters_on_working_days_alone() {
        let end = Millis::parse_rfc3339("2026-11-24T13:00:00Z").unwrap();
        let letters = super::letters(1, end, 8);
        assert_eq!(letters, super::letters(1, end, 8));
        assert_ne!(letters, super::letters(2, end, 8));
        assert!(letters.len() > 150, "{}", letters.len());
        for letter in &letters {
            assert!(letter.at < end && owner_of(letter.contact) == letter.rep);
            let day = letter.at.rfc3339();
            assert!(
                !day.starts_with("2026-11-21") && !day.starts_with("2026-11-22"),
                "{day}"
            );
        }
    }
}
