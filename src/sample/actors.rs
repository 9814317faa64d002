//! What happens to one mail: the gateway, the mail program, the person, the others.

use super::cast::Engine;
use super::draw::Draw;
use super::recipient::{Program, Recipient};
use super::visit::{Ask, Headers, Teller, Visit};
use super::{Office, Truth, gateways};
use crate::domain::clock::{HOUR_MS, MINUTE_MS, SECOND_MS};
use crate::domain::hit::HeaderField;

const GMAIL: &str =
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)";
const GMAIL_AHEAD: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0";
const YAHOO: &str = "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html";

/// What becomes of one mail.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Told {
    /// The visits, in order of telling, not of time.
    pub visits: Vec<Visit>,
    /// When the recipient replied, in milliseconds after the hand-over.
    pub replied_ms: Option<i64>,
}

/// Tells what becomes of a mail with so many tracked `links` to `recipient`.
pub fn tell(draw: &mut Draw, links: u16, recipient: &Recipient) -> Told {
    tell_in(draw, links, recipient, None)
}

/// The same for somebody in `office`.
pub(super) fn tell_in(
    draw: &mut Draw,
    links: u16,
    recipient: &Recipient,
    office: Option<&Office>,
) -> Told {
    let mut teller = Teller {
        draw,
        links,
        visits: Vec::new(),
    };
    if let Some(kind) = recipient.gateway {
        gateways::tell(&mut teller, kind, office);
    }
    ahead(&mut teller, recipient.program);
    let mut replied = None;
    if teller.draw.chance(recipient.reads) {
        replied = person(&mut teller, recipient);
    }
    if teller.draw.chance(0.03) {
        ourselves(&mut teller, replied);
    }
    Told {
        visits: teller.visits,
        replied_ms: replied,
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
fn person(teller: &mut Teller<'_>, recipient: &Recipient) -> Option<i64> {
    let read = 3 * SECOND_MS + teller.draw.about(45 * MINUTE_MS, 1.6);
    let viewed = Ask {
        truth: Truth::Viewed,
        ..Ask::default()
    };
    match recipient.program {
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
                address: recipient.home,
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
    if teller.links > 0 && teller.draw.chance(recipient.follows) {
        let start = read + SECOND_MS + teller.draw.about(25 * SECOND_MS, 1.0);
        follow(teller, start, recipient);
    }
    let replies = teller.draw.chance(0.15);
    replies.then(|| read + MINUTE_MS + teller.draw.about(2 * HOUR_MS, 1.2))
}

/// Follows a few links, in one of the ways people do.
fn follow(teller: &mut Teller<'_>, start: i64, recipient: &Recipient) {
    let (agent, engine) = teller.draw.pick(teller.draw.lists.browsers);
    let mut ask = Ask {
        agent,
        address: recipient.home,
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
        1 + teller.draw.weighted(teller.draw.lists.followed) as u16
    };
    let mut at = start;
    for place in 0..count.min(teller.links) {
        let link = match recipient.favourite {
            Some(favourite) if place == 0 => favourite.min(teller.links),
            _ => 1 + teller.draw.below(teller.links.into()) as u16,
        };
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
