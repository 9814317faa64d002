//! The hits on one link or on the pixel, as far as first times need them: for each class the
//! earliest few, with the revision that put them there. What is dropped is noted, so that a late revision that would
//! need it is seen and the subject folded again from the log.

use super::opens::Opening;
use crate::domain::clock::Millis;
use crate::domain::id::Seq;
use serde::{Deserialize, Serialize};

/// Hits kept of each class. One is enough for every figure; the others let a revision take the
/// first away without a look at the log.
const KEPT: usize = 3;

/// One hit under its present verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Hit {
    /// When it happened.
    pub at: Millis,
    /// Its place in the log.
    pub seq: Seq,
    /// The number of the revision its class is from, 0 for the first verdict.
    pub revision: i32,
}

/// Who made a hit, as reports count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A person.
    Human,
    /// Anything else.
    Machine,
}

/// Whether what was kept was enough to take an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Taken {
    /// The facts are what they should be.
    Yes,
    /// They must be folded again from the log, with [`super::delivery::DeliveryFacts::refold`].
    NotEnoughKept,
}

/// The hits of one class, earliest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Earliest {
    hits: Vec<Hit>,
    /// Whether later ones were dropped.
    more: bool,
}

impl Earliest {
    fn remove(&mut self, seq: Seq) {
        self.hits.retain(|hit| hit.seq != seq);
    }

    fn insert(&mut self, hit: Hit) {
        if let Err(place) = self.hits.binary_search(&hit) {
            self.hits.insert(place, hit);
        }
    }

    fn trim(&mut self) {
        if self.hits.len() > KEPT {
            self.hits.truncate(KEPT);
            self.more = true;
        }
    }

    fn first(&self) -> Option<Millis> {
        self.hits.first().map(|hit| hit.at)
    }
}

/// Puts `hit` into the list at `class` of `lists`, out of whichever it was in, unless a newer
/// revision of it is known.
fn place(lists: &mut [&mut Earliest], class: usize, revised: &mut Seq, hit: Hit) {
    if hit.revision > 0 {
        *revised = (*revised).max(hit.seq);
    }
    let known = lists.iter().flat_map(|list| &list.hits);
    let newest = known
        .filter(|known| known.seq == hit.seq)
        .map(|known| known.revision)
        .max();
    if newest.is_some_and(|newest| newest >= hit.revision) {
        return;
    }
    for list in lists.iter_mut() {
        list.remove(hit.seq);
    }
    lists[class].insert(hit);
}

/// Whether a hit can be taken when some were `dropped`: a dropped hit may be the one that is
/// revised, or may have been revised already.
fn can_take(dropped: bool, revised: Seq, hit: Hit) -> bool {
    !dropped || (hit.revision == 0 && hit.seq > revised)
}

/// The hits on one link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkHits {
    /// The link's number in the message.
    pub no: u16,
    human: Earliest,
    machine: Earliest,
    /// The latest hit that was ever revised. A hit after it stands under its first verdict.
    revised: Seq,
}

impl LinkHits {
    /// No hits on link `no`.
    pub fn new(no: u16) -> Self {
        Self {
            no,
            human: Earliest::default(),
            machine: Earliest::default(),
            revised: Seq(0),
        }
    }

    /// The time of the first hit of `class`.
    pub fn first(&self, class: Class) -> Option<Millis> {
        let list = match class {
            Class::Human => &self.human,
            Class::Machine => &self.machine,
        };
        list.first()
    }

    /// Takes a hit or a revision of one, in any order, any number of times.
    pub fn take(&mut self, hit: Hit, class: Class) -> Taken {
        let dropped = self.human.more || self.machine.more;
        if !can_take(dropped, self.revised, hit) {
            return Taken::NotEnoughKept;
        }
        self.place(hit, class);
        self.trim();
        Taken::Yes
    }

    /// As [`Self::take`] but drops nothing; [`Self::trim`] must follow.
    pub(super) fn place(&mut self, hit: Hit, class: Class) {
        let lists = &mut [&mut self.human, &mut self.machine];
        place(lists, class as usize, &mut self.revised, hit);
    }

    /// Drops what is not needed.
    pub(super) fn trim(&mut self) {
        self.human.trim();
        self.machine.trim();
    }
}

/// The hits on the pixel, by what each says of whether the mail was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PixelHits {
    /// By the code of the opening; the first are hits that say nothing, such as our own.
    by_opening: [Earliest; Opening::CODES],
    /// As of a link.
    revised: Seq,
}

impl Default for PixelHits {
    fn default() -> Self {
        Self {
            by_opening: std::array::from_fn(|_| Earliest::default()),
            revised: Seq(0),
        }
    }
}

impl PixelHits {
    /// The best that a hit before `end` says.
    pub fn best(&self, end: Millis) -> Option<Opening> {
        let says = |opening: &Opening| {
            let first = self.by_opening[*opening as usize].first();
            first.is_some_and(|at| at < end)
        };
        Opening::ALL.into_iter().rev().find(says)
    }

    /// Takes a hit or a revision of one, in any order, any number of times.
    pub fn take(&mut self, hit: Hit, says: Option<Opening>) -> Taken {
        let dropped = self.by_opening.iter().any(|list| list.more);
        if !can_take(dropped, self.revised, hit) {
            return Taken::NotEnoughKept;
        }
        self.place(hit, says);
        self.trim();
        Taken::Yes
    }

    /// As [`Self::take`] but drops nothing; [`Self::trim`] must follow.
    pub(super) fn place(&mut self, hit: Hit, says: Option<Opening>) {
        let mut lists: Vec<&mut Earliest> = self.by_opening.iter_mut().collect();
        let class = says.map_or(0, |opening| opening as usize);
        place(&mut lists, class, &mut self.revised, hit);
    }

    /// Drops what is not needed.
    pub(super) fn trim(&mut self) {
        self.by_opening.iter_mut().for_each(Earliest::trim);
    }
}
