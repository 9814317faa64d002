//! From the keys of a mail to what it belongs to: the first key that leads somewhere counts.

use crate::domain::address::{EmailAddress, is_freemail};
use crate::domain::clock::{DAY_MS, Millis};
use crate::domain::id::{ContactNo, DeliveryNo, InboundNo, MessageId, ThreadNo};
use crate::domain::inbound::MatchedBy;
use crate::domain::thread_index;
use crate::inbound::{MatchKey, Understood, normalised_subject};
use crate::store::inbound::matching::{self as found, Copy};
use crate::store::{Result, Tx, message_ids};

/// How far back the same subject under the same person means the same thread, and another person
/// at the same company may be about the same.
const SAME_SUBJECT_DAYS: i64 = 90;

/// What a mail belongs to.
#[derive(Debug, Clone)]
pub(super) struct Match {
    /// How it was found.
    pub(super) by: MatchedBy,
    /// The message of ours; `None` where the thread has none.
    pub(super) message: Option<MessageId>,
    /// The one delivery, where the key names it.
    pub(super) delivery: Option<DeliveryNo>,
    /// The thread, where an earlier mail of theirs names it.
    pub(super) thread: Option<ThreadNo>,
    /// Whom that earlier mail is with.
    pub(super) contact: Option<ContactNo>,
    /// All deliveries of the message.
    pub(super) copies: Vec<Copy>,
}

impl Match {
    /// Whether it rests on an id or a token, and not on a likeness.
    pub(super) const fn is_certain(&self) -> bool {
        !matches!(self.by, MatchedBy::SubjectAndSender)
    }

    /// Whether a token that only we can make names the delivery.
    pub(super) const fn is_by_token(&self) -> bool {
        matches!(self.by, MatchedBy::Token | MatchedBy::ReturnedToken)
    }

    /// The delivery it is about: the one that the key names, else the one the message is for.
    pub(super) fn about(&self) -> Option<&Copy> {
        let named = self
            .copies
            .iter()
            .find(|copy| Some(copy.no) == self.delivery);
        named.or(self.copies.first())
    }

    /// The delivery to `address`, or to another address of `contact`.
    pub(super) fn copy_to(&self, address: &str, contact: Option<ContactNo>) -> Option<&Copy> {
        copy_to(&self.copies, address, contact)
    }

    /// Whether a wish for no more mail counts, of whoever has the delivery `own`. A token in the
    /// address proves it as well as the sender does; one in a quoted copy does not, since whoever
    /// that was passed on to quotes it too.
    pub(super) fn proves_wish(&self, own: Option<&Copy>) -> bool {
        self.by == MatchedBy::Token || self.is_certain() && own.is_some()
    }
}

/// Of the deliveries of a message the one to `address`, or to another address of `contact`.
pub(super) fn copy_to<'a>(
    copies: &'a [Copy],
    address: &str,
    contact: Option<ContactNo>,
) -> Option<&'a Copy> {
    let exact = copies.iter().find(|copy| copy.address == address);
    exact.or_else(|| {
        contact?;
        copies.iter().find(|copy| copy.contact_no == contact)
    })
}

/// What a mail belongs to, by the first of its keys that leads somewhere.
pub(super) async fn find(
    tx: &mut Tx,
    mail: &Understood,
    no: InboundNo,
    at: Millis,
) -> Result<Option<Match>> {
    let mut likeness = None;
    for key in &mail.keys {
        if let Some(matched) = by_key(tx, key, no, at).await? {
            if matched.is_certain() {
                return Ok(Some(matched));
            }
            likeness = likeness.or(Some(matched));
        }
    }
    Ok(likeness)
}

/// What one key leads to. A message that was erased is nobody's any more.
pub(super) async fn by_key(
    tx: &mut Tx,
    key: &MatchKey,
    no: InboundNo,
    at: Millis,
) -> Result<Option<Match>> {
    let hit = match key {
        MatchKey::Token(_, delivery) => {
            let found = found::by_delivery(tx, *delivery).await?;
            found.map(|(no, message)| (Some(no), message))
        }
        MatchKey::Id(_, id) => match message_ids::lookup(tx, id).await? {
            Some(hit) => Some(hit),
            None => return by_earlier(tx, key.by(), id, no).await,
        },
        MatchKey::ThreadIndex(head) => by_thread_index(tx, head, at).await?,
        MatchKey::SubjectAndSender { subject, address } => {
            by_subject(tx, subject, address, at).await?
        }
    };
    let Some((delivery, message)) = hit else {
        return Ok(None);
    };
    let copies = found::copies(tx, message).await?;
    if copies.iter().all(|copy| copy.address.is_empty()) {
        return Ok(None);
    }
    Ok(Some(Match {
        by: key.by(),
        message: Some(message),
        delivery,
        thread: None,
        contact: None,
        copies,
    }))
}

/// The mail of ours that was the newest in the thread that `head` names, if that name is ours.
async fn by_thread_index(
    tx: &mut Tx,
    head: &[u8; thread_index::HEAD_BYTES],
    at: Millis,
) -> Result<Option<(Option<DeliveryNo>, MessageId)>> {
    let Some(root) = thread_index::root(head) else {
        return Ok(None);
    };
    let message = found::by_root(tx, MessageId(root), at).await?;
    Ok(message.map(|message| (None, message)))
}

/// The message last written to somebody else at the company of `address`: a person may see what a
/// mail that matches nothing could be about. No match, so nothing follows from it.
pub(super) async fn same_company(
    tx: &mut Tx,
    address: &EmailAddress,
    at: Millis,
) -> Result<Option<MessageId>> {
    let domain = address.domain();
    if is_freemail(domain) {
        return Ok(None);
    }
    let since = at.plus(-SAME_SUBJECT_DAYS * DAY_MS);
    found::at_company(tx, domain, address.as_str(), since).await
}

async fn by_earlier(tx: &mut Tx, by: MatchedBy, id: &str, no: InboundNo) -> Result<Option<Match>> {
    let Some(earlier) = found::by_inbound_id(tx, id, no).await? else {
        return Ok(None);
    };
    let copies = match earlier.matched_message {
        Some(message) => found::copies(tx, message).await?,
        None => Vec::new(),
    };
    if earlier.matched_message.is_none() && earlier.thread_no.is_none() {
        return Ok(None);
    }
    // Who answers a mail that was itself matched by likeness proves no more than that one did.
    let likeness = MatchedBy::SubjectAndSender;
    let is_likeness = earlier.matched_by == Some(likeness.code());
    let by = if is_likeness { likeness } else { by };
    Ok(Some(Match {
        by,
        message: earlier.matched_message,
        delivery: earlier.delivery_no,
        thread: earlier.thread_no,
        contact: earlier.contact_no,
        copies,
    }))
}

/// The latest message to this person under this subject.
async fn by_subject(
    tx: &mut Tx,
    subject: &str,
    address: &str,
    at: Millis,
) -> Result<Option<(Option<DeliveryNo>, MessageId)>> {
    let Ok(address) = EmailAddress::parse(address) else {
        return Ok(None);
    };
    let Some(contact) = found::contact_at(tx, address.as_str()).await? else {
        return Ok(None);
    };
    let since = at.plus(-SAME_SUBJECT_DAYS * DAY_MS);
    let late = found::lately(tx, contact.no, since).await?;
    let same = late
        .into_iter()
        .find(|one| !subject.is_empty() && normalised_subject(&one.subject) == subject);
    Ok(same.map(|one| (Some(one.no), one.message_id)))
}
