//! What mail gateways and other programs do with a mail, by kind.

use super::draw::Draw;
use super::teller::{Ask, Headers, Teller};
use super::{Office, Truth};
use crate::domain::clock::{MINUTE_MS, SECOND_MS};
use crate::domain::hit::Method;
use std::net::{IpAddr, Ipv4Addr};

/// A kind of gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
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

/// Kinds with their shares of a hundred recipients behind a gateway.
const KINDS: [(Kind, u32); 10] = [
    (Kind::Listed, 24),
    (Kind::Defender, 24),
    (Kind::Sweep, 20),
    (Kind::BrowserSweep, 8),
    (Kind::Rotating, 4),
    (Kind::Patient, 5),
    (Kind::HeadFirst, 5),
    (Kind::Declared, 5),
    (Kind::First, 4),
    (Kind::FirstBrowser, 1),
];

impl Kind {
    /// A recipient's gateway, if there is one. One recipient in six has one that follows links:
    /// then seven clicks in ten are machines', as was measured in B2B mail (65 % and 75 %).
    pub(super) fn draw(draw: &mut Draw) -> Option<Self> {
        let weights = KINDS.map(|(_, weight)| weight);
        draw.chance(0.17).then(|| KINDS[draw.weighted(&weights)].0)
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

/// Milliseconds from sending to the sweep: 0.5 % within 10 s, 2.6 % within 20 s, two thirds within
/// a minute with a median of 43 s, the rest later.
fn sweep_start(draw: &mut Draw) -> i64 {
    match draw.below(1_000) {
        0..5 => draw.between(SECOND_MS, 10 * SECOND_MS),
        5..26 => draw.between(10 * SECOND_MS, 20 * SECOND_MS),
        26..500 => draw.between(20 * SECOND_MS, 43 * SECOND_MS),
        500..690 => draw.between(43 * SECOND_MS, MINUTE_MS),
        _ => MINUTE_MS + draw.about(5 * MINUTE_MS, 1.2),
    }
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
    let start = sweep_start(draw);
    let pixel = (start - draw.about(30 * SECOND_MS, 0.6)).max(3 * SECOND_MS);
    let quick = draw.lists.gap_ms;
    let mut ask = Ask {
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
    if teller.draw.chance(0.7) {
        teller.ask(pixel, 0, &ask);
    }
    let last = match kind {
        Kind::First | Kind::FirstBrowser => 1,
        _ => teller.links,
    };
    let mut at = start;
    for link in 1..=last {
        if kind == Kind::HeadFirst {
            ask.method = Method::Head;
            teller.ask(at, link, &ask);
            ask.method = Method::Get;
            at += 40;
        }
        if kind == Kind::Rotating {
            ask.address = teller.draw.beside(address);
        }
        teller.ask(at, link, &ask);
        at += match kind {
            Kind::Patient => teller.draw.between(SECOND_MS, 30 * SECOND_MS),
            _ => teller.draw.between(0, quick),
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
