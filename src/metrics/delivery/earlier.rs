//! Facts of a delivery as earlier encodings held them. What these did not know is counted once the
//! log is folded again. Pure.

use super::{DeliveryFacts, Frozen, FrozenLink};
use crate::domain::clock::Millis;
use crate::domain::day::Day;
use crate::domain::delivery::RecipientRole;
use crate::domain::id::{ContactNo, TemplateNo, UserNo};
use crate::domain::message::{MailClass, MessagePurpose};
use crate::metrics::deliverability::Fate;
use crate::metrics::hits::LinkHits;
use serde::Deserialize;

/// Encoding 1, without fates.
#[derive(Deserialize)]
struct First {
    sent: Option<Millis>,
    bounced: Option<Millis>,
    frozen: Option<OldFrozen>,
    links: Vec<LinkHits>,
}

/// Encoding 2, without opens and replies.
#[derive(Deserialize)]
struct Second {
    sent: Option<Millis>,
    bounced: Option<Millis>,
    frozen: Option<OldFrozen>,
    links: Vec<LinkHits>,
    fate: Fate,
}

/// What was frozen in both.
#[derive(Deserialize)]
struct OldFrozen {
    handed_over: Millis,
    day: Day,
    rep: UserNo,
    mailbox: i64,
    template: Option<TemplateNo>,
    purpose: MessagePurpose,
    class: MailClass,
    contact: Option<ContactNo>,
    role: RecipientRole,
    gateway: i16,
    tracks_clicks: bool,
    links: Vec<FrozenLink>,
}

impl From<OldFrozen> for Frozen {
    fn from(old: OldFrozen) -> Self {
        Self {
            handed_over: old.handed_over,
            day: old.day,
            rep: old.rep,
            mailbox: old.mailbox,
            template: old.template,
            purpose: old.purpose,
            class: old.class,
            contact: old.contact,
            role: old.role,
            gateway: old.gateway,
            tracks_opens: false,
            tracks_clicks: old.tracks_clicks,
            links: old.links,
        }
    }
}

impl From<Second> for DeliveryFacts {
    fn from(old: Second) -> Self {
        Self {
            sent: old.sent,
            bounced: old.bounced,
            frozen: old.frozen.map(Frozen::from),
            links: old.links,
            fate: old.fate,
            ..Self::default()
        }
    }
}

/// Reads `body` of encoding `version`; `None` for what it cannot be.
pub(super) fn read(version: u8, body: &[u8]) -> Option<DeliveryFacts> {
    let second = match version {
        1 => {
            let first: First = postcard::from_bytes(body).ok()?;
            Second {
                sent: first.sent,
                bounced: first.bounced,
                frozen: first.frozen,
                links: first.links,
                fate: Fate::default(),
            }
        }
        2 => postcard::from_bytes(body).ok()?,
        _ => return None,
    };
    Some(second.into())
}
