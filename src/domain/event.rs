//! Events: everything that happened, in commit order. The log is the truth; figures are folded
//! from it.

use super::clock::Millis;
use super::hit::HitFacts;
use super::id::{ContactNo, DeliveryNo, Seq};
use super::inbound::Report;
use super::touch::{Dismissal, Touch};
use super::verdict::{Judgement, Verdict};
use serde::{Deserialize, Serialize};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// Accepted for sending.
    Queued,
    /// The next hop answered 250.
    Sent,
    /// A DSN says it arrived.
    Delivered,
    /// A try failed; another follows.
    Deferred,
    /// Given up.
    Failed,
    /// Handed over, and the answer was lost.
    Uncertain,
    /// Stopped before it left.
    Cancelled,
    /// Came back.
    Bounced,
    /// The pixel was fetched.
    Opened,
    /// A link was followed.
    Clicked,
    /// The contact wrote back.
    Replied,
    /// A machine wrote back.
    AutoReplied,
    /// An out-of-office note.
    OutOfOffice,
    /// The contact pressed "spam".
    Complained,
    /// The contact asked for no more.
    Unsubscribed,
    /// An address was put on the suppression list.
    Suppressed,
    /// A contact entered a sequence.
    Enrolled,
    /// The contact works there no longer.
    ContactLeft,
    /// A touch on some channel was recorded.
    Touched,
    /// The verdict on an earlier hit changed.
    Revised,
    /// An unsubscribe was taken back by the contact.
    Resubscribed,
    /// A rep said that a contact who waits needs no answer, or took that back.
    Dismissed,
}

impl EventKind {
    /// Every kind, in the order of their codes.
    pub const ALL: [Self; 22] = [
        Self::Queued,
        Self::Sent,
        Self::Delivered,
        Self::Deferred,
        Self::Failed,
        Self::Uncertain,
        Self::Cancelled,
        Self::Bounced,
        Self::Opened,
        Self::Clicked,
        Self::Replied,
        Self::AutoReplied,
        Self::OutOfOffice,
        Self::Complained,
        Self::Unsubscribed,
        Self::Suppressed,
        Self::Enrolled,
        Self::ContactLeft,
        Self::Touched,
        Self::Revised,
        Self::Resubscribed,
        Self::Dismissed,
    ];

    /// The number the log stores.
    pub const fn code(self) -> i16 {
        self as i16
    }

    /// The kind stored as `code`.
    pub fn from_code(code: i16) -> Option<Self> {
        usize::try_from(code)
            .ok()
            .and_then(|index| Self::ALL.get(index).copied())
    }

    /// The word used in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Deferred => "deferred",
            Self::Failed => "failed",
            Self::Uncertain => "uncertain",
            Self::Cancelled => "cancelled",
            Self::Bounced => "bounced",
            Self::Opened => "opened",
            Self::Clicked => "clicked",
            Self::Replied => "replied",
            Self::AutoReplied => "auto_replied",
            Self::OutOfOffice => "out_of_office",
            Self::Complained => "complained",
            Self::Unsubscribed => "unsubscribed",
            Self::Suppressed => "suppressed",
            Self::Enrolled => "enrolled",
            Self::ContactLeft => "contact_left",
            Self::Touched => "touched",
            Self::Revised => "revised",
            Self::Resubscribed => "resubscribed",
            Self::Dismissed => "dismissed",
        }
    }
}

/// An event about to be appended; the log gives it its `Seq`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// When it happened.
    pub at: Millis,
    /// What happened.
    pub kind: EventKind,
    /// The delivery it is about, if one.
    pub delivery: Option<DeliveryNo>,
    /// The contact it is about, where no delivery names it.
    pub contact: Option<ContactNo>,
    /// What belongs to this kind.
    pub detail: Detail,
}

/// What only some kinds of event carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detail {
    /// Nothing more.
    None,
    /// Why, in one code and one line: `failed`, `deferred`, `cancelled`, `suppressed`, ….
    Reason {
        /// A stable word, such as `mailbox_full`.
        code: String,
        /// A line for people, such as the server's answer.
        text: String,
    },
    /// `opened` or `clicked`.
    Hit {
        /// The link's number, 0 for the pixel.
        link_no: u16,
        /// What is kept of the request.
        facts: HitFacts,
        /// The first verdict.
        judgement: Judgement,
    },
    /// `revised`.
    Revision(Revision),
    /// `touched`, and `replied` or `auto_replied` and their kin where a stored mail is the touch.
    Touch(Touch),
    /// `bounced`, `delivered`, `deferred`, `complained` by a report that came as mail.
    Report(Report),
    /// `dismissed`.
    Dismissal(Dismissal),
}

/// A later verdict on an earlier hit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// The hit it is about.
    pub hit: Seq,
    /// When that hit happened.
    pub hit_at: Millis,
    /// Whether that hit was an open or a click.
    pub hit_kind: EventKind,
    /// The link of that hit.
    pub link_no: u16,
    /// 1 for the first revision, then 2, 3, ….
    pub number: i32,
    /// The verdict before.
    pub was: Verdict,
    /// The verdict from now on.
    pub judgement: Judgement,
}

/// An event as it stands in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its place in commit order.
    pub seq: Seq,
    /// The event.
    pub event: NewEvent,
}
