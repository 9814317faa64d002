//! Who visits a mail, drawn from a seed, with the maker of each visit known: people, mail proxies,
//! gateways that sweep, wait or follow one link, twins, offices behind one address, link previews,
//! ourselves, forged forwarding headers. For tests, for the demo, which carries the visits out over
//! HTTP, and for a command that tells how well the rules do on histories of them. Pure.
//!
//! Delays follow what was observed, not what the rules ask for: of 836 bursts of scanners on one
//! sender's mail the picture came a median of 9 s and the links a median of 43 s after sending.
//! [`Cast::Other`] has agents, networks and rhythms that no rule was tried on.

mod actors;
mod cast;
mod draw;
mod gateways;
pub mod measure;
mod recipient;
mod visit;

pub use actors::{Told, tell};
pub use cast::Cast;
pub use draw::Draw;
pub use gateways::Kind as GatewayKind;
pub use recipient::{Program, Recipient};
pub use visit::Visit;

use crate::domain::clock::{MINUTE_MS, Millis, SECOND_MS};
use crate::domain::hit::{HitKind, HitRecord, OwnSession};
use crate::domain::id::{DeliveryId, DeliveryNo, UserId};
use crate::domain::link::DestinationId;
use crate::track::proxies::Proxies;
use std::net::{IpAddr, Ipv4Addr};
use uuid::Uuid;

/// Who made a request, as only the generator knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Truth {
    /// A person, in a browser or a mail program.
    Person,
    /// A mail provider, for a person who looked.
    Viewed,
    /// A mail provider or a browser, ahead of any person.
    Ahead,
    /// A gateway or another program.
    Scanner,
    /// A chat that previews a shared link.
    Preview,
    /// One of us.
    Own,
}

/// One request with its label.
#[derive(Debug, Clone)]
pub struct Request {
    /// As the tracking handler would record it.
    pub record: HitRecord,
    /// The session of ours that looks the same.
    pub own: Option<OwnSession>,
    /// Who made it.
    pub truth: Truth,
    /// Its kind of maker, in words.
    pub actor: &'static str,
}

/// What became of one mail to one recipient.
#[derive(Debug, Clone)]
pub struct History {
    /// The delivery.
    pub delivery: DeliveryNo,
    /// When it was handed over.
    pub handed_over: Millis,
    /// Its tracked links.
    pub links: u16,
    /// When a reply that quotes it came in.
    pub quoted_since: Option<Millis>,
    /// When the recipient replied.
    pub actions: Vec<Millis>,
    /// In order of telling, not of time.
    pub requests: Vec<Request>,
}

/// Several recipients behind one address who got the same mail at the same time.
#[derive(Clone)]
struct Office {
    address: IpAddr,
    handed_over: Millis,
    gateway: Option<gateways::Kind>,
    left: u32,
}

/// Draws `count` histories; the same seed and cast give the same ones.
pub fn histories(seed: u64, count: u32, cast: Cast) -> Vec<History> {
    let mut draw = Draw::new(seed, cast);
    let mut now = Millis(1_795_500_000_000);
    let mut office: Option<Office> = None;
    (1..=i64::from(count))
        .map(|number| {
            now = now.plus(draw.between(20 * SECOND_MS, 5 * MINUTE_MS));
            if office.as_ref().is_none_or(|office| office.left == 0) {
                office = draw.chance(0.01).then(|| Office {
                    address: draw.home(),
                    handed_over: now,
                    gateway: gateways::Kind::draw(&mut draw),
                    left: 4 + draw.below(8),
                });
            }
            let at = match &mut office {
                Some(office) => {
                    office.left -= 1;
                    office.handed_over.plus(draw.between(0, 20 * SECOND_MS))
                }
                None => now,
            };
            history(&mut draw, DeliveryNo(number), at, office.as_ref())
        })
        .collect()
}

fn history(draw: &mut Draw, delivery: DeliveryNo, at: Millis, office: Option<&Office>) -> History {
    let links = draw.weighted(draw.lists.links) as u16;
    let recipient = Recipient::in_office(draw, office);
    let told = actors::tell_in(draw, links, &recipient, office);
    let replied = told.replied_ms.map(|after| at.plus(after));
    History {
        delivery,
        handed_over: at,
        links,
        quoted_since: replied,
        actions: replied.into_iter().collect(),
        requests: told
            .visits
            .into_iter()
            .map(|visit| request(draw, delivery, at, visit))
            .collect(),
    }
}

/// The visit as a tracking handler would record it.
fn request(draw: &mut Draw, delivery: DeliveryNo, handed_over: Millis, visit: Visit) -> Request {
    let own = visit.own.then(|| OwnSession {
        user: UserId(Uuid::from_u128(7)),
        seconds_before: draw.below(86_400),
    });
    let record = HitRecord {
        at: handed_over.plus(visit.after_ms),
        kind: if visit.link == 0 {
            HitKind::Open
        } else {
            HitKind::Click
        },
        delivery: DeliveryId(Uuid::from_u128(delivery.0.unsigned_abs().into())),
        link_no: visit.link,
        destination: DestinationId(i64::from(visit.link)),
        method: visit.method,
        client: Some(client(draw, &visit)),
        headers: visit
            .headers
            .into_iter()
            .map(|(field, value)| (field, value.to_owned()))
            .collect(),
    };
    Request {
        record,
        own,
        truth: visit.truth,
        actor: visit.actor,
    }
}

/// The address as the service sees it. Half the installations stand behind a proxy of their own.
fn client(draw: &mut Draw, visit: &Visit) -> IpAddr {
    let proxies = Proxies::new(vec!["10.0.0.0/8".parse().expect("a network")]);
    if draw.chance(0.5) {
        let line = visit.forwarded_for();
        proxies.client(Ipv4Addr::new(10, 0, 0, 1).into(), &[&line], &[])
    } else {
        proxies.client(visit.address, &Vec::from_iter(visit.claims), &[])
    }
}
