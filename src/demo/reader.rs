//! The simulated contacts' side of the wire: they read the mail that was caught for them and ask
//! over HTTP as their programs would.

use super::DemoError;
use super::habits::Act;
use crate::domain::clock::SECOND_MS;
use crate::domain::hit::{self, HeaderField};
use crate::sample::Visit;
use mail_parser::MessageParser;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
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

    /// Does `act` with what a mail offers.
    pub(super) async fn act(&self, act: &Act, offer: &Offer) -> Result<(), DemoError> {
        match act {
            Act::Visit(visit) => self.visit(visit, offer).await,
            Act::Unsubscribe => self.unsubscribe(offer).await,
        }
    }

    async fn visit(&self, visit: &Visit, offer: &Offer) -> Result<(), DemoError> {
        let path = match usize::from(visit.link).checked_sub(1) {
            None => offer.pixel.as_ref(),
            Some(place) => offer.links.get(place),
        };
        let Some(path) = path else { return Ok(()) };
        self.request(method(visit), path)
            .headers(headers(visit))
            .header("x-forwarded-for", visit.forwarded_for())
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

fn method(visit: &Visit) -> Method {
    match visit.method {
        hit::Method::Get => Method::GET,
        hit::Method::Head => Method::HEAD,
        hit::Method::Options => Method::OPTIONS,
        hit::Method::Post => Method::POST,
    }
}

/// The client's headers, and what a proxy in front of the product would add.
fn headers(visit: &Visit) -> HeaderMap {
    visit
        .headers
        .iter()
        .map(|(field, value)| {
            let name = HeaderName::from_static(name(*field));
            (name, HeaderValue::from_static(value))
        })
        .collect()
}

const fn name(field: HeaderField) -> &'static str {
    match field {
        HeaderField::UserAgent => "user-agent",
        HeaderField::Accept => "accept",
        HeaderField::AcceptLanguage => "accept-language",
        HeaderField::SecFetchMode => "sec-fetch-mode",
        HeaderField::SecFetchDest => "sec-fetch-dest",
        HeaderField::SecFetchUser => "sec-fetch-user",
        HeaderField::SecFetchSite => "sec-fetch-site",
        HeaderField::SecPurpose => "sec-purpose",
        HeaderField::Purpose => "purpose",
        HeaderField::XPurpose => "x-purpose",
        HeaderField::XMoz => "x-moz",
        HeaderField::Referer => "referer",
        HeaderField::SecChUa => "sec-ch-ua",
        HeaderField::Dnt => "dnt",
        HeaderField::SecGpc => "sec-gpc",
        HeaderField::Scheme => "x-forwarded-proto",
    }
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
