//! A contact as it is shown, and as it is exported.

use super::super::super::auth::Caller;
use super::super::super::error::Problem;
use super::super::super::state::Web;
use super::super::events::EventOut;
use super::super::messages::ListedOut;
use super::body::ConsentIn;
use crate::domain::id::MessageId;
use crate::store::contacts::Contact;
use crate::store::messages::{self, Filter};
use crate::store::{erase, events};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// A contact.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct ContactOut {
    id: Uuid,
    name: String,
    /// The preferred one first.
    emails: Vec<String>,
    account: Option<Uuid>,
    account_name: Option<String>,
    owner: Option<Uuid>,
    owner_name: Option<String>,
    timezone: Option<String>,
    language: Option<String>,
    decision_maker: Option<bool>,
    fields: BTreeMap<String, String>,
    tracking: TrackingOut,
    source: Option<String>,
    external_id: Option<String>,
    created_at: String,
    updated_at: String,
}

/// A contact's word on tracking.
#[derive(Debug, Serialize, ToSchema)]
struct TrackingOut {
    /// `null` leaves it to the organisation.
    opens: Option<bool>,
    clicks: Option<bool>,
    consent: Option<ConsentIn>,
    /// Under the `hygiene` preset, the day of the last open.
    last_open: Option<String>,
}

impl From<Contact> for ContactOut {
    fn from(contact: Contact) -> Self {
        let data = contact.data;
        let day = |days: i64| {
            let at = crate::domain::clock::Millis(days * crate::domain::clock::DAY_MS);
            at.rfc3339().chars().take(10).collect()
        };
        Self {
            id: contact.id.0,
            name: data.name,
            emails: data.emails.into_iter().map(String::from).collect(),
            account: data.account.map(|id| id.0),
            account_name: contact.account_name,
            owner: data.owner.map(|id| id.0),
            owner_name: contact.owner_name,
            timezone: data.zone,
            language: data.language,
            decision_maker: data.decision_maker,
            fields: data.fields,
            tracking: TrackingOut {
                opens: data.tracking.opens,
                clicks: data.tracking.clicks,
                consent: data.consent.map(|consent| ConsentIn {
                    at: consent.at.rfc3339(),
                    source: consent.source,
                    wording: consent.wording,
                }),
                last_open: contact.last_open_day.map(day),
            },
            source: data.source,
            external_id: data.external_id,
            created_at: contact.created_at.rfc3339(),
            updated_at: contact.updated_at.rfc3339(),
        }
    }
}

/// Everything that is kept about a contact.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct ContactExport {
    contact: ContactOut,
    /// Their addresses that are written to no more.
    suppressed: Vec<String>,
    /// What was written to them.
    messages: Vec<ListedOut>,
    /// What happened, newest first.
    events: Vec<EventOut>,
}

/// Rows read at once.
const CHUNK: i64 = 500;

pub(super) async fn export(
    web: &Web,
    caller: &Caller,
    contact: Contact,
) -> Result<ContactExport, Problem> {
    let (store, viewer) = (&web.ctx.store, &caller.viewer);
    let filter = Filter {
        contact: Some(contact.id),
        ..Filter::default()
    };
    let mut written = Vec::new();
    let mut before: Option<MessageId> = None;
    loop {
        let found = messages::list(store, viewer, &filter, before, CHUNK).await?;
        before = found.last().map(|listed| listed.id);
        let last = (found.len() as i64) < CHUNK;
        written.extend(found.into_iter().map(ListedOut::from));
        if last {
            break;
        }
    }
    let mut happened = Vec::new();
    let mut before = None;
    loop {
        let found = events::of_contact(store, viewer, contact.no, before, CHUNK).await?;
        before = found.last().map(|told| told.event.seq);
        happened.extend(found.iter().map(EventOut::from));
        if (found.len() as i64) < CHUNK {
            break;
        }
    }
    let suppressed = erase::suppressed_of(store, &web.ctx.keys, &contact).await?;
    Ok(ContactExport {
        suppressed,
        messages: written,
        events: happened,
        contact: contact.into(),
    })
}
