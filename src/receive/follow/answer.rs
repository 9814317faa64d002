//! Mail from outside that is no report: replies, enquiries, automatic answers, wishes for no more.

use super::person::{self, Wish};
use super::{Author, Case, thread};
use crate::domain::event::{Detail, EventKind, NewEvent};
use crate::domain::id::{AccountId, ContactId, ContactNo, ThreadNo, TouchId};
use crate::domain::inbound::{BounceReason, InboundKind, Report};
use crate::domain::suppression::{AddressHasher, SuppressionReason};
use crate::domain::touch::{Agency, Channel, Direction, own_words};
use crate::inbound::Unsubscribe;
use crate::receive::matching::{Match, same_company};
use crate::receive::ours::is_inside;
use crate::store::inbound::evidence::{self, Proof};
use crate::store::inbound::{Finding, pauses, people};
use crate::store::queue::{Stop, cancel_outreach};
use crate::store::touches::{self, NewTouch};
use crate::store::{Result, Tx, log, verdicts};

/// Does what follows from it.
pub(super) async fn follow(
    tx: &mut Tx,
    case: &Case<'_>,
    matched: Option<&Match>,
    author: &Author<'_>,
    finding: &mut Finding,
) -> Result<()> {
    let kind = finding.kind.unwrap_or(InboundKind::Other);
    if author.is_proven
        && let Some(copy) = author.copy
    {
        // Whatever it is, it shows that the mail was delivered.
        let proof = match kind {
            kind if kind.is_human() => Proof::Answer,
            InboundKind::Unsubscribe => Proof::Answer,
            _ => Proof::Machine,
        };
        evidence::arrived(tx, copy.no, proof, case.at).await?;
    }
    match kind {
        InboundKind::Reply | InboundKind::Enquiry | InboundKind::Calendar => {
            human(tx, case, matched, author, finding).await?;
        }
        InboundKind::AutoReply | InboundKind::Acknowledgement if matched.is_some() => {
            let touch = touch(tx, case, matched, author, EventKind::AutoReplied, finding).await?;
            record(tx, touch).await?;
        }
        InboundKind::OutOfOffice if matched.is_some() => {
            away(tx, case, author, finding).await?;
        }
        InboundKind::Unsubscribe => unsubscribe(tx, case, matched, author, finding).await?,
        _ => {}
    }
    // Only a machine there speaks for its owner: a person who writes that somebody has left is
    // there themselves.
    if case.mail.left.is_some() && !kind.is_human() {
        left(tx, case, author, finding).await?;
    }
    if finding.thread.is_none() && matched.is_some() {
        let contact = finding.contact;
        finding.thread = Some(thread(tx, matched, contact, case.at).await?);
    }
    Ok(())
}

/// A person wrote: what was still to go to them is stopped, and they wait for an answer.
async fn human(
    tx: &mut Tx,
    case: &Case<'_>,
    matched: Option<&Match>,
    author: &Author<'_>,
    finding: &mut Finding,
) -> Result<()> {
    if matched.is_none()
        && author.known.is_none()
        && let Some(address) = &author.address
    {
        finding.found.same_company = same_company(tx, address, case.at).await?;
    }
    if finding.contact.is_none() {
        finding.contact = suggested(tx, case, author, finding).await?;
    }
    let event = if matched.is_some_and(|matched| matched.message.is_some()) {
        EventKind::Replied
    } else {
        EventKind::Touched
    };
    let touch = touch(tx, case, matched, author, event, finding).await?;
    record(tx, touch).await?;
    if author.is_proven
        && let Some(contact) = author.contact()
    {
        let stop = Stop {
            code: "replied",
            text: "the contact answered",
            at: case.now,
        };
        cancel_outreach(tx, contact, stop).await?;
        if let Some(address) = &author.address {
            // Somebody reads what comes there.
            pauses::lift(tx, AddressHasher::new(&case.ctx.keys).hash(address)).await?;
        }
    }
    if let Some(message) = finding.message {
        verdicts::rejudge_message(tx, message, case.now).await?;
    }
    if author.is_proven && case.mail.unsubscribe == Unsubscribe::Sure {
        unsubscribe(tx, case, matched, author, finding).await?;
    }
    Ok(())
}

/// The contact that an unknown author becomes. Nobody inside the organisation becomes one.
async fn suggested(
    tx: &mut Tx,
    case: &Case<'_>,
    author: &Author<'_>,
    finding: &Finding,
) -> Result<Option<ContactNo>> {
    let Some(address) = &author.address else {
        return Ok(None);
    };
    if is_inside(case.ours, address.as_str()) || finding.kind == Some(InboundKind::Calendar) {
        return Ok(None);
    }
    let clock = &case.ctx.clock;
    let new = people::Suggested {
        id: ContactId(clock.fresh_id()),
        account: AccountId(clock.fresh_id()),
        name: finding.sender_name.as_deref().unwrap_or_default(),
        address,
        owner: finding.rep,
        at: case.now,
    };
    people::suggest(tx, &new).await.map(Some)
}

/// The touch that the mail is; `None` when nobody is known whom it is with.
async fn touch(
    tx: &mut Tx,
    case: &Case<'_>,
    matched: Option<&Match>,
    author: &Author<'_>,
    kind: EventKind,
    finding: &mut Finding,
) -> Result<Option<NewTouch>> {
    let Some(contact) = finding.contact else {
        return Ok(None);
    };
    let thread: ThreadNo = thread(tx, matched, Some(contact), case.at).await?;
    finding.thread = Some(thread);
    let mail = case.mail;
    let id = TouchId(case.ctx.clock.fresh_id());
    let sent_at = author.about.and_then(|copy| copy.handed_over_at);
    let new = NewTouch {
        kind,
        delivery: finding.delivery,
        inbound: Some(case.stored.no),
        thread: Some(thread),
        by: match kind {
            EventKind::AutoReplied => Agency::Automation,
            _ => Agency::Person,
        },
        words: own_words(&mail.new_text.text),
        attachment: !mail.attachments.is_empty(),
        colleague: author.is_colleague(),
        suggestion: mail
            .outcome
            .as_ref()
            .map(|one| (one.outcome, one.words.replace('\0', ""))),
        ..NewTouch::new(
            id,
            contact,
            Channel::Email,
            Direction::In,
            // Clocks differ: an answer comes after what it answers.
            sent_at.map_or(case.at, |sent_at| case.at.max(sent_at)),
            case.now,
        )
    };
    Ok(Some(new))
}

async fn record(tx: &mut Tx, touch: Option<NewTouch>) -> Result<()> {
    if let Some(touch) = touch {
        touches::record_in(tx, &touch).await?;
    }
    Ok(())
}

/// The contact is away: what was to go to them waits until they are back, or for a person where
/// the mail does not say clearly when that is.
async fn away(tx: &mut Tx, case: &Case<'_>, author: &Author<'_>, finding: &Finding) -> Result<()> {
    let away = case.mail.away;
    let report = Report {
        inbound: case.stored.no,
        class: None,
        reason: BounceReason::Unstated,
        code: String::new(),
        text: String::new(),
        away_until: away.map(|away| away.until),
    };
    let event = NewEvent {
        at: case.at,
        kind: EventKind::OutOfOffice,
        delivery: finding.delivery,
        contact: finding.contact,
        detail: Detail::Report(report),
    };
    log::append(tx, &[event]).await?;
    let Some(contact) = author.contact().filter(|_| author.is_proven) else {
        return Ok(());
    };
    match away {
        Some(away) if !away.ambiguous && away.until > case.now => {
            pauses::wait_for(tx, contact, away.until).await?;
        }
        Some(away) if !away.ambiguous && away.until <= case.now => {}
        _ => {
            let text = "the contact is away and does not say clearly until when";
            pauses::hold(tx, contact, "away_unclear", text).await?;
        }
    }
    Ok(())
}

/// The contact is not there any more: nothing more goes to that address.
async fn left(
    tx: &mut Tx,
    case: &Case<'_>,
    author: &Author<'_>,
    finding: &mut Finding,
) -> Result<()> {
    let Some(copy) = author.copy.filter(|_| author.is_proven) else {
        return Ok(());
    };
    person::left(tx, case, copy, finding).await?;
    if person::suppress_address(tx, case, copy, SuppressionReason::ContactLeft).await? {
        finding.found.suppressed.push(copy.address.clone());
    }
    Ok(())
}

/// The contact asks for no more.
async fn unsubscribe(
    tx: &mut Tx,
    case: &Case<'_>,
    matched: Option<&Match>,
    author: &Author<'_>,
    finding: &mut Finding,
) -> Result<()> {
    if !matched.is_some_and(|matched| matched.proves_wish(author.copy)) {
        finding.found.unproven = true;
        return Ok(());
    }
    let Some(copy) = author.about else {
        return Ok(());
    };
    let told = NewEvent {
        at: case.at,
        kind: EventKind::Unsubscribed,
        delivery: Some(copy.no),
        contact: copy.contact_no,
        detail: Detail::Reason {
            code: "unsubscribed".to_owned(),
            text: String::new(),
        },
    };
    let suppressed = person::suppress(tx, case, copy, Wish::Unsubscribed, told).await?;
    finding.found.suppressed = suppressed;
    Ok(())
}
