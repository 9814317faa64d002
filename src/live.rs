//! Tells those who wait that the event log has grown, or that something fired. One task asks the
//! store; every open feed watches its answer, so that a thousand feeds cost one question.

use crate::ctx::Ctx;
use crate::domain::clock::Millis;
use crate::domain::id::Seq;
use crate::store::{firings, log};
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// How often the head is asked for: a click is seen within this and the ingest's own delay.
const POLL: Duration = Duration::from_millis(250);

/// How far things are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct News {
    /// The head of the log.
    pub head: Option<Seq>,
    /// When something fired last.
    pub fired: Millis,
}

/// A watch on the news; cheap to clone.
#[derive(Debug, Clone)]
pub struct Live {
    head: watch::Sender<News>,
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
            head: watch::Sender::new(News::default()),
        }
    }

    /// Follows the news; `changed()` returns when there are some.
    pub fn follow(&self) -> watch::Receiver<News> {
        self.head.subscribe()
    }

    /// Says how far things are now. Moves forwards only.
    pub fn announce(&self, news: News) {
        self.head.send_if_modified(|known| {
            let next = News {
                head: known.head.max(news.head),
                fired: known.fired.max(news.fired),
            };
            let grown = next != *known;
            *known = next;
            grown
        });
    }

    /// Keeps the news up to date until `stop`. A store that is out of reach is asked again.
    pub async fn run(self, ctx: Ctx, stop: CancellationToken) {
        while !stop.is_cancelled() {
            if self.head.receiver_count() > 0
                && let Ok(head) = log::head(&ctx.store).await
                && let Ok(fired) = firings::newest(&ctx.store).await
            {
                let head = Some(head);
                self.announce(News { head, fired });
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
        let news = |head, fired| News {
            head: Some(Seq(head)),
            fired: Millis(fired),
        };
        live.announce(news(3, 0));
        follower.changed().await.unwrap();
        assert_eq!(*follower.borrow_and_update(), news(3, 0));
        live.announce(news(2, 0));
        assert!(!follower.has_changed().unwrap());
        live.announce(news(2, 9));
        follower.changed().await.unwrap();
        assert_eq!(*follower.borrow_and_update(), news(3, 9));
    }
}
