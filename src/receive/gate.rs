//! Whether a mail may be stored. A shared mailbox is read whole. Of a personal one only what
//! matches a thread of ours or a known contact is kept; mail inside the organisation and of
//! excluded domains never is.

use super::arrival::{Arrival, Folder, Way, Wish};
use super::log_address;
use super::matching;
use super::ours::is_inside;
use crate::domain::address::EmailAddress;
use crate::domain::id::InboundNo;
use crate::domain::inbound::InboundKind;
use crate::inbound::{MatchKey, Ours, Told, Understood};
use crate::store::inbound::gate::{self, Owner};
use crate::store::inbound::matching as found;
use crate::store::{Result, Tx, message_ids};

/// Why nothing of a mail is kept but the caller's cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptOut {
    /// A personal mailbox, and neither a thread of ours nor a known contact.
    Private,
    /// The same, but it may be an enquiry: its owner is shown the sender and the subject.
    Asking,
    /// Mail inside the organisation.
    Internal,
    /// From or to a domain that is excluded.
    Excluded,
    /// A personal mailbox, and nobody can tell what the mail belongs to: its reading broke. That
    /// one came, and when, is parked for administrators.
    Unreadable,
}

/// What the rules say.
#[derive(Debug)]
pub(super) enum Ruling {
    /// It is stored, under this mailbox where one is known.
    Keep(Option<Owner>),
    /// It is not.
    Out(KeptOut, Owner),
}

/// A mail, seen by the gate.
pub(super) struct Seen<'a> {
    pub(super) raw: &'a [u8],
    pub(super) arrival: &'a Arrival,
    pub(super) mail: &'a Understood,
    pub(super) ours: &'a Ours,
}

/// Decides.
pub(super) async fn rule(tx: &mut Tx, seen: &Seen<'_>) -> Result<Ruling> {
    let headers = &seen.mail.headers;
    let open = headers.to.iter().chain(&headers.cc);
    let open: Vec<&str> = open.map(|person| person.address.as_str()).collect();
    let mailbox = mailbox(tx, seen.arrival, &open).await?;
    let Some(owner) = mailbox.clone().filter(|owner| owner.user_id.is_some()) else {
        return shared(tx, seen, mailbox).await;
    };
    if seen.arrival.wish == Wish::Asked {
        return Ok(Ruling::Keep(mailbox));
    }
    if let Some(reason) = never(tx, seen, &owner).await? {
        return Ok(Ruling::Out(reason, owner));
    }
    if belongs(tx, seen).await? {
        return Ok(Ruling::Keep(mailbox));
    }
    let may_be_enquiry =
        seen.arrival.folder == Folder::Inbox && seen.mail.kind_when(None) == InboundKind::Enquiry;
    let reason = if may_be_enquiry {
        KeptOut::Asking
    } else {
        KeptOut::Private
    };
    Ok(Ruling::Out(reason, owner))
}

/// Decides on a mail whose reading broke. What lies in a personal mailbox is private unless it is
/// shown to belong to us, which here an address in the envelope alone can do.
pub(super) async fn rule_unread(tx: &mut Tx, arrival: &Arrival, ours: &Ours) -> Result<Ruling> {
    let mailbox = mailbox(tx, arrival, &[]).await?;
    let Some(owner) = mailbox.clone().filter(|owner| owner.user_id.is_some()) else {
        return Ok(Ruling::Keep(mailbox));
    };
    let to = &arrival.envelope_to;
    let is_ours = to.iter().any(|to| ours.delivery_in_address(to).is_some())
        || log_address::user(&[], to, &ours.verp).is_some();
    if is_ours || arrival.wish == Wish::Asked {
        return Ok(Ruling::Keep(mailbox));
    }
    Ok(Ruling::Out(KeptOut::Unreadable, owner))
}

/// A shared mailbox is read whole, but for what is never kept of any that is read.
async fn shared(tx: &mut Tx, seen: &Seen<'_>, mailbox: Option<Owner>) -> Result<Ruling> {
    if let (Some(owner), Way::Imap { .. }) = (&mailbox, &seen.arrival.way)
        && let Some(reason) = never(tx, seen, owner).await?
    {
        return Ok(Ruling::Out(reason, owner.clone()));
    }
    Ok(Ruling::Keep(mailbox))
}

/// The mailbox it came to, where there is no envelope by the recipients `open` in its head. A mail
/// delivered to several is as public as the most public of them.
async fn mailbox(tx: &mut Tx, arrival: &Arrival, open: &[&str]) -> Result<Option<Owner>> {
    if let Way::Imap { mailbox, .. } = &arrival.way {
        return gate::owner_of(tx, *mailbox).await;
    }
    let envelope = &arrival.envelope_to;
    let named: Vec<&str> = if envelope.is_empty() {
        open.to_vec()
    } else {
        envelope.iter().map(String::as_str).collect()
    };
    let mut personal = None;
    for text in named {
        match gate::owner_at(tx, &without_tag(text)).await? {
            Some(owner) if owner.user_id.is_some() => personal = personal.or(Some(owner)),
            Some(shared) => return Ok(Some(shared)),
            // An address that is no mailbox of ours: whoever sent it here wants it read.
            None if !envelope.is_empty() => return Ok(None),
            None => {}
        }
    }
    Ok(personal)
}

/// `local+tag@domain` without its tag, in the one spelling addresses are compared in.
fn without_tag(text: &str) -> String {
    let Ok(address) = EmailAddress::parse(text) else {
        return String::new();
    };
    let local = address.local().split('+').next().unwrap_or_default();
    format!("{local}@{}", address.domain())
}

/// Why it is never kept, whoever wrote it. A report of a server of ours is no internal mail.
async fn never(tx: &mut Tx, seen: &Seen<'_>, owner: &Owner) -> Result<Option<KeptOut>> {
    let headers = &seen.mail.headers;
    let is_report = matches!(seen.mail.kind, InboundKind::Bounce | InboundKind::Complaint);
    if is_report || is_wish(tx, seen).await? {
        return Ok(None);
    }
    let sender = headers.sender();
    let people: Vec<&str> = headers
        .to
        .iter()
        .chain(&headers.cc)
        .map(|person| person.address.as_str())
        .collect();
    let is_inside = |address: &str| is_inside(seen.ours, address);
    let from_inside = is_inside(sender);
    if from_inside && !people.is_empty() && people.iter().all(|address| is_inside(address)) {
        return Ok(Some(KeptOut::Internal));
    }
    let other_side = if from_inside { people } else { vec![sender] };
    for address in other_side {
        let domain = EmailAddress::parse(address).map(|address| address.domain().to_owned());
        if let Ok(domain) = domain
            && gate::is_excluded(tx, owner.no, &domain).await?
        {
            return Ok(Some(KeptOut::Excluded));
        }
    }
    Ok(None)
}

/// Whether somebody whom we wrote to asks for no more mail. Nobody's wish to be left alone may be
/// lost, and it is about mail of ours, wherever it comes from.
async fn is_wish(tx: &mut Tx, seen: &Seen<'_>) -> Result<bool> {
    let (mail, arrival) = (seen.mail, seen.arrival);
    if mail.kind != InboundKind::Unsubscribe || arrival.folder != Folder::Inbox {
        return Ok(false);
    }
    let matched = matching::find(tx, mail, InboundNo(0), arrival.received_at).await?;
    let Some(matched) = matched else {
        return Ok(false);
    };
    let own = match EmailAddress::parse(mail.headers.sender()) {
        Ok(sender) => {
            let known = found::contact_at(tx, sender.as_str()).await?;
            matched.copy_to(sender.as_str(), known.map(|known| known.no))
        }
        Err(_) => None,
    };
    Ok(matched.proves_wish(own))
}

/// Whether it matches a thread of ours or a known contact.
async fn belongs(tx: &mut Tx, seen: &Seen<'_>) -> Result<bool> {
    let (mail, arrival) = (seen.mail, seen.arrival);
    if log_address::user(seen.raw, &arrival.envelope_to, &seen.ours.verp).is_some() {
        return Ok(true);
    }
    for key in &mail.keys {
        // Subject and sender are no more than the known contact who is looked for below.
        let is_likeness = matches!(key, MatchKey::SubjectAndSender { .. });
        if !is_likeness
            && matching::by_key(tx, key, InboundNo(0), arrival.received_at)
                .await?
                .is_some()
        {
            return Ok(true);
        }
    }
    if let Some(id) = &mail.headers.message_id
        && message_ids::lookup(tx, id).await?.is_some()
    {
        return Ok(true);
    }
    for address in other_people(mail, seen.ours) {
        if found::contact_at(tx, &address).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The addresses in a mail that are not ours: its author's, its recipients', those it reports on.
fn other_people(mail: &Understood, ours: &Ours) -> Vec<String> {
    let headers = &mail.headers;
    let mut named: Vec<&str> = vec![headers.sender()];
    if ours.owns(headers.sender()) {
        let open = headers.to.iter().chain(&headers.cc);
        named.extend(open.map(|person| person.address.as_str()));
    }
    if let Some(Told::Delivery(report)) = &mail.report {
        let reported = report.recipients.iter();
        named.extend(reported.filter_map(|one| one.address.as_deref()));
    }
    named
        .into_iter()
        .filter_map(|text| EmailAddress::parse(text).ok())
        .filter(|address| !ours.owns(address.as_str()))
        .take(50)
        .map(|address| address.as_str().to_owned())
        .collect()
}
