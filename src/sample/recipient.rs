//! Whom a mail goes to, as far as it decides what becomes of it. Pure.

use super::Office;
use super::draw::Draw;
use super::gateways::Kind;
use std::net::IpAddr;

/// Where a recipient reads mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// A mail program of Apple's.
    Apple,
    /// Gmail.
    Gmail,
    /// Yahoo or AOL.
    Yahoo,
    /// A program on a desk that fetches pictures itself.
    Desktop,
    /// Outlook on the web.
    MicrosoftWeb,
}

/// A recipient.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recipient {
    /// Where they read.
    pub program: Program,
    /// What looks at links before the mail is shown, if anything does.
    pub gateway: Option<Kind>,
    /// Where they are.
    pub home: IpAddr,
    /// How likely they read a mail.
    pub reads: f64,
    /// How likely they follow a link of a mail that they read.
    pub follows: f64,
    /// The link that interests them most, if one does.
    pub favourite: Option<u16>,
}

impl Recipient {
    /// Anybody.
    pub fn anybody(draw: &mut Draw) -> Self {
        Self::in_office(draw, None)
    }

    /// Somebody behind the gateway and the address of `office`.
    pub(super) fn in_office(draw: &mut Draw, office: Option<&Office>) -> Self {
        Self {
            gateway: match office {
                Some(office) => office.gateway,
                None => Kind::draw(draw),
            },
            home: office.map_or_else(|| draw.home(), |office| office.address),
            program: match draw.below(100) {
                0..40 => Program::Apple,
                40..65 => Program::Gmail,
                65..70 => Program::Yahoo,
                70..88 => Program::Desktop,
                _ => Program::MicrosoftWeb,
            },
            reads: 0.55,
            follows: 0.45,
            favourite: None,
        }
    }
}
