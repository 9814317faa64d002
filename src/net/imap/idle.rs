//! Waiting for news: IDLE (RFC 2177) where the server has it, else a pause and a look.

use super::error::ImapError;
use super::mail::Mail;
use async_imap::extensions::idle::IdleResponse;
use std::future::Future;
use std::time::Duration;
use tokio::time::timeout;

/// What a server may say during one wait.
const NEWS_BYTES: u64 = 256 * 1_024;
/// How often a server without IDLE is asked.
const POLL: Duration = Duration::from_mins(1);

/// How a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// Something changed in the folder, or it is time to look.
    Look,
    /// The caller has something else to do.
    Called,
}

impl Mail {
    /// Waits in the open folder until the server has news, it is time to look again, or `called`
    /// is ready. Gives the session back, since IDLE takes it.
    pub async fn wait(
        mut self,
        called: impl Future<Output = ()>,
    ) -> Result<(Self, News), ImapError> {
        if !self.offers("IDLE") {
            let news = tokio::select! {
                () = called => News::Called,
                () = tokio::time::sleep(POLL.min(self.timeouts.idle)) => News::Look,
            };
            self.ask("NOOP", |_| {}).await?;
            return Ok((self, news));
        }
        self.budget.set(NEWS_BYTES);
        let limit = self.timeouts.command;
        let late = |_| ImapError::timeout("IDLE");
        let mut handle = self.session.idle();
        timeout(limit, handle.init())
            .await
            .map_err(late)?
            .map_err(ImapError::of)?;
        let news = {
            let (waiting, _interrupt) = handle.wait_with_timeout(self.timeouts.idle);
            // A server that only says "still here" would put the library's own limit off for ever.
            let waiting = timeout(self.timeouts.idle, waiting);
            tokio::select! {
                () = called => News::Called,
                heard = waiting => match heard {
                    Ok(Ok(IdleResponse::NewData(_) | IdleResponse::Timeout)) | Err(_) => News::Look,
                    Ok(Ok(IdleResponse::ManualInterrupt)) => return Err(ImapError::lost()),
                    Ok(Err(error)) => return Err(ImapError::of(error)),
                },
            }
        };
        self.budget.set(NEWS_BYTES);
        let done = timeout(limit, handle.done()).await.map_err(late)?;
        self.session = done.map_err(ImapError::of)?;
        Ok((self, news))
    }
}
