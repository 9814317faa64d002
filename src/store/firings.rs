//! What fires on a click that a person made: one row for each effect, waiting until its hold is
//! over. Which rows are due, and what the verdict of that moment makes of them, is decided in one
//! statement, so a row is decided once, whoever crashes.

use super::scope::Reach;
use super::sql::{execute, maybe, one, row, rows, statements};
use super::{Result, Store, StoreError, Tx};
use crate::domain::clock::Millis;
use crate::domain::id::{ContactId, DeliveryNo, MessageId, Seq, UserId};
use crate::domain::verdict::Verdict;
use crate::domain::viewer::Viewer;
use serde_json::json;

/// What a click may set off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The rep is told.
    Notice,
}

impl Effect {
    const fn code(self) -> i16 {
        self as i16
    }
}

statements! {
    /// One array of `[hit, delivery, link, at, verdict]`; `$2` the effect, `$3` when it is due.
    HOLD = sqlite "INSERT INTO firings (hit, effect, delivery_no, rep_no, link_no, at, due_at, verdict)
        SELECT j.value ->> 0, $2, d.no, d.rep_no, j.value ->> 2, j.value ->> 3, $3, j.value ->> 4
        FROM json_each($1) AS j CROSS JOIN deliveries AS d ON d.no = j.value ->> 1
        WHERE TRUE
        ON CONFLICT (hit, effect) DO NOTHING"
        postgres "INSERT INTO firings (hit, effect, delivery_no, rep_no, link_no, at, due_at, verdict)
        SELECT (j ->> 0)::BIGINT, $2, d.no, d.rep_no, (j ->> 2)::SMALLINT, (j ->> 3)::BIGINT, $3, (j ->> 4)::SMALLINT
        FROM jsonb_array_elements($1::JSONB) AS j JOIN deliveries AS d ON d.no = (j ->> 1)::BIGINT
        ON CONFLICT (hit, effect) DO NOTHING";
    ANY_DUE = "SELECT hit FROM firings WHERE state = 0 AND due_at <= $1 LIMIT 1";
    /// Human is 0 and 1. A hit without a revision stands under its first verdict, which is human,
    /// or it would not be here.
    DECIDE = "UPDATE firings SET decided_at = $1,
            verdict = COALESCE((SELECT v.verdict FROM verdict_revisions v
                WHERE v.hit = firings.hit ORDER BY v.number DESC LIMIT 1), verdict),
            state = CASE WHEN COALESCE((SELECT v.verdict FROM verdict_revisions v
                WHERE v.hit = firings.hit ORDER BY v.number DESC LIMIT 1), verdict) IN (0, 1)
                THEN 1 ELSE 2 END
        WHERE state = 0 AND due_at <= $1 AND hit IN (SELECT f.hit FROM firings f
            WHERE f.state = 0 AND f.due_at <= $1 ORDER BY f.due_at LIMIT $2)
        RETURNING state";
    /// One array of `[hit, verdict]`, without a verdict where it is a person's again.
    MARK = sqlite "UPDATE firings SET revised_to = j.value ->> 1
        FROM json_each($1) AS j WHERE firings.hit = j.value ->> 0 AND firings.state = 1"
        postgres "UPDATE firings SET revised_to = (j.pair ->> 1)::SMALLINT
        FROM jsonb_array_elements($1::JSONB) AS j (pair)
        WHERE firings.hit = (j.pair ->> 0)::BIGINT AND firings.state = 1";
    UNSEEN = "SELECT COUNT(*) FROM firings
        WHERE rep_no = (SELECT no FROM users WHERE id = $1) AND state = 1 AND seen_at IS NULL AND effect = 0";
    LIST = "SELECT f.hit, f.at, f.decided_at, f.verdict, f.revised_to, f.seen_at, f.link_no,
            d.message_id, d.address, c.id AS contact_id, c.name AS contact_name,
            l.label, t.url
        FROM firings f
            JOIN deliveries d ON d.no = f.delivery_no
            LEFT JOIN contacts c ON c.no = d.contact_no
            LEFT JOIN links l ON l.delivery_no = f.delivery_no AND l.no = f.link_no
            LEFT JOIN destinations t ON t.id = l.destination
        WHERE f.rep_no = (SELECT no FROM users WHERE id = $1)
            AND f.state = 1 AND f.effect = 0 AND f.hit < $2
        ORDER BY f.hit DESC LIMIT $3";
    /// One, or all up to one.
    SEE_ONE = "UPDATE firings SET seen_at = $3
        WHERE rep_no = (SELECT no FROM users WHERE id = $1) AND hit = $2 AND state = 1 AND seen_at IS NULL";
    SEE_ALL = "UPDATE firings SET seen_at = $3
        WHERE rep_no = (SELECT no FROM users WHERE id = $1) AND hit <= $2 AND state = 1 AND seen_at IS NULL";
    NEWEST = "SELECT CAST(COALESCE(MAX(decided_at), 0) AS BIGINT) FROM firings WHERE state = 1";
    SHARES = "SELECT f.verdict, COUNT(*), CAST(COUNT(f.revised_to) AS BIGINT)
        FROM firings f JOIN users u ON u.no = f.rep_no
        WHERE f.state = 1 AND f.decided_at >= $4
            AND (CAST($1 AS BIGINT) = 0 OR u.id = $3 OR (CAST($1 AS BIGINT) = 1 AND u.team_id = $2))
        GROUP BY f.verdict ORDER BY f.verdict";
}

row! {
    struct NoticeRow {
        hit: Seq,
        at: Millis,
        decided_at: Option<Millis>,
        verdict: i16,
        revised_to: Option<i16>,
        seen_at: Option<Millis>,
        link_no: i16,
        message_id: MessageId,
        address: String,
        contact_id: Option<ContactId>,
        contact_name: Option<String>,
        label: Option<String>,
        url: Option<String>,
    }
}

/// A click that a person made, before anything fires on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Its place in the log.
    pub hit: Seq,
    /// The copy whose link it was.
    pub delivery: DeliveryNo,
    /// The link.
    pub link_no: u16,
    /// When it was followed.
    pub at: Millis,
    /// The verdict at first sight.
    pub verdict: Verdict,
}

/// How many rows a decision took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Decided {
    /// Fired.
    pub fired: usize,
    /// Dropped, since no person made the click after all.
    pub dropped: usize,
}

/// "Anna followed the prices", for the rep who wrote to Anna.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The click in the log: the notice's id.
    pub hit: Seq,
    /// When the link was followed.
    pub at: Millis,
    /// When its hold was over and it fired.
    pub fired_at: Millis,
    /// The verdict on which it fired.
    pub verdict: Verdict,
    /// What it was judged later, if that is no person.
    pub revised_to: Option<Verdict>,
    /// When the rep marked it as seen.
    pub seen_at: Option<Millis>,
    /// The link's number.
    pub link_no: u16,
    /// The message.
    pub message: MessageId,
    /// Whom the copy went to.
    pub address: String,
    /// The contact, unless there is none.
    pub contact: Option<ContactId>,
    /// Their name.
    pub contact_name: Option<String>,
    /// The link's visible text.
    pub label: Option<String>,
    /// Where it leads.
    pub url: Option<String>,
}

/// How many firings on one verdict were revised afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// The verdict on which they fired.
    pub verdict: Verdict,
    /// All of them.
    pub fired: i64,
    /// Those whose click is no person's by now.
    pub revised: i64,
}

/// Begins the hold of `clicks`, for one effect; a click that is held already stays as it is.
pub async fn hold(tx: &mut Tx, clicks: &[Held], effect: Effect, due_at: Millis) -> Result<()> {
    if clicks.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = clicks
        .iter()
        .map(|it| json!([it.hit, it.delivery, it.link_no, it.at, it.verdict.code()]))
        .collect();
    let rows = serde_json::to_string(&rows).expect("plain data has a JSON form");
    execute!(tx, HOLD; rows, effect.code(), due_at)?;
    Ok(())
}

/// Whether any hold is over at `now`.
pub async fn any_due(store: &Store, now: Millis) -> Result<bool> {
    Ok(maybe!(store, ANY_DUE, (Seq,); now)?.is_some())
}

/// Decides up to `limit` clicks whose hold is over at `now`. The caller holds the log's lock, so
/// that no verdict changes meanwhile.
pub async fn decide(tx: &mut Tx, now: Millis, limit: i64) -> Result<Decided> {
    let mut decided = Decided::default();
    for (state,) in rows!(tx, DECIDE, (i16,); now, limit)? {
        if state == 1 {
            decided.fired += 1;
        } else {
            decided.dropped += 1;
        }
    }
    Ok(decided)
}

/// Marks what fired on hits whose verdict has changed.
pub(super) async fn mark_revised(
    tx: &mut Tx,
    changes: impl Iterator<Item = (Seq, Verdict)>,
) -> Result<()> {
    let pairs: Vec<_> = changes
        .map(|(hit, now)| json!([hit, (!now.counts_as_human()).then_some(now.code())]))
        .collect();
    let pairs = serde_json::to_string(&pairs).expect("plain data has a JSON form");
    execute!(tx, MARK; pairs)?;
    Ok(())
}

/// How many notices `user` has not seen.
pub async fn unseen(store: &Store, user: UserId) -> Result<i64> {
    Ok(one!(store, UNSEEN, (i64,); user)?.0)
}

/// Up to `limit` notices of `user` on clicks before `before`, newest first.
pub async fn notices(
    store: &Store,
    user: UserId,
    before: Option<Seq>,
    limit: i64,
) -> Result<Vec<Notice>> {
    let before = before.unwrap_or(Seq(i64::MAX));
    rows!(store, LIST, NoticeRow; user, before, limit)?
        .into_iter()
        .map(NoticeRow::read)
        .collect()
}

/// Marks one notice as seen; `false` when there is no such unseen one.
pub async fn see(tx: &mut Tx, user: UserId, hit: Seq, now: Millis) -> Result<bool> {
    Ok(execute!(tx, SEE_ONE; user, hit, now)? > 0)
}

/// Marks all notices up to that on `hit` as seen; gives how many.
pub async fn see_all(tx: &mut Tx, user: UserId, hit: Seq, now: Millis) -> Result<u64> {
    execute!(tx, SEE_ALL; user, hit, now)
}

/// When something fired last; 0 when nothing ever did.
pub async fn newest(store: &Store) -> Result<Millis> {
    Ok(one!(store, NEWEST, (Millis,))?.0)
}

/// Of what fired since `since` within the viewer's reach, the share that was revised, by verdict.
pub async fn shares(store: &Store, viewer: &Viewer, since: Millis) -> Result<Vec<Share>> {
    let reach = Reach::of(viewer);
    rows!(store, SHARES, (i16, i64, i64); reach.far, reach.team, reach.user, since)?
        .into_iter()
        .map(|(code, fired, revised)| {
            Ok(Share {
                verdict: verdict(code)?,
                fired,
                revised,
            })
        })
        .collect()
}

fn verdict(code: i16) -> Result<Verdict> {
    Verdict::from_code(code)
        .ok_or_else(|| StoreError::Corrupt(format!("verdict {code} of a firing")))
}

impl NoticeRow {
    fn read(self) -> Result<Notice> {
        Ok(Notice {
            hit: self.hit,
            at: self.at,
            fired_at: self.decided_at.unwrap_or(self.at),
            verdict: verdict(self.verdict)?,
            revised_to: self.revised_to.map(verdict).transpose()?,
            seen_at: self.seen_at,
            link_no: self.link_no.unsigned_abs(),
            message: self.message_id,
            address: self.address,
            contact: self.contact_id,
            contact_name: self.contact_name,
            label: self.label,
            url: self.url,
        })
    }
}
