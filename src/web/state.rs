//! What every handler is given beside the request. Made once, shared by all workers.

use super::auth::attempts::Attempts;
use super::auth::seen::Seen;
use crate::ctx::Ctx;
use crate::live::Live;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// Passwords hashed at once: each takes 19 MiB and a core for some 20 ms.
const HASHES_AT_ONCE: usize = 2;
/// Feeds open at once.
const FEEDS_AT_ONCE: usize = 1_000;

/// Shared state of the HTTP server; cheap to clone.
#[derive(Debug, Clone)]
pub struct Web {
    /// Settings, store, keys, clock.
    pub ctx: Ctx,
    /// The head of the event log, for those who wait for news.
    pub live: Live,
    /// Cancelled when the process begins to stop: it is no longer ready, and feeds end.
    pub stopping: CancellationToken,
    pub(crate) attempts: Arc<Attempts>,
    pub(crate) seen: Arc<Seen>,
    pub(crate) hashing: Arc<Semaphore>,
    pub(crate) feeds: Arc<Semaphore>,
    /// Cancelled when the server is to stop; ends feeds.
    pub(crate) stop: CancellationToken,
}

impl Web {
    /// The state of a fresh server.
    pub fn new(ctx: Ctx, live: Live) -> Self {
        Self {
            ctx,
            live,
            stopping: CancellationToken::new(),
            attempts: Arc::new(Attempts::default()),
            seen: Arc::new(Seen::default()),
            hashing: Arc::new(Semaphore::new(HASHES_AT_ONCE)),
            feeds: Arc::new(Semaphore::new(FEEDS_AT_ONCE)),
            stop: CancellationToken::new(),
        }
    }

    /// The same state, told of a stop by `stopping`.
    #[must_use]
    pub fn told_by(mut self, stopping: CancellationToken) -> Self {
        self.stopping = stopping;
        self
    }

    /// Whether cookies may travel over TLS alone.
    pub fn is_https(&self) -> bool {
        self.ctx.settings.base_url.scheme() == "https"
    }
}
