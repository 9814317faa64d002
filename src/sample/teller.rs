//! One request as a tracking handler would record it: headers, address behind proxies, label. Pure.

use super::draw::Draw;
use super::{Request, Truth};
use crate::domain::clock::Millis;
use crate::domain::hit::{HeaderField, HitKind, HitRecord, Method, OwnSession};
use crate::domain::id::{DeliveryId, DeliveryNo, UserId};
use crate::domain::link::DestinationId;
use crate::track::proxies::Proxies;
use std::net::{IpAddr, Ipv4Addr};
use uuid::Uuid;

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

/// One history being told.
pub(super) struct Teller<'a> {
    pub(super) draw: &'a mut Draw,
    pub(super) links: u16,
    pub(super) handed_over: Millis,
    pub(super) delivery: DeliveryNo,
    pub(super) requests: Vec<Request>,
}

impl Teller<'_> {
    /// Asks for link `link`, or for the pixel when it is 0.
    pub(super) fn ask(&mut self, after_ms: i64, link: u16, ask: &Ask) {
        let mut headers = vec![(HeaderField::Scheme, "https")];
        if !ask.agent.is_empty() {
            headers.push((HeaderField::UserAgent, ask.agent));
        }
        headers.extend_from_slice(header_set(ask.headers, link == 0));
        headers.extend(ask.extra);
        let record = HitRecord {
            at: self.handed_over.plus(after_ms),
            kind: if link == 0 {
                HitKind::Open
            } else {
                HitKind::Click
            },
            delivery: DeliveryId(Uuid::from_u128(self.delivery.0.unsigned_abs().into())),
            link_no: link,
            destination: DestinationId(i64::from(link)),
            method: ask.method,
            client: Some(forwarded(self.draw, ask.address)),
            headers: headers
                .into_iter()
                .map(|(field, value)| (field, value.to_owned()))
                .collect(),
        };
        let own = ask.own.then(|| OwnSession {
            user: UserId(Uuid::from_u128(7)),
            seconds_before: self.draw.below(86_400),
        });
        let (truth, actor) = (ask.truth, ask.actor);
        self.requests.push(Request {
            record,
            own,
            truth,
            actor,
        });
    }
}

/// The address as the service sees it. Half the installations stand behind a proxy of their own;
/// some clients claim to be somebody else.
fn forwarded(draw: &mut Draw, real: IpAddr) -> IpAddr {
    let proxies = Proxies::new(vec!["10.0.0.0/8".parse().expect("a network")]);
    let claim = draw
        .chance(0.1)
        .then(|| draw.pick(&["66.249.93.73", "172.224.226.1", "104.47.1.254"]));
    let text = real.to_string();
    if draw.chance(0.5) {
        let line = claim.map_or(text.clone(), |claim| format!("{claim}, {text}"));
        proxies.client(Ipv4Addr::new(10, 0, 0, 1).into(), &[&line], &[])
    } else {
        proxies.client(real, &claim.into_iter().collect::<Vec<_>>(), &[])
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
