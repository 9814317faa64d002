//! What a person says of a mail that may ask for no more mail: their word counts as the contact's
//! own wish, or ends the question.

use crate::ctx::Ctx;
use crate::domain::address::EmailAddress;
use crate::domain::event::{Detail, EventKind, NewEvent};
use crate::domain::id::{SuppressionId, UserId};
use crate::domain::suppression::{AddressHasher, SuppressionReason};
use crate::store::inbound::read::Shown;
use crate::store::inbound::{people, settle};
use crate::store::suppressions::{self, NewSuppression};
use crate::store::{Result, Tx, log};

/// What the mail means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoMore {
    /// Its author wants no more mail.
    Wanted,
    /// It is about something else.
    NotMeant,
}

/// Writes down what `by` says of `mail`, which they may see; with [`NoMore::Wanted`] its author's
/// addresses go on the list. Gives the addresses that did.
pub async fn say_no_more(
    ctx: &Ctx,
    tx: &mut Tx,
    mail: &Shown,
    word: NoMore,
    by: UserId,
) -> Result<Vec<String>> {
    log::append(tx, &[]).await?;
    let mut found = mail.found.clone();
    found.no_more = Some(word == NoMore::Wanted);
    let mut suppressed = Vec::new();
    if word == NoMore::Wanted {
        suppressed = suppress(ctx, tx, mail, by).await?;
        let fresh = suppressed
            .iter()
            .filter(|one| !found.suppressed.contains(one));
        let fresh: Vec<String> = fresh.cloned().collect();
        found.suppressed.extend(fresh);
    }
    settle::amend(tx, mail.no, &found).await?;
    Ok(suppressed)
}

async fn suppress(ctx: &Ctx, tx: &mut Tx, mail: &Shown, by: UserId) -> Result<Vec<String>> {
    let (delivery, contact) = settle::subjects(tx, mail.no).await?;
    let mut addresses: Vec<EmailAddress> = EmailAddress::parse(&mail.sender).into_iter().collect();
    if let Some(contact) = contact {
        for address in people::addresses(tx, contact).await? {
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
    }
    let (hasher, now) = (AddressHasher::new(&ctx.keys), ctx.clock.now());
    for (place, address) in addresses.iter().enumerate() {
        let new = NewSuppression {
            id: SuppressionId(ctx.clock.fresh_id()),
            address,
            hash: hasher.hash(address),
            reason: SuppressionReason::Unsubscribed,
            delivery,
            contact,
            created_by: Some(by),
            at: now,
        };
        let (kind, code) = match place {
            0 => (EventKind::Unsubscribed, "confirmed"),
            _ => (EventKind::Suppressed, "same_person"),
        };
        let event = NewEvent {
            at: now,
            kind,
            delivery: delivery.filter(|_| place == 0),
            contact,
            detail: Detail::Reason {
                code: code.to_owned(),
                text: String::new(),
            },
        };
        suppressions::suppress_told(tx, &new, event).await?;
    }
    let texts = addresses.iter().map(|one| one.as_str().to_owned());
    Ok(texts.collect())
}
