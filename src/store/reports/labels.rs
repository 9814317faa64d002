//! Names and API ids for what the metric store knows by numbers.

use super::super::sql::{maybe, row, rows, statements};
use super::super::{Result, Tx};
use crate::domain::gateway::Gateway;
use crate::domain::id::{ContentId, ContentNo, TeamId, TemplateId, TemplateNo, UserId, UserNo};
use crate::domain::link::DestinationId;
use crate::domain::message::MessagePurpose;
use crate::metrics::Dim;
use std::collections::BTreeMap;
use uuid::Uuid;

statements! {
    PEOPLE = "SELECT no, id, name, team_id FROM users";
    CONTENT_NO = "SELECT no FROM content WHERE id = $1";
    CONTENT = "SELECT no, id, name FROM content";
    MAILBOXES = "SELECT no, id, address FROM mailboxes";
    TEMPLATES = "SELECT no, id, name FROM templates";
    DESTINATIONS = "SELECT id, url FROM destinations WHERE id" in_numbers "";
}

row! {
    /// A user, as reports need one.
    pub(super) struct Person {
        pub no: UserNo,
        pub id: UserId,
        pub name: String,
        pub team_id: Option<TeamId>,
    }
}

/// The API's id and the name of one row.
pub(super) type Label = (String, String);

/// Everybody of the organisation.
pub(super) async fn people(tx: &mut Tx) -> Result<Vec<Person>> {
    rows!(tx, PEOPLE, Person)
}

/// The number of a content asset, `None` when there is none.
pub(super) async fn content_no(tx: &mut Tx, id: ContentId) -> Result<Option<ContentNo>> {
    Ok(maybe!(tx, CONTENT_NO, (ContentNo,); id)?.map(|(no,)| no))
}

/// The labels of `ids` in `dim`. What has been deleted has none.
pub(super) async fn of(
    tx: &mut Tx,
    dim: Dim,
    ids: impl Iterator<Item = i64>,
) -> Result<BTreeMap<i64, Label>> {
    let word = |id, word: &str| (id, (word.to_owned(), word.to_owned()));
    Ok(match dim {
        Dim::Total => BTreeMap::new(),
        Dim::Content => rows!(tx, CONTENT, (ContentNo, ContentId, String))?
            .into_iter()
            .map(|(no, id, name)| (no.0, (id.to_string(), name)))
            .collect(),
        Dim::Template => rows!(tx, TEMPLATES, (TemplateNo, TemplateId, String))?
            .into_iter()
            .map(|(no, id, name)| (no.0, (id.to_string(), name)))
            .collect(),
        Dim::Mailbox => rows!(tx, MAILBOXES, (i64, Uuid, String))?
            .into_iter()
            .map(|(no, id, address)| (no, (id.to_string(), address)))
            .collect(),
        Dim::Link => {
            let ids: Vec<String> = ids.map(|id| id.to_string()).collect();
            let ids = format!("[{}]", ids.join(","));
            rows!(tx, DESTINATIONS, (DestinationId, String); ids)?
                .into_iter()
                .map(|(id, url)| (id.0, (id.0.to_string(), url)))
                .collect()
        }
        Dim::Purpose => MessagePurpose::ALL
            .into_iter()
            .map(|purpose| word(i64::from(purpose.code()), purpose.as_str()))
            .collect(),
        Dim::Gateway => Gateway::ALL
            .into_iter()
            .map(|gateway| word(i64::from(gateway.code()), gateway.as_str()))
            .collect(),
    })
}
