//! Looking for what a mail belongs to: by the delivery a token names, by any id a message of ours
//! is known under, by a mail that came in before, by contact and subject.

use super::super::sql::{execute, maybe, row, rows, statements};
use super::super::{Result, Tx};
use crate::domain::clock::Millis;
use crate::domain::id::{
    AccountId, ContactId, ContactNo, DeliveryId, DeliveryNo, InboundNo, MailboxNo, MessageId,
    ThreadNo, UserNo,
};

statements! {
    BY_DELIVERY = "SELECT no, message_id FROM deliveries WHERE id = $1";
    BY_OWN_ID = "SELECT id FROM messages WHERE message_id = $1";
    BY_OTHER_ID = "SELECT d.no, d.message_id FROM message_ids i JOIN deliveries d ON d.no = i.delivery_no
        WHERE i.message_id = $1 ORDER BY d.no LIMIT 1";
    BY_INBOUND_ID = "SELECT matched_message, delivery_no, thread_no, contact_no FROM inbound
        WHERE message_id = $1 AND state = 1 AND no <> $2 ORDER BY no LIMIT 1";
    DELIVERIES = "SELECT d.no, d.mailbox_no, d.rep_no, d.contact_no, d.role, d.address, d.address_hash, d.state,
            d.created_at, d.handed_over_at, m.message_id AS header_id, m.subject
        FROM deliveries d JOIN messages m ON m.id = d.message_id
        WHERE d.message_id = $1 ORDER BY d.role, d.no";
    CONTACT_AT = "SELECT c.no, c.id, c.account_id, u.no AS owner_no
        FROM contact_emails e JOIN contacts c ON c.no = e.contact_no LEFT JOIN users u ON u.id = c.owner_id
        WHERE e.address = $1 AND c.erased_at IS NULL";
    /// What was written to a contact lately and has left, newest first.
    LATELY = "SELECT d.no, d.message_id, m.subject FROM deliveries d JOIN messages m ON m.id = d.message_id
        WHERE d.contact_no = $1 AND d.created_at >= $2 AND d.state IN (5, 7, 8, 11)
        ORDER BY d.created_at DESC, d.no DESC LIMIT 50";
    ACCOUNT_OF = "SELECT id FROM accounts WHERE domain = $1";
    ADD_ID = "INSERT INTO message_ids (message_id, delivery_no, source) VALUES ($1, $2, $3)
        ON CONFLICT (message_id, delivery_no) DO NOTHING";
}

row! {
    /// One delivery of a message that was found.
    pub struct Copy {
        /// The delivery.
        pub no: DeliveryNo,
        /// Where it went from.
        pub mailbox_no: MailboxNo,
        /// Its author.
        pub rep_no: UserNo,
        /// Whom it went to.
        pub contact_no: Option<ContactNo>,
        /// How they were addressed: 0 to, 1 cc, 2 bcc.
        pub role: i16,
        /// Their address.
        pub address: String,
        /// Its keyed hash.
        pub address_hash: Vec<u8>,
        /// The state's code.
        pub state: i16,
        /// When it was accepted.
        pub created_at: Millis,
        /// When its body left.
        pub handed_over_at: Option<Millis>,
        /// The message's own id, without brackets.
        pub header_id: String,
        /// Its subject.
        pub subject: String,
    }
}

row! {
    /// A contact found by address.
    pub struct Known {
        /// In the log.
        pub no: ContactNo,
        /// At the edge.
        pub id: ContactId,
        /// Their company.
        pub account_id: Option<AccountId>,
        /// Who looks after them.
        pub owner_no: Option<UserNo>,
    }
}

row! {
    /// A mail that came in before.
    pub struct Earlier {
        /// The message of ours it belongs to.
        pub matched_message: Option<MessageId>,
        /// The delivery of it.
        pub delivery_no: Option<DeliveryNo>,
        /// Its thread.
        pub thread_no: Option<ThreadNo>,
        /// Whom that is with.
        pub contact_no: Option<ContactNo>,
    }
}

row! {
    /// Something that was written to a contact.
    pub struct Late {
        /// The delivery.
        pub no: DeliveryNo,
        /// Its message.
        pub message_id: MessageId,
        /// The subject.
        pub subject: String,
    }
}

/// Where an id of a message was learnt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdSource {
    /// The relay's answer.
    Answer,
    /// The copy in Sent.
    Sent,
}

/// The delivery with this id, and its message.
pub async fn by_delivery(tx: &mut Tx, id: DeliveryId) -> Result<Option<(DeliveryNo, MessageId)>> {
    maybe!(tx, BY_DELIVERY, (DeliveryNo, MessageId); id)
}

/// The message of ours that has this id, without brackets, and the delivery where the id is one
/// delivery's alone. Amazon SES tells a bare id and sends it with its own domain behind it.
pub async fn by_id(tx: &mut Tx, id: &str) -> Result<Option<(Option<DeliveryNo>, MessageId)>> {
    if let Some((message,)) = maybe!(&mut *tx, BY_OWN_ID, (MessageId,); id)? {
        return Ok(Some((None, message)));
    }
    let mut tried = vec![id];
    if let Some((bare, domain)) = id.split_once('@')
        && (domain == "amazonses.com" || domain.ends_with(".amazonses.com"))
    {
        tried.push(bare);
    }
    for id in tried {
        let found = maybe!(&mut *tx, BY_OTHER_ID, (DeliveryNo, MessageId); id)?;
        if let Some((delivery, message)) = found {
            return Ok(Some((Some(delivery), message)));
        }
    }
    Ok(None)
}

/// The mail with this id that came in before, other than `not`.
pub async fn by_inbound_id(tx: &mut Tx, id: &str, not: InboundNo) -> Result<Option<Earlier>> {
    maybe!(tx, BY_INBOUND_ID, Earlier; id, not)
}

/// All deliveries of a message, the one it is for first.
pub async fn copies(tx: &mut Tx, message: MessageId) -> Result<Vec<Copy>> {
    rows!(tx, DELIVERIES, Copy; message)
}

/// The contact with an address, in the one spelling addresses are compared in.
pub async fn contact_at(tx: &mut Tx, address: &str) -> Result<Option<Known>> {
    maybe!(tx, CONTACT_AT, Known; address)
}

/// What was written to a contact since `since`, newest first.
pub async fn lately(tx: &mut Tx, contact: ContactNo, since: Millis) -> Result<Vec<Late>> {
    rows!(tx, LATELY, Late; contact, since)
}

/// The company with this domain.
pub async fn account_of(tx: &mut Tx, domain: &str) -> Result<Option<AccountId>> {
    Ok(maybe!(tx, ACCOUNT_OF, (AccountId,); domain)?.map(|(id,)| id))
}

/// Notes another id under which a delivery's message is known.
pub async fn add_id(tx: &mut Tx, id: &str, delivery: DeliveryNo, source: IdSource) -> Result<()> {
    let source: i16 = match source {
        IdSource::Answer => 0,
        IdSource::Sent => 1,
    };
    execute!(tx, ADD_ID; id, delivery, source)?;
    Ok(())
}
