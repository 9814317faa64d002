//! What a person decides on a delivery that waits for one: an `uncertain` one is sent again or is
//! known to have arrived, a parked one is tried again. Who may decide has been asked before; that the
//! delivery belongs to the message they may see is asked here.

use super::super::log;
use super::super::sql::{maybe, statements};
use super::super::{Result, Tx};
use super::sources;
use crate::domain::clock::Millis;
use crate::domain::delivery::{DeliveryEvent, DeliveryState};
use crate::domain::event::{Detail, EventKind, NewEvent};
use crate::domain::id::{DeliveryId, DeliveryNo, MessageId};

statements! {
    /// The stored bytes go again under the same Message-ID. Its retries begin anew; the attempts go
    /// on being counted, since evidence is keyed by their numbers. Nothing is asked for of an erased
    /// contact or a suppressed address: it would be cancelled before it left, and hide what is known.
    AGAIN = "UPDATE deliveries SET state = 3, due_at = $3, tries = 0, first_attempt_at = NULL, crashes = 0,
            reason_code = NULL, reason_text = NULL, settled_at = NULL
        WHERE id = $1 AND message_id = $2 AND ((1 << state) & CAST($4 AS BIGINT)) <> 0 AND address <> ''
            AND NOT EXISTS (SELECT 1 FROM suppressions s JOIN messages m ON m.id = deliveries.message_id
                WHERE s.scope = 'address' AND s.hash = deliveries.address_hash AND s.lifted_at IS NULL
                    AND (m.class = 1 OR s.reason = 'complained'))
        RETURNING no";
    ARRIVED = "UPDATE deliveries SET state = 7, reason_code = NULL, reason_text = NULL, settled_at = $3
        WHERE id = $1 AND message_id = $2 AND ((1 << state) & CAST($4 AS BIGINT)) <> 0
        RETURNING no";
}

/// A person's decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Send it again, or try the parked one again: a second copy may arrive.
    Again,
    /// It did arrive.
    Arrived,
}

impl Decision {
    fn sources(self) -> i64 {
        match self {
            Self::Again => {
                let held = 1_i64 << DeliveryState::Held.code();
                held & sources(DeliveryEvent::Queue, DeliveryState::Queued)
                    | sources(DeliveryEvent::Resend, DeliveryState::Queued)
            }
            Self::Arrived => sources(DeliveryEvent::Confirm, DeliveryState::Sent),
        }
    }

    const fn event(self) -> (EventKind, &'static str) {
        match self {
            Self::Again => (EventKind::Queued, "sent_again"),
            Self::Arrived => (EventKind::Sent, "arrived"),
        }
    }

    /// Whether the decision can be taken on a delivery in `state`.
    pub fn fits(self, state: DeliveryState) -> bool {
        self.sources() & (1_i64 << state.code()) != 0
    }
}

/// Does what was decided and says so in the log, with a stable word as its reason. `None` when the
/// delivery does not wait for such a decision, or its address takes no more mail.
pub async fn decide(
    tx: &mut Tx,
    message: MessageId,
    delivery: DeliveryId,
    decision: Decision,
    at: Millis,
) -> Result<Option<DeliveryNo>> {
    log::append(tx, &[]).await?;
    let sql = match decision {
        Decision::Again => AGAIN,
        Decision::Arrived => ARRIVED,
    };
    let found = maybe!(&mut *tx, sql, (DeliveryNo,); delivery, message, at, decision.sources())?;
    let Some((no,)) = found else {
        return Ok(None);
    };
    let (kind, code) = decision.event();
    let event = NewEvent {
        at,
        kind,
        delivery: Some(no),
        contact: None,
        detail: Detail::Reason {
            code: code.to_owned(),
            text: String::new(),
        },
    };
    log::append(tx, &[event]).await?;
    Ok(Some(no))
}

#[cfg(test)]
mod tests {
    use super::Decision;
    use crate::domain::delivery::DeliveryState as S;

    #[test]
    fn people_decide_on_what_waits_for_them_and_on_nothing_else() {
        for state in S::ALL {
            let again = matches!(state, S::Uncertain | S::Held);
            assert_eq!(Decision::Again.fits(state), again, "{state:?}");
            let arrived = state == S::Uncertain;
            assert_eq!(Decision::Arrived.fits(state), arrived, "{state:?}");
        }
    }
}
