//! Who writes what to whom, and when: a pure function of the seed.

use super::cast::{ASSETS, BEST_ASSETS, HABITS, NAMES, OPENINGS, REPS};
use super::workdays;
use crate::compose::starter::STARTERS;
use crate::domain::clock::{DAY_MS, HOUR_MS, MINUTE_MS, Millis};
use fastrand::Rng;

/// When reps sit down to write, as hours of the day in UTC.
const SITTINGS: [i64; 2] = [7, 12];

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

/// The messages of the last `days` working days before `end`, in order. Each rep writes a few in
/// the morning and a few after noon, as is their habit.
pub(super) fn letters(seed: u64, end: Millis, days: usize) -> Vec<Letter> {
    let mut rng = Rng::with_seed(seed);
    let mut letters = Vec::new();
    for day in workdays::before(end, days) {
        for hour in SITTINGS {
            let slot = Millis(day * DAY_MS + hour * HOUR_MS);
            for (rep, habit) in HABITS.iter().enumerate() {
                let (least, most) = habit.letters;
                for _ in 0..rng.usize(least..=most) {
                    let at = slot.plus(rng.i64(0..25 * MINUTE_MS));
                    letters.push(letter(&mut rng, at, rep));
                }
            }
        }
    }
    letters.sort_by_key(|letter| letter.at);
    letters
}

/// One message by `rep` to one of their contacts.
pub(super) fn letter(rng: &mut Rng, at: Millis, rep: usize) -> Letter {
    let habit = &HABITS[rep];
    let own = NAMES.len() / REPS;
    let contact = rng.usize(0..own) * REPS + rep;
    debug_assert_eq!(owner_of(contact), rep);
    let style = if rng.u8(..100) < habit.templates {
        Style::Template(rng.usize(0..STARTERS.len()))
    } else {
        Style::Own(rng.usize(0..OPENINGS.len()))
    };
    let asset = if rng.u8(..100) < habit.taste {
        rng.usize(0..BEST_ASSETS)
    } else {
        rng.usize(BEST_ASSETS..ASSETS.len())
    };
    Letter {
        at,
        rep,
        contact,
        asset,
        style,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_letters_whatever_the_day() {
        let end = |text| workdays::end_of_last(Millis::parse_rfc3339(text).unwrap());
        let (tuesday, saturday) = (end("2026-11-24T13:00:00Z"), end("2026-10-03T02:00:00Z"));
        let letters = super::letters(1, tuesday, 40);
        assert_eq!(letters, super::letters(1, tuesday, 40));
        assert_ne!(letters, super::letters(2, tuesday, 40));
        assert!((400..900).contains(&letters.len()), "{}", letters.len());
        let what = |letters: &[Letter]| -> Vec<_> {
            let one = |each: &Letter| (each.at.0 % DAY_MS, each.contact, each.asset, each.style);
            letters.iter().map(one).collect()
        };
        assert_eq!(what(&letters), what(&super::letters(1, saturday, 40)));
        for letter in &letters {
            assert!(letter.at < tuesday && owner_of(letter.contact) == letter.rep);
        }
    }
}
