//! Reports: what became of a delivery, and complaints. Each recipient that a report names is dealt
//! with on its own.

use super::person::{self, Wish};
use super::{Case, thread};
use crate::domain::address::EmailAddress;
use crate::domain::clock::{DAY_MS, HOUR_MS};
use crate::domain::event::{Detail, EventKind, NewEvent};
use crate::domain::inbound::{BounceClass, BounceReason, Report};
use crate::domain::mailbox::Block;
use crate::domain::suppression::{AddressHasher, SuppressionReason};
use crate::inbound::{Bounced, Feedback, Told};
use crate::receive::matching::Match;
use crate::store::inbound::evidence::{self, Proof};
use crate::store::inbound::matching::Copy;
use crate::store::inbound::{Finding, pauses};
use crate::store::{Result, Tx, mailboxes};

/// Mailbox full: so many in so many days pause the address for so many days.
const FULL_BOUNCES: i64 = 3;
const FULL_WINDOW_DAYS: i64 = 14;
const FULL_PAUSE_DAYS: i64 = 30;
/// Inactive: so many in so many days are a hard bounce.
const INACTIVE_BOUNCES: i64 = 2;
const INACTIVE_WINDOW_DAYS: i64 = 30;
/// Not found: so many mails to a domain in so many days flag it for so many days.
const HOST_BOUNCES: i64 = 2;
const HOST_WINDOW_DAYS: i64 = 30;
const HOST_FLAG_DAYS: i64 = 90;
/// How long a mailbox that sends too fast sends more slowly.
const SLOW_MS: i64 = HOUR_MS;

/// A report about a delivery.
pub(super) async fn bounce(
    tx: &mut Tx,
    case: &Case<'_>,
    matched: Option<&Match>,
    finding: &mut Finding,
) -> Result<()> {
    let Some(Told::Delivery(report)) = &case.mail.report else {
        return Ok(());
    };
    let gravest = report.recipients.iter().min_by_key(|one| one.class);
    finding.bounce = gravest.map(|one| (one.class, one.reason, one.code.clone()));
    settle_place(tx, case, matched, finding).await?;
    let Some(matched) = matched else {
        finding.found.unproven = true;
        return Ok(());
    };
    for bounced in &report.recipients {
        match proven(matched, bounced) {
            Some(copy) => {
                let copy = copy.clone();
                finding.delivery = Some(copy.no);
                finding.contact = copy.contact_no;
                one(tx, case, &copy, bounced, finding).await?;
            }
            None => finding.found.unproven = true,
        }
    }
    Ok(())
}

/// Where a report is shown: by the message it is about, whatever it proves.
async fn settle_place(
    tx: &mut Tx,
    case: &Case<'_>,
    matched: Option<&Match>,
    finding: &mut Finding,
) -> Result<()> {
    let seen_in = case.stored.seen_in.as_ref();
    finding.rep = seen_in.and_then(|mailbox| mailbox.user);
    if let Some(matched) = matched {
        let about = matched.about();
        finding.delivery = about.map(|copy| copy.no);
        finding.contact = about.and_then(|copy| copy.contact_no);
        finding.rep = about.map(|copy| copy.rep_no).or(finding.rep);
        finding.thread = Some(thread(tx, Some(matched), finding.contact, case.at).await?);
    }
    Ok(())
}

/// The delivery a report proves to speak of: it names our message by an id or a token, and one of
/// its recipients. A token names the recipient by itself; so does a message that had only one,
/// where the report names nobody.
fn proven<'a>(matched: &'a Match, bounced: &Bounced) -> Option<&'a Copy> {
    if !matched.is_certain() {
        return None;
    }
    let named = [&bounced.address, &bounced.final_address];
    let named: Vec<EmailAddress> = named
        .into_iter()
        .flatten()
        .filter_map(|text| EmailAddress::parse(text).ok())
        .collect();
    let recipient = named
        .iter()
        .find_map(|address| matched.copy_to(address.as_str(), None));
    if recipient.is_some() {
        return recipient;
    }
    let only = matched.copies.len() == 1 && named.is_empty();
    (matched.is_by_token() || only)
        .then(|| matched.about())
        .flatten()
}

/// What follows for one recipient.
async fn one(
    tx: &mut Tx,
    case: &Case<'_>,
    copy: &Copy,
    bounced: &Bounced,
    finding: &mut Finding,
) -> Result<()> {
    let report = Report {
        inbound: case.stored.no,
        class: Some(bounced.class),
        reason: bounced.reason,
        code: bounced.code.clone(),
        text: bounced
            .text
            .chars()
            .filter(|c| *c != '\0')
            .take(500)
            .collect(),
        away_until: None,
    };
    let kind = match bounced.class {
        BounceClass::Hard | BounceClass::Soft | BounceClass::Block => EventKind::Bounced,
        BounceClass::Delayed => EventKind::Deferred,
        BounceClass::Delivered => EventKind::Delivered,
    };
    if !evidence::reported(tx, copy.no, kind, &report, case.at).await? {
        return Ok(());
    }
    match (bounced.class, bounced.reason) {
        (BounceClass::Delayed | BounceClass::Delivered, _) => Ok(()),
        (BounceClass::Hard, _) => hard(tx, case, copy, bounced, finding).await,
        (BounceClass::Soft | BounceClass::Block, _) => {
            not_hard(tx, case, copy, bounced, finding).await
        }
    }
}

/// The address does not work: nothing more goes there.
async fn hard(
    tx: &mut Tx,
    case: &Case<'_>,
    copy: &Copy,
    bounced: &Bounced,
    finding: &mut Finding,
) -> Result<()> {
    if person::suppress_address(tx, case, copy, SuppressionReason::HardBounce).await? {
        finding.found.suppressed.push(copy.address.clone());
    }
    match bounced.reason {
        BounceReason::Moved => {
            let named = named_in(&bounced.text, case, copy);
            finding.found.alternative = finding.found.alternative.take().or(named);
            person::left(tx, case, copy, finding).await
        }
        BounceReason::UnknownHost => unknown_host(tx, case, copy).await,
        _ => Ok(()),
    }
}

/// The address that a server names beside the one that has moved.
fn named_in(text: &str, case: &Case<'_>, copy: &Copy) -> Option<String> {
    let apart = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '(' | ')' | ',' | ';' | ':');
    text.split(apart)
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter_map(|word| EmailAddress::parse(word).ok())
        .map(|address| address.as_str().to_owned())
        .find(|address| *address != copy.address && !case.ours.owns(address))
}

/// Counts a domain that was not found, and flags it from the second mail on.
async fn unknown_host(tx: &mut Tx, case: &Case<'_>, copy: &Copy) -> Result<()> {
    let Ok(address) = EmailAddress::parse(&copy.address) else {
        return Ok(());
    };
    let (now, domain) = (case.now, address.domain());
    let hash = AddressHasher::new(&case.ctx.keys).hash_domain(domain);
    let since = now.plus(-HOST_WINDOW_DAYS * DAY_MS);
    let reason = BounceReason::UnknownHost;
    let seen = pauses::count_soft(tx, &hash.0, reason, case.stored.no, now, since).await?;
    if seen < HOST_BOUNCES {
        return Ok(());
    }
    let until = now.plus(HOST_FLAG_DAYS * DAY_MS);
    pauses::flag_domain(tx, domain, hash, now, until).await
}

/// What did not arrive this time: the reason says whom it concerns.
async fn not_hard(
    tx: &mut Tx,
    case: &Case<'_>,
    copy: &Copy,
    bounced: &Bounced,
    finding: &mut Finding,
) -> Result<()> {
    let (now, no, reason) = (case.now, case.stored.no, bounced.reason);
    let hash = copy.address_hash.as_slice();
    match reason {
        BounceReason::MailboxFull => {
            let since = now.plus(-FULL_WINDOW_DAYS * DAY_MS);
            if pauses::count_soft(tx, hash, reason, no, now, since).await? >= FULL_BOUNCES {
                let until = now.plus(FULL_PAUSE_DAYS * DAY_MS);
                pauses::pause_address(tx, hash, reason, now, until).await?;
            }
            Ok(())
        }
        BounceReason::Inactive => {
            let since = now.plus(-INACTIVE_WINDOW_DAYS * DAY_MS);
            if pauses::count_soft(tx, hash, reason, no, now, since).await? >= INACTIVE_BOUNCES {
                hard(tx, case, copy, bounced, finding).await?;
            }
            Ok(())
        }
        BounceReason::Throttled => pauses::slow(tx, copy.mailbox_no, now.plus(SLOW_MS)).await,
        BounceReason::Policy => block(tx, copy, Block::Policy, bounced).await,
        BounceReason::Authentication => block(tx, copy, Block::Authentication, bounced).await,
        _ => Ok(()),
    }
}

/// The sender is refused, whoever the mail was for: nothing more leaves from there until a person
/// has looked.
async fn block(tx: &mut Tx, copy: &Copy, block: Block, bounced: &Bounced) -> Result<()> {
    tracing::error!(
        mailbox.no = copy.mailbox_no.0,
        reason = block.as_str(),
        "receivers refuse a mailbox; it is paused until a person has looked"
    );
    mailboxes::pause(tx, copy.mailbox_no, &block.told(&bounced.text)).await
}

/// Somebody pressed "spam", or the like.
pub(super) async fn complaint(
    tx: &mut Tx,
    case: &Case<'_>,
    matched: Option<&Match>,
    finding: &mut Finding,
) -> Result<()> {
    settle_place(tx, case, matched, finding).await?;
    let Some(Told::Complaint(complaint)) = &case.mail.report else {
        return Ok(());
    };
    if complaint.feedback == Feedback::AuthFailure {
        tracing::error!("a report says that mail of ours fails SPF, DKIM or DMARC");
        finding.found.about_us = matched.is_some_and(Match::is_certain);
    }
    if !complaint.feedback.suppresses() {
        return Ok(());
    }
    let bounced = Bounced {
        address: complaint.recipient.clone(),
        final_address: None,
        class: BounceClass::Block,
        reason: BounceReason::Unstated,
        code: String::new(),
        text: String::new(),
    };
    let Some(copy) = matched.and_then(|matched| proven_or_blotted(matched, &bounced)) else {
        finding.found.unproven = true;
        return Ok(());
    };
    let copy = copy.clone();
    finding.delivery = Some(copy.no);
    finding.contact = copy.contact_no;
    evidence::arrived(tx, copy.no, Proof::Complaint, case.at).await?;
    let told = NewEvent {
        at: case.at,
        kind: EventKind::Complained,
        delivery: Some(copy.no),
        contact: copy.contact_no,
        detail: Detail::Report(Report {
            inbound: case.stored.no,
            class: None,
            reason: BounceReason::Unstated,
            code: String::new(),
            text: String::new(),
            away_until: None,
        }),
    };
    finding.found.suppressed = person::suppress(tx, case, &copy, Wish::Complained, told).await?;
    Ok(())
}

/// As [`proven`]; but providers blot out who complained, and then an id that belongs to one
/// delivery, or a message that had one recipient, says whom.
fn proven_or_blotted<'a>(matched: &'a Match, bounced: &Bounced) -> Option<&'a Copy> {
    let plain = proven(matched, bounced);
    if plain.is_some() || !matched.is_certain() {
        return plain;
    }
    let is_sole = matched.copies.len() == 1 || matched.delivery.is_some();
    is_sole.then(|| matched.about()).flatten()
}
