//! What decides whether a mail may be stored at all: whose mailbox it came to, which addresses are
//! ours, which domains are excluded. And what is kept of a mail that may be an enquiry: sender and
//! subject, for the mailbox's owner alone, until they decide.

use super::super::sql::{execute, maybe, one, row, rows, statements};
use super::super::{Result, Store, Tx};
use super::keep::Place;
use crate::domain::clock::Millis;
use crate::domain::id::{MailboxNo, UserId, UserNo};
use uuid::Uuid;

statements! {
    OWNER_OF = "SELECT b.no, b.address, u.id AS user_id, u.no AS user_no
        FROM mailboxes b LEFT JOIN users u ON u.id = b.user_id WHERE b.no = $1";
    OWNER_AT = "SELECT b.no, b.address, u.id AS user_id, u.no AS user_no
        FROM mailboxes b LEFT JOIN users u ON u.id = b.user_id WHERE b.address = $1";
    ADDRESSES = "SELECT address FROM mailboxes UNION SELECT email FROM users";
    USER_AT = "SELECT u.no FROM users u WHERE u.email = $1
        UNION SELECT u.no FROM mailboxes b JOIN users u ON u.id = b.user_id WHERE b.address = $1";
    USER_NO = "SELECT no FROM users WHERE id = $1 AND disabled_at IS NULL";
    IS_EXCLUDED = "SELECT domain FROM excluded_domains WHERE mailbox_no = $1 AND domain = $2";
    EXCLUDED = "SELECT domain FROM excluded_domains WHERE mailbox_no = $1 ORDER BY domain";
    EXCLUDE = "INSERT INTO excluded_domains (mailbox_no, domain) VALUES ($1, $2)
        ON CONFLICT (mailbox_no, domain) DO NOTHING";
    CLEAR_EXCLUDED = "DELETE FROM excluded_domains WHERE mailbox_no = $1";
    ASK = "INSERT INTO possible_enquiries (id, user_id, mailbox_no, identity, folder, uid_validity, uid,
            sender, subject, received_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (user_id, identity) DO NOTHING";
    /// One that cannot be fetched is settled once its sender is a contact.
    ASKED = "SELECT p.id, p.folder, p.sender, p.subject, p.received_at FROM possible_enquiries p
        WHERE p.user_id = $1 AND p.decided = 0
            AND (p.folder <> '' OR NOT EXISTS (SELECT 1 FROM contact_emails e WHERE e.address = p.sender))
            AND (p.id < $2 OR $2 IS NULL) ORDER BY p.id DESC LIMIT $3";
    DECIDE = "UPDATE possible_enquiries SET decided = $3, decided_at = $4
        WHERE id = $1 AND user_id = $2 AND decided = 0";
    /// An address and a subject are personal data too: a decision leaves neither.
    BLANK = "UPDATE possible_enquiries SET sender = '', subject = '' WHERE id = $1";
    FETCHING = "SELECT CAST(COUNT(*) AS BIGINT) FROM possible_enquiries WHERE user_id = $1 AND decided = 1";
    CALLING = "SELECT DISTINCT mailbox_no FROM possible_enquiries WHERE decided = 1";
    WANTED = "SELECT id, folder, uid_validity, uid FROM possible_enquiries
        WHERE mailbox_no = $1 AND decided = 1 ORDER BY id LIMIT 50";
    FETCHED = "UPDATE possible_enquiries SET decided = 3 WHERE id = $1 AND decided = 1";
    DROP_OLD = "DELETE FROM possible_enquiries WHERE received_at < $1 AND decided <> 1";
    DROP_FROM = "DELETE FROM possible_enquiries WHERE sender = $1";
}

row! {
    /// A mailbox and whose it is.
    pub struct Owner {
        /// Which.
        pub no: MailboxNo,
        /// Its address.
        pub address: String,
        /// Its owner; `None` is everybody's.
        pub user_id: Option<UserId>,
        /// The same in the log.
        pub user_no: Option<UserNo>,
    }
}

row! {
    /// What may be an enquiry.
    pub struct Asking {
        /// Its id.
        pub id: Uuid,
        /// The folder it lies in; empty when it came another way, so that it cannot be fetched.
        pub folder: String,
        /// Who wrote.
        pub sender: String,
        /// The subject.
        pub subject: String,
        /// When it came.
        pub received_at: Millis,
    }
}

row! {
    /// A mail that its owner wants to have after all.
    pub struct Wanted {
        /// Of the possible enquiry.
        pub id: Uuid,
        /// The folder's name.
        pub folder: String,
        /// Its `UIDVALIDITY` then.
        pub uid_validity: i64,
        /// Its UID.
        pub uid: i64,
    }
}

/// What is kept of a mail that may be an enquiry.
#[derive(Debug, Clone)]
pub struct NewAsking {
    /// Its id.
    pub id: Uuid,
    /// Who alone may see it.
    pub user: UserId,
    /// The mailbox it lies in.
    pub mailbox: MailboxNo,
    /// Where, if it was read from there.
    pub place: Option<Place>,
    /// The mail's identity.
    pub identity: [u8; 32],
    /// Who wrote.
    pub sender: String,
    /// The subject.
    pub subject: String,
    /// When it came.
    pub received_at: Millis,
}

/// A mailbox with its owner.
pub async fn owner_of(tx: &mut Tx, mailbox: MailboxNo) -> Result<Option<Owner>> {
    maybe!(tx, OWNER_OF, Owner; mailbox)
}

/// The mailbox with this address, with its owner.
pub async fn owner_at(tx: &mut Tx, address: &str) -> Result<Option<Owner>> {
    maybe!(tx, OWNER_AT, Owner; address)
}

/// Every address of ours: of mailboxes and of users.
pub async fn addresses(store: &Store) -> Result<Vec<String>> {
    let found = rows!(store, ADDRESSES, (String,))?;
    Ok(found.into_iter().map(|(address,)| address).collect())
}

/// The user who writes from this address.
pub async fn user_at(tx: &mut Tx, address: &str) -> Result<Option<UserNo>> {
    let found = rows!(tx, USER_AT, (UserNo,); address)?;
    Ok(found.first().map(|(no,)| *no))
}

/// An active user's number.
pub async fn user_no(tx: &mut Tx, user: UserId) -> Result<Option<UserNo>> {
    Ok(maybe!(tx, USER_NO, (UserNo,); user)?.map(|(no,)| no))
}

/// Whether mail of `domain` is kept out of a mailbox's reading.
pub async fn is_excluded(tx: &mut Tx, mailbox: MailboxNo, domain: &str) -> Result<bool> {
    Ok(maybe!(tx, IS_EXCLUDED, (String,); mailbox, domain)?.is_some())
}

/// The domains whose mail a mailbox keeps to itself.
pub async fn excluded(store: &Store, mailbox: MailboxNo) -> Result<Vec<String>> {
    let found = rows!(store, EXCLUDED, (String,); mailbox)?;
    Ok(found.into_iter().map(|(domain,)| domain).collect())
}

/// Writes that list anew; domains in lower case and A-labels.
pub async fn exclude(tx: &mut Tx, mailbox: MailboxNo, domains: &[String]) -> Result<()> {
    execute!(&mut *tx, CLEAR_EXCLUDED; mailbox)?;
    for domain in domains {
        execute!(&mut *tx, EXCLUDE; mailbox, domain.as_str())?;
    }
    Ok(())
}

/// Keeps sender and subject of a mail that may be an enquiry.
pub async fn ask(tx: &mut Tx, new: &NewAsking) -> Result<()> {
    let place = new.place.as_ref();
    execute!(tx, ASK; new.id, new.user, new.mailbox, new.identity.as_slice(),
        place.map_or("", |place| place.folder.as_str()),
        place.map_or(0, |place| i64::from(place.uid_validity)), place.map_or(0, |place| i64::from(place.uid)),
        new.sender.replace('\0', ""), new.subject.replace('\0', ""), new.received_at)?;
    Ok(())
}

/// What may be enquiries in this user's mailboxes, newest first; nobody else's are ever given.
pub async fn asked(
    store: &Store,
    user: UserId,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Asking>> {
    rows!(store, ASKED, Asking; user, before, limit)
}

/// What a user decides on a possible enquiry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It is one: fetch it.
    Accept,
    /// It is none.
    Dismiss,
}

/// Decides; `false` when there is nothing of that user to decide on.
pub async fn decide(
    tx: &mut Tx,
    user: UserId,
    id: Uuid,
    decision: Decision,
    now: Millis,
) -> Result<bool> {
    let code: i16 = match decision {
        Decision::Accept => 1,
        Decision::Dismiss => 2,
    };
    let n = execute!(&mut *tx, DECIDE; id, user, code, now)?;
    if n == 1 {
        execute!(tx, BLANK; id)?;
    }
    Ok(n == 1)
}

/// How many mails this user accepted that have not been fetched yet.
pub async fn fetching(store: &Store, user: UserId) -> Result<i64> {
    Ok(one!(store, FETCHING, (i64,); user)?.0)
}

/// The mailboxes from which accepted mails are to be fetched.
pub async fn calling(store: &Store) -> Result<Vec<MailboxNo>> {
    let found = rows!(store, CALLING, (MailboxNo,))?;
    Ok(found.into_iter().map(|(no,)| no).collect())
}

/// The mails of a mailbox that were accepted and are to be fetched.
pub async fn wanted(store: &Store, mailbox: MailboxNo) -> Result<Vec<Wanted>> {
    rows!(store, WANTED, Wanted; mailbox)
}

/// A wanted mail was fetched, or is gone from its folder.
pub async fn fetched(tx: &mut Tx, id: Uuid) -> Result<()> {
    execute!(tx, FETCHED; id)?;
    Ok(())
}

/// Drops what nobody decided on before `before`.
pub async fn drop_old(tx: &mut Tx, before: Millis) -> Result<()> {
    execute!(tx, DROP_OLD; before)?;
    Ok(())
}

/// Drops what is kept of an address.
pub async fn drop_from(tx: &mut Tx, address: &str) -> Result<()> {
    execute!(tx, DROP_FROM; address)?;
    Ok(())
}
