//! What stands in front of every redirect: what a person blocked and where a marketer moved a
//! link. Pure: a snapshot that is asked; refreshing it is the shell's work.

use crate::domain::id::DeliveryId;
use crate::domain::link::DestinationId;
use crate::domain::ticket::ClickTicket;
use arc_swap::ArcSwap;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The snapshot in use, replaced as a whole.
pub type Live = Arc<ArcSwap<Destinations>>;

/// All that is blocked or moved.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Destinations {
    /// Destinations nobody is sent to.
    pub blocked_destinations: HashSet<DestinationId>,
    /// Deliveries whose links lead nowhere.
    pub blocked_deliveries: HashSet<DeliveryId>,
    /// Keys whose tickets are worth nothing any more.
    pub blocked_keys: HashSet<u8>,
    /// Where links to a destination lead instead: an `http` or `https` URL.
    pub moved: HashMap<DestinationId, String>,
    /// Where misuse of a link is reported, shown on the page of a dead link.
    pub abuse_contact: Option<String>,
}

impl Destinations {
    /// Whether tickets signed with `key` are refused.
    pub fn refuses_key(&self, key: u8) -> bool {
        self.blocked_keys.contains(&key)
    }

    /// Whether hits on `delivery` lead nowhere and are not recorded.
    pub fn refuses_delivery(&self, delivery: DeliveryId) -> bool {
        self.blocked_deliveries.contains(&delivery)
    }

    /// The URL a click leads to; `None` when it is blocked.
    pub fn lead<'a>(&'a self, ticket: &'a ClickTicket) -> Option<&'a str> {
        if self.refuses_key(ticket.key)
            || self.refuses_delivery(ticket.delivery)
            || self.blocked_destinations.contains(&ticket.destination)
        {
            return None;
        }
        let moved = self.moved.get(&ticket.destination);
        Some(moved.map_or(ticket.url.as_str(), String::as_str))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_leads_where_it_was_meant_moved_or_nowhere() {
        let ticket = ClickTicket {
            key: 1,
            delivery: DeliveryId(uuid::Uuid::from_bytes([1; 16])),
            link: 1,
            destination: DestinationId(7),
            url: "https://old.example/".into(),
        };
        let mut all = Destinations::default();
        assert_eq!(all.lead(&ticket), Some("https://old.example/"));
        all.moved
            .insert(DestinationId(7), "https://new.example/".into());
        assert_eq!(all.lead(&ticket), Some("https://new.example/"));
        let mut blocked = [all.clone(), all.clone(), all];
        blocked[0].blocked_keys.insert(1);
        blocked[1].blocked_deliveries.insert(ticket.delivery);
        blocked[2].blocked_destinations.insert(DestinationId(7));
        for blocked in blocked {
            assert_eq!(blocked.lead(&ticket), None);
        }
    }
}
