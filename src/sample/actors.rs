//! What happens to one mail: the gateway, the mail program, the person, the others.

use super::cast::Engine;
use super::draw::Draw;
use super::{History, Office, Request, Truth, gateways};
use crate::domain::clock::{HOUR_MS, MINUTE_MS, Millis, SECOND_MS};
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
    handed_over: Millis,
    delivery: DeliveryNo,
    requests: Vec<Request>,
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

const GMAIL: &str =
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)";
const GMAIL_AHEAD: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0";
const YAHOO: &str = "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html";

/// Where a recipient reads mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Program {
    Apple,
    Gmail,
    Yahoo,
    Desktop,
    MicrosoftWeb,
}

/// Tells one history.
pub(super) fn tell(
    draw: &mut Draw,
    delivery: DeliveryNo,
    at: Millis,
    office: Option<&Office>,
) -> History {
    // Sales mails have few links, newsletters nine or ten.
    let links = draw.weighted(&[0, 6, 12, 20, 16, 12, 8, 6, 6, 8, 6]) as u16;
    let gateway = match office {
        Some(office) => office.gateway,
        None => gateways::Kind::draw(draw),
    };
    let mut teller = Teller {
        draw,
        links,
        handed_over: at,
        delivery,
        requests: Vec::new(),
    };
    if let Some(kind) = gateway {
        gateways::tell(&mut teller, kind, office);
    }
    let home = office.map_or_else(|| teller.draw.home(), |office| office.address);
    let program = match teller.draw.below(100) {
        0..40 => Program::Apple,
        40..65 => Program::Gmail,
        65..70 => Program::Yahoo,
        70..88 => Program::Desktop,
        _ => Program::MicrosoftWeb,
    };
    ahead(&mut teller, program);
    let mut replied = None;
    if teller.draw.chance(0.55) {
        replied = person(&mut teller, program, home);
    }
    if teller.draw.chance(0.03) {
        ourselves(&mut teller, replied);
    }
    History {
        delivery,
        handed_over: at,
        links,
        quoted_since: replied.map(|after| at.plus(after)),
        actions: replied.map(|after| at.plus(after)).into_iter().collect(),
        requests: teller.requests,
    }
}

/// What mail providers fetch before anybody looks.
fn ahead(teller: &mut Teller<'_>, program: Program) {
    let fetched = Ask {
        truth: Truth::Ahead,
        ..Ask::default()
    };
    match program {
        Program::Apple => {
            let net = teller.draw.pick(&[[172, 224], [104, 28], [146, 75]]);
            let address = teller.draw.within(net);
            let after = teller.draw.about(40 * MINUTE_MS, 1.5);
            let ask = Ask {
                agent: "Mozilla/5.0",
                address,
                actor: "Apple's privacy proxy",
                ..fetched
            };
            teller.ask(after, 0, &ask);
        }
        Program::Gmail if teller.draw.chance(0.2) => {
            let address = teller.draw.within([66, 249]);
            let after = teller.draw.between(SECOND_MS, MINUTE_MS);
            let agent = GMAIL_AHEAD;
            let ask = Ask {
                agent,
                address,
                actor: "Gmail, ahead",
                ..fetched
            };
            teller.ask(after, 0, &ask);
        }
        _ => {}
    }
}

/// A person reads, perhaps follows links, perhaps shares one, perhaps replies; gives the time of
/// the reply.
fn person(teller: &mut Teller<'_>, program: Program, home: IpAddr) -> Option<i64> {
    let read = 3 * SECOND_MS + teller.draw.about(45 * MINUTE_MS, 1.6);
    let viewed = Ask {
        truth: Truth::Viewed,
        ..Ask::default()
    };
    match program {
        Program::Apple => {}
        Program::Gmail => {
            let address = teller.draw.within([66, 249]);
            teller.ask(
                read,
                0,
                &Ask {
                    agent: GMAIL,
                    address,
                    actor: "viewed in Gmail",
                    ..viewed
                },
            );
        }
        Program::Yahoo => {
            let address = teller.draw.home();
            let ask = Ask {
                agent: YAHOO,
                address,
                actor: "viewed in Yahoo",
                ..viewed
            };
            teller.ask(read, 0, &ask);
        }
        Program::Desktop => {
            let agent = teller.draw.pick(teller.draw.lists.programs);
            let ask = Ask {
                agent,
                address: home,
                actor: "mail program",
                ..Ask::default()
            };
            teller.ask(read, 0, &ask);
        }
        Program::MicrosoftWeb => {
            let net = teller.draw.pick(teller.draw.lists.cloud);
            let address = teller.draw.within(net);
            let (agent, _) = teller.draw.pick(teller.draw.lists.browsers);
            let ask = Ask {
                agent,
                address,
                actor: "Outlook on the web",
                ..Ask::default()
            };
            teller.ask(read, 0, &ask);
        }
    }
    if teller.draw.chance(0.45) {
        let start = read + SECOND_MS + teller.draw.about(25 * SECOND_MS, 1.0);
        follow(teller, start, home);
    }
    let replies = teller.draw.chance(0.15);
    replies.then(|| read + MINUTE_MS + teller.draw.about(2 * HOUR_MS, 1.2))
}

/// Follows one to three links, in one of the ways people do.
fn follow(teller: &mut Teller<'_>, start: i64, home: IpAddr) {
    let (agent, engine) = teller.draw.pick(teller.draw.lists.browsers);
    let mut ask = Ask {
        agent,
        address: home,
        headers: match engine {
            Engine::Full => Headers::Full,
            Engine::Webkit => Headers::Webkit,
        },
        ..Ask::default()
    };
    match teller.draw.below(1_000) {
        0..8 => {
            ask.headers = Headers::Old;
            ask.actor = "person, headers stripped";
        }
        8..16 => {
            let net = teller.draw.pick(teller.draw.lists.cloud);
            ask.address = teller.draw.within(net);
            ask.actor = "person, virtual desktop";
        }
        16..50 => {
            ask.address = teller.draw.within([172, 224]);
            ask.actor = "person, private relay";
        }
        _ => {}
    }
    let tabs = teller.draw.chance(0.003);
    if tabs {
        ask.actor = "person, many tabs at once";
    }
    let count = if tabs {
        teller.links
    } else {
        1 + teller.draw.weighted(&[75, 18, 7]) as u16
    };
    let mut at = start;
    for _ in 0..count.min(teller.links) {
        let link = 1 + teller.draw.below(teller.links.into()) as u16;
        if teller.draw.chance(0.01) {
            let ahead = (HeaderField::SecPurpose, "prefetch;prerender");
            let hover = Ask {
                extra: Some(ahead),
                truth: Truth::Ahead,
                actor: "browser, ahead",
                ..ask
            };
            teller.ask(at - 900, link, &hover);
        }
        teller.ask(at, link, &ask);
        twin(teller, at, link);
        at += if tabs {
            500
        } else {
            2 * SECOND_MS + teller.draw.about(30 * SECOND_MS, 1.0)
        };
    }
    if teller.draw.chance(0.05) {
        let shared = Ask {
            agent: teller.draw.pick(teller.draw.lists.previews),
            address: teller.draw.hosted(),
            headers: Headers::Program,
            truth: Truth::Preview,
            actor: "link preview",
            ..Ask::default()
        };
        let after = at + teller.draw.about(5 * MINUTE_MS, 1.0);
        teller.ask(after, 1, &shared);
    }
}

/// Some gateways look at a link when a person follows it.
fn twin(teller: &mut Teller<'_>, at: i64, link: u16) {
    if !teller.draw.chance(0.04) {
        return;
    }
    let listed = teller.draw.chance(0.5);
    let net = teller.draw.pick(teller.draw.lists.cloud);
    let ask = Ask {
        agent: teller.draw.pick(teller.draw.lists.claimed),
        address: if listed {
            teller.draw.within(net)
        } else {
            teller.draw.hosted()
        },
        headers: if listed {
            Headers::Full
        } else {
            Headers::Program
        },
        truth: Truth::Scanner,
        actor: if listed { "twin, listed cloud" } else { "twin" },
        ..Ask::default()
    };
    let after = at + teller.draw.between(SECOND_MS, 25 * SECOND_MS);
    teller.ask(after, link, &ask);
}

/// The sender looks at what was sent, or at the thread after the reply.
fn ourselves(teller: &mut Teller<'_>, replied: Option<i64>) {
    let (agent, _) = teller.draw.pick(teller.draw.lists.browsers);
    let own = Ask {
        agent,
        address: teller.draw.home(),
        headers: Headers::Full,
        own: true,
        truth: Truth::Own,
        actor: "ourselves",
        ..Ask::default()
    };
    let after = teller.draw.about(10 * MINUTE_MS, 1.0) + 20 * SECOND_MS;
    teller.ask(after, 0, &own);
    if teller.draw.chance(0.5) {
        teller.ask(after + 5 * SECOND_MS, 1, &own);
    }
    if let Some(replied) = replied {
        let address = teller.draw.within([66, 249]);
        let quoted = Ask {
            agent: GMAIL,
            address,
            own: false,
            headers: Headers::Image,
            actor: "ourselves, quoted",
            ..own
        };
        teller.ask(replied + MINUTE_MS, 0, &quoted);
    }
}
