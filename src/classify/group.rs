//! What the judgement of a hit may rest on beside its own facts: the mail it belongs to, the other
//! hits on the same delivery, and what else its network did. Pure.
//!
//! **What a caller must load** for the judgement of a hit at time `t` to be final:
//! - every hit on the same delivery within [`NEIGHBOURS_MS`] before and after `t`, however it was
//!   judged;
//! - where the mail has actions, also the hits of the [`ACTION_MS`] before each of them, so that the
//!   latest one that fits is found (loading all hits of the delivery is always right);
//! - the clicks of the hit's network within [`FANOUT_MS`](super::FANOUT_MS) before and after `t`, on
//!   whatever delivery, for the [`Fanout`](super::Fanout).
//!
//! A hit is therefore final, but for actions and lists of ours, [`NEIGHBOURS_MS`] after `t`.

use crate::domain::clock::{DAY_MS, MINUTE_MS, Millis};
use crate::domain::hit::{HitFacts, HitKind};
use crate::domain::id::Seq;
use crate::domain::verdict::{Judgement, Rule};

/// Hits on the same delivery within this time before and after a hit may change its judgement.
pub const NEIGHBOURS_MS: i64 = 10 * MINUTE_MS;

/// An action is evidence for hits of this time before it.
pub const ACTION_MS: i64 = 7 * DAY_MS;

/// A hit as it stands in the log.
#[derive(Debug, Clone)]
pub struct Known {
    /// Its place in the log; orders hits of the same time.
    pub seq: Seq,
    /// When it happened.
    pub at: Millis,
    /// Pixel or link.
    pub kind: HitKind,
    /// The link's number, 0 for the pixel.
    pub link_no: u16,
    /// What is kept of the request.
    pub facts: HitFacts,
    /// The judgement in force.
    pub now: Judgement,
}

impl Known {
    /// Whether a person has decided; such a hit keeps its judgement and is evidence all the same.
    pub fn overruled(&self) -> bool {
        self.now.rule == Rule::Overruled
    }
}

/// What is known of the mail to one recipient. The default knows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailContext {
    /// When the first body was handed over, by our own clock. Of several attempts the earliest.
    pub handed_over: Option<Millis>,
    /// How many tracked links the mail to this recipient has; 0 when not known.
    pub links: u16,
    /// Whether the recipient's domain is also the sender's own, not counting freemail.
    pub own_domain: bool,
    /// When the first stored mail of the recipient that quotes this message came in.
    pub quoted_since: Option<Millis>,
    /// When the recipient replied as a person, sent a form, or confirmed a booking; in any order.
    pub actions: Vec<Millis>,
}
