//! The content library: assets with a name, a URL and an owner. Whatever is sent with a link to
//! an asset's URL counts as its exposure.

use super::search::pattern;
use super::sql::{execute, maybe, one, row, rows, statements};
use super::{Result, Store, Tx};
use crate::domain::clock::Millis;
use crate::domain::id::{ContentId, ContentNo, UserId};
use crate::domain::link::DestinationId;

statements! {
    ADD = "INSERT INTO content (id, name, url, destination, owner_id, created_at)
        VALUES ($1, $2, $3, $4, $5, $6) RETURNING no";
    UPDATE = "UPDATE content SET name = $2, url = $3, destination = $4, owner_id = $5
        WHERE id = $1 AND archived_at IS NULL";
    ARCHIVE = "UPDATE content SET archived_at = $2 WHERE id = $1 AND archived_at IS NULL";
    LOOKUP = "SELECT no, id, name, url, destination, owner_id, created_at FROM content
        WHERE id = $1 AND archived_at IS NULL";
    BY_DESTINATION = "SELECT no, id, name, url, destination, owner_id, created_at FROM content
        WHERE destination = $1 AND archived_at IS NULL ORDER BY no LIMIT 1";
    LIST = "SELECT no, id, name, url, destination, owner_id, created_at FROM content
        WHERE archived_at IS NULL AND (id < $1 OR $1 IS NULL)
            AND (CAST($2 AS TEXT) IS NULL OR name" found "$2" ")
        ORDER BY id DESC LIMIT $3";
}

row! {
    /// An asset.
    pub struct Content {
        /// In the metric store.
        pub no: ContentNo,
        /// At the edge.
        pub id: ContentId,
        /// Its name.
        pub name: String,
        /// Where it is, as its owner wrote it.
        pub url: String,
        /// The id of that URL.
        pub destination: DestinationId,
        /// Who looks after it.
        pub owner_id: Option<UserId>,
        /// When it was added.
        pub created_at: Millis,
    }
}

/// What of an asset its owner writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentData {
    /// Its name.
    pub name: String,
    /// An `http` or `https` URL.
    pub url: String,
    /// Who looks after it.
    pub owner: Option<UserId>,
}

/// Adds an asset.
pub async fn add(tx: &mut Tx, id: ContentId, data: &ContentData, now: Millis) -> Result<ContentNo> {
    let (no,) = one!(tx, ADD, (ContentNo,); id, data.name.as_str(), data.url.as_str(),
        DestinationId::of(&data.url), data.owner, now)?;
    Ok(no)
}

/// Writes all of it; `false` when there is none. What was sent before keeps its exposure.
pub async fn update(tx: &mut Tx, id: ContentId, data: &ContentData) -> Result<bool> {
    let n = execute!(tx, UPDATE; id, data.name.as_str(), data.url.as_str(),
        DestinationId::of(&data.url), data.owner)?;
    Ok(n == 1)
}

/// Takes an asset out of the library; its figures stay.
pub async fn archive(tx: &mut Tx, id: ContentId, now: Millis) -> Result<bool> {
    Ok(execute!(tx, ARCHIVE; id, now)? == 1)
}

/// The asset with this id, unless archived.
pub async fn lookup(store: &Store, id: ContentId) -> Result<Option<Content>> {
    maybe!(store, LOOKUP, Content; id)
}

/// The asset at this destination.
pub async fn by_destination(store: &Store, at: DestinationId) -> Result<Option<Content>> {
    maybe!(store, BY_DESTINATION, Content; at)
}

/// Assets, newest first, whose names hold `search`.
pub async fn list(
    store: &Store,
    search: Option<&str>,
    before: Option<ContentId>,
    limit: i64,
) -> Result<Vec<Content>> {
    rows!(store, LIST, Content; before, search.map(pattern), limit)
}
