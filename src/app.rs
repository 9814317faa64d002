//! The composition root: opens what a process needs, starts the parts that its roles name, and
//! stops them in order. It decides nothing about mail or hits.

mod catcher;
mod lmtp;
mod open;
mod parts;
mod sockets;

pub use open::{AppError, Schema, check_relay, open, open_for_command, prepare};

use crate::config::Loaded;
use crate::ctx::Ctx;
use crate::domain::clock::Clock;
use crate::intake::Intake;
use crate::shutdown::Shutdown;
use crate::web;
use open::DataLock;
use parts::Parts;
use sockets::Sockets;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};

/// How long a part may take to notice that it is cut off.
const HARD_STOP: Duration = Duration::from_secs(2);
/// How long to wait before a database that is down is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(2);

/// A running application.
pub struct App {
    /// What its parts share.
    pub ctx: Ctx,
    /// Stops it.
    pub shutdown: Shutdown,
    /// Where HTTP is served.
    pub address: SocketAddr,
    parts: Parts,
    failure: Failure,
    lock: DataLock,
}

/// What made a running application stop by itself, set once.
type Failure = Arc<OnceLock<AppError>>;

/// Takes the port of the settings and starts on it; see [`start_on`].
pub async fn start(
    loaded: Loaded,
    clock: Clock,
    schema: Schema,
    shutdown: Shutdown,
) -> Result<App, AppError> {
    let listen = loaded.settings.listen;
    let listener = web::listen(listen).map_err(|source| AppError::Listen { listen, source })?;
    start_on(listener, loaded, clock, schema, shutdown).await
}

/// Starts the parts that the settings' roles name, with HTTP on `listener`. With the role `track` a database that is down
/// does not keep the rest from starting: redirects and pixels are served, and the database is
/// tried again until it answers.
pub async fn start_on(
    listener: TcpListener,
    mut loaded: Loaded,
    clock: Clock,
    schema: Schema,
    shutdown: Shutdown,
) -> Result<App, AppError> {
    web::health::recorder();
    let lock = DataLock::take(&loaded.settings.data_dir)?;
    let listen = loaded.settings.listen;
    let refused = |source| AppError::Listen { listen, source };
    listener.set_nonblocking(true).map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    loaded.settings = loaded.settings.bound_to(address);
    let sockets = Sockets::open(&mut loaded.settings, listener)?;
    let ctx = open::open(&loaded, clock)?;
    let parts = Parts::new(ctx.clone(), shutdown.clone()).await?;
    let app = App {
        ctx,
        shutdown,
        address,
        parts,
        failure: Failure::default(),
        lock,
    };
    match prepare(&app.ctx, schema).await {
        Ok(()) => app.parts.start_workers(),
        Err(error) if error.is_for_now() && app.ctx.settings.roles.track => {
            tracing::warn!(error = %error, "started without the database; tracking works, the rest waits for it");
            app.keep_trying(schema);
        }
        Err(error) => return Err(error),
    }
    app.parts.serve(sockets);
    Ok(app)
}

impl App {
    /// The intake of this process.
    pub fn intake(&self) -> Intake {
        self.parts.intake.clone()
    }

    /// Tries to prepare the database until it answers, then starts what needs it.
    fn keep_trying(&self, schema: Schema) {
        let parts = self.parts.clone();
        let failure = Arc::clone(&self.failure);
        self.parts.work.spawn(async move {
            let stop = parts.shutdown.soft.clone();
            while stop
                .run_until_cancelled(tokio::time::sleep(TRY_AGAIN))
                .await
                .is_some()
            {
                match prepare(&parts.ctx, schema).await {
                    Err(error) if error.is_for_now() => continue,
                    Ok(()) => {
                        parts.start_workers();
                        tracing::info!("the database answers; everything runs now");
                    }
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
    /// the rest. HTTP is answered until the workers are done, so that a balancer sees a node that
    /// is not ready instead of one that is gone.
    pub async fn until_stopped(self) -> Result<(), AppError> {
        let Self {
            shutdown, parts, ..
        } = &self;
        shutdown.soft.cancelled().await;
        let deadline = Instant::now() + parts::grace(&self.ctx.settings);
        parts.work.close();
        parts.http.close();
        tokio::select! {
            _ = timeout_at(deadline, parts.work.wait()) => {}
            () = shutdown.hard.cancelled() => {}
        }
        if !parts.work.is_empty() {
            tracing::warn!("the grace is over; what is still under way is cut off");
            shutdown.insist();
            let _ = timeout(HARD_STOP, parts.work.wait()).await;
        }
        parts.http_stop.cancel();
        let deadline = deadline.max(Instant::now() + HARD_STOP);
        tokio::select! {
            _ = timeout_at(deadline, parts.http.wait()) => {}
            () = shutdown.hard.cancelled() => {}
        }
        let _ = timeout(HARD_STOP, parts.intake.close()).await;
        let _ = timeout(HARD_STOP, self.ctx.store.close()).await;
        drop(self.lock);
        drop(self.parts);
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
