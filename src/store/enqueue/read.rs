//! Look-ups before a message is accepted. Each takes the viewer or the author, and finds nothing
//! that is not theirs to use.

use super::super::scope::Reach;
use super::super::sql::{maybe, one, row, rows, statements};
use super::super::{Result, Store};
use crate::domain::clock::Millis;
use crate::domain::id::{
    ContactId, ContactNo, ContentId, ContentNo, InboundId, MailboxId, MailboxNo, MessageId, TeamId,
    TemplateId, TemplateNo, ThreadNo, UserId, UserNo,
};
use crate::domain::link::DestinationId;
use crate::domain::viewer::{Scope, Viewer};
use serde_json::json;

statements! {
    REP = "SELECT no, id, name, email FROM users WHERE id = $1 AND disabled_at IS NULL";
    /// One's own, or one that belongs to nobody and so to everybody.
    MAILBOX = "SELECT no, address, profile, envelope FROM mailboxes
        WHERE id = $1 AND (user_id = $2 OR user_id IS NULL OR $3)";
    OWN_MAILBOX = "SELECT no, address, profile, envelope FROM mailboxes
        WHERE user_id = $1 ORDER BY no LIMIT 1";
    MAILBOX_AT = "SELECT no, address, profile, envelope FROM mailboxes WHERE address = $1";
    CONTACT = "SELECT c.no, c.id, c.name, c.fields, c.opens, c.clicks, a.name AS account, e.address
        FROM contacts c
        JOIN contact_emails e ON e.contact_no = c.no
        LEFT JOIN accounts a ON a.id = c.account_id
        WHERE c.id = $1 AND c.erased_at IS NULL
            AND ($2 OR c.owner_id IS NULL OR c.owner_id = $3
                OR EXISTS (SELECT 1 FROM users u WHERE u.id = c.owner_id AND u.team_id = $4))
        ORDER BY e.position LIMIT 1";
    /// A contact whom the author may not open is an address to them, without name and fields. What
    /// the contact allows holds all the same.
    CONTACT_AT = "SELECT c.no, c.id, COALESCE(v.name, '') AS name, COALESCE(v.fields, '{}') AS fields,
            c.opens, c.clicks, a.name AS account, e.address
        FROM contact_emails e
        JOIN contacts c ON c.no = e.contact_no
        LEFT JOIN contacts v ON v.no = c.no AND (CAST($2 AS BIGINT) = 0 OR v.owner_id IS NULL OR v.owner_id = $4
            OR (CAST($2 AS BIGINT) = 1 AND EXISTS (SELECT 1 FROM users o WHERE o.id = v.owner_id AND o.team_id = $3)))
        LEFT JOIN accounts a ON a.id = v.account_id
        WHERE e.address = $1";
    TEMPLATE = "SELECT t.no, v.version, v.subject, v.html, v.text
        FROM templates t JOIN template_versions v ON v.template_no = t.no
        WHERE t.id = $1 AND t.archived_at IS NULL
        ORDER BY v.version DESC LIMIT 1";
    ASSETS = sqlite "SELECT no, id FROM content
        WHERE archived_at IS NULL AND id IN (SELECT unhex(value) FROM json_each($1))"
        postgres "SELECT no, id FROM content
        WHERE archived_at IS NULL
            AND id IN (SELECT value::UUID FROM jsonb_array_elements_text($1::JSONB))";
    DESTINATIONS = "SELECT no, destination FROM content";
    EARLIER = "SELECT m.id AS of, m.message_id, m.reference_ids, m.thread_no AS thread FROM messages m JOIN users u ON u.no = m.rep_no
        WHERE m.id = $1 AND ($2 OR u.id = $3 OR u.team_id = $4)";
    /// Answered in its own thread. What nobody has taken yet, everybody may answer.
    ANSWERED = "SELECT i.matched_message AS of, COALESCE(i.message_id, '') AS message_id,
            CASE WHEN m.id IS NULL THEN NULL ELSE COALESCE(m.reference_ids || ' ', '') || m.message_id END
                AS reference_ids, i.thread_no AS thread
        FROM inbound i
        LEFT JOIN users u ON u.no = i.rep_no
        LEFT JOIN messages m ON m.id = i.matched_message
        WHERE i.id = $1 AND i.state = 1 AND i.withdrawn_at IS NULL
            AND ($2 OR i.rep_no IS NULL OR u.id = $3 OR u.team_id = $4)";
    /// When they last wrote themselves, by mail or a form, and when we last wrote to them: 0 for
    /// never. Directions, agencies and channels by their codes.
    HISTORY = "SELECT
            CAST(COALESCE((SELECT MAX(t.at) FROM touches t
                WHERE t.contact_no = $1 AND t.direction = 0 AND t.agency = 0 AND t.channel IN (0, 4, 5)
                    AND t.voided_at IS NULL), 0) AS BIGINT) AS replied_at,
            CAST(COALESCE((SELECT MAX(d.created_at) FROM deliveries d
                WHERE d.contact_no = $1), 0) AS BIGINT) AS written_at";
}

row! {
    /// Who writes.
    pub struct Rep {
        /// In the log.
        pub no: UserNo,
        /// At the edge.
        pub id: UserId,
        /// Shown to recipients.
        pub name: String,
        /// Their own address.
        pub email: String,
    }
}

row! {
    /// Where it goes from.
    pub struct FromMailbox {
        /// In the queue.
        pub no: MailboxNo,
        /// The From address.
        pub address: String,
        /// The word of its profile.
        pub profile: String,
        /// Its own envelope policy, if it has one.
        pub envelope: Option<String>,
    }
}

row! {
    /// Whom it goes to, as far as a mail may say.
    pub struct ToContact {
        /// In the log.
        pub no: ContactNo,
        /// At the edge.
        pub id: ContactId,
        /// May be empty.
        pub name: String,
        /// A JSON object of texts.
        pub fields: String,
        /// Their own word on opens.
        pub opens: Option<bool>,
        /// Their own word on clicks.
        pub clicks: Option<bool>,
        /// Their company's name.
        pub account: Option<String>,
        /// The address asked for, or their first.
        pub address: String,
    }
}

row! {
    /// The newest version of a template.
    pub struct Template {
        /// In the metric store.
        pub no: TemplateNo,
        /// Its number.
        pub version: i64,
        /// Source of the subject.
        pub subject: String,
        /// Source of the HTML part.
        pub html: Option<String>,
        /// Source of the text part.
        pub text: Option<String>,
    }
}

row! {
    /// The mail another one goes on from.
    pub struct Earlier {
        /// The message of ours that it is, or that it answers.
        pub of: Option<MessageId>,
        /// Its thread.
        pub thread: Option<ThreadNo>,
        /// Its Message-ID without brackets; empty when it came without one.
        pub message_id: String,
        /// The thread before it, separated by blanks.
        pub reference_ids: Option<String>,
    }
}

row! {
    /// What went to and fro with a contact; 0 is never.
    pub struct History {
        /// When they last wrote.
        pub replied_at: Millis,
        /// When we last wrote to them.
        pub written_at: Millis,
    }
}

/// The three values a scope has in a statement: everybody's, the user, the team.
const fn scope(viewer: &Viewer) -> (bool, UserId, Option<TeamId>) {
    match viewer.scope() {
        Scope::All => (true, viewer.user, None),
        Scope::Team(team, user) => (false, user, Some(team)),
        Scope::Own(user) => (false, user, None),
    }
}

/// The author.
pub async fn rep(store: &Store, user: UserId) -> Result<Option<Rep>> {
    maybe!(store, REP, Rep; user)
}

/// A mailbox the viewer may write from.
pub async fn mailbox(store: &Store, viewer: &Viewer, id: MailboxId) -> Result<Option<FromMailbox>> {
    maybe!(store, MAILBOX, FromMailbox; id, viewer.user, viewer.may_administer())
}

/// The author's own mailbox: the oldest, or the one at their own address whoever made it.
pub async fn own_mailbox(store: &Store, rep: &Rep) -> Result<Option<FromMailbox>> {
    match maybe!(store, OWN_MAILBOX, FromMailbox; rep.id)? {
        Some(found) => Ok(Some(found)),
        None => maybe!(store, MAILBOX_AT, FromMailbox; rep.email.as_str()),
    }
}

/// A contact the viewer may open, with their first address.
pub async fn contact(store: &Store, viewer: &Viewer, id: ContactId) -> Result<Option<ToContact>> {
    let (all, user, team) = scope(viewer);
    maybe!(store, CONTACT, ToContact; id, all, user, team)
}

/// The contact with an address, whosever it is: an address has one contact.
pub async fn contact_at(
    store: &Store,
    viewer: &Viewer,
    address: &str,
) -> Result<Option<ToContact>> {
    let reach = Reach::of(viewer);
    maybe!(store, CONTACT_AT, ToContact; address, reach.far, reach.team, reach.user)
}

/// The newest version of a template that is in use.
pub async fn template(store: &Store, id: TemplateId) -> Result<Option<Template>> {
    maybe!(store, TEMPLATE, Template; id)
}

/// The numbers of those of `ids` that exist and are in use.
pub async fn assets(store: &Store, ids: &[ContentId]) -> Result<Vec<(ContentNo, ContentId)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let text = |id: &ContentId| match store {
        Store::Sqlite { .. } => id.0.simple().to_string(),
        Store::Postgres(_) => id.0.to_string(),
    };
    let ids: Vec<String> = ids.iter().map(text).collect();
    rows!(store, ASSETS, (ContentNo, ContentId); json!(ids).to_string())
}

/// Every destination that is a content asset, archived ones too: old links still lead there.
pub async fn destinations(store: &Store) -> Result<Vec<(ContentNo, DestinationId)>> {
    rows!(store, DESTINATIONS, (ContentNo, DestinationId))
}

/// A message the viewer may open.
pub async fn earlier(store: &Store, viewer: &Viewer, id: MessageId) -> Result<Option<Earlier>> {
    let (all, user, team) = scope(viewer);
    maybe!(store, EARLIER, Earlier; id, all, user, team)
}

/// A mail of theirs that the viewer may answer.
pub async fn answered(store: &Store, viewer: &Viewer, id: InboundId) -> Result<Option<Earlier>> {
    let (all, user, team) = scope(viewer);
    maybe!(store, ANSWERED, Earlier; id, all, user, team)
}

/// What went to and fro with a contact.
pub async fn history(store: &Store, contact: ContactNo) -> Result<History> {
    one!(store, HISTORY, History; contact)
}
