//! Hits that one of us made: the same address and browser as a session that was used in the day
//! before. The address is in the record alone, so this is asked when a hit is taken in.

use crate::domain::clock::{DAY_MS, Millis, SECOND_MS};
use crate::domain::hit::{HeaderField, HitRecord, OwnSession};
use crate::domain::id::UserId;
use crate::track::ClientKey;
use std::collections::HashMap;

/// For how long a session is remembered.
pub(super) const REMEMBERED_MS: i64 = DAY_MS;

/// The places of the last day, and the keys by which they are found.
#[derive(Default)]
pub(super) struct OwnPlaces {
    places: HashMap<u64, (UserId, Millis)>,
}

impl OwnPlaces {
    /// Of several people at one place the one seen last.
    pub(super) fn of(found: Vec<(u64, UserId, Millis)>) -> Self {
        let mut places: HashMap<u64, (UserId, Millis)> = HashMap::with_capacity(found.len());
        for (hash, user, at) in found {
            let known = places.entry(hash).or_insert((user, at));
            if at > known.1 {
                *known = (user, at);
            }
        }
        Self { places }
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The session that made `record`, if one of ours did. Places are hashed with the key of the
    /// day they were seen on, which may be the day before.
    pub(super) fn find(
        &self,
        record: &HitRecord,
        keys: &HashMap<i64, ClientKey>,
    ) -> Option<OwnSession> {
        if self.is_empty() {
            return None;
        }
        let address = record.client?;
        let agent = record.header(HeaderField::UserAgent).unwrap_or_default();
        let day = record.at.0.div_euclid(DAY_MS);
        [day, day - 1].into_iter().find_map(|day| {
            let hash = keys.get(&day)?.browser(address, agent);
            let (user, seen) = self.places.get(&hash)?;
            let before = record.at.since(*seen).max(0);
            (before <= REMEMBERED_MS).then(|| OwnSession {
                user: *user,
                seconds_before: u32::try_from(before / SECOND_MS).unwrap_or(u32::MAX),
            })
        })
    }
}
