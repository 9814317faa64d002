//! What understanding must know of us: keys that verify what we signed, our addresses, our hosts.

use crate::domain::address::EmailAddress;
use crate::domain::id::DeliveryId;
use crate::domain::ticket::TicketKeys;
use crate::domain::verp::VerpKeys;

/// Ourselves, as far as a mail can name us. Values, made by the shell when settings change.
#[derive(Debug, Clone)]
pub struct Ours {
    /// Verifies the tag in a return address.
    pub verp: VerpKeys,
    /// Verifies tickets in links of a returned or quoted copy.
    pub tickets: TicketKeys,
    /// The addresses we send from and read, in the one spelling addresses are compared in.
    pub addresses: Vec<EmailAddress>,
    /// The domains of the organisation, in lower case and A-labels.
    pub domains: Vec<String>,
    /// The hosts that links and pixels of ours lead to, past and present, in lower case and
    /// without a port.
    pub tracking_hosts: Vec<String>,
}

impl Ours {
    /// The delivery that the tag in `address` names, if we signed it.
    pub fn delivery_in_address(&self, address: &str) -> Option<DeliveryId> {
        let address = EmailAddress::parse(address).ok()?;
        let named = self.verp.verify(&address);
        named.or_else(|| self.verp.verify_unsubscribe(&address))
    }

    /// Whether any mail to `address` asks for no more.
    pub(super) fn is_to_unsubscribe(&self, address: &str) -> bool {
        EmailAddress::parse(address)
            .is_ok_and(|address| self.verp.verify_unsubscribe(&address).is_some())
    }

    /// The delivery of the ticket in `url`, if we signed it: `/c/`, `/o/` or `/u/` of any host,
    /// since only a signature proves anything.
    pub fn delivery_in_url(&self, url: &str) -> Option<DeliveryId> {
        let path = url.split(['?', '#']).next()?;
        let mut steps = path.rsplit('/');
        let (ticket, door) = (steps.next()?, steps.next()?);
        match door {
            "c" => self.tickets.verify_click(ticket).map(|it| it.delivery),
            "o" => {
                let ticket = ticket.strip_suffix(".gif").unwrap_or(ticket);
                self.tickets.verify_open(ticket).map(|it| it.delivery)
            }
            "u" => self
                .tickets
                .verify_unsubscribe(ticket)
                .map(|it| it.delivery),
            _ => None,
        }
    }

    /// The first delivery named by a ticket anywhere in `text`.
    pub fn delivery_in_text(&self, text: &str) -> Option<DeliveryId> {
        let starts = text.match_indices("://").map(|(at, _)| at);
        starts.take(500).find_map(|at| {
            let rest = &text[at..];
            let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>'));
            self.delivery_in_url(&rest[..end.unwrap_or(rest.len())])
        })
    }

    /// `text` with our own links replaced by what they lead to, and our pixels and links to
    /// unsubscribe taken out: a rep who reads an answer must not count as a reader.
    pub(super) fn cleaned(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find("://") {
            let start = rest[..at]
                .rfind(|c: char| !c.is_ascii_alphabetic())
                .map_or(0, |at| {
                    at + rest[at..].chars().next().map_or(1, char::len_utf8)
                });
            let end = rest[at + 3..].find(|c: char| {
                c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | ')' | ']')
            });
            let end = end.map_or(rest.len(), |end| at + 3 + end);
            out.push_str(&rest[..start]);
            out.push_str(&self.without_ticket(&rest[start..end]));
            rest = &rest[end..];
        }
        out.push_str(rest);
        out
    }

    /// `url`, or where our ticket in it leads.
    fn without_ticket<'u>(&self, url: &'u str) -> std::borrow::Cow<'u, str> {
        let path = url.split(['?', '#', '&']).next().unwrap_or_default();
        let mut steps = path.rsplit('/');
        let (ticket, door) = (
            steps.next().unwrap_or_default(),
            steps.next().unwrap_or_default(),
        );
        if !matches!(door, "c" | "o" | "u") || ticket.len() < 40 {
            return url.into();
        }
        if let Some(click) = self.tickets.verify_click(ticket) {
            return click.url.into();
        }
        let host = path
            .split("://")
            .nth(1)
            .and_then(|rest| rest.split(['/', ':']).next());
        if self.delivery_in_url(url).is_some()
            || host.is_some_and(|host| self.is_tracking_host(host))
        {
            return "".into();
        }
        url.into()
    }

    /// Whether `address` is one of ours, its tag aside.
    pub fn owns(&self, address: &str) -> bool {
        let Ok(address) = EmailAddress::parse(address) else {
            return false;
        };
        let bare = |one: &EmailAddress| {
            let local = one.local().split('+').next().unwrap_or_default().to_owned();
            (local, one.domain().to_owned())
        };
        self.addresses.contains(&address)
            || self
                .addresses
                .iter()
                .any(|one| one.domain() == address.domain() && bare(one) == bare(&address))
    }

    /// Whether `domain` is one of the organisation's.
    pub fn is_inside(&self, domain: &str) -> bool {
        let domain = domain.to_ascii_lowercase();
        self.domains.contains(&domain) || self.addresses.iter().any(|one| one.domain() == domain)
    }

    /// Whether `id`, a Message-ID without brackets, has the shape of those we make: a UUIDv7
    /// without hyphens at a domain of ours. A shape, not a proof; the store knows its ids.
    pub fn is_our_id(&self, id: &str) -> bool {
        let Some((left, domain)) = id.split_once('@') else {
            return false;
        };
        left.len() == 32
            && left.bytes().all(|byte| byte.is_ascii_hexdigit())
            && left.as_bytes()[12] == b'7'
            && self.is_inside(domain)
    }

    /// Whether `host` is one that our links and pixels lead to.
    pub fn is_tracking_host(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        self.tracking_hosts.contains(&host)
    }
}
