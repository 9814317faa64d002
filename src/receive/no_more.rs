//! What a person says of a mail that may ask for no more mail: their word counts as its author's
//! own wish, or ends the question.

use super::matching::copy_to;
use crate::ctx::Ctx;
use crate::domain::address::EmailAddress;
use crate::domain::event::{Detail, EventKind, NewEvent};
use crate::domain::id::{DeliveryNo, InboundNo, SuppressionId, UserId};
use crate::domain::suppression::{AddressHasher, SuppressionReason};
use crate::store::inbound::matching::{contact_at, copies};
use crate::store::inbound::people;
use crate::store::inbound::settle::{self, Asked};
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

/// Why a person's word is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// There is no such question.
    #[error("This mail does not ask for that.")]
    NotAsked,
    /// A word to the contrary lifts nothing.
    #[error(
        "Somebody has said that its author wants no more mail. An administrator can lift that on the suppression list."
    )]
    Stands,
}

/// Writes down what `by` says of the mail `no`, which they may see; with [`NoMore::Wanted`] its
/// author's addresses go on the list. What others say meanwhile is seen.
pub async fn say_no_more(
    ctx: &Ctx,
    tx: &mut Tx,
    no: InboundNo,
    word: NoMore,
    by: UserId,
) -> Result<std::result::Result<(), NotTaken>> {
    log::append(tx, &[]).await?;
    let asked = settle::asked(tx, no).await?;
    let Some(mut asked) = asked.filter(|asked| asked.found.may_unsubscribe) else {
        return Ok(Err(NotTaken::NotAsked));
    };
    if word == NoMore::NotMeant && asked.found.no_more == Some(true) {
        return Ok(Err(NotTaken::Stands));
    }
    asked.found.no_more = Some(word == NoMore::Wanted);
    if word == NoMore::Wanted {
        for address in suppress(ctx, tx, &asked, by).await? {
            if !asked.found.suppressed.contains(&address) {
                asked.found.suppressed.push(address);
            }
        }
    }
    settle::amend(tx, no, &asked.found).await?;
    Ok(Ok(()))
}

/// Puts every address of the mail's own author on the list, and gives them. A colleague of the one
/// written to speaks for themselves alone.
async fn suppress(ctx: &Ctx, tx: &mut Tx, asked: &Asked, by: UserId) -> Result<Vec<String>> {
    let Ok(sender) = EmailAddress::parse(&asked.sender) else {
        return Ok(Vec::new());
    };
    let contact = contact_at(tx, sender.as_str()).await?.map(|known| known.no);
    let sent = match asked.message {
        Some(message) => copies(tx, message).await?,
        None => Vec::new(),
    };
    let own: Option<DeliveryNo> = copy_to(&sent, sender.as_str(), contact).map(|copy| copy.no);
    let mut addresses = match contact {
        Some(contact) => people::addresses(tx, contact).await?,
        None => Vec::new(),
    };
    addresses.retain(|one| *one != sender);
    addresses.insert(0, sender);
    let (hasher, now) = (AddressHasher::new(&ctx.keys), ctx.clock.now());
    for (place, address) in addresses.iter().enumerate() {
        let new = NewSuppression {
            id: SuppressionId(ctx.clock.fresh_id()),
            address,
            hash: hasher.hash(address),
            reason: SuppressionReason::Unsubscribed,
            delivery: own.or(asked.delivery),
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
            delivery: own.filter(|_| place == 0),
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
