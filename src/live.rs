//! Tells those who wait that the event log has grown. One task asks the store for the log's head;
//! every open feed watches its answer, so that a thousand feeds cost one question.

use crate::ctx::Ctx;
use crate::domain::id::Seq;
use crate::store::log;
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// How often the head is asked for: a click is seen within this and the ingest's own delay.
const POLL: Duration = Duration::from_millis(250);

/// A watch on the head of the log; cheap to clone.
#[derive(Debug, Clone)]
pub struct Live {
    head: watch::Sender<Seq>,
}

impl Default for Live {
    fn default() -> Self {
        Self::new()
    }
}

impl Live {
    /// A watch that knows of no event yet.
    pub fn new() -> Self {
        Self {
            head: watch::Sender::new(Seq(0)),
        }
    }

    /// Follows the head; `changed()` returns when it has moved.
    pub fn follow(&self) -> watch::Receiver<Seq> {
        self.head.subscribe()
    }

    /// Says that the log reaches to `seq` now. Moves forwards only.
    pub fn announce(&self, seq: Seq) {
        self.head.send_if_modified(|head| {
            let grown = seq > *head;
            if grown {
                *head = seq;
            }
            grown
        });
    }

    /// Keeps the head up to date until `stop`. A store that is out of reach is asked again.
    pub async fn run(self, ctx: Ctx, stop: CancellationToken) {
        while !stop.is_cancelled() {
            if self.head.receiver_count() > 0
                && let Ok(seq) = log::head(&ctx.store).await
            {
                self.announce(seq);
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_follower_hears_of_growth_and_of_nothing_else() {
        let live = Live::new();
        let mut follower = live.follow();
        live.announce(Seq(3));
        follower.changed().await.unwrap();
        assert_eq!(*follower.borrow_and_update(), Seq(3));
        live.announce(Seq(2));
        assert!(!follower.has_changed().unwrap());
    }
}
