//! Looking for what a mail belongs to: by the delivery a token names, by the thread that
//! `Thread-Index` names, by a mail that came in before, by contact and subject. Ids of our own
//! messages are looked up in [`message_ids`](super::super::message_ids).

use super::super::sql::{maybe, row, rows, statements};
use super::super::{Result, Tx};
use crate::domain::clock::Millis;
use crate::domain::id::{
    AccountId, ContactId, ContactNo, DeliveryId, DeliveryNo, InboundNo, MailboxNo, MessageId,
    ThreadNo, UserNo,
};

statements! {
    BY_DELIVERY = "SELECT no, message_id FROM deliveries WHERE id = $1";
    /// The newest mail of ours that had left by then, in the thread that a message began.
    BY_ROOT = "SELECT m.id FROM messages r
        JOIN messages m ON m.id = r.id OR m.thread_no = r.thread_no
        JOIN deliveries d ON d.message_id = m.id
        WHERE r.id = $1 AND d.handed_over_at <= $2
        ORDER BY d.handed_over_at DESC, d.no DESC LIMIT 1";
    /// What was last written to somebody at a company, other than at this address.
    AT_COMPANY = "SELECT d.message_id FROM accounts a
        JOIN contacts c ON c.account_id = a.id
        JOIN deliveries d ON d.contact_no = c.no
        WHERE a.domain = $1 AND c.erased_at IS NULL AND d.address <> $2
            AND d.created_at >= $3 AND d.state IN (5, 7, 8, 11)
        ORDER BY d.created_at DESC, d.no DESC LIMIT 1";
    BY_INBOUND_ID = "SELECT matched_by, matched_message, delivery_no, thread_no, contact_no FROM inbound
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
        /// How it was matched itself, by the code of `MatchedBy`.
        pub matched_by: Option<i16>,
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

/// The delivery with this id, and its message.
pub async fn by_delivery(tx: &mut Tx, id: DeliveryId) -> Result<Option<(DeliveryNo, MessageId)>> {
    maybe!(tx, BY_DELIVERY, (DeliveryNo, MessageId); id)
}

/// The mail of ours that a mail in the thread begun by `root` answers at `at`.
pub async fn by_root(tx: &mut Tx, root: MessageId, at: Millis) -> Result<Option<MessageId>> {
    Ok(maybe!(tx, BY_ROOT, (MessageId,); root, at)?.map(|(id,)| id))
}

/// What was written since `since` to somebody at the company of `domain`, other than `address`.
pub async fn at_company(
    tx: &mut Tx,
    domain: &str,
    address: &str,
    since: Millis,
) -> Result<Option<MessageId>> {
    Ok(maybe!(tx, AT_COMPANY, (MessageId,); domain, address, since)?.map(|(id,)| id))
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
