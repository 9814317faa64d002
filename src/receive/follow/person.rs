//! What counts for a person and not for one address: a complaint and a wish for no more hold for
//! every address of theirs, in the whole organisation.

use super::Case;
use crate::domain::address::EmailAddress;
use crate::domain::event::{Detail, EventKind, NewEvent};
use crate::domain::id::SuppressionId;
use crate::domain::suppression::{AddressHasher, SuppressionReason};
use crate::store::inbound::matching::Copy;
use crate::store::inbound::{Finding, people};
use crate::store::queue::{Stop, cancel_contact};
use crate::store::suppressions::{self, NewSuppression};
use crate::store::{Result, Tx, log};

/// Why a person is written to no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// They asked for no more.
    Unsubscribed,
    /// They complained.
    Complained,
}

/// Puts every address of the person whom `copy` went to on the list, and gives those addresses.
/// `told` is the event of the address written to; one that was on the list brings none.
pub(super) async fn suppress(
    tx: &mut Tx,
    case: &Case<'_>,
    copy: &Copy,
    wish: Wish,
    told: NewEvent,
) -> Result<Vec<String>> {
    let mut addresses: Vec<EmailAddress> = EmailAddress::parse(&copy.address).into_iter().collect();
    if let Some(contact) = copy.contact_no {
        let known = people::addresses(tx, contact).await?;
        addresses.extend(known.into_iter().filter(|one| one.as_str() != copy.address));
    }
    let hasher = AddressHasher::new(&case.ctx.keys);
    for (place, address) in addresses.iter().enumerate() {
        let new = NewSuppression {
            id: SuppressionId(case.ctx.clock.fresh_id()),
            address,
            hash: hasher.hash(address),
            reason: match wish {
                Wish::Unsubscribed => SuppressionReason::Unsubscribed,
                Wish::Complained => SuppressionReason::Complained,
            },
            delivery: Some(copy.no),
            contact: copy.contact_no,
            created_by: None,
            at: case.now,
        };
        let event = if place == 0 {
            told.clone()
        } else {
            of_other_address(case, copy)
        };
        suppressions::suppress_told(tx, &new, event).await?;
    }
    Ok(addresses
        .iter()
        .map(|address| address.as_str().to_owned())
        .collect())
}

/// The person's other addresses go with the first: no second wish.
fn of_other_address(case: &Case<'_>, copy: &Copy) -> NewEvent {
    NewEvent {
        at: case.at,
        kind: EventKind::Suppressed,
        delivery: None,
        contact: copy.contact_no,
        detail: Detail::Reason {
            code: "same_person".to_owned(),
            text: String::new(),
        },
    }
}

/// Puts the one address that `copy` went to on the list; `false` for one that is none.
pub(super) async fn suppress_address(
    tx: &mut Tx,
    case: &Case<'_>,
    copy: &Copy,
    reason: SuppressionReason,
) -> Result<bool> {
    let Ok(address) = EmailAddress::parse(&copy.address) else {
        return Ok(false);
    };
    let new = NewSuppression {
        id: SuppressionId(case.ctx.clock.fresh_id()),
        hash: AddressHasher::new(&case.ctx.keys).hash(&address),
        address: &address,
        reason,
        delivery: Some(copy.no),
        contact: copy.contact_no,
        created_by: None,
        at: case.now,
    };
    suppressions::suppress(tx, &new).await?;
    Ok(true)
}

/// Says in the log that a contact is not there any more, and where to write instead, and stops
/// what was still to go to them.
pub(super) async fn left(
    tx: &mut Tx,
    case: &Case<'_>,
    copy: &Copy,
    finding: &Finding,
) -> Result<()> {
    let Some(contact) = copy.contact_no else {
        return Ok(());
    };
    let alternative = finding.found.alternative.as_deref().unwrap_or_default();
    let event = NewEvent {
        at: case.at,
        kind: EventKind::ContactLeft,
        delivery: Some(copy.no),
        contact: Some(contact),
        detail: Detail::Reason {
            code: "contact_left".to_owned(),
            text: alternative.replace('\0', ""),
        },
    };
    log::append(tx, &[event]).await?;
    let stop = Stop {
        code: "contact_left",
        text: "the contact is not there any more",
        at: case.now,
    };
    cancel_contact(tx, contact, stop).await?;
    Ok(())
}
