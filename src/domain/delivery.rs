//! One message for one recipient, as a state machine.

use serde::{Deserialize, Serialize};

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Being written.
    Draft,
    /// Waits for its time.
    Scheduled,
    /// Waits for a person: a gap in the heartbeat, a paused mailbox.
    Held,
    /// Ready to go.
    Queued,
    /// Claimed; its bytes are fixed; nothing has been said to the server that counts.
    Attempting,
    /// The server answered 354 and every guard held; the body may be on its way.
    HandedOver,
    /// A try failed for now; the next one has its time.
    Deferred,
    /// The next hop answered 250.
    Sent,
    /// Handed over, and no answer is known. Never sent again by itself.
    Uncertain,
    /// Given up, or refused for good.
    Failed,
    /// Stopped before it left.
    Cancelled,
    /// Sent, and came back.
    Bounced,
}

/// What may happen to a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryEvent {
    /// Its author is done with it and gave a later time.
    Schedule,
    /// Its author is done with it, or its time has come, or a hold was lifted.
    Queue,
    /// Somebody or something must look first.
    Hold,
    /// A lane took it up.
    Claim,
    /// 354, and the guards held.
    HandOver,
    /// A try ended without acceptance and another is due.
    Defer,
    /// 250.
    Accept,
    /// A refusal for good, or the last try.
    Fail,
    /// The answer was lost.
    Lose,
    /// A stop.
    Cancel,
    /// A failure report.
    Bounce,
    /// The process that had claimed it died before the hand-over.
    Release,
    /// A person asks for another try, knowing that a copy may have arrived.
    Resend,
    /// A person knows that it arrived.
    Confirm,
}

/// A transition that the state machine does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a delivery that is {from:?} cannot take {event:?}")]
pub struct NoTransition {
    /// The present state.
    pub from: DeliveryState,
    /// What was tried.
    pub event: DeliveryEvent,
}

impl DeliveryState {
    /// Every state, in the order of their codes.
    pub const ALL: [Self; 12] = [
        Self::Draft,
        Self::Scheduled,
        Self::Held,
        Self::Queued,
        Self::Attempting,
        Self::HandedOver,
        Self::Deferred,
        Self::Sent,
        Self::Uncertain,
        Self::Failed,
        Self::Cancelled,
        Self::Bounced,
    ];

    /// The state after `event`. Evidence (`Accept`, `Fail`, `Bounce`) is taken from every state
    /// in which a body may have left, whoever holds the lane by then. After a `Resend`, or a retry
    /// of what was lost, that is every state on the way to the next copy, and a stop of it too: the
    /// store asks there that an attempt was handed over.
    pub const fn next(self, event: DeliveryEvent) -> Result<Self, NoTransition> {
        use DeliveryEvent as E;
        use DeliveryState as S;
        Ok(match (self, event) {
            (S::Draft, E::Schedule) => S::Scheduled,
            (S::Draft | S::Scheduled | S::Held, E::Queue)
            | (S::Attempting, E::Release)
            | (S::Uncertain, E::Resend) => S::Queued,
            (S::Draft | S::Scheduled | S::Queued | S::Deferred, E::Hold) => S::Held,
            (S::Queued | S::Deferred, E::Claim) => S::Attempting,
            (S::Attempting, E::HandOver) => S::HandedOver,
            (S::Attempting | S::HandedOver, E::Defer) => S::Deferred,
            (
                S::HandedOver
                | S::Uncertain
                | S::Held
                | S::Queued
                | S::Deferred
                | S::Attempting
                | S::Cancelled,
                E::Accept,
            )
            | (S::Uncertain, E::Confirm) => S::Sent,
            (S::Queued | S::Deferred | S::Attempting | S::HandedOver | S::Uncertain, E::Fail) => {
                S::Failed
            }
            (S::HandedOver, E::Lose) => S::Uncertain,
            (
                S::Draft | S::Scheduled | S::Held | S::Queued | S::Deferred | S::Attempting,
                E::Cancel,
            ) => S::Cancelled,
            (
                S::Sent
                | S::Uncertain
                | S::HandedOver
                | S::Held
                | S::Queued
                | S::Deferred
                | S::Attempting
                | S::Cancelled,
                E::Bounce,
            ) => S::Bounced,
            (from, event) => return Err(NoTransition { from, event }),
        })
    }

    /// Whether nothing more is going to happen by itself.
    pub const fn is_settled(self) -> bool {
        matches!(
            self,
            Self::Sent | Self::Uncertain | Self::Failed | Self::Cancelled | Self::Bounced
        )
    }

    /// The number the store keeps.
    pub const fn code(self) -> i16 {
        self as i16
    }

    /// The state stored as `code`.
    pub fn from_code(code: i16) -> Option<Self> {
        usize::try_from(code)
            .ok()
            .and_then(|index| Self::ALL.get(index).copied())
    }

    /// The word used in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Scheduled => "scheduled",
            Self::Held => "held",
            Self::Queued => "queued",
            Self::Attempting => "attempting",
            Self::HandedOver => "handed_over",
            Self::Deferred => "deferred",
            Self::Sent => "sent",
            Self::Uncertain => "uncertain",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Bounced => "bounced",
        }
    }
}

/// How a recipient is addressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecipientRole {
    /// The one the message is for.
    To,
    /// Sees it and is seen.
    Cc,
    /// Sees it and is not seen.
    Bcc,
}

impl RecipientRole {
    /// The number the store keeps.
    pub const fn code(self) -> i16 {
        self as i16
    }

    /// The role stored as `code`.
    pub const fn from_code(code: i16) -> Option<Self> {
        match code {
            0 => Some(Self::To),
            1 => Some(Self::Cc),
            2 => Some(Self::Bcc),
            _ => None,
        }
    }

    /// The word used in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::To => "to",
            Self::Cc => "cc",
            Self::Bcc => "bcc",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use DeliveryEvent as E;
    use DeliveryState as S;

    #[test]
    fn a_delivery_goes_from_draft_to_sent_and_may_come_back() {
        let mut state = S::Draft;
        for event in [
            E::Queue,
            E::Claim,
            E::Defer,
            E::Claim,
            E::HandOver,
            E::Accept,
            E::Bounce,
        ] {
            state = state.next(event).unwrap();
        }
        assert_eq!(state, S::Bounced);
    }

    #[test]
    fn nothing_handed_over_can_be_cancelled_or_claimed_again() {
        for event in [E::Cancel, E::Claim, E::Queue, E::Release] {
            assert!(S::HandedOver.next(event).is_err());
            assert!(S::Uncertain.next(event).is_err());
        }
    }

    #[test]
    fn late_evidence_resolves_what_was_uncertain() {
        assert_eq!(S::Uncertain.next(E::Accept), Ok(S::Sent));
        assert_eq!(S::Uncertain.next(E::Fail), Ok(S::Failed));
        assert_eq!(S::Uncertain.next(E::Bounce), Ok(S::Bounced));
    }

    #[test]
    fn only_a_person_sends_again_what_is_uncertain_and_a_late_250_still_stops_the_second_copy() {
        assert_eq!(S::Uncertain.next(E::Resend), Ok(S::Queued));
        assert_eq!(S::Uncertain.next(E::Confirm), Ok(S::Sent));
        for state in [S::Sent, S::Failed, S::HandedOver, S::Bounced, S::Cancelled] {
            assert!(state.next(E::Resend).is_err());
            assert!(state.next(E::Confirm).is_err());
        }
        for state in [S::Queued, S::Deferred, S::Attempting, S::Cancelled] {
            assert_eq!(state.next(E::Accept), Ok(S::Sent));
        }
        for state in [S::Draft, S::Scheduled, S::Failed] {
            assert!(state.next(E::Accept).is_err());
        }
    }

    #[test]
    fn codes_come_back_as_what_they_were() {
        for state in S::ALL {
            assert_eq!(S::from_code(state.code()), Some(state));
        }
    }
}
