//! Touches: interactions with contacts on any channel. Writing one tells the log, which folds it
//! into waits, threads and figures, in the caller's transaction. What was said stands in the row
//! alone and goes when the contact is erased.

mod read;

pub use read::{Shown, list, lookup, lookup_in, suggestion_of};

use super::sql::{Sql, execute, maybe, one, row, statements};
use super::{Result, StoreError, Tx, log};
use crate::domain::clock::Millis;
use crate::domain::event::{Detail, EventKind, NewEvent};
use crate::domain::id::{
    ContactNo, ContentNo, DeliveryNo, InboundNo, ThreadNo, TouchId, TouchNo, UserNo,
};
use crate::domain::touch::{Agency, CallResult, Channel, Direction, Outcome, Touch};

statements! {
    ADD = "INSERT INTO touches (id, contact_no, thread_no, delivery_no, inbound_no, kind, channel, direction, agency,
            rep_no, at, recorded_at, recorded_by, result, words, attachment, unedited, colleague, self_reported,
            conversation, outcome, outcome_by, outcome_at, later_day, suggested, suggested_by, note, recording_url)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
            $23, $24, $25, $26, $27, $28)
        RETURNING no";
    ADD_CONTENT = "INSERT INTO touch_content (touch_no, content_no) VALUES ($1, $2)
        ON CONFLICT (touch_no, content_no) DO NOTHING";
    OWNER = "SELECT u.no FROM contacts c JOIN users u ON u.id = c.owner_id WHERE c.no = $1";
    STORED = "SELECT no, contact_no, thread_no, delivery_no, inbound_no, kind, channel, direction, agency, rep_no, at,
            recorded_at, result, words, attachment, unedited, colleague, self_reported
        FROM touches WHERE id = $1 AND voided_at IS NULL";
    CHANGE = "UPDATE touches SET at = $2, result = $3, conversation = $4, note = $5, recording_url = $6 WHERE no = $1";
    VOID = "UPDATE touches SET voided_at = $2, conversation = FALSE, note = NULL WHERE no = $1 AND voided_at IS NULL";
    SET_OUTCOME = "UPDATE touches SET outcome = $2, outcome_by = $3, outcome_at = $4, later_day = $5
        WHERE no = $1 AND voided_at IS NULL AND conversation";
    SUGGEST = "UPDATE touches SET suggested = $2, suggested_by = $3 WHERE no = $1";
    FORGET = "UPDATE touches SET note = NULL, recording_url = NULL, suggested_by = NULL WHERE contact_no = $1";
}

/// Every statement of this folder.
pub(super) const ALL: [&[&Sql]; 2] = [STATEMENTS, read::STATEMENTS];

/// A touch to be recorded. Made with [`NewTouch::new`], then filled.
#[derive(Debug, Clone)]
pub struct NewTouch {
    /// At the edge.
    pub id: TouchId,
    /// What the log calls it: `touched`, or `replied` and its kin for a stored mail.
    pub kind: EventKind,
    /// Whom it is with. For a colleague's answer: whom the thread is with.
    pub contact: ContactNo,
    /// The delivery it answers, if it names one.
    pub delivery: Option<DeliveryNo>,
    /// The stored mail it is.
    pub inbound: Option<InboundNo>,
    /// The exchange of mails it belongs to.
    pub thread: Option<ThreadNo>,
    /// The way.
    pub channel: Channel,
    /// Who moved.
    pub direction: Direction,
    /// What was behind it.
    pub by: Agency,
    /// The author of an outbound one. Inbound: left empty it becomes the contact's present owner.
    pub rep: Option<UserNo>,
    /// When it happened.
    pub at: Millis,
    /// When we learnt of it.
    pub recorded_at: Millis,
    /// Who told us, if a person did.
    pub recorded_by: Option<UserNo>,
    /// What came of an outbound call.
    pub result: Option<CallResult>,
    /// Words of its own.
    pub words: u32,
    /// Whether a file came with it.
    pub attachment: bool,
    /// Whether it is a template as it stands.
    pub unedited: bool,
    /// Whether a colleague of the contact answered.
    pub colleague: bool,
    /// What its words suggest, and which words.
    pub suggestion: Option<(Outcome, String)>,
    /// What the rep says came of it.
    pub outcome: Option<Outcome>,
    /// With [`Outcome::Later`]: the day, since 1970-01-01.
    pub later_day: Option<i64>,
    /// What was said, for people.
    pub note: Option<String>,
    /// Where a recording is.
    pub recording_url: Option<String>,
    /// Assets that were shown or sent.
    pub content: Vec<ContentNo>,
}

impl NewTouch {
    /// A touch of a person, recorded by a system, with nothing more said of it.
    pub const fn new(
        id: TouchId,
        contact: ContactNo,
        channel: Channel,
        direction: Direction,
        at: Millis,
        recorded_at: Millis,
    ) -> Self {
        Self {
            id,
            kind: EventKind::Touched,
            contact,
            delivery: None,
            inbound: None,
            thread: None,
            channel,
            direction,
            by: Agency::Person,
            rep: None,
            at,
            recorded_at,
            recorded_by: None,
            result: None,
            words: 0,
            attachment: false,
            unedited: false,
            colleague: false,
            suggestion: None,
            outcome: None,
            later_day: None,
            note: None,
            recording_url: None,
            content: Vec::new(),
        }
    }

    /// Whether the contact took part: a conversation, not an attempt.
    pub fn is_conversation(&self) -> bool {
        self.told(TouchNo(0), self.rep).is_conversation()
    }

    fn told(&self, no: TouchNo, rep: Option<UserNo>) -> Touch {
        Touch {
            no,
            inbound: self.inbound,
            thread: self.thread,
            channel: self.channel,
            direction: self.direction,
            by: self.by,
            rep,
            recorded_at: self.recorded_at,
            result: self.result,
            words: self.words,
            attachment: self.attachment,
            unedited: self.unedited,
            colleague: self.colleague,
            self_reported: self.recorded_by.is_some(),
            void: false,
        }
    }
}

/// Records a touch: its row, and its event in the log. The event names the contact, and the
/// delivery where the touch answers one.
pub async fn record_in(tx: &mut Tx, new: &NewTouch) -> Result<TouchNo> {
    let rep = match (new.rep, new.direction) {
        (None, Direction::In) => {
            let owner = maybe!(&mut *tx, OWNER, (UserNo,); new.contact)?;
            owner.map(|(no,)| no)
        }
        (rep, _) => rep,
    };
    let conversation = new.told(TouchNo(0), rep).is_conversation();
    let outcome_at = new.outcome.map(|_| new.recorded_at);
    let (suggested, words) = match &new.suggestion {
        Some((outcome, words)) => (Some(outcome.code()), Some(words.as_str())),
        None => (None, None),
    };
    let (no,) = one!(&mut *tx, ADD, (TouchNo,); new.id, new.contact, new.thread, new.delivery, new.inbound,
        new.kind.code(), new.channel.code(), new.direction.code(), new.by.code(), rep, new.at, new.recorded_at,
        new.recorded_by, new.result.map(CallResult::code), i64::from(new.words), new.attachment, new.unedited,
        new.colleague, new.recorded_by.is_some(), conversation, new.outcome.map(Outcome::code),
        new.outcome.and(new.recorded_by), outcome_at, new.later_day, suggested, words,
        new.note.as_deref(), new.recording_url.as_deref())?;
    for content in &new.content {
        execute!(&mut *tx, ADD_CONTENT; no, *content)?;
    }
    let event = NewEvent {
        at: new.at,
        kind: new.kind,
        delivery: new.delivery,
        contact: Some(new.contact),
        detail: Detail::Touch(new.told(no, rep)),
    };
    log::append(tx, &[event]).await?;
    Ok(no)
}

row! {
    struct StoredRow {
        no: TouchNo,
        contact_no: ContactNo,
        thread_no: Option<ThreadNo>,
        delivery_no: Option<DeliveryNo>,
        inbound_no: Option<InboundNo>,
        kind: i16,
        channel: i16,
        direction: i16,
        agency: i16,
        rep_no: Option<UserNo>,
        at: Millis,
        recorded_at: Millis,
        result: Option<i16>,
        words: i64,
        attachment: bool,
        unedited: bool,
        colleague: bool,
        self_reported: bool,
    }
}

/// A touch as the log last told it.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Whom it is with.
    pub contact: ContactNo,
    /// When it happened.
    pub at: Millis,
    /// The rest.
    pub touch: Touch,
    kind: EventKind,
    delivery: Option<DeliveryNo>,
}

impl Stored {
    fn event(self) -> NewEvent {
        NewEvent {
            at: self.at,
            kind: self.kind,
            delivery: self.delivery,
            contact: Some(self.contact),
            detail: Detail::Touch(self.touch),
        }
    }
}

/// The touch with this id, in a transaction that is going to change it; `None` when it was
/// withdrawn. The caller has made sure that it may be seen.
pub async fn stored(tx: &mut Tx, id: TouchId) -> Result<Option<Stored>> {
    let Some(row) = maybe!(tx, STORED, StoredRow; id)? else {
        return Ok(None);
    };
    let corrupt = |what: &str| StoreError::Corrupt(format!("touch {}: {what}", row.no));
    Ok(Some(Stored {
        contact: row.contact_no,
        at: row.at,
        kind: EventKind::from_code(row.kind).ok_or_else(|| corrupt("kind"))?,
        delivery: row.delivery_no,
        touch: Touch {
            no: row.no,
            inbound: row.inbound_no,
            thread: row.thread_no,
            channel: Channel::from_code(row.channel).ok_or_else(|| corrupt("channel"))?,
            direction: Direction::from_code(row.direction).ok_or_else(|| corrupt("direction"))?,
            by: Agency::from_code(row.agency).ok_or_else(|| corrupt("agency"))?,
            rep: row.rep_no,
            recorded_at: row.recorded_at,
            result: match row.result {
                None => None,
                Some(code) => Some(CallResult::from_code(code).ok_or_else(|| corrupt("result"))?),
            },
            words: u32::try_from(row.words).unwrap_or(0),
            attachment: row.attachment,
            unedited: row.unedited,
            colleague: row.colleague,
            self_reported: row.self_reported,
            void: false,
        },
    }))
}

/// What of a touch its recorder may mend.
#[derive(Debug, Clone)]
pub struct Mended {
    /// When it happened.
    pub at: Millis,
    /// What came of the call.
    pub result: Option<CallResult>,
    /// What was said.
    pub note: Option<String>,
    /// Where a recording is.
    pub recording_url: Option<String>,
}

/// Mends a touch and tells the log, where the new telling replaces the one before.
pub async fn mend_in(tx: &mut Tx, mut touch: Stored, mended: &Mended) -> Result<()> {
    let tells = touch.at != mended.at || touch.touch.result != mended.result;
    touch.at = mended.at;
    touch.touch.result = mended.result;
    execute!(&mut *tx, CHANGE; touch.touch.no, mended.at, mended.result.map(CallResult::code),
        touch.touch.is_conversation(), mended.note.as_deref(), mended.recording_url.as_deref())?;
    if tells {
        log::append(tx, &[touch.event()]).await?;
    }
    Ok(())
}

/// Withdraws a touch: no figure holds it any longer.
pub async fn void_in(tx: &mut Tx, mut touch: Stored, at: Millis) -> Result<()> {
    if execute!(&mut *tx, VOID; touch.touch.no, at)? == 1 {
        touch.touch.void = true;
        log::append(tx, &[touch.event()]).await?;
    }
    Ok(())
}

/// How a rep says a conversation went.
#[derive(Debug, Clone, Copy)]
pub struct Said {
    /// How.
    pub outcome: Outcome,
    /// Who says so.
    pub by: UserNo,
    /// When they said it.
    pub at: Millis,
    /// With [`Outcome::Later`]: the day, since 1970-01-01.
    pub later_day: Option<i64>,
}

/// Sets how a conversation went; `false` when the touch is none.
pub async fn set_outcome_in(tx: &mut Tx, touch: TouchNo, said: Said) -> Result<bool> {
    let n =
        execute!(tx, SET_OUTCOME; touch, said.outcome.code(), said.by, said.at, said.later_day)?;
    Ok(n == 1)
}

/// Notes what the words of a conversation suggest.
pub async fn suggest_in(tx: &mut Tx, touch: TouchNo, outcome: Outcome, words: &str) -> Result<()> {
    execute!(tx, SUGGEST; touch, outcome.code(), words)?;
    Ok(())
}

/// Blanks what was said with a contact.
pub(super) async fn forget_in(tx: &mut Tx, contact: ContactNo) -> Result<()> {
    execute!(tx, FORGET; contact)?;
    Ok(())
}
