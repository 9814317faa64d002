//! What follows from a mail, in the transaction that says what it means. Anybody can write a mail
//! that claims anything: an answer or a report stops, suppresses and moves only what it proves to
//! know, by our token or an id of ours together with a recipient of that message.

mod answer;
mod outbound;
mod person;
mod report;
mod shown;

use super::log_address;
use super::matching::{self, Match};
use crate::ctx::Ctx;
use crate::domain::address::EmailAddress;
use crate::domain::clock::Millis;
use crate::domain::id::ContactNo;
use crate::domain::inbound::InboundKind;
use crate::inbound::{Ours, Understood};
use crate::store::inbound::Finding;
use crate::store::inbound::matching::{Copy, Known, contact_at};
use crate::store::inbound::pending::Stored;
use crate::store::{Result, Tx, threads};

/// A mail under judgement.
pub(super) struct Case<'a> {
    pub(super) ctx: &'a Ctx,
    /// When it came.
    pub(super) at: Millis,
    pub(super) now: Millis,
    pub(super) stored: &'a Stored,
    pub(super) raw: &'a [u8],
    pub(super) mail: &'a Understood,
    pub(super) ours: &'a Ours,
}

/// Who wrote it, and how they stand to what it belongs to.
pub(super) struct Author<'a> {
    /// Their address, if it is one.
    pub(super) address: Option<EmailAddress>,
    /// The contact with that address.
    pub(super) known: Option<Known>,
    /// The delivery of the matched message that went to them.
    pub(super) copy: Option<&'a Copy>,
    /// What their mail is about: the delivery to them, else the one the message is for.
    pub(super) about: Option<&'a Copy>,
    /// A certain match, and they are a recipient of that message: what they ask for is done.
    pub(super) is_proven: bool,
}

impl Author<'_> {
    /// Whom the exchange is with: the author, or the contact for whom somebody else answers.
    pub(super) fn contact(&self) -> Option<ContactNo> {
        let own = self.copy.and_then(|copy| copy.contact_no);
        let about = self.about.and_then(|copy| copy.contact_no);
        own.or(about)
            .or_else(|| self.known.as_ref().map(|known| known.no))
    }

    /// Whether somebody other than the one written to answered.
    pub(super) const fn is_colleague(&self) -> bool {
        self.about.is_some() && self.copy.is_none()
    }
}

/// Does what follows and gives what was found.
pub(super) async fn follow(tx: &mut Tx, case: &Case<'_>) -> Result<Finding> {
    let mail = case.mail;
    let matched = matching::find(tx, mail, case.stored.no, case.at).await?;
    let kind = mail.kind_when(matched.as_ref().map(|matched| matched.by));
    let mut finding = shown::begin(case, kind);
    if let Some(matched) = &matched {
        finding.matched_by = Some(matched.by);
        finding.message = matched.message;
        finding.found.probable = !matched.is_certain();
    }
    match kind {
        InboundKind::Bounce => report::bounce(tx, case, matched.as_ref(), &mut finding).await?,
        InboundKind::Complaint => {
            report::complaint(tx, case, matched.as_ref(), &mut finding).await?;
        }
        _ if went_out(case) => outbound::follow(tx, case, matched.as_ref(), &mut finding).await?,
        _ => came_in(tx, case, matched.as_ref(), &mut finding).await?,
    }
    Ok(finding)
}

/// Whether one of us wrote it.
fn went_out(case: &Case<'_>) -> bool {
    case.stored.folder == 1
        || case.ours.owns(case.mail.headers.sender())
        || logged_by(case).is_some()
}

/// The user to whose log address it was copied.
fn logged_by(case: &Case<'_>) -> Option<crate::domain::id::UserId> {
    log_address::user(case.raw, &case.stored.envelope_to, &case.ours.verp)
}

/// A mail from outside.
async fn came_in(
    tx: &mut Tx,
    case: &Case<'_>,
    matched: Option<&Match>,
    finding: &mut Finding,
) -> Result<()> {
    let address = EmailAddress::parse(case.mail.headers.sender()).ok();
    let known = match &address {
        Some(address) => contact_at(tx, address.as_str()).await?,
        None => None,
    };
    let copy = match (matched, &address) {
        (Some(matched), Some(address)) => {
            matched.copy_to(address.as_str(), known.as_ref().map(|known| known.no))
        }
        _ => None,
    };
    let author = Author {
        about: copy.or_else(|| matched.and_then(Match::about)),
        is_proven: copy.is_some() && matched.is_some_and(Match::is_certain),
        address,
        known,
        copy,
    };
    finding.delivery = author.about.map(|copy| copy.no);
    finding.contact = author
        .contact()
        .or_else(|| matched.and_then(|matched| matched.contact));
    finding.found.colleague = author.is_colleague();
    finding.rep = match (author.about, &author.known, &case.stored.seen_in) {
        (Some(copy), _, _) => Some(copy.rep_no),
        (None, Some(known), _) if known.owner_no.is_some() => known.owner_no,
        (None, _, Some(mailbox)) => mailbox.user,
        (None, _, None) => None,
    };
    answer::follow(tx, case, matched, &author, finding).await
}

/// The thread a mail stands in.
async fn thread(
    tx: &mut Tx,
    matched: Option<&Match>,
    contact: Option<ContactNo>,
    at: Millis,
) -> Result<crate::domain::id::ThreadNo> {
    match matched {
        Some(Match {
            thread: Some(thread),
            ..
        }) => Ok(*thread),
        Some(matched) => threads::of_inbound(tx, matched.message, contact, at).await,
        None => threads::of_inbound(tx, None, contact, at).await,
    }
}
