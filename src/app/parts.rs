//! Which parts run in which role.

use super::sockets::Sockets;
use super::{AppError, catcher, lmtp};
use crate::config::Settings;
use crate::ctx::Ctx;
use crate::domain::ticket::TicketKeys;
use crate::intake::{Intake, Limits};
use crate::live::Live;
use crate::net::imap::Timeouts;
use crate::net::smtp::PhaseTimeouts;
use crate::shutdown::Shutdown;
use crate::track::destinations;
use crate::web::track::TrackState;
use crate::web::{self, Web};
use crate::work;
use crate::work::mailbox::Readers;
use crate::work::send::Sender;
use std::future::Future;
use std::io;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// What is needed to start parts, also later than the application itself.
#[derive(Clone)]
pub(super) struct Parts {
    pub(super) ctx: Ctx,
    pub(super) shutdown: Shutdown,
    pub(super) intake: Intake,
    pub(super) live: Live,
    pub(super) destinations: destinations::Live,
    /// What reads and writes the store by itself.
    pub(super) work: TaskTracker,
    /// The HTTP servers, stopped after `work`: connections that they opened end with them.
    pub(super) http: TaskTracker,
    pub(super) http_stop: CancellationToken,
}

impl Parts {
    pub(super) async fn new(ctx: Ctx, shutdown: Shutdown) -> Result<Self, AppError> {
        let settings = &ctx.settings;
        let folder = settings.data_dir.join("intake");
        let limits = Limits {
            cap_bytes: settings.intake_cap_bytes,
            ..Limits::default()
        };
        let intake = Intake::open(&folder, &ctx.keys, limits)
            .await
            .map_err(|source| AppError::Part {
                part: "the intake",
                source,
            })?;
        let destinations = work::destinations::load(&settings.data_dir);
        Ok(Self {
            destinations,
            ctx,
            shutdown,
            intake,
            live: Live::new(),
            work: TaskTracker::new(),
            http: TaskTracker::new(),
            http_stop: CancellationToken::new(),
        })
    }

    /// Redirects, pixels and unsubscribe pages.
    fn tracking(&self) -> web::Routes {
        let ctx = &self.ctx;
        web::track::routes(TrackState {
            tickets: TicketKeys::new(&ctx.keys),
            intake: self.intake.clone(),
            destinations: self.destinations.clone(),
            proxies: ctx.settings.trusted_proxies.clone(),
            clock: ctx.clock.clone(),
            store: ctx.store.clone(),
        })
    }

    /// Starts what listens.
    pub(super) fn serve(&self, sockets: Sockets) {
        let web = Web::new(self.ctx.clone(), self.live.clone()).told_by(self.shutdown.soft.clone());
        if let Some(listener) = sockets.metrics {
            let served = web::health::serve_metrics(listener, web.clone(), self.http_stop.clone());
            self.watch("the metrics", served);
        }
        if let Some(listener) = sockets.catcher {
            let served = catcher::serve(listener, self.ctx.clone(), self.http_stop.clone());
            self.watch("the mail catcher", served);
        }
        if let Some(listener) = sockets.lmtp {
            let served = lmtp::serve(listener, self.ctx.clone(), self.http_stop.clone());
            self.watch("LMTP", served);
        }
        let settings = &self.ctx.settings;
        let parts = web::Parts {
            web,
            roles: settings.roles,
            tracking: self.tracking(),
            workers: std::thread::available_parallelism().map_or(2, usize::from),
            grace: grace(settings),
        };
        let served = web::serve(sockets.http, parts, self.http_stop.clone());
        self.watch("HTTP", served);
    }

    /// A listener that ends before its time takes the process with it: half a product that looks
    /// alive is worse.
    fn watch(
        &self,
        part: &'static str,
        served: impl Future<Output = io::Result<()>> + Send + 'static,
    ) {
        let shutdown = self.shutdown.clone();
        self.http.spawn(async move {
            if let Err(error) = served.await {
                tracing::error!(app.part = part, error = %error, "stopping: a part cannot be served");
                shutdown.ask();
            }
        });
    }

    /// Starts what needs the database.
    pub(super) fn start_workers(&self) {
        let stop = self.shutdown.soft.clone();
        let roles = self.ctx.settings.roles;
        if roles.web {
            self.work
                .spawn(self.live.clone().run(self.ctx.clone(), stop.clone()));
        }
        if roles.track {
            self.refresh_destinations(stop.clone());
        }
        // The intake's files are this node's own, so every node drains what it took.
        if roles.track || roles.work {
            self.refresh_networks(stop.clone());
            self.ingest(stop.clone());
            self.tell_arrivals(stop.clone());
        }
        if roles.work {
            self.judge(stop.clone());
            let readers = Readers::new(self.ctx.clone(), Timeouts::default());
            self.work.spawn(readers.run(stop.clone()));
            self.send(stop);
        }
    }

    fn send(&self, stop: CancellationToken) {
        let ctx = &self.ctx;
        let timeouts = PhaseTimeouts::default();
        let sender = Sender::after_intake(ctx.clone(), timeouts, self.intake.clone());
        self.work
            .spawn(sender.run(stop.clone(), self.shutdown.hard.clone()));
        let beat = |ctx| async move { work::heartbeat::step(&ctx).await };
        let every = work::heartbeat::EVERY;
        self.work.spawn(work::run(
            "heartbeat",
            ctx.clone(),
            stop.clone(),
            every,
            beat,
        ));
        let understand = |ctx| async move { work::understand::step(&ctx).await };
        let idle = work::understand::IDLE;
        self.work.spawn(work::run(
            "understand",
            ctx.clone(),
            stop.clone(),
            idle,
            understand,
        ));
        let drop_old = |ctx| async move { work::retention::step(&ctx).await };
        let every = work::retention::EVERY;
        self.work.spawn(work::run(
            "retention",
            ctx.clone(),
            stop.clone(),
            every,
            drop_old,
        ));
        let look = |ctx| async move { work::posture::step(&ctx).await };
        let every = work::posture::EVERY;
        self.work
            .spawn(work::run("posture", ctx.clone(), stop.clone(), every, look));
        let learn = |ctx| async move { work::gateways::step(&ctx).await };
        let idle = work::gateways::IDLE;
        self.work
            .spawn(work::run("gateways", ctx.clone(), stop, idle, learn));
    }

    fn judge(&self, stop: CancellationToken) {
        let follower = work::verdicts::Follower::default();
        let intake = self.intake.clone();
        let step = move |ctx| {
            let (follower, intake) = (follower.clone(), intake.clone());
            async move { follower.step(&ctx, &intake).await }
        };
        let (ctx, idle) = (self.ctx.clone(), work::verdicts::IDLE);
        self.work
            .spawn(work::run("verdicts", ctx, stop, idle, step));
    }

    fn tell_arrivals(&self, stop: CancellationToken) {
        let herald = work::arrivals::Herald::default();
        let intake = self.intake.clone();
        let step = move |ctx| {
            let (herald, intake) = (herald.clone(), intake.clone());
            async move { herald.step(&ctx, &intake).await }
        };
        let (ctx, idle) = (self.ctx.clone(), work::arrivals::IDLE);
        self.work
            .spawn(work::run("arrivals", ctx, stop, idle, step));
    }

    fn refresh_networks(&self, stop: CancellationToken) {
        let step = |ctx| async move { work::networks::step(&ctx).await };
        let (ctx, every) = (self.ctx.clone(), work::networks::EVERY);
        self.work
            .spawn(work::run("networks", ctx, stop, every, step));
    }

    fn refresh_destinations(&self, stop: CancellationToken) {
        let live = self.destinations.clone();
        let step = move |ctx| {
            let live = live.clone();
            async move { work::destinations::step(&ctx, &live).await }
        };
        let ctx = self.ctx.clone();
        let every = work::destinations::EVERY;
        self.work
            .spawn(work::run("destinations", ctx, stop, every, step));
    }

    fn ingest(&self, stop: CancellationToken) {
        let intake = self.intake.clone();
        let step = move |ctx| {
            let intake = intake.clone();
            async move { work::ingest::step(&ctx, &intake).await }
        };
        let ctx = self.ctx.clone();
        let idle = work::ingest::IDLE;
        self.work.spawn(work::run("ingest", ctx, stop, idle, step));
    }
}

/// How long an orderly stop may take.
pub(super) fn grace(settings: &Settings) -> Duration {
    Duration::from_secs(u64::from(settings.grace_seconds))
}
