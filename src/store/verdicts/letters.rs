//! Hits with all that a judgement of them needs: the other hits on their delivery, when it was
//! handed over, and when somebody answered. One statement reads the hits, replies and revisions of
//! many deliveries, one the deliveries.

use super::super::log::{EventRow, read_row};
use super::super::sql::{row, rows, statements};
use super::super::{Result, Store, Tx};
use crate::classify::MailContext;
use crate::domain::address::is_freemail;
use crate::domain::clock::Millis;
use crate::domain::event::{Detail, Event, EventKind};
use crate::domain::hit::{HitFacts, HitKind};
use crate::domain::id::{ContactNo, DeliveryNo, MessageId, Seq};
use crate::domain::verdict::Judgement;
use std::collections::{BTreeMap, HashMap};

/// Hits on one delivery that are judged together; of more, which only a machine makes, the newest.
const MOST_HITS: usize = 2_000;

statements! {
    /// `$1` one array of delivery numbers, `$2` from when on. Kinds: opened, clicked, replied,
    /// revised. A reply counts whenever it came.
    HAPPENED = sqlite "SELECT e.seq, e.at, e.kind, e.delivery_no, e.contact_no, e.link_no, e.verdict, e.rule, e.detail
        FROM json_each($1) AS j CROSS JOIN events AS e ON e.delivery_no = j.value
        WHERE e.kind IN (8, 9, 10, 19) AND (e.at >= $2 OR e.kind = 10)
        ORDER BY e.seq"
        postgres "SELECT e.seq, e.at, e.kind, e.delivery_no, e.contact_no, e.link_no, e.verdict, e.rule, e.detail
        FROM jsonb_array_elements_text($1::JSONB) AS j JOIN events AS e ON e.delivery_no = j::BIGINT
        WHERE e.kind IN (8, 9, 10, 19) AND (e.at >= $2 OR e.kind = 10)
        ORDER BY e.seq";
    /// Of several hand-overs the earliest.
    COPIES = sqlite "SELECT d.no, d.domain, b.address AS sender,
            COALESCE((SELECT MIN(a.handed_over_at) FROM attempts a WHERE a.delivery_no = d.no), d.handed_over_at) AS handed_over_at,
            (SELECT COUNT(*) FROM links l WHERE l.delivery_no = d.no) AS links
        FROM json_each($1) AS j CROSS JOIN deliveries AS d ON d.no = j.value
            JOIN mailboxes AS b ON b.no = d.mailbox_no"
        postgres "SELECT d.no, d.domain, b.address AS sender,
            COALESCE((SELECT MIN(a.handed_over_at) FROM attempts a WHERE a.delivery_no = d.no), d.handed_over_at) AS handed_over_at,
            (SELECT COUNT(*) FROM links l WHERE l.delivery_no = d.no) AS links
        FROM jsonb_array_elements_text($1::JSONB) AS j JOIN deliveries AS d ON d.no = j::BIGINT
            JOIN mailboxes AS b ON b.no = d.mailbox_no";
    OF_MESSAGE = "SELECT no FROM deliveries WHERE message_id = $1 ORDER BY no";
}

row! {
    /// What of a delivery a judgement asks for.
    struct CopyRow {
        no: DeliveryNo,
        domain: String,
        sender: String,
        handed_over_at: Option<Millis>,
        links: i64,
    }
}

/// A hit as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Its place in the log.
    pub seq: Seq,
    /// When it happened.
    pub at: Millis,
    /// Pixel or link.
    pub kind: HitKind,
    /// The copy it is about.
    pub delivery: DeliveryNo,
    /// The contact named by its event.
    pub contact: Option<ContactNo>,
    /// The link, 0 for the pixel.
    pub link_no: u16,
    /// What was kept of the request.
    pub facts: HitFacts,
    /// The first verdict.
    pub first: Judgement,
    /// The newest revision, if it was ever revised.
    pub revised: Option<(i32, Judgement)>,
}

impl Hit {
    /// The judgement as it is now.
    pub fn present(&self) -> &Judgement {
        self.revised.as_ref().map_or(&self.first, |(_, now)| now)
    }

    /// Its kind in the log.
    pub const fn event_kind(&self) -> EventKind {
        match self.kind {
            HitKind::Open => EventKind::Opened,
            _ => EventKind::Clicked,
        }
    }
}

/// One mail to one recipient with its hits.
#[derive(Debug, Clone)]
pub struct Letter {
    /// The delivery.
    pub delivery: DeliveryNo,
    /// Its hits, in the log's order.
    pub hits: Vec<Hit>,
    /// What else a judgement asks for.
    pub mail: MailContext,
}

/// `deliveries` with their hits since `from`, as the transaction sees them.
pub async fn load(tx: &mut Tx, deliveries: &[DeliveryNo], from: Millis) -> Result<Vec<Letter>> {
    if deliveries.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = array(deliveries);
    let copies = rows!(&mut *tx, COPIES, CopyRow; wanted.as_str())?;
    assemble(copies, rows!(&mut *tx, HAPPENED, EventRow; wanted, from)?)
}

/// As [`load`], outside of a transaction.
pub async fn read(store: &Store, deliveries: &[DeliveryNo], from: Millis) -> Result<Vec<Letter>> {
    if deliveries.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = array(deliveries);
    let copies = rows!(store, COPIES, CopyRow; wanted.as_str())?;
    assemble(copies, rows!(store, HAPPENED, EventRow; wanted, from)?)
}

/// The deliveries of one message.
pub(super) async fn deliveries_of(tx: &mut Tx, message: MessageId) -> Result<Vec<DeliveryNo>> {
    let found = rows!(tx, OF_MESSAGE, (DeliveryNo,); message)?;
    Ok(found.into_iter().map(|(no,)| no).collect())
}

/// Their numbers as the JSON array that statements take.
pub(in crate::store) fn array(deliveries: &[DeliveryNo]) -> String {
    serde_json::to_string(deliveries).expect("numbers have a JSON form")
}

fn assemble(copies: Vec<CopyRow>, happened: Vec<EventRow>) -> Result<Vec<Letter>> {
    let mut letters: BTreeMap<DeliveryNo, Letter> = copies
        .into_iter()
        .map(|row| (row.no, row.letter()))
        .collect();
    let mut revised: HashMap<Seq, (i32, Judgement)> = HashMap::new();
    for row in happened {
        let event = read_row(row)?;
        let delivery = event.event.delivery;
        if let Some(letter) = delivery.and_then(|no| letters.get_mut(&no)) {
            note(letter, &mut revised, event);
        }
    }
    for letter in letters.values_mut() {
        let spare = letter.hits.len().saturating_sub(MOST_HITS);
        letter.hits.drain(..spare);
        for hit in &mut letter.hits {
            hit.revised = revised.remove(&hit.seq);
        }
    }
    Ok(letters.into_values().collect())
}

fn note(letter: &mut Letter, revised: &mut HashMap<Seq, (i32, Judgement)>, event: Event) {
    let (seq, event) = (event.seq, event.event);
    match event.detail {
        Detail::Hit {
            link_no,
            facts,
            judgement,
        } => letter.hits.push(Hit {
            seq,
            at: event.at,
            kind: match event.kind {
                EventKind::Opened => HitKind::Open,
                _ => HitKind::Click,
            },
            delivery: letter.delivery,
            contact: event.contact,
            link_no,
            facts,
            first: judgement,
            revised: None,
        }),
        Detail::Revision(revision) => {
            let known = revised.get(&revision.hit);
            if known.is_none_or(|(number, _)| revision.number > *number) {
                revised.insert(revision.hit, (revision.number, revision.judgement));
            }
        }
        // A reply quotes what it answers, and only a person writes one.
        _ if event.kind == EventKind::Replied => {
            let mail = &mut letter.mail;
            let first = mail.quoted_since.map_or(event.at, |at| at.min(event.at));
            mail.quoted_since = Some(first);
            mail.actions.push(event.at);
        }
        _ => {}
    }
}

impl CopyRow {
    fn letter(self) -> Letter {
        let own = self.sender.rsplit('@').next().unwrap_or_default();
        Letter {
            delivery: self.no,
            hits: Vec::new(),
            mail: MailContext {
                handed_over: self.handed_over_at,
                links: u16::try_from(self.links).unwrap_or(u16::MAX),
                own_domain: own.eq_ignore_ascii_case(&self.domain) && !is_freemail(&self.domain),
                ..MailContext::default()
            },
        }
    }
}
