//! The event log. All events, whoever writes them, come through [`append`]: it gives them their
//! place in commit order and folds them into the metric store, in the caller's transaction.

use super::columns::{self, Column};
use super::fold::fold;
use super::sql::{execute, one, row, rows, statements};
use super::tables::LIVE;
use super::{Result, Store, StoreError, Tx};
use crate::domain::clock::Millis;
use crate::domain::event::{Detail, Event, EventKind, NewEvent, Revision};
use crate::domain::hit::{FirstFacts, HitFacts};
use crate::domain::id::{ContactNo, DeliveryNo, Seq};
use crate::domain::inbound::Report;
use crate::domain::touch::{Dismissal, Touch};
use crate::domain::verdict::{Judgement, Rule, Verdict};
use serde::{Deserialize, Serialize};

statements! {
    /// The row lock is held until the commit: whoever comes next gets higher numbers and commits
    /// later, so that a reader behind `seq` never misses one.
    ADVANCE = "UPDATE event_head SET seq = seq + $1 WHERE id = 1 RETURNING seq";
    /// Nine columns.
    INSERT = sqlite "INSERT INTO events (seq, at, kind, delivery_no, contact_no, link_no, verdict, rule, detail)
        SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5,
            value ->> 6, value ->> 7, unhex(value ->> 8)
        FROM jsonb_each($1)"
        postgres "INSERT INTO events (seq, at, kind, delivery_no, contact_no, link_no, verdict, rule, detail)
        SELECT UNNEST($1::BIGINT[]), UNNEST($2::BIGINT[]), UNNEST($3::SMALLINT[]),
            UNNEST($4::BIGINT[]), UNNEST($5::BIGINT[]), UNNEST($6::SMALLINT[]),
            UNNEST($7::SMALLINT[]), UNNEST($8::SMALLINT[]), UNNEST($9::BYTEA[])";
    HEAD = "SELECT seq FROM event_head WHERE id = 1";
    AFTER = "SELECT seq, at, kind, delivery_no, contact_no, link_no, verdict, rule, detail
        FROM events WHERE seq > $1 ORDER BY seq LIMIT $2";
    WITH_TEXT = "SELECT seq, detail FROM events
        WHERE detail IS NOT NULL AND verdict IS NULL
            AND (contact_no = $1 OR delivery_no IN (SELECT no FROM deliveries WHERE contact_no = $1))";
    REWRITE = "UPDATE events SET detail = $2 WHERE seq = $1";
    OF_DELIVERY = "SELECT seq, at, kind, delivery_no, contact_no, link_no, verdict, rule, detail
        FROM events WHERE delivery_no = $1 ORDER BY seq";
    OF_DELIVERY_UNTIL = "SELECT seq, at, kind, delivery_no, contact_no, link_no, verdict, rule, detail
        FROM events WHERE delivery_no = $1 AND seq <= $2 ORDER BY seq";
}

row! {
    /// An event as its columns.
    pub(super) struct EventRow {
        pub(super) seq: Seq,
        pub(super) at: Millis,
        pub(super) kind: i16,
        pub(super) delivery_no: Option<DeliveryNo>,
        pub(super) contact_no: Option<ContactNo>,
        pub(super) link_no: Option<i16>,
        pub(super) verdict: Option<i16>,
        pub(super) rule: Option<i16>,
        pub(super) detail: Option<Vec<u8>>,
    }
}

/// What of an event's detail has no column of its own.
#[derive(Serialize, Deserialize)]
enum Stored {
    Reason {
        code: String,
        text: String,
    },
    /// Hits as they were stored first; read, no longer written.
    Hit {
        facts: FirstFacts,
        params: Vec<String>,
    },
    Revision(Revision),
    Touch(Touch),
    Report(Report),
    Dismissal(Dismissal),
    Facts {
        /// [`HitFacts::to_bytes`], which carry their version.
        facts: Vec<u8>,
        params: Vec<String>,
    },
}

/// Appends `events` in the given order and gives the `seq` of the first; they are visible to
/// others when the transaction commits.
pub async fn append(tx: &mut Tx, events: &[NewEvent]) -> Result<Seq> {
    let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
    let (head,): (i64,) = one!(&mut *tx, ADVANCE, (i64,); count)?;
    let first = Seq(head - count + 1);
    if events.is_empty() {
        return Ok(first);
    }
    columns::execute(tx, &INSERT, columns_of(first, events)).await?;
    fold(tx, &LIVE, first, events).await?;
    Ok(first)
}

/// The `seq` of the newest event, 0 when there is none.
pub async fn head(store: &Store) -> Result<Seq> {
    Ok(Seq(one!(store, HEAD, (i64,))?.0))
}

/// Up to `limit` events after `seq`, in commit order.
pub async fn after(store: &Store, seq: Seq, limit: i64) -> Result<Vec<Event>> {
    rows!(store, AFTER, EventRow; seq, limit)?
        .into_iter()
        .map(read_row)
        .collect()
}

/// Blanks the lines for people in a contact's events: a server's answer may name the address. The
/// codes stay, and with them every figure.
pub async fn forget_texts(tx: &mut Tx, contact: ContactNo) -> Result<()> {
    for (seq, detail) in rows!(&mut *tx, WITH_TEXT, (Seq, Vec<u8>); contact)? {
        let stored: Stored = postcard::from_bytes(&detail)
            .map_err(|_| StoreError::Corrupt(format!("event {seq}: detail")))?;
        let text = String::new();
        let blank = match stored {
            Stored::Reason { code, text: was } if !was.is_empty() => Stored::Reason { code, text },
            Stored::Report(report) if !report.text.is_empty() => {
                Stored::Report(Report { text, ..report })
            }
            _ => continue,
        };
        let bytes = postcard::to_stdvec(&blank).expect("plain data has an encoding");
        execute!(&mut *tx, REWRITE; seq, bytes)?;
    }
    Ok(())
}

/// All events of one delivery, in commit order.
pub async fn of_delivery(store: &Store, delivery: DeliveryNo) -> Result<Vec<Event>> {
    rows!(store, OF_DELIVERY, EventRow; delivery)?
        .into_iter()
        .map(read_row)
        .collect()
}

/// The events of one delivery up to and with `last`, as the transaction sees them.
pub(super) async fn of_delivery_until(
    tx: &mut Tx,
    delivery: DeliveryNo,
    last: Seq,
) -> Result<Vec<Event>> {
    rows!(tx, OF_DELIVERY_UNTIL, EventRow; delivery, last)?
        .into_iter()
        .map(read_row)
        .collect()
}

/// The columns of [`INSERT`].
fn columns_of(first: Seq, events: &[NewEvent]) -> Vec<Column> {
    let parts: Vec<Split> = events.iter().map(|event| split(&event.detail)).collect();
    let judged = |code: fn(&(Verdict, Rule)) -> i16| {
        let codes = parts
            .iter()
            .map(|(_, judgement, _)| judgement.as_ref().map(code));
        Column::MaybeSmall(codes.collect())
    };
    let links = parts
        .iter()
        .map(|(link, ..)| link.map(|no| i16::try_from(no).unwrap_or(i16::MAX)));
    let details = parts.iter().map(|(.., stored)| {
        let stored = stored.as_ref()?;
        Some(postcard::to_stdvec(stored).expect("plain data has an encoding"))
    });
    vec![
        Column::Big((first.0..).take(events.len()).collect()),
        Column::Big(events.iter().map(|event| event.at.0).collect()),
        Column::Small(events.iter().map(|event| event.kind.code()).collect()),
        Column::MaybeBig(
            events
                .iter()
                .map(|event| event.delivery.map(|no| no.0))
                .collect(),
        ),
        Column::MaybeBig(
            events
                .iter()
                .map(|event| event.contact.map(|no| no.0))
                .collect(),
        ),
        Column::MaybeSmall(links.collect()),
        judged(|(verdict, _)| verdict.code()),
        judged(|(_, rule)| rule.code()),
        Column::MaybeBytes(details.collect()),
    ]
}

type Split = (Option<u16>, Option<(Verdict, Rule)>, Option<Stored>);

fn split(detail: &Detail) -> Split {
    match detail {
        Detail::None => (None, None, None),
        Detail::Reason { code, text } => (
            None,
            None,
            Some(Stored::Reason {
                code: code.clone(),
                text: text.clone(),
            }),
        ),
        Detail::Hit {
            link_no,
            facts,
            judgement,
        } => (
            Some(*link_no),
            Some((judgement.verdict, judgement.rule)),
            Some(Stored::Facts {
                facts: facts.to_bytes(),
                params: judgement.params.clone(),
            }),
        ),
        Detail::Revision(revision) => (
            Some(revision.link_no),
            Some((revision.judgement.verdict, revision.judgement.rule)),
            Some(Stored::Revision(revision.clone())),
        ),
        Detail::Touch(touch) => (None, None, Some(Stored::Touch(touch.clone()))),
        Detail::Report(report) => (None, None, Some(Stored::Report(report.clone()))),
        Detail::Dismissal(dismissal) => (None, None, Some(Stored::Dismissal(dismissal.clone()))),
    }
}

fn hit(row: &EventRow, facts: HitFacts, params: Vec<String>) -> Result<Detail> {
    let corrupt = |what: &str| StoreError::Corrupt(format!("event {}: {what}", row.seq));
    let verdict = row.verdict.and_then(Verdict::from_code);
    let rule = row.rule.and_then(Rule::from_code);
    Ok(Detail::Hit {
        link_no: row.link_no.unwrap_or(0).unsigned_abs(),
        facts,
        judgement: Judgement {
            verdict: verdict.ok_or_else(|| corrupt("verdict"))?,
            rule: rule.ok_or_else(|| corrupt("rule"))?,
            params,
        },
    })
}

pub(super) fn read_row(row: EventRow) -> Result<Event> {
    let corrupt = |what: &str| StoreError::Corrupt(format!("event {}: {what}", row.seq));
    let kind = EventKind::from_code(row.kind).ok_or_else(|| corrupt("kind"))?;
    let stored: Option<Stored> = match &row.detail {
        Some(bytes) => Some(postcard::from_bytes(bytes).map_err(|_| corrupt("detail"))?),
        None => None,
    };
    let detail = match stored {
        None => Detail::None,
        Some(Stored::Reason { code, text }) => Detail::Reason { code, text },
        Some(Stored::Revision(revision)) => Detail::Revision(revision),
        Some(Stored::Touch(touch)) => Detail::Touch(touch),
        Some(Stored::Report(report)) => Detail::Report(report),
        Some(Stored::Dismissal(dismissal)) => Detail::Dismissal(dismissal),
        Some(Stored::Hit { facts, params }) => hit(&row, facts.into(), params)?,
        Some(Stored::Facts { facts, params }) => {
            let facts = HitFacts::from_bytes(&facts).ok_or_else(|| corrupt("hit facts"))?;
            hit(&row, facts, params)?
        }
    };
    Ok(Event {
        seq: row.seq,
        event: NewEvent {
            at: row.at,
            kind,
            delivery: row.delivery_no,
            contact: row.contact_no,
            detail,
        },
    })
}
