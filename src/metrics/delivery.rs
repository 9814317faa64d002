//! What is known of one delivery: when it was sent, whether it came back, who followed which link,
//! and the dimensions frozen when it was handed over. A function of the set of its events: their
//! order and repetition leave no trace.

use super::deliverability::{self, Fate};
use super::hits::{Class, Hit, LinkHits, Taken};
use crate::domain::clock::Millis;
use crate::domain::day::Day;
use crate::domain::delivery::RecipientRole;
use crate::domain::event::{Detail, EventKind, NewEvent};
use crate::domain::id::{ContactNo, ContentNo, Seq, TemplateNo, UserNo};
use crate::domain::link::{DestinationId, LinkRole};
use crate::domain::message::{MailClass, MessagePurpose};
use serde::{Deserialize, Serialize};

/// Stands in front of stored facts; another layout needs another number and a rebuild.
const ENCODING_VERSION: u8 = 2;

/// The facts of one delivery.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DeliveryFacts {
    /// When the next hop first answered 250, `None` while it has not.
    pub sent: Option<Millis>,
    /// When it first came back, `None` when it did not.
    pub bounced: Option<Millis>,
    /// What was frozen at the hand-over; known from the first `sent` on.
    pub frozen: Option<Frozen>,
    /// Clicks, by link, in the order of their numbers.
    links: Vec<LinkHits>,
    /// What became of it, beside being sent.
    pub fate: Fate,
}

/// The facts as encoding 1 held them.
#[derive(Deserialize)]
struct FirstVersion {
    sent: Option<Millis>,
    bounced: Option<Millis>,
    frozen: Option<Frozen>,
    links: Vec<LinkHits>,
}

/// What a delivery was when it was handed over. Later changes of owner, template or purpose do not
/// move it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frozen {
    /// When the body went to the next hop: waits are counted from here.
    pub handed_over: Millis,
    /// That day in the organisation's zone: the cohort.
    pub day: Day,
    /// Its author.
    pub rep: UserNo,
    /// The number of the mailbox it left from.
    pub mailbox: i64,
    /// The template it was made from.
    pub template: Option<TemplateNo>,
    /// Why it was written.
    pub purpose: MessagePurpose,
    /// Under which rules it was sent.
    pub class: MailClass,
    /// Whom it went to.
    pub contact: Option<ContactNo>,
    /// How they were addressed.
    pub role: RecipientRole,
    /// The code of the recipient's gateway.
    pub gateway: i16,
    /// Whether clicks may be recorded.
    pub tracks_clicks: bool,
    /// Its tracked links, in the order of their numbers.
    pub links: Vec<FrozenLink>,
}

/// A tracked link as it was rendered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenLink {
    /// Its number in the message.
    pub no: u16,
    /// What it is for.
    pub role: LinkRole,
    /// The content asset it leads to.
    pub content: Option<ContentNo>,
    /// Where it leads.
    pub destination: DestinationId,
}

/// Whether `event` can change the facts of a delivery at all.
pub fn concerns(event: &NewEvent) -> bool {
    if deliverability::concerns(event) {
        return true;
    }
    match (event.kind, &event.detail) {
        (EventKind::Sent, _) | (EventKind::Clicked, Detail::Hit { .. }) => true,
        (EventKind::Revised, Detail::Revision(revision)) => revision.hit_kind == EventKind::Clicked,
        _ => false,
    }
}

impl DeliveryFacts {
    /// Takes one event of this delivery, in any order, any number of times.
    pub fn apply(&mut self, seq: Seq, event: &NewEvent) -> Taken {
        if let Some((link_no, hit, class)) = click(seq, event) {
            return self.link(link_no).take(hit, class);
        }
        self.note(event);
        Taken::Yes
    }

    /// The facts that follow from `events`, which must be all events of the delivery.
    #[must_use]
    pub fn refold<'a>(
        events: impl IntoIterator<Item = (Seq, &'a NewEvent)>,
        frozen: Option<Frozen>,
    ) -> Self {
        let mut facts = Self {
            frozen,
            ..Self::default()
        };
        for (seq, event) in events {
            match click(seq, event) {
                Some((link_no, hit, class)) => facts.link(link_no).place(hit, class),
                None => facts.note(event),
            }
        }
        facts.links.iter_mut().for_each(LinkHits::trim);
        facts
    }

    /// The hits on link `no`, if any.
    pub fn hits(&self, no: u16) -> Option<&LinkHits> {
        let place = self.links.binary_search_by_key(&no, |link| link.no).ok()?;
        Some(&self.links[place])
    }

    /// Compact bytes with a version in front.
    ///
    /// # Panics
    /// Never: every field has an encoding.
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_extend(self, vec![ENCODING_VERSION]).expect("plain data has an encoding")
    }

    /// Reads what [`Self::to_bytes`] wrote; `None` for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (version, body) = bytes.split_first()?;
        match *version {
            ENCODING_VERSION => postcard::from_bytes(body).ok(),
            1 => postcard::from_bytes(body).ok().map(Self::of_first_version),
            _ => None,
        }
    }

    /// Facts of the version that knew nothing of fates. What came back before is counted once the
    /// log is folded again.
    fn of_first_version(first: FirstVersion) -> Self {
        Self {
            sent: first.sent,
            bounced: first.bounced,
            frozen: first.frozen,
            links: first.links,
            fate: Fate::default(),
        }
    }

    fn note(&mut self, event: &NewEvent) {
        self.fate.note(event);
        let at = event.at;
        let earliest = |known: Option<Millis>| Some(known.map_or(at, |known| known.min(at)));
        match event.kind {
            EventKind::Sent => self.sent = earliest(self.sent),
            EventKind::Bounced => self.bounced = earliest(self.bounced),
            _ => {}
        }
    }

    fn link(&mut self, no: u16) -> &mut LinkHits {
        let place = match self.links.binary_search_by_key(&no, |link| link.no) {
            Ok(place) => place,
            Err(place) => {
                self.links.insert(place, LinkHits::new(no));
                place
            }
        };
        &mut self.links[place]
    }
}

/// The click an event reports, or the click whose verdict it revises.
fn click(seq: Seq, event: &NewEvent) -> Option<(u16, Hit, Class)> {
    let class = |human: bool| if human { Class::Human } else { Class::Machine };
    match (event.kind, &event.detail) {
        (
            EventKind::Clicked,
            Detail::Hit {
                link_no, judgement, ..
            },
        ) => {
            let hit = Hit {
                at: event.at,
                seq,
                revision: 0,
            };
            Some((*link_no, hit, class(judgement.verdict.counts_as_human())))
        }
        (EventKind::Revised, Detail::Revision(revision))
            if revision.hit_kind == EventKind::Clicked =>
        {
            let hit = Hit {
                at: revision.hit_at,
                seq: revision.hit,
                revision: revision.number,
            };
            let human = revision.judgement.verdict.counts_as_human();
            Some((revision.link_no, hit, class(human)))
        }
        _ => None,
    }
}
