//! Our own links in the text of others: found, since a ticket says which mail is quoted, and taken
//! out before anybody is shown the text. A rep who opens an answer and follows a link in the quoted
//! mail must not count as its reader.
//!
//! A security gateway of the contact's may have wrapped a link; where its wrapping can be undone,
//! the link is found all the same. Behind an opaque one (Mimecast's) it cannot be.

use super::limits;
use super::ours::Ours;
use crate::domain::id::DeliveryId;
use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::engine::{DecodePaddingMode, general_purpose::NO_PAD};
use std::borrow::Cow;

/// Most bytes of a text that are searched for a ticket.
const MAX_SEARCHED: usize = 256 * 1024;
/// Most URLs of a text that are looked at for a ticket.
const MAX_URLS: usize = 500;
/// Most places in one URL that are tried.
const MAX_TRIED: usize = 6;
/// Longest URL that is unwrapped: a ticket with the longest target, encoded twice, has room.
const MAX_URL_BYTES: usize = 12 * 1024;
/// Shortest ticket: 34 bytes in base64.
const MIN_TICKET: usize = 46;

/// What a URL in somebody's mail is to us.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Link {
    /// None of ours.
    Foreign,
    /// It went through us to this address.
    To(String),
    /// Our pixel, our link to unsubscribe, or what is left of a link of ours.
    Ours,
}

/// A ticket that we signed.
struct Ticket {
    delivery: DeliveryId,
    /// Where it leads, if it is that of a link.
    target: Option<String>,
}

impl Ours {
    /// The delivery that the first ticket in `text` names.
    pub(super) fn delivery_in_text(&self, text: &str) -> Option<DeliveryId> {
        let text = limits::cut(text, MAX_SEARCHED);
        let starts = text.match_indices("://").map(|(at, _)| at);
        let mut behind = 0;
        let urls = starts.filter_map(|at| {
            if at < behind {
                return None;
            }
            behind = url_end(text, at);
            Some(&text[at..behind])
        });
        let mut urls = urls.take(MAX_URLS);
        urls.find_map(|url| self.ticket(url)).map(|it| it.delivery)
    }

    /// `text` with our own links replaced by what they lead to, and our pixels and links to
    /// unsubscribe taken out.
    pub(super) fn cleaned(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find("://") {
            let start = rest[..at]
                .rfind(|c: char| !c.is_ascii_alphabetic())
                .map_or(0, |at| {
                    at + rest[at..].chars().next().map_or(1, char::len_utf8)
                });
            let end = url_end(rest, at);
            out.push_str(&rest[..start]);
            match self.link(&rest[start..end]) {
                Link::Foreign => out.push_str(&rest[start..end]),
                Link::To(target) => out.push_str(&target),
                Link::Ours => {}
            }
            rest = &rest[end..];
        }
        out.push_str(rest);
        out
    }

    /// What `url` is to us.
    pub(super) fn link(&self, url: &str) -> Link {
        match self.ticket(url) {
            Some(Ticket {
                target: Some(target),
                ..
            }) => Link::To(target),
            Some(_) => Link::Ours,
            None if self.is_broken_link(url) => Link::Ours,
            None => Link::Foreign,
        }
    }

    /// Whether it leads to a door of ours with something that is no ticket.
    fn is_broken_link(&self, url: &str) -> bool {
        let mut steps = url
            .split(['?', '#', '&'])
            .next()
            .unwrap_or_default()
            .rsplit('/');
        let (ticket, door) = (
            steps.next().unwrap_or_default(),
            steps.next().unwrap_or_default(),
        );
        let mut rest = url.split("://").skip(1);
        let host = rest.next().and_then(|rest| rest.split(['/', ':']).next());
        matches!(door, "c" | "o" | "u")
            && ticket.len() >= MIN_TICKET
            && host.is_some_and(|host| self.is_tracking_host(host))
    }

    /// The ticket in `url`: at any host, since only a signature proves anything.
    fn ticket(&self, url: &str) -> Option<Ticket> {
        if url.len() > MAX_URL_BYTES {
            return None;
        }
        let plain = Cow::Borrowed(url);
        let once = percent_decoded(&plain);
        let twice = once.as_deref().and_then(percent_decoded);
        let others = [once, twice, url_defense(url), in_base64(url)];
        std::iter::once(&*plain)
            .chain(others.iter().flatten().map(|text| &**text))
            .find_map(|text| self.plain_ticket(text))
    }

    fn plain_ticket(&self, text: &str) -> Option<Ticket> {
        let doors = text.match_indices('/').filter_map(|(at, _)| {
            let bytes = text.as_bytes().get(at..at + 3)?;
            let door = *bytes.get(1)?;
            let is_door = bytes[2] == b'/' && matches!(door, b'c' | b'o' | b'u');
            is_door.then(|| (door, &text[at + 3..]))
        });
        let mut doors = doors.take(MAX_TRIED);
        doors.find_map(|(door, rest)| {
            let is_digit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
            let end = rest.find(|c| !is_digit(c)).unwrap_or(rest.len());
            let ticket = &rest[..end];
            if ticket.len() < MIN_TICKET {
                return None;
            }
            // URL Defense of today ends what it wraps with `__;`.
            let wrapped = ticket.strip_suffix("__");
            [Some(ticket), wrapped]
                .into_iter()
                .flatten()
                .find_map(|ticket| self.verified(door, ticket))
        })
    }

    fn verified(&self, door: u8, ticket: &str) -> Option<Ticket> {
        let keys = &self.tickets;
        let of = |delivery| Ticket {
            delivery,
            target: None,
        };
        match door {
            b'c' => keys.verify_click(ticket).map(|it| Ticket {
                delivery: it.delivery,
                target: Some(it.url),
            }),
            b'o' => keys.verify_open(ticket).map(|it| of(it.delivery)),
            _ => keys.verify_unsubscribe(ticket).map(|it| of(it.delivery)),
        }
    }
}

/// Where the URL ends whose `://` stands at `at`.
fn url_end(text: &str, at: usize) -> usize {
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | ')' | ']');
    let end = text[at + 3..].find(ends);
    end.map_or(text.len(), |end| at + 3 + end)
}

/// `text` with `%xx` decoded; `None` when there is none. Safe Links and most others carry the
/// wrapped URL so.
fn percent_decoded(text: &str) -> Option<String> {
    decoded(text, b'%')
}

/// The first form of Proofpoint's URL Defense: `-xx` for `%xx` and `_` for a slash. Its later form
/// carries the URL as it is.
fn url_defense(url: &str) -> Option<String> {
    let (_, wrapped) = url.split_once("?u=").or_else(|| url.split_once("&u="))?;
    let wrapped = wrapped.split('&').next()?;
    decoded(&wrapped.replace('_', "/"), b'-')
}

fn decoded(text: &str, mark: u8) -> Option<String> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    let mut found = false;
    while at < bytes.len() {
        let hex = (bytes[at] == mark)
            .then(|| text.get(at + 1..at + 3))
            .flatten()
            .filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        found |= hex.is_some();
        out.push(hex.unwrap_or(bytes[at]));
        at += if hex.is_some() { 3 } else { 1 };
    }
    found.then(|| String::from_utf8_lossy(&out).into_owned())
}

/// A URL in base64, in either alphabet, with or without padding: `aHR0c` is `http`.
fn in_base64(url: &str) -> Option<String> {
    const LENIENT: GeneralPurposeConfig = NO_PAD
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    const ENGINE: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::URL_SAFE, LENIENT);
    let rest = &url[url.find("aHR0c")?..];
    let is_digit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '+');
    let end = rest.find(|c| !is_digit(c)).unwrap_or(rest.len());
    // A single digit over is no byte.
    let end = if end % 4 == 1 { end - 1 } else { end };
    let bytes = ENGINE.decode(rest[..end].replace('+', "-")).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::keys::KeyRing;
    use crate::domain::link::DestinationId;
    use crate::domain::ticket::TicketKeys;
    use crate::domain::verp::VerpKeys;
    use uuid::Uuid;

    const TARGET: &str = "https://shop.example/prices?a=1&b=2";

    fn ours() -> Ours {
        let ring = KeyRing::parse(&KeyRing::generate([7; 32])).unwrap();
        Ours {
            verp: VerpKeys::new(&ring),
            tickets: TicketKeys::new(&ring),
            addresses: Vec::new(),
            domains: Vec::new(),
            tracking_hosts: vec!["t.seller.example".to_owned()],
        }
    }

    fn delivery() -> DeliveryId {
        DeliveryId(Uuid::from_bytes([3; 16]))
    }

    fn click() -> String {
        let ticket = ours()
            .tickets
            .sign_click(delivery(), 1, DestinationId::of(TARGET), TARGET);
        format!("https://t.seller.example/c/{}", ticket.unwrap())
    }

    /// `click` as gateways wrap it.
    fn wrapped(click: &str) -> Vec<String> {
        let percent = click.replace(':', "%3A").replace('/', "%2F");
        let twice = percent.replace('%', "%25");
        let old = click
            .replace('-', "-2D")
            .replace('_', "-5F")
            .replace(':', "-3A")
            .replace('/', "_");
        let base64 = base64::engine::general_purpose::STANDARD.encode(click);
        vec![
            format!(
                "https://eur01.safelinks.protection.outlook.com/?url={percent}&amp;data=05%7C02%7C&amp;reserved=0"
            ),
            format!("https://urldefense.com/v3/__{click}__;!!AbC1!xyz$"),
            format!("https://urldefense.proofpoint.com/v2/url?u={old}&d=DwMF&c=abc"),
            format!("https://linkprotect.example/url?a={twice}&c=E"),
            format!("https://eu.protection.example/?d=seller.example&u={base64}&p=m"),
            format!("https://www.google.com/url?q={click}&source=gmail"),
            click.replace("t.seller.example", "old-name.seller.example:8443"),
            format!("{click}?utm_source=x#top"),
        ]
    }

    #[test]
    fn a_link_is_found_under_every_wrapping_that_can_be_undone() {
        let ours = ours();
        let click = click();
        for url in wrapped(&click).iter().chain([&click]) {
            assert_eq!(ours.link(url), Link::To(TARGET.to_owned()), "{url}");
            let text = format!("See <{url}> and https://a.example/");
            assert_eq!(ours.delivery_in_text(&text), Some(delivery()), "{url}");
            assert_eq!(
                ours.cleaned(&text),
                format!("See <{TARGET}> and https://a.example/")
            );
        }
    }

    #[test]
    fn a_pixel_and_a_link_to_unsubscribe_leave_nothing_and_foreign_links_stay() {
        let ours = ours();
        let pixel = format!(
            "https://t.seller.example/o/{}.gif",
            ours.tickets.sign_open(delivery())
        );
        let leave = format!(
            "https://t.seller.example/u/{}",
            ours.tickets.sign_unsubscribe(delivery())
        );
        let broken = &click()[..100];
        for url in [pixel.as_str(), &leave, broken] {
            assert_eq!(ours.link(url), Link::Ours, "{url}");
        }
        for url in [
            "https://a.example/c/short",
            "https://a.example/c/AQEBkPHiAABwAIAAAAAAAAABulXPLBTtsLEZuNjd9zInGA",
            "https://t.seller.example/",
            "http://a.example/%zz%2",
            "https://a.example/?u=aHR0c",
            "://",
        ] {
            assert_eq!(ours.link(url), Link::Foreign, "{url}");
            assert_eq!(ours.cleaned(url), url);
        }
        assert_eq!(ours.cleaned("é://é x"), "é://é x");
    }
}
