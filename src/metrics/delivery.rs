//! What is known of one delivery: when it was sent, whether it came back, who followed which link
//! or fetched the pixel, and the dimensions frozen when it was handed over. A function of the set of its events: their
//! order and repetition leave no trace.

mod earlier;

use super::deliverability::{self, Fate};
use super::hits::{Class, Hit, LinkHits, PixelHits, Taken};
use super::opens::Opening;
use crate::domain::clock::Millis;
use crate::domain::day::Day;
use crate::domain::delivery::RecipientRole;
use crate::domain::event::{Detail, EventKind, NewEvent};
use crate::domain::id::{ContactNo, ContentNo, Seq, TemplateNo, UserNo};
use crate::domain::link::{DestinationId, LinkRole};
use crate::domain::message::{MailClass, MessagePurpose};
use crate::domain::verdict::Judgement;
use serde::{Deserialize, Serialize};

/// Stands in front of stored facts; another layout needs another number and a rebuild.
const ENCODING_VERSION: u8 = 3;

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
    /// Who fetched the pixel.
    pub pixel: PixelHits,
    /// When it was first replied to, `None` when it was not.
    pub replied: Option<Millis>,
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
    /// Whether opens may be recorded.
    pub tracks_opens: bool,
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
        (EventKind::Sent | EventKind::Replied, _)
        | (EventKind::Clicked | EventKind::Opened, Detail::Hit { .. }) => true,
        (EventKind::Revised, Detail::Revision(revision)) => {
            matches!(revision.hit_kind, EventKind::Clicked | EventKind::Opened)
        }
        _ => false,
    }
}

impl DeliveryFacts {
    /// Takes one event of this delivery, in any order, any number of times.
    pub fn apply(&mut self, seq: Seq, event: &NewEvent) -> Taken {
        match hit(seq, event) {
            Some((Target::Link(no, class), hit)) => self.link(no).take(hit, class),
            Some((Target::Pixel(says), hit)) => self.pixel.take(hit, says),
            None => {
                self.note(event);
                Taken::Yes
            }
        }
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
            match hit(seq, event) {
                Some((Target::Link(no, class), hit)) => facts.link(no).place(hit, class),
                Some((Target::Pixel(says), hit)) => facts.pixel.place(hit, says),
                None => facts.note(event),
            }
        }
        facts.links.iter_mut().for_each(LinkHits::trim);
        facts.pixel.trim();
        facts
    }

    /// The hits on link `no`, if any.
    pub fn hits(&self, no: u16) -> Option<&LinkHits> {
        let place = self.links.binary_search_by_key(&no, |link| link.no).ok()?;
        Some(&self.links[place])
    }

    /// The first click of `class` on any link.
    pub fn first_click(&self, class: Class) -> Option<Millis> {
        self.links.iter().filter_map(|link| link.first(class)).min()
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
            earlier => earlier::read(earlier, body),
        }
    }

    fn note(&mut self, event: &NewEvent) {
        self.fate.note(event);
        let at = event.at;
        let earliest = |known: Option<Millis>| Some(known.map_or(at, |known| known.min(at)));
        match event.kind {
            EventKind::Sent => self.sent = earliest(self.sent),
            EventKind::Bounced => self.bounced = earliest(self.bounced),
            EventKind::Replied => self.replied = earliest(self.replied),
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

/// What was hit, and what the hit says under its present verdict.
enum Target {
    Link(u16, Class),
    Pixel(Option<Opening>),
}

impl Target {
    fn new(kind: EventKind, link_no: u16, judgement: &Judgement) -> Option<Self> {
        let judged = (judgement.verdict, judgement.rule);
        match kind {
            EventKind::Clicked if judgement.verdict.counts_as_human() => {
                Some(Self::Link(link_no, Class::Human))
            }
            EventKind::Clicked => Some(Self::Link(link_no, Class::Machine)),
            EventKind::Opened => Some(Self::Pixel(Opening::of(kind, Some(judged)))),
            _ => None,
        }
    }
}

/// The hit an event reports, or the hit whose verdict it revises.
fn hit(seq: Seq, event: &NewEvent) -> Option<(Target, Hit)> {
    match (event.kind, &event.detail) {
        (
            kind,
            Detail::Hit {
                link_no, judgement, ..
            },
        ) => {
            let hit = Hit {
                at: event.at,
                seq,
                revision: 0,
            };
            Some((Target::new(kind, *link_no, judgement)?, hit))
        }
        (EventKind::Revised, Detail::Revision(revision)) => {
            let hit = Hit {
                at: revision.hit_at,
                seq: revision.hit,
                revision: revision.number,
            };
            let target = Target::new(revision.hit_kind, revision.link_no, &revision.judgement);
            Some((target?, hit))
        }
        _ => None,
    }
}
