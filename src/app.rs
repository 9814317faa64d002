//! The composition root: opens what a process needs, starts the parts that its roles name, and
//! stops them in order. It decides nothing about mail or hits.

mod open;
mod parts;

pub use open::{AppError, Schema, check_relay, open, prepare};

use crate::config::Loaded;
use crate::ctx::Ctx;
use crate::domain::clock::Clock;
use crate::shutdown::Shutdown;
use open::DataLock;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio_util::task::TaskTracker;

/// How long a part may take to notice that it is cut off.
const HARD_STOP: Duration = Duration::from_secs(2);

/// A running application.
#[derive(Debug)]
pub struct App {
    /// What its parts share.
    pub ctx: Ctx,
    /// Stops it.
    pub shutdown: Shutdown,
    /// Where HTTP is served.
    pub address: SocketAddr,
    tasks: TaskTracker,
    failure: Failure,
    lock: DataLock,
}

/// What made a running application stop by itself, set once.
type Failure = Arc<OnceLock<AppError>>;

/// Starts the parts that the settings' roles name. With the role `track` a database that is down
/// does not keep the rest from starting: redirects and pixels are served, and the database is
/// tried again until it answers.
pub async fn start(
    loaded: Loaded,
    clock: Clock,
    schema: Schema,
    shutdown: Shutdown,
) -> Result<App, AppError> {
    let lock = DataLock::take(&loaded.settings.data_dir)?;
    let listen = loaded.settings.listen;
    let listener = TcpListener::bind(listen).map_err(|source| AppError::Listen { listen, source })?;
    let address = listener
        .local_addr()
        .map_err(|source| AppError::Listen { listen, source })?;
    let mut loaded = loaded;
    loaded.settings = loaded.settings.bound_to(address);
    let ctx = open(&loaded, clock)?;
    let app = App {
        ctx,
        shutdown,
        address,
        tasks: TaskTracker::new(),
        failure: Failure::default(),
        lock,
    };
    match prepare(&app.ctx, schema).await {
        Ok(()) => app.parts().start_workers().await?,
        Err(error) if error.is_for_now() && app.ctx.settings.roles.track => {
            tracing::warn!(error = %error, "started without the database; tracking works, the rest waits for it");
            app.keep_trying(schema);
        }
        Err(error) => return Err(error),
    }
    app.serve_http(listener)?;
    Ok(app)
}

impl App {
    /// Tries to prepare the database until it answers, then starts what needs it.
    fn keep_trying(&self, schema: Schema) {
        let parts = self.parts();
        let failure = Arc::clone(&self.failure);
        self.tasks.spawn(async move {
            let stop = parts.shutdown.soft.clone();
            while stop
                .run_until_cancelled(tokio::time::sleep(Duration::from_secs(2)))
                .await
                .is_some()
            {
                let done = match prepare(&parts.ctx, schema).await {
                    Ok(()) => parts.start_workers().await,
                    Err(error) if error.is_for_now() => continue,
                    Err(error) => Err(error),
                };
                match done {
                    Ok(()) => tracing::info!("the database answers; everything runs now"),
                    Err(error) => {
                        tracing::error!(error = %error, "stopping: the database cannot be used");
                        let _ = failure.set(error);
                        parts.shutdown.ask();
                    }
                }
                return;
            }
        });
    }

    /// Waits until a stop is asked for, lets what is under way end within the grace, and cuts off
    /// the rest.
    pub async fn until_stopped(self) -> Result<(), AppError> {
        self.shutdown.soft.cancelled().await;
        self.tasks.close();
        let grace = Duration::from_secs(u64::from(self.ctx.settings.grace_seconds));
        let ended = tokio::select! {
            ended = tokio::time::timeout(grace, self.tasks.wait()) => ended.is_ok(),
            () = self.shutdown.hard.cancelled() => false,
        };
        if !ended {
            tracing::warn!(grace_seconds = grace.as_secs(), "the grace is over; what is still under way is cut off");
            self.shutdown.insist();
            let _ = tokio::time::timeout(HARD_STOP, self.tasks.wait()).await;
        }
        let _ = tokio::time::timeout(HARD_STOP, self.ctx.store.close()).await;
        drop(self.lock);
        match Arc::into_inner(self.failure).and_then(OnceLock::into_inner) {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    /// Asks for a soft stop and waits for it.
    pub async fn stop(self) -> Result<(), AppError> {
        self.shutdown.ask();
        self.until_stopped().await
    }
}
