//! The simulated company's own web site, where tracked links lead: a page per asset, on loopback,
//! so that a newcomer who clicks arrives somewhere and nothing leaves the machine.

use super::cast::{ASSETS, BOOKING_PATH, ORGANISATION};
use actix_web::{App, HttpResponse, HttpServer, web};
use maud::{DOCTYPE, html};
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use tokio_util::sync::CancellationToken;
use url::Url;

/// A site that has its port and does not answer yet.
#[derive(Debug)]
pub struct Site {
    listener: TcpListener,
    /// Where it is.
    pub url: Url,
}

/// Takes a free port on loopback.
///
/// # Panics
/// Never: an address and a port always make a URL.
pub fn open() -> io::Result<Site> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let url = Url::parse(&format!("http://{address}/")).expect("an address and a port make a URL");
    Ok(Site { listener, url })
}

impl Site {
    /// Answers until `stop`.
    pub async fn serve(self, stop: CancellationToken) -> io::Result<()> {
        let server = HttpServer::new(|| App::new().route("/{page}", web::get().to(page)))
            .workers(1)
            .disable_signals()
            .shutdown_timeout(1)
            .listen(self.listener)?
            .run();
        let handle = server.handle();
        let stopper = tokio::spawn(async move {
            stop.cancelled().await;
            handle.stop(false).await;
        });
        let done = server.await;
        stopper.abort();
        done
    }
}

async fn page(path: web::Path<String>) -> HttpResponse {
    let name = ASSETS
        .iter()
        .find(|asset| asset.path == *path)
        .map(|asset| asset.name)
        .or_else(|| (*path == BOOKING_PATH).then_some("Pick a time"));
    let Some(name) = name else {
        return HttpResponse::NotFound().body("There is no such page.\n");
    };
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (name) " - " (ORGANISATION) }
            }
            body style="max-width:36rem;margin:4rem auto;padding:0 1rem;font:18px/1.6 system-ui,sans-serif" {
                p style="color:#666" { (ORGANISATION) }
                h1 { (name) }
                p {
                    "This page stands in for a page of the company's own site. The link in the mail \
                     led here through the tracking address, which noted the click."
                }
                p { "Go back to the message: the click is in its timeline." }
            }
        }
    };
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .body(page.into_string())
}
