//! Which parts run in which role.

use super::{App, AppError};
use crate::ctx::Ctx;
use crate::shutdown::Shutdown;
use std::net::TcpListener;
use tokio_util::task::TaskTracker;

/// What is needed to start parts, also later than the application itself.
#[derive(Debug, Clone)]
pub(super) struct Parts {
    pub(super) ctx: Ctx,
    pub(super) shutdown: Shutdown,
    pub(super) tasks: TaskTracker,
}

impl App {
    pub(super) fn parts(&self) -> Parts {
        Parts {
            ctx: self.ctx.clone(),
            shutdown: self.shutdown.clone(),
            tasks: self.tasks.clone(),
        }
    }

    pub(super) fn serve_http(&self, listener: TcpListener) -> Result<(), AppError> {
        let _ = listener;
        Ok(())
    }
}

impl Parts {
    /// Starts what needs the database.
    pub(super) async fn start_workers(&self) -> Result<(), AppError> {
        Ok(())
    }
}
