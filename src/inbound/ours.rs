//! What understanding must know of us: keys that verify what we signed, our addresses, our hosts.
//! What it does with them in the text of a mail stands in `links`.

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
