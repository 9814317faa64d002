//! The hits on one link, as far as first times need them: for each class the earliest few, with
//! the revision that put them there. What is dropped is noted, so that a late revision that would
//! need it is seen and the subject folded again from the log.

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
        list.hits.first().map(|hit| hit.at)
    }

    /// Takes a hit or a revision of one, in any order, any number of times.
    pub fn take(&mut self, hit: Hit, class: Class) -> Taken {
        let dropped = self.human.more || self.machine.more;
        // A dropped hit may be the one that is revised, or may have been revised already.
        if dropped && (hit.revision > 0 || hit.seq <= self.revised) {
            return Taken::NotEnoughKept;
        }
        self.place(hit, class);
        self.trim();
        Taken::Yes
    }

    /// As [`Self::take`] but drops nothing; [`Self::trim`] must follow.
    pub(super) fn place(&mut self, hit: Hit, class: Class) {
        if hit.revision > 0 {
            self.revised = self.revised.max(hit.seq);
        }
        let known = self.human.hits.iter().chain(&self.machine.hits);
        let newest = known
            .filter(|known| known.seq == hit.seq)
            .map(|known| known.revision)
            .max();
        if newest.is_some_and(|newest| newest >= hit.revision) {
            return;
        }
        self.human.remove(hit.seq);
        self.machine.remove(hit.seq);
        match class {
            Class::Human => self.human.insert(hit),
            Class::Machine => self.machine.insert(hit),
        }
    }

    /// Drops what is not needed.
    pub(super) fn trim(&mut self) {
        self.human.trim();
        self.machine.trim();
    }
}
