//! HTTP: the server, its layers and its routes. `auth` says who asks, `api` and `ui` answer
//! people and programs, `track` answers contacts. A handler reads: authenticate, parse, one call,
//! respond. Nothing here calls `work`, and nothing in `work` calls this.

pub mod api;
pub mod auth;
pub mod body;
pub mod error;
pub mod health;
pub mod middleware;
pub mod peer;
pub mod relay;
pub mod state;
pub mod track;
pub mod ui;

pub use state::Web;

use crate::config::Roles;
use actix_web::http::KeepAlive;
use actix_web::middleware::from_fn;
use actix_web::web::{Data, ServiceConfig};
use actix_web::{App, HttpServer};
use middleware::connections::Connections;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// From the opening of a connection to the end of its first request's head. actix looks at this
/// clock before it reads: where it were short, a machine that is out of breath for some seconds
/// would refuse clicks that had long arrived.
const HEAD_TIMEOUT: Duration = Duration::from_secs(20);
/// For an idle connection.
const KEEP_ALIVE: Duration = Duration::from_secs(30);
/// Connections one worker holds; beyond it they wait to be accepted.
const CONNECTIONS_PER_WORKER: usize = 4_096;

/// Adds routes to a server. It runs once in each worker.
pub type Routes = Arc<dyn Fn(&mut ServiceConfig) + Send + Sync>;

/// What one server is made of.
#[derive(Clone)]
pub struct Parts {
    /// What its handlers are given.
    pub web: Web,
    /// Which faces it shows: pages and API with `web`, tracking with `track`.
    pub roles: Roles,
    /// The tracking routes with their state, from `web::track`.
    pub tracking: Routes,
    /// Threads that answer; each has an event loop of its own.
    pub workers: usize,
    /// How long answers in progress may take once `stop` is cancelled.
    pub grace: Duration,
}

/// Takes a port; with port 0 a free one. The server is not yet answering, but connections wait.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Serves until `stop` is cancelled and the answers in progress are finished, or `grace` is over.
/// Stop it after `work`: database connections that its workers opened end with them.
pub async fn serve(
    listener: TcpListener,
    mut parts: Parts,
    stop: CancellationToken,
) -> io::Result<()> {
    parts.web.stop = stop.clone();
    let grace_seconds = parts.grace.as_secs();
    let workers = parts.workers.max(1);
    let connections = Connections::new(parts.web.ctx.settings.trusted_proxies.clone());
    let server = HttpServer::new(move || {
        let parts = parts.clone();
        App::new()
            .app_data(Data::new(parts.web.clone()))
            .configure(move |config| routes(config, &parts))
            .default_service(actix_web::web::to(health::nothing_here))
            .wrap(from_fn(middleware::guard::guard))
            .wrap(from_fn(middleware::headers::headers))
            .wrap(from_fn(middleware::trace::trace))
            .wrap(from_fn(middleware::open_end::open_end))
    })
    .on_connect(move |io, data| connections.accepted(io, data))
    .workers(workers)
    .max_connections(CONNECTIONS_PER_WORKER)
    .client_request_timeout(HEAD_TIMEOUT)
    .client_disconnect_timeout(Duration::from_secs(2))
    .keep_alive(KeepAlive::Timeout(KEEP_ALIVE))
    .shutdown_timeout(grace_seconds)
    .disable_signals()
    .listen(listener)?
    .run();
    let handle = server.handle();
    let stopper = tokio::spawn(async move {
        stop.cancelled().await;
        handle.stop(true).await;
    });
    let done = server.await;
    stopper.abort();
    done
}

fn routes(config: &mut ServiceConfig, parts: &Parts) {
    health::configure(config);
    if parts.roles.track {
        (parts.tracking)(config);
    }
    if parts.roles.web {
        api::configure(config);
        ui::configure(config);
    }
}
