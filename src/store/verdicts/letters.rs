//! Hits with all that a judgement of them needs: the other hits of their message, when each copy
//! was handed over, and when somebody answered. One statement reads the hits, replies and
//! revisions of many messages, one the copies.

use super::super::log::{EventRow, read_row};
use super::super::sql::{row, rows, statements};
use super::super::{Result, Store, Tx};
use crate::domain::clock::Millis;
use crate::domain::event::{Detail, Event, EventKind};
use crate::domain::hit::{HitFacts, HitKind};
use crate::domain::id::{ContactNo, DeliveryNo, MessageId, Seq, UserNo};
use crate::domain::verdict::Judgement;
use std::collections::{BTreeMap, HashMap};

/// Hits of one message that are judged together; of more, which only a machine makes, the newest.
const MOST_HITS: usize = 2_000;

statements! {
    /// `$1` one array of delivery numbers, `$2` from when on. Kinds: opened, clicked, replied,
    /// revised. A reply counts whenever it came.
    HAPPENED = sqlite "SELECT e.seq, e.at, e.kind, e.delivery_no, e.contact_no, e.link_no, e.verdict, e.rule, e.detail,
            d.message_id
        FROM (SELECT DISTINCT x.message_id FROM json_each($1) AS j
                JOIN deliveries AS x ON x.no = j.value) AS w
            CROSS JOIN deliveries AS d ON d.message_id = w.message_id
            CROSS JOIN events AS e ON e.delivery_no = d.no
        WHERE e.kind IN (8, 9, 10, 19) AND (e.at >= $2 OR e.kind = 10)
        ORDER BY e.seq"
        postgres "SELECT e.seq, e.at, e.kind, e.delivery_no, e.contact_no, e.link_no, e.verdict, e.rule, e.detail,
            d.message_id
        FROM (SELECT DISTINCT x.message_id FROM jsonb_array_elements_text($1::JSONB) AS j
                JOIN deliveries AS x ON x.no = j::BIGINT) AS w
            JOIN deliveries AS d ON d.message_id = w.message_id
            JOIN events AS e ON e.delivery_no = d.no
        WHERE e.kind IN (8, 9, 10, 19) AND (e.at >= $2 OR e.kind = 10)
        ORDER BY e.seq";
    COPIES = sqlite "SELECT d.no, d.message_id, d.contact_no, d.rep_no, d.domain, d.handed_over_at
        FROM (SELECT DISTINCT x.message_id FROM json_each($1) AS j
                JOIN deliveries AS x ON x.no = j.value) AS w
            CROSS JOIN deliveries AS d ON d.message_id = w.message_id
        ORDER BY d.no"
        postgres "SELECT d.no, d.message_id, d.contact_no, d.rep_no, d.domain, d.handed_over_at
        FROM (SELECT DISTINCT x.message_id FROM jsonb_array_elements_text($1::JSONB) AS j
                JOIN deliveries AS x ON x.no = j::BIGINT) AS w
            JOIN deliveries AS d ON d.message_id = w.message_id
        ORDER BY d.no";
    OF_MESSAGE = "SELECT no FROM deliveries WHERE message_id = $1 ORDER BY no";
}

row! {
    struct HappenedRow {
        seq: Seq,
        at: Millis,
        kind: i16,
        delivery_no: Option<DeliveryNo>,
        contact_no: Option<ContactNo>,
        link_no: Option<i16>,
        verdict: Option<i16>,
        rule: Option<i16>,
        detail: Option<Vec<u8>>,
        message_id: MessageId,
    }
}

row! {
    /// One copy of a message.
    pub struct Copy {
        /// Its number.
        pub no: DeliveryNo,
        /// The message.
        pub message_id: MessageId,
        /// Whom it went to.
        pub contact_no: Option<ContactNo>,
        /// Its author.
        pub rep_no: UserNo,
        /// The recipient's domain.
        pub domain: String,
        /// When its body went to the next hop.
        pub handed_over_at: Option<Millis>,
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

/// One message with its hits.
#[derive(Debug, Clone)]
pub struct Letter {
    /// The message.
    pub message: MessageId,
    /// Its copies, by number.
    pub copies: Vec<Copy>,
    /// Its hits, in the log's order.
    pub hits: Vec<Hit>,
    /// When a person answered, and which copy.
    pub replies: Vec<(Millis, DeliveryNo)>,
}

/// The messages of `deliveries` with their hits since `from`, as the transaction sees them.
pub async fn load(tx: &mut Tx, deliveries: &[DeliveryNo], from: Millis) -> Result<Vec<Letter>> {
    if deliveries.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = array(deliveries);
    let copies = rows!(&mut *tx, COPIES, Copy; wanted.as_str())?;
    assemble(
        copies,
        rows!(&mut *tx, HAPPENED, HappenedRow; wanted, from)?,
    )
}

/// As [`load`], outside of a transaction.
pub async fn read(store: &Store, deliveries: &[DeliveryNo], from: Millis) -> Result<Vec<Letter>> {
    if deliveries.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = array(deliveries);
    let copies = rows!(store, COPIES, Copy; wanted.as_str())?;
    assemble(copies, rows!(store, HAPPENED, HappenedRow; wanted, from)?)
}

/// The deliveries of one message.
pub(super) async fn deliveries_of(tx: &mut Tx, message: MessageId) -> Result<Vec<DeliveryNo>> {
    let found = rows!(tx, OF_MESSAGE, (DeliveryNo,); message)?;
    Ok(found.into_iter().map(|(no,)| no).collect())
}

fn array(deliveries: &[DeliveryNo]) -> String {
    serde_json::to_string(deliveries).expect("numbers have a JSON form")
}

fn assemble(copies: Vec<Copy>, happened: Vec<HappenedRow>) -> Result<Vec<Letter>> {
    let mut letters: BTreeMap<MessageId, Letter> = BTreeMap::new();
    for copy in copies {
        let message = copy.message_id;
        letters
            .entry(message)
            .or_insert_with(|| Letter {
                message,
                copies: Vec::new(),
                hits: Vec::new(),
                replies: Vec::new(),
            })
            .copies
            .push(copy);
    }
    let mut revised: HashMap<Seq, (i32, Judgement)> = HashMap::new();
    for row in happened {
        let Some(letter) = letters.get_mut(&row.message_id) else {
            continue;
        };
        note(letter, &mut revised, row.read()?);
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
    let seq = event.seq;
    let event = event.event;
    let Some(delivery) = event.delivery else {
        return;
    };
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
            delivery,
            contact: event.contact,
            link_no,
            facts,
            first: judgement,
            revised: None,
        }),
        Detail::Revision(revision) => {
            let newest = revised
                .get(&revision.hit)
                .is_none_or(|(number, _)| revision.number > *number);
            if newest {
                revised.insert(revision.hit, (revision.number, revision.judgement));
            }
        }
        _ if event.kind == EventKind::Replied => letter.replies.push((event.at, delivery)),
        _ => {}
    }
}

impl HappenedRow {
    fn read(self) -> Result<Event> {
        read_row(EventRow {
            seq: self.seq,
            at: self.at,
            kind: self.kind,
            delivery_no: self.delivery_no,
            contact_no: self.contact_no,
            link_no: self.link_no,
            verdict: self.verdict,
            rule: self.rule,
            detail: self.detail,
        })
    }
}
