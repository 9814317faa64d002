//! The simulated contacts' side of the wire: they read the mail that was caught for them and ask
//! over HTTP as their programs would.

use super::DemoError;
use super::habits::{Act, Browser, Client};
use crate::domain::clock::SECOND_MS;
use mail_parser::MessageParser;
use reqwest::header::{ACCEPT, ACCEPT_LANGUAGE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use reqwest::{Method, RequestBuilder};
use std::net::SocketAddr;
use std::time::Duration;
use url::Url;

/// What a mail offers to whoever reads it, as paths of the tracking address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Offer {
    /// Tracked links, in order.
    pub(super) links: Vec<String>,
    /// The picture.
    pub(super) pixel: Option<String>,
    /// Where to unsubscribe.
    pub(super) unsubscribe: Option<String>,
}

/// Asks for the contacts, on loopback alone.
#[derive(Debug, Clone)]
pub(super) struct Reader {
    http: reqwest::Client,
    at: SocketAddr,
}

impl Reader {
    /// A reader that finds the product at `at`, whatever address its mails name.
    pub(super) fn new(at: SocketAddr) -> Result<Self, DemoError> {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_millis(20 * SECOND_MS.unsigned_abs()))
            .no_proxy()
            .build()?;
        Ok(Self { http, at })
    }

    /// Does `act` for contact `index` with what their mail offers.
    pub(super) async fn act(&self, act: Act, index: usize, offer: &Offer) -> Result<(), DemoError> {
        match act {
            Act::Open(client) => {
                self.get(Method::GET, client, index, offer.pixel.as_ref())
                    .await
            }
            Act::ClickAsset(client) => {
                self.get(Method::GET, client, index, offer.links.first())
                    .await
            }
            Act::ClickLast(client) => {
                self.get(Method::GET, client, index, offer.links.last())
                    .await
            }
            Act::SweepHead(client) => self.sweep(Method::HEAD, client, index, offer).await,
            Act::SweepGet(client) => self.sweep(Method::GET, client, index, offer).await,
            Act::Unsubscribe => self.unsubscribe(offer).await,
        }
    }

    async fn sweep(
        &self,
        method: Method,
        client: Client,
        index: usize,
        offer: &Offer,
    ) -> Result<(), DemoError> {
        for path in &offer.links {
            self.get(method.clone(), client, index, Some(path)).await?;
        }
        Ok(())
    }

    async fn get(
        &self,
        method: Method,
        client: Client,
        index: usize,
        path: Option<&String>,
    ) -> Result<(), DemoError> {
        let Some(path) = path else { return Ok(()) };
        self.request(method, path)
            .headers(headers(client))
            .header("x-forwarded-for", address(client, index))
            .send()
            .await?;
        Ok(())
    }

    /// RFC 8058: the mail program posts, the person sees a button.
    async fn unsubscribe(&self, offer: &Offer) -> Result<(), DemoError> {
        let Some(path) = &offer.unsubscribe else {
            return Ok(());
        };
        self.request(Method::POST, path)
            .header("content-type", "application/x-www-form-urlencoded")
            .body("List-Unsubscribe=One-Click")
            .send()
            .await?;
        Ok(())
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, format!("http://{}{path}", self.at))
    }
}

/// Reads what a caught mail offers, given the address of its tracked links.
pub(super) fn read(mail: &[u8], tracking: &Url) -> Offer {
    let Some(parsed) = MessageParser::default().parse(mail) else {
        return Offer::default();
    };
    let html = parsed.body_html(0).unwrap_or_default();
    let mut offer = Offer::default();
    for piece in html.split(tracking.as_str()).skip(1) {
        let end = piece
            .find(|c: char| !(c.is_ascii_alphanumeric() || "/-_.".contains(c)))
            .unwrap_or(piece.len());
        let path = format!("/{}", &piece[..end]);
        match path.get(..3) {
            Some("/c/") if !offer.links.contains(&path) => offer.links.push(path),
            Some("/o/") => offer.pixel = Some(path),
            Some("/u/") => offer.unsubscribe = Some(path),
            _ => {}
        }
    }
    offer
}

/// Addresses for documentation (RFC 5737), so that nobody's network is in the figures.
fn address(client: Client, index: usize) -> String {
    let host = index % 250 + 1;
    match client {
        Client::Browser(_) | Client::Outlook => format!("203.0.113.{host}"),
        Client::DeclaredBot | Client::Gateway => format!("198.51.100.{}", host % 4 + 1),
        _ => format!("192.0.2.{}", host % 16 + 1),
    }
}

const SAFARI: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Safari/605.1.15";
const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
const EDGE: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
const OUTLOOK: &str = "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; Microsoft Outlook 16.0.18025; ms-office; MSOffice 16)";

const fn agent(client: Client) -> &'static str {
    match client {
        Client::AppleProxy => "Mozilla/5.0",
        Client::GmailProxy => {
            "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
        }
        Client::YahooProxy => {
            "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html"
        }
        Client::Outlook => OUTLOOK,
        Client::Browser(Browser::Safari) => SAFARI,
        Client::Browser(Browser::Chrome) | Client::Gateway => CHROME,
        Client::Browser(Browser::Edge) => EDGE,
        Client::Browser(Browser::Firefox) => FIREFOX,
        Client::DeclaredBot => "Barracuda Sentinel (EE)",
    }
}

fn headers(client: Client) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(USER_AGENT, HeaderValue::from_static(agent(client)));
    if let Client::Browser(_) = client {
        let page = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        headers.insert(ACCEPT, HeaderValue::from_static(page));
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static("en-GB,en;q=0.8"));
        for (name, value) in [
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
            ("sec-fetch-user", "?1"),
            ("sec-fetch-site", "cross-site"),
        ] {
            headers.insert(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
    } else {
        headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_offers_its_links_its_picture_and_a_way_out() {
        let mail = b"Subject: x\r\nContent-Type: text/html\r\n\r\n\
            <a href=\"http://127.0.0.1:8080/c/AAA_-1\">x</a> <a href='http://elsewhere.example/c/B'>y</a>\
            <a href=\"http://127.0.0.1:8080/u/UUU\">stop</a>\
            <img src=\"http://127.0.0.1:8080/o/PPP.gif\">";
        let offer = read(mail, &Url::parse("http://127.0.0.1:8080/").unwrap());
        assert_eq!(offer.links, ["/c/AAA_-1"]);
        assert_eq!(offer.pixel.as_deref(), Some("/o/PPP.gif"));
        assert_eq!(offer.unsubscribe.as_deref(), Some("/u/UUU"));
    }
}
