//! Reusable mails. A change makes a new version; messages keep the version they were written with.

use super::sql::{execute, maybe, one, row, rows, statements};
use super::{Result, Store, Tx};
use crate::domain::clock::Millis;
use crate::domain::id::{TemplateId, TemplateNo, UserId};

statements! {
    ADD = "INSERT INTO templates (id, name, owner_id, created_at) VALUES ($1, $2, $3, $4) RETURNING no";
    /// The next number is taken under the row's own lock on the template.
    ADD_VERSION = "INSERT INTO template_versions
            (template_no, version, subject, html, text, created_by, created_at)
        SELECT $1, COALESCE(MAX(version), 0) + 1, $2, $3, $4, $5, $6
        FROM template_versions WHERE template_no = $1
        RETURNING version";
    RENAME = "UPDATE templates SET name = $2 WHERE id = $1 AND archived_at IS NULL";
    ARCHIVE = "UPDATE templates SET archived_at = $2 WHERE id = $1 AND archived_at IS NULL";
    LOOKUP = "SELECT t.no, t.id, t.name, t.owner_id, t.created_at, v.version, v.subject, v.html, v.text,
            v.created_at AS changed_at
        FROM templates t JOIN template_versions v ON v.template_no = t.no
        WHERE t.id = $1 AND t.archived_at IS NULL
        ORDER BY v.version DESC LIMIT 1";
    VERSION = "SELECT t.no, t.id, t.name, t.owner_id, t.created_at, v.version, v.subject, v.html, v.text,
            v.created_at AS changed_at
        FROM templates t JOIN template_versions v ON v.template_no = t.no
        WHERE t.id = $1 AND v.version = $2";
    LIST = "SELECT t.no, t.id, t.name, t.owner_id, t.created_at, v.version, v.subject, v.html, v.text,
            v.created_at AS changed_at
        FROM templates t JOIN template_versions v ON v.template_no = t.no
            AND v.version = (SELECT MAX(w.version) FROM template_versions w WHERE w.template_no = t.no)
        WHERE t.archived_at IS NULL AND (t.id < $1 OR $1 IS NULL)
        ORDER BY t.id DESC LIMIT $2";
}

row! {
    /// A template as one of its versions.
    pub struct Template {
        /// In the metric store.
        pub no: TemplateNo,
        /// At the edge.
        pub id: TemplateId,
        /// Its name.
        pub name: String,
        /// Who looks after it.
        pub owner_id: Option<UserId>,
        /// When it was made.
        pub created_at: Millis,
        /// The version, from 1.
        pub version: i64,
        /// Source of the subject.
        pub subject: String,
        /// Source of the HTML part.
        pub html: Option<String>,
        /// Source of the text part.
        pub text: Option<String>,
        /// When this version was made.
        pub changed_at: Millis,
    }
}

/// What a version says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// Source of the subject.
    pub subject: String,
    /// Source of the HTML part.
    pub html: Option<String>,
    /// Source of the text part.
    pub text: Option<String>,
}

/// Adds a template with its first version.
pub async fn add(
    tx: &mut Tx,
    id: TemplateId,
    name: &str,
    owner: Option<UserId>,
    body: &Body,
    now: Millis,
) -> Result<TemplateNo> {
    let (no,) = one!(&mut *tx, ADD, (TemplateNo,); id, name, owner, now)?;
    add_version(tx, no, body, owner, now).await?;
    Ok(no)
}

/// Adds a version; gives its number.
pub async fn add_version(
    tx: &mut Tx,
    no: TemplateNo,
    body: &Body,
    by: Option<UserId>,
    now: Millis,
) -> Result<i64> {
    let (version,) = one!(tx, ADD_VERSION, (i64,); no, body.subject.as_str(), body.html.as_deref(),
        body.text.as_deref(), by, now)?;
    Ok(version)
}

/// Renames a template; `false` when there is none.
pub async fn rename(tx: &mut Tx, id: TemplateId, name: &str) -> Result<bool> {
    Ok(execute!(tx, RENAME; id, name)? == 1)
}

/// Takes a template out of use; what was written with it keeps its version.
pub async fn archive(tx: &mut Tx, id: TemplateId, now: Millis) -> Result<bool> {
    Ok(execute!(tx, ARCHIVE; id, now)? == 1)
}

/// The newest version of the template with this id.
pub async fn lookup(store: &Store, id: TemplateId) -> Result<Option<Template>> {
    maybe!(store, LOOKUP, Template; id)
}

/// One version of a template, archived or not.
pub async fn lookup_version(
    store: &Store,
    id: TemplateId,
    version: i64,
) -> Result<Option<Template>> {
    maybe!(store, VERSION, Template; id, version)
}

/// Templates in use with their newest versions, newest template first.
pub async fn list(store: &Store, before: Option<TemplateId>, limit: i64) -> Result<Vec<Template>> {
    rows!(store, LIST, Template; before, limit)
}
