//! Touches as people read them, within the viewer's reach: those with contacts they may open, and
//! their own.

use super::super::scope::Reach;
use super::super::sql::{maybe, row, rows, statements};
use super::super::{Result, Store, StoreError, Tx};
use crate::domain::clock::Millis;
use crate::domain::id::{ContactId, ContactNo, ThreadNo, TouchId, TouchNo, UserId};
use crate::domain::touch::{Agency, CallResult, Channel, Direction, Outcome};
use crate::domain::viewer::Viewer;

/// Touches with their names, and a clause that says which.
macro_rules! touches {
    ($which:literal) => {
        concat!(
            "SELECT t.no, t.id, c.id AS contact_id, c.no AS contact_no, c.name AS contact_name, t.thread_no, t.channel,
            t.direction, t.agency, r.id AS rep_id, r.name AS rep_name, t.at, t.recorded_at, t.result, t.words,
            t.attachment, t.colleague, t.self_reported, t.conversation, t.outcome, t.later_day, t.suggested,
            t.suggested_by, t.note, t.recording_url
        FROM touches t
            JOIN contacts c ON c.no = t.contact_no
            LEFT JOIN users o ON o.id = c.owner_id
            LEFT JOIN users r ON r.no = t.rep_no",
            $which
        )
    };
}

statements! {
    LOOKUP = touches!("
        WHERE t.id = $4 AND t.voided_at IS NULL AND c.erased_at IS NULL
            AND (CAST($1 AS BIGINT) = 0 OR o.id = $3 OR r.id = $3 OR c.owner_id IS NULL
                OR (CAST($1 AS BIGINT) = 1 AND (o.team_id = $2 OR r.team_id = $2)))");
    LIST = touches!("
        WHERE (t.id < $4 OR $4 IS NULL) AND t.voided_at IS NULL AND c.erased_at IS NULL
            AND (CAST($1 AS BIGINT) = 0 OR o.id = $3 OR r.id = $3 OR c.owner_id IS NULL
                OR (CAST($1 AS BIGINT) = 1 AND (o.team_id = $2 OR r.team_id = $2)))
            AND (t.contact_no = $5 OR CAST($5 AS BIGINT) IS NULL)
            AND (t.thread_no = $6 OR CAST($6 AS BIGINT) IS NULL)
        ORDER BY t.id DESC LIMIT $7");
    SUGGESTION = "SELECT suggested, suggested_by FROM touches WHERE no = $1 AND suggested IS NOT NULL";
}

row! {
    struct ShownRow {
        no: TouchNo,
        id: TouchId,
        contact_id: ContactId,
        contact_no: ContactNo,
        contact_name: String,
        thread_no: Option<ThreadNo>,
        channel: i16,
        direction: i16,
        agency: i16,
        rep_id: Option<UserId>,
        rep_name: Option<String>,
        at: Millis,
        recorded_at: Millis,
        result: Option<i16>,
        words: i64,
        attachment: bool,
        colleague: bool,
        self_reported: bool,
        conversation: bool,
        outcome: Option<i16>,
        later_day: Option<i64>,
        suggested: Option<i16>,
        suggested_by: Option<String>,
        note: Option<String>,
        recording_url: Option<String>,
    }
}

/// A touch with its names.
#[derive(Debug, Clone)]
pub struct Shown {
    /// In the log.
    pub no: TouchNo,
    /// At the edge.
    pub id: TouchId,
    /// Whom it was with.
    pub contact: ContactId,
    /// The same in the log.
    pub contact_no: ContactNo,
    /// Their name.
    pub contact_name: String,
    /// The exchange of mails it belongs to.
    pub thread: Option<ThreadNo>,
    /// The way.
    pub channel: Channel,
    /// Who moved.
    pub direction: Direction,
    /// What was behind it.
    pub by: Agency,
    /// Its author, or the owner then.
    pub rep: Option<(UserId, String)>,
    /// When it happened.
    pub at: Millis,
    /// When it was recorded.
    pub recorded_at: Millis,
    /// What came of an outbound call.
    pub result: Option<CallResult>,
    /// Words of its own.
    pub words: i64,
    /// Whether a file came with it.
    pub attachment: bool,
    /// Whether a colleague of the contact answered.
    pub colleague: bool,
    /// Whether a person told us of it.
    pub self_reported: bool,
    /// Whether the contact took part.
    pub is_conversation: bool,
    /// How it went, as a rep said.
    pub outcome: Option<Outcome>,
    /// With [`Outcome::Later`]: the day, since 1970-01-01.
    pub later_day: Option<i64>,
    /// What its words suggest, and which words.
    pub suggestion: Option<(Outcome, String)>,
    /// What was said.
    pub note: Option<String>,
    /// Where a recording is.
    pub recording_url: Option<String>,
}

/// The touch with this id.
pub async fn lookup(store: &Store, viewer: &Viewer, id: TouchId) -> Result<Option<Shown>> {
    let reach = Reach::of(viewer);
    maybe!(store, LOOKUP, ShownRow; reach.far, reach.team, reach.user, id)?
        .map(read)
        .transpose()
}

/// As [`lookup`], inside the transaction that recorded it.
pub async fn lookup_in(tx: &mut Tx, viewer: &Viewer, id: TouchId) -> Result<Option<Shown>> {
    let reach = Reach::of(viewer);
    maybe!(tx, LOOKUP, ShownRow; reach.far, reach.team, reach.user, id)?
        .map(read)
        .transpose()
}

/// Touches recorded before `before`, newest first, of one contact or thread where these are given.
pub async fn list(
    store: &Store,
    viewer: &Viewer,
    contact: Option<ContactNo>,
    thread: Option<ThreadNo>,
    before: Option<TouchId>,
    limit: i64,
) -> Result<Vec<Shown>> {
    let reach = Reach::of(viewer);
    rows!(store, LIST, ShownRow; reach.far, reach.team, reach.user, before, contact, thread, limit)?
        .into_iter()
        .map(read)
        .collect()
}

/// What the words of a touch suggest.
pub async fn suggestion_of(store: &Store, touch: TouchNo) -> Result<Option<(Outcome, String)>> {
    let found = maybe!(store, SUGGESTION, (i16, Option<String>); touch)?;
    Ok(
        found
            .and_then(|(code, words)| Some((Outcome::from_code(code)?, words.unwrap_or_default()))),
    )
}

fn read(row: ShownRow) -> Result<Shown> {
    let corrupt = |what: &str| StoreError::Corrupt(format!("touch {}: {what}", row.no));
    let outcome = |code: Option<i16>| code.and_then(Outcome::from_code);
    Ok(Shown {
        channel: Channel::from_code(row.channel).ok_or_else(|| corrupt("channel"))?,
        direction: Direction::from_code(row.direction).ok_or_else(|| corrupt("direction"))?,
        by: Agency::from_code(row.agency).ok_or_else(|| corrupt("agency"))?,
        result: row.result.and_then(CallResult::from_code),
        outcome: outcome(row.outcome),
        suggestion: outcome(row.suggested).zip(row.suggested_by.or_else(|| Some(String::new()))),
        no: row.no,
        id: row.id,
        contact: row.contact_id,
        contact_no: row.contact_no,
        contact_name: row.contact_name,
        thread: row.thread_no,
        rep: row.rep_id.zip(row.rep_name),
        at: row.at,
        recorded_at: row.recorded_at,
        words: row.words,
        attachment: row.attachment,
        colleague: row.colleague,
        self_reported: row.self_reported,
        is_conversation: row.conversation,
        later_day: row.later_day,
        note: row.note,
        recording_url: row.recording_url,
    })
}
