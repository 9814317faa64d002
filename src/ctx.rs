//! What every part of the shell is given: settings, store, intake, keys, clock. Made once by
//! `app`; cheap to clone.

use crate::config::Settings;
use crate::domain::clock::Clock;
use crate::domain::keys::KeyRing;
use crate::networks::Networks;
use crate::store::Store;
use std::sync::Arc;

/// The shared context of one process.
#[derive(Debug, Clone)]
pub struct Ctx {
    /// What the operator set.
    pub settings: Arc<Settings>,
    /// The database.
    pub store: Store,
    /// The secrets.
    pub keys: Arc<KeyRing>,
    /// Whose network an address is in.
    pub networks: Networks,
    /// Business time and fresh ids.
    pub clock: Clock,
    /// Names this process in leases and logs; fresh at each start.
    pub node: Arc<str>,
}
