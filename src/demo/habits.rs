//! How a contact reacts to a mail: who visits it is told by `sample`, as for the tests and the
//! measurements of the rules; what a contact does beside that is said here. A pure function of a
//! seed, the contact and the asset that the mail points to.

use super::cast::{ASSETS, COMPANIES};
use crate::domain::clock::{HOUR_MS, MINUTE_MS};
use crate::sample::{Cast, Draw, Recipient, Visit, tell};
use fastrand::Rng;

/// What is done with one mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Act {
    /// A link or the picture is asked for, by a person or a machine.
    Visit(Visit),
    /// The sender is asked to stop, by the button of the mail program.
    Unsubscribe,
}

/// One act and how long after the mail's arrival it is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reaction {
    /// Milliseconds after the arrival.
    pub(super) after_ms: i64,
    /// What is done.
    pub(super) act: Act,
}

/// How likely a contact reads a mail: these know the company already.
const READS: f64 = 0.62;
/// Of a thousand mails, those after which the contact unsubscribes.
const UNSUBSCRIBES: u32 = 8;

/// How contact `index` reacts to a mail with so many tracked `links` that points to `asset`, in
/// order of time.
pub(super) fn reactions(seed: u64, index: usize, asset: usize, links: u16) -> Vec<Reaction> {
    let mut draw = Draw::new(seed, Cast::Known);
    let told = tell(&mut draw, links, &recipient(index, asset));
    // Sessions of ours are not simulated: a look of our own would be taken for a contact's.
    let theirs = told.visits.into_iter().filter(|visit| !visit.own);
    let mut found: Vec<Reaction> = theirs
        .map(|visit| Reaction {
            after_ms: visit.after_ms,
            act: Act::Visit(visit),
        })
        .collect();
    let mut rng = Rng::with_seed(seed);
    if rng.u32(..1_000) < UNSUBSCRIBES {
        found.push(Reaction {
            after_ms: rng.i64(10 * MINUTE_MS..8 * HOUR_MS),
            act: Act::Unsubscribe,
        });
    }
    found.sort_by_key(|reaction| reaction.after_ms);
    found
}

/// The contact as the teller of visits needs to know them; the same in every story.
fn recipient(index: usize, asset: usize) -> Recipient {
    let anybody = Recipient::anybody(&mut Draw::new(index as u64, Cast::Known));
    Recipient {
        gateway: COMPANIES[index % COMPANIES.len()].gateway,
        reads: READS,
        follows: f64::from(ASSETS[asset].appeal) / 100.0,
        favourite: Some(1),
        ..anybody
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::Truth;

    fn links(found: &[Reaction], truth: Truth) -> usize {
        let of = |reaction: &&Reaction| matches!(&reaction.act, Act::Visit(visit) if visit.link > 0 && visit.truth == truth);
        found.iter().filter(of).count()
    }

    #[test]
    fn people_click_what_appeals_and_gateways_whatever_there_is() {
        let swept = COMPANIES
            .iter()
            .position(|company| company.gateway.is_some());
        let swept = swept.expect("a company with a gateway");
        let mut clicks = [0; 2];
        for seed in 0..400 {
            for (slot, asset) in [0, ASSETS.len() - 1].into_iter().enumerate() {
                let found = reactions(seed, 0, asset, 2);
                assert_eq!(found, reactions(seed, 0, asset, 2));
                clicks[slot] += links(&found, Truth::Person);
                let found = reactions(seed, swept, asset, 2);
                assert!(links(&found, Truth::Scanner) >= 2, "seed {seed}");
            }
        }
        assert!(clicks[0] > 100 && clicks[1] == 0, "{clicks:?}");
        let unasked = reactions(7, swept, 0, 0);
        assert_eq!(links(&unasked, Truth::Scanner), 0, "no links, no clicks");
    }
}
