//! What mail gateways and other programs do with a mail, by kind.

use super::cast::Order;
use super::draw::Draw;
use super::visit::{Ask, Headers, Teller};
use super::{Office, Truth};
use crate::domain::clock::{HOUR_MS, SECOND_MS};
use crate::domain::hit::Method;
use std::net::{IpAddr, Ipv4Addr};

/// A kind of gateway or other program that looks at links before a mail is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Sweeps every link from mail security that is listed.
    Listed,
    /// Defender: an old browser or none, from Microsoft's cloud, driving a real Chrome at times.
    Defender,
    /// Sweeps from an unlisted data centre with the headers of a program.
    Sweep,
    /// The same with a real browser.
    BrowserSweep,
    /// Sweeps from several addresses of one network.
    Rotating,
    /// Waits between links.
    Patient,
    /// HEAD first, then GET.
    HeadFirst,
    /// Says what it is.
    Declared,
    /// Follows the first link alone, as a program.
    First,
    /// Follows the first link alone, with a real browser of today from an unlisted network.
    FirstBrowser,
}

impl Kind {
    /// A recipient's gateway, if there is one.
    pub(super) fn draw(draw: &mut Draw) -> Option<Self> {
        let share = draw.lists.gateways;
        draw.chance(share).then(|| Self::any(draw))
    }

    /// A gateway of any kind, each as likely as it is met with.
    pub fn any(draw: &mut Draw) -> Self {
        let kinds = draw.lists.kinds;
        let weights: Vec<u32> = kinds.iter().map(|(_, weight)| *weight).collect();
        kinds[draw.weighted(&weights)].0
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Listed => "gateway, listed",
            Self::Defender => "gateway, Microsoft's cloud",
            Self::Sweep => "gateway, sweep",
            Self::BrowserSweep => "gateway, sweep by real browser",
            Self::Rotating => "gateway, many addresses",
            Self::Patient => "gateway, random delays",
            Self::HeadFirst => "gateway, HEAD then GET",
            Self::Declared => "gateway, says so",
            Self::First => "gateway, first link",
            Self::FirstBrowser => "gateway, first link, real browser",
        }
    }
}

/// Milliseconds from sending to the first link.
fn start(draw: &mut Draw) -> i64 {
    let starts = draw.lists.starts;
    let weights: Vec<u32> = starts.iter().map(|(weight, ..)| *weight).collect();
    let (_, low, high) = starts[draw.weighted(&weights)];
    draw.spread(low, high)
}

/// The links that a gateway of `kind` takes of so many, in its order.
fn taken(draw: &mut Draw, kind: Kind, links: u16) -> Vec<u16> {
    if matches!(kind, Kind::First | Kind::FirstBrowser) {
        return (1..=links.min(1)).collect();
    }
    let skips = draw.lists.skips;
    let mut taken: Vec<u16> = (1..=links).filter(|_| !draw.chance(skips)).collect();
    match draw.pick(draw.lists.orders) {
        Order::Forwards => {}
        Order::Backwards => taken.reverse(),
        Order::Mixed => draw.shuffle(&mut taken),
    }
    taken
}

/// Tells what the recipient's gateway does.
pub(super) fn tell(teller: &mut Teller<'_>, kind: Kind, office: Option<&Office>) {
    let draw = &mut *teller.draw;
    let address = address(draw, kind, office);
    let agent = match kind {
        Kind::Defender => draw.pick(draw.lists.stale),
        Kind::Declared => draw.pick(draw.lists.declared),
        _ => draw.pick(draw.lists.claimed),
    };
    let real = match kind {
        Kind::BrowserSweep | Kind::FirstBrowser => true,
        Kind::Defender => !agent.is_empty() && draw.chance(0.5),
        Kind::Listed | Kind::Patient | Kind::Rotating => draw.chance(0.3),
        _ => false,
    };
    let start = start(draw);
    let pixel = (start - draw.about(30 * SECOND_MS, 0.6)).max(200);
    let ask = Ask {
        agent,
        address,
        headers: if real {
            Headers::Full
        } else {
            Headers::Program
        },
        truth: Truth::Scanner,
        actor: kind.words(),
        ..Ask::default()
    };
    if teller.draw.chance(teller.draw.lists.pictures) {
        teller.ask(pixel, 0, &ask);
    }
    sweep(teller, kind, start, ask);
    if teller.draw.chance(teller.draw.lists.returns) {
        let later = start + teller.draw.spread(HOUR_MS, 20 * HOUR_MS);
        sweep(teller, kind, later, ask);
    }
}

/// Takes the links once, from `at` on.
fn sweep(teller: &mut Teller<'_>, kind: Kind, mut at: i64, mut ask: Ask) {
    let home = ask.address;
    let lists = teller.draw.lists;
    for link in taken(teller.draw, kind, teller.links) {
        if kind == Kind::HeadFirst {
            ask.method = Method::Head;
            teller.ask(at, link, &ask);
            ask.method = Method::Get;
            at += 40;
        }
        if kind == Kind::Rotating {
            ask.address = teller.draw.beside(home);
        }
        teller.ask(at, link, &ask);
        at += match kind {
            Kind::Patient => teller.draw.between(lists.pause.0, lists.pause.1),
            _ => teller.draw.between(0, lists.gap_ms),
        };
    }
}

fn address(draw: &mut Draw, kind: Kind, office: Option<&Office>) -> IpAddr {
    let own = match kind {
        Kind::Listed => {
            let [a, b, c] = draw.pick(draw.lists.security);
            draw.beside(Ipv4Addr::new(a, b, c, 0).into())
        }
        Kind::Defender => {
            let net = draw.pick(draw.lists.cloud);
            draw.within(net)
        }
        _ => draw.hosted(),
    };
    // The recipients of one office share the gateway's network.
    let Some(seat) = office.map(|office| office.handed_over.0) else {
        return own;
    };
    let shared = match (kind, own) {
        (Kind::Listed, own) => own,
        (_, IpAddr::V4(own)) => {
            let [a, ..] = own.octets();
            let (b, c) = match kind {
                Kind::Defender => (draw.lists.cloud[0][1], seat as u8),
                _ => ((seat >> 8) as u8, seat as u8),
            };
            let a = if kind == Kind::Defender {
                draw.lists.cloud[0][0]
            } else {
                a
            };
            Ipv4Addr::new(a, b, c, 0).into()
        }
        (_, own) => own,
    };
    draw.beside(shared)
}
