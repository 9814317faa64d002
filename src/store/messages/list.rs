//! Messages as rows: one line each, by its `to` delivery.

use super::super::scope::Reach;
use super::super::sql::{row, rows, statements};
use super::super::{Result, Store, StoreError};
use crate::domain::clock::Millis;
use crate::domain::delivery::DeliveryState;
use crate::domain::id::{ContactId, DeliveryNo, MessageId, UserId};
use crate::domain::viewer::Viewer;

statements! {
    /// A contact whom the author may not open is an address and no name.
    LIST = "SELECT m.id, m.subject, u.id AS rep_id, u.name AS rep_name, d.no AS delivery_no, d.address,
            c.id AS contact_id, c.name AS contact_name, d.state, d.reason_code, d.due_at, m.created_at,
            d.settled_at
        FROM messages m
            JOIN users u ON u.no = m.rep_no
            JOIN deliveries d ON d.message_id = m.id AND d.role = 0
            LEFT JOIN contacts c ON c.no = d.contact_no AND (c.owner_id IS NULL OR c.owner_id = u.id OR u.role = 'admin'
                OR (u.role = 'manager' AND EXISTS (SELECT 1 FROM users o WHERE o.id = c.owner_id AND o.team_id = u.team_id)))
        WHERE (CAST($1 AS BIGINT) = 0 OR u.id = $3 OR (CAST($1 AS BIGINT) = 1 AND u.team_id = $2))
            AND (m.id < $4 OR $4 IS NULL)
            AND (d.contact_no IN (SELECT k.no FROM contacts k WHERE k.id = $5) OR $5 IS NULL)
            AND (CAST($6 AS BIGINT) IS NULL OR d.state = $6)
            AND (u.id = $7 OR $7 IS NULL)
        ORDER BY m.id DESC LIMIT $8";
}

row! {
    struct ListedRow {
        id: MessageId,
        subject: String,
        rep_id: UserId,
        rep_name: String,
        delivery_no: DeliveryNo,
        address: String,
        contact_id: Option<ContactId>,
        contact_name: Option<String>,
        state: i16,
        reason_code: Option<String>,
        due_at: Millis,
        created_at: Millis,
        settled_at: Option<Millis>,
    }
}

/// A message in a list.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The message.
    pub id: MessageId,
    /// Source of its subject.
    pub subject: String,
    /// Who wrote it.
    pub rep: UserId,
    /// Their name.
    pub rep_name: String,
    /// Its `to` delivery, for counts.
    pub delivery: DeliveryNo,
    /// The address it is for.
    pub address: String,
    /// The contact it is for.
    pub contact: Option<ContactId>,
    /// Their name.
    pub contact_name: Option<String>,
    /// Where it stands.
    pub state: DeliveryState,
    /// Why it stands there.
    pub reason_code: Option<String>,
    /// When something happens next, if anything does.
    pub due_at: Millis,
    /// When it was accepted.
    pub created_at: Millis,
    /// When it reached its last state.
    pub settled_at: Option<Millis>,
}

/// Which messages.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// To this contact.
    pub contact: Option<ContactId>,
    /// In this state.
    pub state: Option<DeliveryState>,
    /// By this rep.
    pub rep: Option<UserId>,
}

/// Messages older than `before`, newest first.
pub async fn list(
    store: &Store,
    viewer: &Viewer,
    filter: &Filter,
    before: Option<MessageId>,
    limit: i64,
) -> Result<Vec<Listed>> {
    let reach = Reach::of(viewer);
    let state = filter.state.map(|state| i64::from(state.code()));
    rows!(store, LIST, ListedRow; reach.far, reach.team, reach.user, before, filter.contact, state,
        filter.rep, limit)?
    .into_iter()
    .map(|row| {
        let state = DeliveryState::from_code(row.state)
            .ok_or_else(|| StoreError::Corrupt(format!("message {}: state", row.id)))?;
        Ok(Listed {
            id: row.id,
            subject: row.subject,
            rep: row.rep_id,
            rep_name: row.rep_name,
            delivery: row.delivery_no,
            address: row.address,
            contact: row.contact_id,
            contact_name: row.contact_name,
            state,
            reason_code: row.reason_code,
            due_at: row.due_at,
            created_at: row.created_at,
            settled_at: row.settled_at,
        })
    })
    .collect()
}
