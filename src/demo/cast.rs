//! Who the simulated organisation is: names, addresses, content. All domains end in `.example`,
//! which nobody can own (RFC 2606).

use crate::domain::viewer::Role;

/// The organisation's name.
pub const ORGANISATION: &str = "Northlight Instruments";
/// Its mail domain.
pub const DOMAIN: &str = "northlight.example";
/// What stands under its outreach.
pub const POSTAL_ADDRESS: &str = "Northlight Instruments, 4 Harbour Road, Tallinn, Estonia";
/// The time zone of its reports.
pub const ZONE: &str = "Europe/Tallinn";
/// Its one team.
pub const TEAM: &str = "Field sales";

/// One of its people.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    /// The part of the address before the `@`.
    pub local: &'static str,
    /// As recipients read it.
    pub name: &'static str,
    /// What they do.
    pub role: Role,
}

const fn member(local: &'static str, name: &'static str, role: Role) -> Member {
    Member { local, name, role }
}

/// Everybody; the reps come first.
pub const MEMBERS: &[Member] = &[
    member("rita", "Rita Kask", Role::Rep),
    member("jonas", "Jonas Weber", Role::Rep),
    member("amara", "Amara Osei", Role::Rep),
    member("mikhail", "Mikhail Orlov", Role::Rep),
    member("mira", "Mira Lindqvist", Role::Marketer),
    member("tomas", "Tomas Novak", Role::Manager),
    member("ada", "Ada Saar", Role::Admin),
];

/// How many of [`MEMBERS`] write to contacts.
pub const REPS: usize = 4;

/// A page that reps point contacts to.
#[derive(Debug, Clone, Copy)]
pub struct Asset {
    /// Its name in the library.
    pub name: &'static str,
    /// Its path on the simulated company's site.
    pub path: &'static str,
    /// How many in a hundred readers it makes curious.
    pub appeal: u32,
}

const fn asset(name: &'static str, path: &'static str, appeal: u32) -> Asset {
    Asset { name, path, appeal }
}

/// The content library.
pub const ASSETS: &[Asset] = &[
    asset("Price list 2026", "price-list", 58),
    asset("Case study: Harbour Foods", "case-harbour-foods", 41),
    asset("Calibration guide", "calibration-guide", 33),
    asset("Return on investment, worked out", "roi", 27),
    asset("Security white paper", "security", 16),
    asset("Company brochure", "brochure", 9),
];

/// The page on which a contact picks a time.
pub const BOOKING_PATH: &str = "book";

/// A company outside.
#[derive(Debug, Clone, Copy)]
pub struct Company {
    /// Its name.
    pub name: &'static str,
    /// Its mail domain.
    pub domain: &'static str,
}

/// The companies outside.
pub const COMPANIES: &[Company] = &[
    Company {
        name: "Harbour Foods",
        domain: "harbourfoods.example",
    },
    Company {
        name: "Alder & Sons",
        domain: "alder-sons.example",
    },
    Company {
        name: "Bright Dental",
        domain: "brightdental.example",
    },
    Company {
        name: "Cobalt Mining",
        domain: "cobaltmining.example",
    },
    Company {
        name: "Delta Water",
        domain: "deltawater.example",
    },
    Company {
        name: "Eastgate Hospital",
        domain: "eastgate.example",
    },
    Company {
        name: "Fjord Salmon",
        domain: "fjordsalmon.example",
    },
    Company {
        name: "Granite Labs",
        domain: "granitelabs.example",
    },
    Company {
        name: "Hill Brewery",
        domain: "hillbrewery.example",
    },
    Company {
        name: "Iris Optics",
        domain: "irisoptics.example",
    },
    Company {
        name: "Juniper Farms",
        domain: "juniperfarms.example",
    },
    Company {
        name: "Kestrel Air",
        domain: "kestrelair.example",
    },
];

/// The contacts' names; each company gets every twelfth.
pub const NAMES: &[&str] = &[
    "Olga Petrova",
    "Paul Becker",
    "Sofia Rossi",
    "Henrik Dahl",
    "Leila Haddad",
    "Marek Zielinski",
    "Ingrid Berg",
    "David Cohen",
    "Aiko Tanaka",
    "Bruno Silva",
    "Clara Moreau",
    "Deepak Rao",
    "Elena Popova",
    "Felix Braun",
    "Grace Mensah",
    "Hugo Martin",
    "Irena Kovac",
    "James Walker",
    "Katya Smirnova",
    "Lars Nilsson",
    "Maria Santos",
    "Nils Jansen",
    "Oksana Bondar",
    "Peter Novotny",
    "Quinn Murphy",
    "Rosa Garcia",
    "Samir Aziz",
    "Tove Larsen",
    "Ulla Korhonen",
    "Viktor Ilves",
    "Wendy Clark",
    "Xavier Dubois",
    "Yara Khalil",
    "Zoltan Nagy",
    "Anna Schmidt",
    "Boris Volkov",
];

/// What a rep writes about, and how the mail begins.
pub const OPENINGS: &[(&str, &str)] = &[
    (
        "Your question from Tuesday",
        "Thank you for asking. The short answer is on this page",
    ),
    (
        "What other labs do about drift",
        "We spoke about drift last time. This is how others solved it",
    ),
    (
        "Figures for your next budget",
        "You wanted figures that stand up in a budget round. Here they are",
    ),
    (
        "Two minutes on the new sensors",
        "I kept it short so that you can decide whether it is for you",
    ),
    ("As promised", "Here is what I promised to send"),
    (
        "Before you decide",
        "One page that I would read before deciding",
    ),
];

/// The address of contact `index`.
pub fn contact_address(index: usize) -> String {
    let name = NAMES[index].to_ascii_lowercase().replace(' ', ".");
    format!("{name}@{}", COMPANIES[index % COMPANIES.len()].domain)
}

/// The address of a member.
pub fn member_address(member: &Member) -> String {
    format!("{}@{DOMAIN}", member.local)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::address::EmailAddress;

    #[test]
    fn every_address_is_one_and_the_reps_come_first() {
        for index in 0..NAMES.len() {
            EmailAddress::parse(&contact_address(index)).unwrap();
        }
        for (index, member) in MEMBERS.iter().enumerate() {
            EmailAddress::parse(&member_address(member)).unwrap();
            assert_eq!(member.role == Role::Rep, index < REPS);
        }
    }
}
