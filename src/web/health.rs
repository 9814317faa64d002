//! Probes, Prometheus, and the answer for paths that do not exist.

use super::auth::{Administrator, Caller};
use super::error::Problem;
use super::state::Web;
use crate::store::{gauges, migrations};
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, ResponseError as _};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::io;
use std::net::TcpListener;
use std::sync::OnceLock;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long a probe waits for the database.
const PROBE_WAIT: Duration = Duration::from_secs(2);

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route("/health/live", web::get().to(live))
        .route("/health/ready", web::get().to(ready))
        .route("/metrics", web::get().to(metrics_with_token));
}

/// The one recorder of this process, installed on first use; every counter before that is lost,
/// so `app` asks for it first.
pub fn recorder() -> &'static PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(|| {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("another metrics recorder was installed before ours");
        }
        handle
    })
}

/// The process answers.
async fn live() -> HttpResponse {
    plain("ok\n")
}

/// The process can do its work: the database answers and has our schema. A node that only tracks
/// is ready without a database.
async fn ready(state: Data<Web>) -> HttpResponse {
    if state.stopping.is_cancelled() {
        return not_ready("stopping\n".to_owned());
    }
    if !state.ctx.settings.roles.web && !state.ctx.settings.roles.work {
        return plain("ok\n");
    }
    let known = migrations().last().map_or(0, |last| last.version);
    let schema = state.ctx.store.schema_version();
    match tokio::time::timeout(PROBE_WAIT, schema).await {
        Ok(Ok(version)) if version == known => plain("ok\n"),
        Ok(Ok(version)) => not_ready(format!(
            "the schema is {version}, this program's is {known}\n"
        )),
        Ok(Err(_)) | Err(_) => not_ready("the database does not answer\n".to_owned()),
    }
}

async fn metrics_with_token(state: Data<Web>, _: Caller<Administrator>) -> HttpResponse {
    metrics_page(state).await
}

/// Prometheus text: what was counted, and the queue as it stands now.
pub async fn metrics_page(state: Data<Web>) -> HttpResponse {
    let recorder = recorder();
    // A database that is down must not hide the other figures.
    if let Ok(Ok(now)) = tokio::time::timeout(
        PROBE_WAIT,
        gauges::read(&state.ctx.store, state.ctx.clock.now()),
    )
    .await
    {
        for (state, n) in now.deliveries {
            metrics::gauge!("otklik_deliveries", "state" => state.as_str()).set(n as f64);
        }
        metrics::gauge!("otklik_oldest_due_seconds").set(now.oldest_due_ms as f64 / 1_000.0);
        metrics::gauge!("otklik_unrecorded_hits").set(now.unrecorded as f64);
        metrics::gauge!("otklik_objected_hits").set(now.objected as f64);
        metrics::gauge!("otklik_log_head").set(now.log_head as f64);
    }
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; version=0.0.4"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(recorder.render())
}

/// Serves `/metrics` alone, without a token, until `stop`: for a listener that only Prometheus
/// reaches.
pub async fn serve_metrics(
    listener: TcpListener,
    state: Web,
    stop: CancellationToken,
) -> io::Result<()> {
    let server = HttpServer::new(move || {
        App::new()
            .app_data(Data::new(state.clone()))
            .route("/metrics", web::get().to(metrics_page))
    })
    .workers(1)
    .disable_signals()
    .shutdown_timeout(1)
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

/// The answer for every path that no route takes.
pub(super) async fn nothing_here(_: HttpRequest) -> HttpResponse {
    Problem::not_found().error_response()
}

fn plain(text: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(text)
}

fn not_ready(why: String) -> HttpResponse {
    HttpResponse::ServiceUnavailable()
        .insert_header((CONTENT_TYPE, "text/plain"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(why)
}
