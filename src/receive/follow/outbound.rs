//! Mail that one of us wrote: an item of a Sent folder, a copy to a log address, a copy that came
//! round. What we sent ourselves is the same message and no second touch; anything else is a touch
//! of a person, a machine, or nobody can say.

use super::{Case, logged_by, thread};
use crate::domain::address::EmailAddress;
use crate::domain::delivery::DeliveryState;
use crate::domain::id::{AccountId, ContactId, ContactNo, MessageId, TouchId, UserNo};
use crate::domain::inbound::InboundKind;
use crate::domain::mailbox::SentPolicy;
use crate::domain::touch::{Agency, Channel, Direction, own_words};
use crate::inbound::normalised_subject;
use crate::receive::matching::Match;
use crate::store::inbound::evidence::{self, Proof};
use crate::store::inbound::matching::{self, Copy};
use crate::store::inbound::{Finding, gate, people};
use crate::store::touches::{self, NewTouch};
use crate::store::{Result, Tx, message_ids};

/// Most people one mail is a touch with.
const MOST_PEOPLE: usize = 20;

/// Does what follows from it.
pub(super) async fn follow(
    tx: &mut Tx,
    case: &Case<'_>,
    matched: Option<&Match>,
    finding: &mut Finding,
) -> Result<()> {
    finding.found.outbound = true;
    finding.kind = Some(InboundKind::Other);
    finding.rep = author(tx, case).await?;
    if let Some((message, copies)) = own(tx, case).await? {
        return same_message(tx, case, message, &copies, finding).await;
    }
    let people = people(tx, case, finding).await?;
    finding.contact = people.first().copied();
    for contact in people {
        let thread = thread(tx, matched, Some(contact), case.at).await?;
        finding.thread = finding.thread.or(Some(thread));
        let touch = NewTouch {
            inbound: Some(case.stored.no),
            thread: Some(thread),
            by: by(case),
            rep: finding.rep,
            words: own_words(&case.mail.new_text.text),
            attachment: !case.mail.attachments.is_empty(),
            ..NewTouch::new(
                TouchId(case.ctx.clock.fresh_id()),
                contact,
                Channel::Email,
                Direction::Out,
                case.at,
                case.now,
            )
        };
        touches::record_in(tx, &touch).await?;
    }
    Ok(())
}

/// What was behind it. Somebody copied a mail to their log address by hand.
fn by(case: &Case<'_>) -> Agency {
    if logged_by(case).is_some() && case.mail.automation == Agency::Unknown {
        Agency::Person
    } else {
        case.mail.automation
    }
}

/// Whose mail it is: the owner of the log address, of the sender's address, of the mailbox. A log
/// address counts only for mail of its own user.
async fn author(tx: &mut Tx, case: &Case<'_>) -> Result<Option<UserNo>> {
    let sender = EmailAddress::parse(case.mail.headers.sender()).ok();
    let by_sender = match &sender {
        Some(address) => gate::user_at(tx, address.as_str()).await?,
        None => None,
    };
    if by_sender.is_some() {
        return Ok(by_sender);
    }
    if let Some(user) = logged_by(case)
        && case.ours.owns(case.mail.headers.sender())
    {
        return gate::user_no(tx, user).await;
    }
    Ok(case
        .stored
        .seen_in
        .as_ref()
        .and_then(|mailbox| mailbox.user))
}

/// The message of ours that this is a copy of: it has its id, or it names that id as we do in what
/// we send, last of its references, under the same subject, while its provider gave it another.
async fn own(tx: &mut Tx, case: &Case<'_>) -> Result<Option<(MessageId, Vec<Copy>)>> {
    let headers = &case.mail.headers;
    if let Some(id) = &headers.message_id
        && let Some((_, message)) = message_ids::lookup(tx, id).await?
    {
        return Ok(Some((message, matching::copies(tx, message).await?)));
    }
    let last = headers.references.last();
    let Some(id) = last.filter(|id| !headers.in_reply_to.contains(id)) else {
        return Ok(None);
    };
    let Some((_, message)) = message_ids::lookup(tx, id).await? else {
        return Ok(None);
    };
    let copies = matching::copies(tx, message).await?;
    let is_own = copies.first().is_some_and(|copy| {
        copy.header_id == *id && normalised_subject(&copy.subject) == headers.normalised_subject
    });
    Ok(is_own.then_some((message, copies)))
}

/// The copy of what we sent. Where the provider files Sent by itself it proves that the mail was
/// taken; and it tells the id under which it really went out.
async fn same_message(
    tx: &mut Tx,
    case: &Case<'_>,
    message: MessageId,
    copies: &[Copy],
    finding: &mut Finding,
) -> Result<()> {
    finding.message = Some(message);
    let Some(first) = copies.first() else {
        return Ok(());
    };
    finding.delivery = Some(first.no);
    finding.contact = first.contact_no;
    finding.rep = Some(first.rep_no);
    let open = |copy: &&Copy| {
        let state = DeliveryState::from_code(copy.state);
        matches!(
            state,
            Some(DeliveryState::Uncertain | DeliveryState::HandedOver)
        )
    };
    let waiting: Vec<&Copy> = copies.iter().filter(open).collect();
    // With several open deliveries it cannot be said of which one this is the copy.
    let about = match (copies, waiting.as_slice()) {
        ([only], _) => Some(only),
        (_, [only]) => Some(*only),
        _ => None,
    };
    let Some(about) = about else {
        return Ok(());
    };
    if let Some(id) = &case.mail.headers.message_id
        && *id != about.header_id
    {
        message_ids::add_from_sent(tx, id, about.no).await?;
    }
    let mailbox = case.stored.seen_in.as_ref();
    let filed_by_provider = case.stored.folder == 1
        && mailbox.is_some_and(|mailbox| {
            mailbox.no == about.mailbox_no && mailbox.profile.sent() == SentPolicy::Provider
        });
    if filed_by_provider {
        evidence::arrived(tx, about.no, Proof::SentCopy, case.at).await?;
    }
    Ok(())
}

/// The contacts it went to. Whom a rep writes to and copies to their log address becomes a contact
/// of theirs; of other unknown people nothing is kept.
async fn people(tx: &mut Tx, case: &Case<'_>, finding: &Finding) -> Result<Vec<ContactNo>> {
    let headers = &case.mail.headers;
    let is_logged = logged_by(case).is_some() && finding.rep.is_some();
    let mut found = Vec::new();
    for person in headers.to.iter().chain(&headers.cc).take(MOST_PEOPLE) {
        let Ok(address) = EmailAddress::parse(&person.address) else {
            continue;
        };
        if crate::receive::ours::is_inside(case.ours, address.as_str()) {
            continue;
        }
        let known = matching::contact_at(tx, address.as_str()).await?;
        let contact = match known {
            Some(known) => known.no,
            None if is_logged => {
                let clock = &case.ctx.clock;
                let new = people::Suggested {
                    id: ContactId(clock.fresh_id()),
                    account: AccountId(clock.fresh_id()),
                    name: person.name.as_deref().unwrap_or_default(),
                    address: &address,
                    owner: finding.rep,
                    at: case.now,
                };
                people::suggest(tx, &new).await?
            }
            None => continue,
        };
        if !found.contains(&contact) {
            found.push(contact);
        }
    }
    Ok(found)
}
