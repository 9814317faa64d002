//! How a contact reacts to a mail: a pure function of the contact and a seeded draw. Machines
//! react as well: gateways follow every link, mail providers fetch pictures ahead.

use super::cast::ASSETS;
use crate::domain::clock::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS};
use fastrand::Rng;

/// What is done with one mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// The picture is fetched.
    Open(Client),
    /// The link to the asset is followed.
    ClickAsset(Client),
    /// The link to the calendar is followed, or the last one there is.
    ClickLast(Client),
    /// Every link is looked at without a body.
    SweepHead(Client),
    /// Every link is fetched.
    SweepGet(Client),
    /// The sender is asked to stop, by the button of the mail program.
    Unsubscribe,
}

/// What asks over HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Client {
    /// Apple's privacy proxy.
    AppleProxy,
    /// Google's picture proxy.
    GmailProxy,
    /// Yahoo's picture proxy.
    YahooProxy,
    /// A mail program on a desk.
    Outlook,
    /// A browser led by a person.
    Browser(Browser),
    /// A gateway that says what it is.
    DeclaredBot,
    /// A gateway that claims to be a browser and sends none of its headers.
    Gateway,
}

/// A browser by its agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Browser {
    /// On a Mac or an iPhone.
    Safari,
    /// On Windows.
    Chrome,
    /// On Windows, by Microsoft.
    Edge,
    /// On Linux.
    Firefox,
}

/// Where a contact reads mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Program {
    Apple,
    Gmail,
    Yahoo,
    Outlook,
}

/// One act and how long after the mail's arrival it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reaction {
    /// Milliseconds after the arrival.
    pub(super) after_ms: i64,
    /// What is done.
    pub(super) act: Act,
}

/// How contact `index` reacts to a mail that points to `asset`, in order of time.
pub(super) fn reactions(rng: &mut Rng, index: usize, asset: usize) -> Vec<Reaction> {
    let mut found = Vec::new();
    let mut add = |after_ms, act| found.push(Reaction { after_ms, act });
    let program = program(index);
    gateway(rng, index, &mut add);
    if program == Program::Apple {
        add(
            rng.i64(MINUTE_MS..3 * HOUR_MS),
            Act::Open(Client::AppleProxy),
        );
    }
    if rng.u32(..100) < 62 {
        read(rng, program, ASSETS[asset].appeal, &mut add);
    }
    found.sort_by_key(|reaction| reaction.after_ms);
    found
}

/// Some companies stand behind a gateway that looks at links before the mail is shown.
fn gateway(rng: &mut Rng, index: usize, add: &mut impl FnMut(i64, Act)) {
    let soon = rng.i64(2 * SECOND_MS..40 * SECOND_MS);
    match index % 12 {
        3 => add(soon, Act::SweepHead(Client::Gateway)),
        5 => {
            add(soon, Act::SweepHead(Client::DeclaredBot));
            add(soon + 2 * SECOND_MS, Act::SweepGet(Client::DeclaredBot));
        }
        8 => add(soon, Act::SweepGet(Client::Gateway)),
        _ => {}
    }
}

fn read(rng: &mut Rng, program: Program, appeal: u32, add: &mut impl FnMut(i64, Act)) {
    let looked = attention(rng);
    let (opener, browser) = match program {
        Program::Apple => (None, Browser::Safari),
        Program::Gmail => (Some(Client::GmailProxy), Browser::Chrome),
        Program::Yahoo => (Some(Client::YahooProxy), Browser::Firefox),
        Program::Outlook => (Some(Client::Outlook), Browser::Edge),
    };
    if let Some(opener) = opener {
        add(looked, Act::Open(opener));
    }
    let person = Client::Browser(browser);
    if rng.u32(..100) < appeal {
        let clicked = looked + rng.i64(5 * SECOND_MS..4 * MINUTE_MS);
        add(clicked, Act::ClickAsset(person));
        if rng.u32(..100) < 22 {
            add(
                clicked + rng.i64(MINUTE_MS..DAY_MS),
                Act::ClickAsset(person),
            );
        }
        if rng.u32(..100) < 30 {
            add(
                clicked + rng.i64(MINUTE_MS..HOUR_MS),
                Act::ClickLast(person),
            );
        }
    } else if rng.u32(..1_000) < 14 {
        add(looked + rng.i64(5 * SECOND_MS..MINUTE_MS), Act::Unsubscribe);
    }
}

/// Milliseconds until a person looks: most within hours, some the next day, few later.
fn attention(rng: &mut Rng) -> i64 {
    match rng.u32(..100) {
        0..35 => rng.i64(2 * MINUTE_MS..HOUR_MS),
        35..75 => rng.i64(HOUR_MS..8 * HOUR_MS),
        75..92 => rng.i64(12 * HOUR_MS..36 * HOUR_MS),
        _ => rng.i64(2 * DAY_MS..6 * DAY_MS),
    }
}

const fn program(index: usize) -> Program {
    match index % 5 {
        0 => Program::Apple,
        1 => Program::Gmail,
        2 => Program::Yahoo,
        _ => Program::Outlook,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_click_what_appeals_and_machines_come_at_once() {
        let mut clicks = [0_u32; 2];
        for round in 0..400 {
            for (slot, asset) in [0, ASSETS.len() - 1].into_iter().enumerate() {
                let mut rng = Rng::with_seed(round);
                let found = reactions(&mut rng, 1, asset);
                assert_eq!(found, reactions(&mut Rng::with_seed(round), 1, asset));
                clicks[slot] += u32::from(
                    found
                        .iter()
                        .any(|one| matches!(one.act, Act::ClickAsset(_))),
                );
            }
        }
        assert!(clicks[0] > 3 * clicks[1], "{clicks:?}");
        let swept = reactions(&mut Rng::with_seed(7), 5, 0);
        assert!(matches!(swept[0].act, Act::SweepHead(Client::DeclaredBot)));
    }
}
