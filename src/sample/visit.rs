//! One visit to a mail's links or picture: when, with which headers, from where, and who it was in
//! truth. Whoever carries it out, as a record or over HTTP, adds nothing. Pure.

use super::Truth;
use super::draw::Draw;
use crate::domain::hit::{HeaderField, Method};
use std::net::{IpAddr, Ipv4Addr};

/// One request that somebody makes of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// Milliseconds after the mail was handed over.
    pub after_ms: i64,
    /// The link's number, from 1; 0 for the picture.
    pub link: u16,
    /// Its method.
    pub method: Method,
    /// Its telling headers; [`HeaderField::Scheme`] says that it came over TLS.
    pub headers: Vec<(HeaderField, &'static str)>,
    /// The client's address.
    pub address: IpAddr,
    /// Whom the client claims to forward for, as anybody may.
    pub claims: Option<&'static str>,
    /// Whether a session of ours has this address and agent.
    pub own: bool,
    /// Who it is.
    pub truth: Truth,
    /// Its kind of maker, in words.
    pub actor: &'static str,
}

impl Visit {
    /// The `X-Forwarded-For` that a proxy in front of the service passes on: what the client
    /// claimed, then where it came from.
    pub fn forwarded_for(&self) -> String {
        let claims = self.claims.iter().map(|claim| format!("{claim}, "));
        claims.chain([self.address.to_string()]).collect()
    }
}

/// The headers of a request, as sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Headers {
    /// A browser's, for a link.
    Full,
    /// Safari's, for a link.
    Webkit,
    /// A browser's of before `Sec-Fetch-*`, or behind a company proxy that strips them.
    Old,
    /// A program's.
    Program,
    /// A picture's.
    Image,
}

/// How something is asked for, and by whom in truth.
#[derive(Clone, Copy)]
pub(super) struct Ask {
    pub(super) agent: &'static str,
    pub(super) address: IpAddr,
    pub(super) headers: Headers,
    pub(super) method: Method,
    pub(super) extra: Option<(HeaderField, &'static str)>,
    pub(super) own: bool,
    pub(super) truth: Truth,
    pub(super) actor: &'static str,
}

impl Default for Ask {
    fn default() -> Self {
        Self {
            agent: "",
            address: Ipv4Addr::UNSPECIFIED.into(),
            headers: Headers::Image,
            method: Method::Get,
            extra: None,
            own: false,
            truth: Truth::Person,
            actor: "person",
        }
    }
}

/// The visits to one mail being told.
pub(super) struct Teller<'a> {
    pub(super) draw: &'a mut Draw,
    pub(super) links: u16,
    pub(super) visits: Vec<Visit>,
}

impl Teller<'_> {
    /// Asks for link `link`, or for the picture when it is 0.
    pub(super) fn ask(&mut self, after_ms: i64, link: u16, ask: &Ask) {
        let mut headers = vec![(HeaderField::Scheme, "https")];
        if !ask.agent.is_empty() {
            headers.push((HeaderField::UserAgent, ask.agent));
        }
        headers.extend_from_slice(header_set(ask.headers, link == 0));
        headers.extend(ask.extra);
        let claimed = &["66.249.93.73", "172.224.226.1", "104.47.1.254"];
        self.visits.push(Visit {
            after_ms,
            link,
            method: ask.method,
            headers,
            address: ask.address,
            claims: self.draw.chance(0.1).then(|| self.draw.pick(claimed)),
            own: ask.own,
            truth: ask.truth,
            actor: ask.actor,
        });
    }
}

fn header_set(headers: Headers, picture: bool) -> &'static [(HeaderField, &'static str)] {
    use HeaderField::{
        Accept, AcceptLanguage, SecFetchDest, SecFetchMode, SecFetchSite, SecFetchUser,
    };
    const PAGE: (HeaderField, &str) = (Accept, "text/html,application/xhtml+xml,*/*;q=0.8");
    const TONGUE: (HeaderField, &str) = (AcceptLanguage, "en-GB,en;q=0.9");
    match headers {
        Headers::Image => &[(Accept, "image/avif,image/webp,*/*;q=0.8")],
        _ if picture => &[(Accept, "image/avif,image/webp,*/*;q=0.8"), TONGUE],
        Headers::Full => &[
            PAGE,
            TONGUE,
            (SecFetchMode, "navigate"),
            (SecFetchDest, "document"),
            (SecFetchSite, "cross-site"),
            (SecFetchUser, "?1"),
        ],
        Headers::Webkit => &[
            PAGE,
            TONGUE,
            (SecFetchMode, "navigate"),
            (SecFetchDest, "document"),
            (SecFetchSite, "none"),
        ],
        Headers::Old => &[PAGE, TONGUE],
        Headers::Program => &[(Accept, "*/*")],
    }
}
