//! Who the simulated organisation is: names, addresses, habits, content. All domains end in
//! `.example`, which nobody can own (RFC 2606). Pure.

use crate::domain::viewer::Role;
use crate::sample::GatewayKind;

/// The organisation's name.
pub const ORGANISATION: &str = "Northlight Instruments";
/// Its mail domain.
pub const DOMAIN: &str = "northlight.example";
/// What stands under its outreach.
pub const POSTAL_ADDRESS: &str = "Northlight Instruments, 4 Harbour Road, Tallinn, Estonia";
/// The time zone of its reports.
pub const ZONE: &str = "Europe/Tallinn";
/// Its teams.
pub const TEAMS: [&str; 2] = ["Laboratories", "Industry"];

/// One of its people.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    /// The part of the address before the `@`.
    pub local: &'static str,
    /// As recipients read it.
    pub name: &'static str,
    /// What they do.
    pub role: Role,
    /// Which of [`TEAMS`] they are in.
    pub team: Option<usize>,
}

const fn member(local: &'static str, name: &'static str, role: Role, team: usize) -> Member {
    Member {
        local,
        name,
        role,
        team: Some(team),
    }
}

/// Everybody; the reps come first.
pub const MEMBERS: &[Member] = &[
    member("rita", "Rita Kask", Role::Rep, 0),
    member("jonas", "Jonas Weber", Role::Rep, 0),
    member("amara", "Amara Osei", Role::Rep, 1),
    member("mikhail", "Mikhail Orlov", Role::Rep, 1),
    member("mira", "Mira Lindqvist", Role::Marketer, 0),
    member("tomas", "Tomas Novak", Role::Manager, 0),
    Member {
        local: "ada",
        name: "Ada Saar",
        role: Role::Admin,
        team: None,
    },
];

/// How a rep writes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Habit {
    /// Letters in one sitting, at least and at most; there are two sittings a day.
    pub(super) letters: (usize, usize),
    /// How many in a hundred are written with a template.
    pub(super) templates: u8,
    /// How many in a hundred point to one of the four assets that appeal most.
    pub(super) taste: u8,
}

/// How many of [`MEMBERS`] write to contacts.
pub const REPS: usize = 4;

/// The habits of the reps: Rita writes much and by hand, Jonas little and well, Amara by template,
/// Mikhail whatever lies on top.
pub(super) const HABITS: [Habit; REPS] = [
    Habit {
        letters: (2, 4),
        templates: 15,
        taste: 75,
    },
    Habit {
        letters: (1, 2),
        templates: 30,
        taste: 95,
    },
    Habit {
        letters: (1, 4),
        templates: 85,
        taste: 60,
    },
    Habit {
        letters: (0, 3),
        templates: 50,
        taste: 25,
    },
];

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

/// The content library, the most appealing first. Nobody has ever followed the last one.
pub const ASSETS: &[Asset] = &[
    asset("Price list 2026", "price-list", 58),
    asset("Case study: Harbour Foods", "case-harbour-foods", 41),
    asset("Calibration guide", "calibration-guide", 33),
    asset("Return on investment, worked out", "roi", 27),
    asset("Security white paper", "security", 14),
    asset("Webinar recording: sensor drift", "webinar", 9),
    asset("Company brochure", "brochure", 4),
    asset("Our history in pictures", "history", 0),
];

/// How many of [`ASSETS`] a rep with taste chooses from.
pub(super) const BEST_ASSETS: usize = 4;

/// The page on which a contact picks a time.
pub const BOOKING_PATH: &str = "book";

/// A company outside.
#[derive(Debug, Clone, Copy)]
pub struct Company {
    /// Its name.
    pub name: &'static str,
    /// Its mail domain.
    pub domain: &'static str,
    /// What looks at links before mail is shown there.
    pub gateway: Option<GatewayKind>,
    /// What its mail exchanger would be called.
    pub exchanger: &'static str,
}

const fn company(name: &'static str, domain: &'static str) -> Company {
    Company {
        name,
        domain,
        gateway: None,
        exchanger: "aspmx.l.google.com",
    }
}

impl Company {
    const fn behind(self, gateway: GatewayKind, exchanger: &'static str) -> Self {
        Self {
            gateway: Some(gateway),
            exchanger,
            ..self
        }
    }

    /// With a mail server of its own.
    const fn at_home(self) -> Self {
        Self {
            exchanger: "mail.example",
            ..self
        }
    }
}

/// The companies outside.
pub const COMPANIES: &[Company] = &[
    company("Harbour Foods", "harbourfoods.example"),
    company("Alder & Sons", "alder-sons.example").at_home(),
    company("Bright Dental", "brightdental.example"),
    company("Cobalt Mining", "cobaltmining.example")
        .behind(GatewayKind::Listed, "eu-smtp-inbound-1.mimecast.com"),
    company("Delta Water", "deltawater.example"),
    company("Eastgate Hospital", "eastgate.example").behind(
        GatewayKind::Defender,
        "eastgate.mail.protection.outlook.com",
    ),
    company("Fjord Salmon", "fjordsalmon.example").at_home(),
    company("Granite Labs", "granitelabs.example")
        .behind(GatewayKind::Sweep, "mx1.in.tmes.trendmicro.eu"),
    company("Hill Brewery", "hillbrewery.example").at_home(),
    company("Iris Optics", "irisoptics.example"),
    company("Juniper Farms", "juniperfarms.example"),
    company("Kestrel Air", "kestrelair.example"),
    company("Lakeside Dairy", "lakesidedairy.example").at_home(),
    company("Meridian Pharma", "meridianpharma.example")
        .behind(GatewayKind::HeadFirst, "mx0a.pphosted.com"),
    company("Noble Paper", "noblepaper.example"),
    company("Orchard Juice", "orchardjuice.example"),
    company("Pine Timber", "pinetimber.example").at_home(),
    company("Quartz Glass", "quartzglass.example"),
    company("Riverside Clinic", "riverside.example")
        .behind(GatewayKind::Declared, "mx1.ess.barracudanetworks.com"),
    company("Sterling Steel", "sterlingsteel.example"),
];

/// The contacts' names; each company gets every twentieth.
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
    "Chen Wei",
    "Dora Papp",
    "Emil Hansen",
    "Freya Olsen",
    "Georg Huber",
    "Hanna Virtanen",
    "Ivan Horvat",
    "Jana Dvorak",
    "Karl Lehmann",
    "Lucia Romano",
    "Mateus Costa",
    "Nadia Rahman",
    "Oscar Lindgren",
    "Priya Nair",
    "Ralf Krause",
    "Sara Ahmed",
    "Tiina Rebane",
    "Umar Diallo",
    "Vera Sokolova",
    "Walter Gruber",
    "Ximena Lopez",
    "Yusuf Demir",
    "Zofia Nowak",
    "Adam Kowalski",
    "Berta Fischer",
    "Carlos Mendes",
    "Diana Ionescu",
    "Erik Johansson",
    "Fatima Noor",
    "Greta Vogel",
    "Hassan Farah",
    "Ilona Toth",
    "Juan Ortega",
    "Kirsi Laine",
    "Leo Fontaine",
    "Mona Eriksen",
    "Noah Adler",
    "Olivia Grant",
    "Pavel Marek",
    "Rita Lopes",
    "Stefan Ivanov",
    "Teresa Blanco",
    "Urs Meier",
    "Vanessa Roy",
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

/// Whether contact `index` has asked not to be tracked.
pub(super) const fn objects(index: usize) -> bool {
    index % 16 == 9
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::address::EmailAddress;
    use std::collections::HashSet;

    #[test]
    fn every_address_is_one_and_the_reps_come_first() {
        let mut seen = HashSet::new();
        for index in 0..NAMES.len() {
            let address = EmailAddress::parse(&contact_address(index)).unwrap();
            assert!(seen.insert(address));
        }
        for (index, member) in MEMBERS.iter().enumerate() {
            EmailAddress::parse(&member_address(member)).unwrap();
            assert_eq!(member.role == Role::Rep, index < REPS);
        }
    }
}
