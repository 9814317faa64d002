//! Waits of contacts as people see them: who waits, oldest first, with whose turn it is; ended
//! without an answer, or handed over. Rows come from the fold; whoever looks after a wait is kept
//! beside it and moves no figure.

use super::scope::Reach;
use super::sql::{execute, maybe, row, rows, statements};
use super::{Result, Store, StoreError, Tx, log};
use crate::domain::clock::Millis;
use crate::domain::event::{Detail, EventKind, NewEvent};
use crate::domain::id::{ContactId, ContactNo, ThreadNo, TouchId, TouchNo, UserId, UserNo};
use crate::domain::touch::{Channel, Dismissal, Settled};
use crate::domain::viewer::Viewer;

/// Waits within the viewer's reach as they stand at `$4`, with a clause that says which, and what
/// follows it. Whose turn it is: who it was handed to, else the contact's owner now, else the owner
/// then.
macro_rules! waits {
    ($which:literal, $after:literal) => {
        concat!(
            "SELECT e.opening, t.id, e.state, e.opened_at, e.channel, e.thread_no, e.inbounds, e.in_hours,
            e.attempted_at, e.closed_at, c.id AS contact_id, c.no AS contact_no, c.name AS contact_name,
            o.id AS owner_id, o.name AS owner_name, p.id AS deputy_id, p.name AS deputy_name
        FROM episodes e
            JOIN touches t ON t.no = e.opening
            JOIN contacts c ON c.no = e.contact_no
            LEFT JOIN wait_assignments w ON w.opening = e.opening
            LEFT JOIN users k ON k.id = c.owner_id
            LEFT JOIN users o ON o.no = COALESCE(w.user_no, k.no, e.owner_no)
            LEFT JOIN users p ON p.no = (SELECT d.deputy_no FROM deputies d
                WHERE d.user_no = o.no AND d.since <= $4 AND d.until_at > $4 ORDER BY d.since DESC LIMIT 1)",
            $which,
            "
            AND (CAST($1 AS BIGINT) = 0 OR o.id = $3 OR p.id = $3 OR o.id IS NULL
                OR (CAST($1 AS BIGINT) = 1 AND o.team_id = $2))",
            $after
        )
    };
}

statements! {
    LIST = waits!("
        WHERE e.state = 0 AND c.erased_at IS NULL AND (e.opened_at > $5 OR (e.opened_at = $5 AND e.opening > $6))", "
        ORDER BY e.opened_at, e.opening LIMIT $7");
    LOOKUP = waits!("
        WHERE t.id = $5 AND c.erased_at IS NULL", "");
    OPEN_OF = "SELECT opening FROM episodes WHERE contact_no = $1 AND state = 0";
    ASSIGN = "INSERT INTO wait_assignments AS w (opening, user_no, assigned_by, at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (opening) DO UPDATE SET user_no = excluded.user_no, assigned_by = excluded.assigned_by,
            at = excluded.at";
    /// Who takes an enquiry that was nobody's becomes the contact's owner.
    ADOPT = "UPDATE contacts SET owner_id = $2, updated_at = $3 WHERE no = $1 AND owner_id IS NULL AND erased_at IS NULL";
    USER_NO = "SELECT no FROM users WHERE id = $1";
}

row! {
    struct EpisodeRow {
        opening: TouchNo,
        id: TouchId,
        state: i16,
        opened_at: Millis,
        channel: i16,
        thread_no: Option<ThreadNo>,
        inbounds: i64,
        in_hours: bool,
        attempted_at: Option<Millis>,
        closed_at: Option<Millis>,
        contact_id: ContactId,
        contact_no: ContactNo,
        contact_name: String,
        owner_id: Option<UserId>,
        owner_name: Option<String>,
        deputy_id: Option<UserId>,
        deputy_name: Option<String>,
    }
}

/// How a wait stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The contact waits.
    Open,
    /// We answered.
    Answered,
    /// No answer was needed.
    Dismissed,
}

impl State {
    /// The word used in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Answered => "answered",
            Self::Dismissed => "dismissed",
        }
    }
}

/// A wait. Its id is that of the touch that opened it.
#[derive(Debug, Clone)]
pub struct Episode {
    /// The touch that opened it, in the log.
    pub opening: TouchNo,
    /// The same at the edge.
    pub id: TouchId,
    /// How it stands.
    pub state: State,
    /// Since when they wait.
    pub opened_at: Millis,
    /// On which channel they came.
    pub channel: Channel,
    /// In which exchange of mails.
    pub thread: Option<ThreadNo>,
    /// How often they have written since.
    pub inbounds: i64,
    /// Whether it opened in working hours.
    pub in_hours: bool,
    /// When we first tried.
    pub attempted_at: Option<Millis>,
    /// When it closed.
    pub closed_at: Option<Millis>,
    /// Who waits.
    pub contact: ContactId,
    /// The same in the log.
    pub contact_no: ContactNo,
    /// Their name.
    pub contact_name: String,
    /// Whose turn it is; `None` waits in the team's queue.
    pub owner: Option<(UserId, String)>,
    /// Who answers for them now.
    pub deputy: Option<(UserId, String)>,
}

/// Where a page of the list begins: after this moment and opening.
#[derive(Debug, Clone, Copy)]
pub struct After(pub Millis, pub TouchNo);

impl After {
    /// The first page.
    pub const START: Self = Self(Millis(i64::MIN), TouchNo(0));
}

/// Who waits for the viewer, for whom they stand in, or for nobody yet; for managers the team's as
/// well. Oldest first.
pub async fn waiting(
    store: &Store,
    viewer: &Viewer,
    after: After,
    now: Millis,
    limit: i64,
) -> Result<Vec<Episode>> {
    let reach = Reach::of(viewer);
    rows!(store, LIST, EpisodeRow; reach.far, reach.team, reach.user, now, after.0, after.1, limit)?
        .into_iter()
        .map(read)
        .collect()
}

/// The wait that this touch opened.
pub async fn lookup(
    store: &Store,
    viewer: &Viewer,
    id: TouchId,
    now: Millis,
) -> Result<Option<Episode>> {
    let reach = Reach::of(viewer);
    maybe!(store, LOOKUP, EpisodeRow; reach.far, reach.team, reach.user, now, id)?
        .map(read)
        .transpose()
}

/// Says that a wait needs no answer, or takes that back.
pub async fn settle_in(
    tx: &mut Tx,
    episode: &Episode,
    how: Settled,
    by: UserNo,
    at: Millis,
) -> Result<()> {
    log::append(
        tx,
        &[ended(episode.contact_no, episode.opening, how, by, at)],
    )
    .await?;
    Ok(())
}

/// Ends the waits of a contact who is about to be erased.
pub(super) async fn end_all_in(
    tx: &mut Tx,
    contact: ContactNo,
    by: UserId,
    at: Millis,
) -> Result<()> {
    log::append(tx, &[]).await?;
    let open = rows!(&mut *tx, OPEN_OF, (TouchNo,); contact)?;
    let Some(by) = user_no_in(tx, by).await? else {
        return Ok(());
    };
    let events: Vec<NewEvent> = open
        .into_iter()
        .map(|(opening,)| ended(contact, opening, Settled::Erased, by, at))
        .collect();
    if !events.is_empty() {
        log::append(tx, &events).await?;
    }
    Ok(())
}

fn ended(contact: ContactNo, opening: TouchNo, how: Settled, by: UserNo, at: Millis) -> NewEvent {
    NewEvent {
        at,
        kind: EventKind::Dismissed,
        delivery: None,
        contact: Some(contact),
        detail: Detail::Dismissal(Dismissal { opening, by, how }),
    }
}

/// Hands a wait over. A contact that was nobody's becomes theirs; no figure moves.
pub async fn hand_over_in(
    tx: &mut Tx,
    episode: &Episode,
    to: UserId,
    by: UserNo,
    at: Millis,
) -> Result<bool> {
    let Some(no) = user_no_in(tx, to).await? else {
        return Ok(false);
    };
    execute!(&mut *tx, ASSIGN; episode.opening, no, by, at)?;
    execute!(&mut *tx, ADOPT; episode.contact_no, to, at)?;
    Ok(true)
}

/// A user's number in the log.
pub async fn user_no_in(tx: &mut Tx, id: UserId) -> Result<Option<UserNo>> {
    Ok(maybe!(tx, USER_NO, (UserNo,); id)?.map(|(no,)| no))
}

fn read(row: EpisodeRow) -> Result<Episode> {
    let corrupt = |what: &str| StoreError::Corrupt(format!("wait {}: {what}", row.opening));
    Ok(Episode {
        state: match row.state {
            0 => State::Open,
            1 => State::Answered,
            2 | 3 => State::Dismissed,
            _ => return Err(corrupt("state")),
        },
        channel: Channel::from_code(row.channel).ok_or_else(|| corrupt("channel"))?,
        opening: row.opening,
        id: row.id,
        opened_at: row.opened_at,
        thread: row.thread_no,
        inbounds: row.inbounds,
        in_hours: row.in_hours,
        attempted_at: row.attempted_at,
        closed_at: row.closed_at,
        contact: row.contact_id,
        contact_no: row.contact_no,
        contact_name: row.contact_name,
        owner: row.owner_id.zip(row.owner_name),
        deputy: row.deputy_id.zip(row.deputy_name),
    })
}
