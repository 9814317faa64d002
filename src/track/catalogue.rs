//! The network catalogue: whose network an address is in, and what a hit from there means. Pure.
//! Ranges stand in data files, never in code: those shipped in `networks/`, and an operator's own,
//! which win over them. The shell reads files and swaps a whole new catalogue in.
//!
//! A line is `range  scope  certainty  label  source  date`, its cells parted by tabs or by two or
//! more spaces. `scope` is `all`, `clicks`, `apple` or `google` ([`Scope`]), `certainty` is
//! `certain` or `probable`, `date` is the day the line was written. `#` begins a comment line.

mod line;

pub use line::Problem;

use crate::domain::hit::{Certainty, Listed, Scope};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use prefix_trie::PrefixMap;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::net::IpAddr;

/// The lists that come with the program, by name.
pub const SHIPPED: [(&str, &str); 3] = [
    (
        "mail-security.tsv",
        include_str!("networks/mail-security.tsv"),
    ),
    ("clouds.tsv", include_str!("networks/clouds.tsv")),
    (
        "mail-proxies.tsv",
        include_str!("networks/mail-proxies.tsv"),
    ),
];

/// A line that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}: {problem}")]
pub struct CatalogueError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is said of a range; the same few for hundreds of thousands of ranges.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Kind {
    label: String,
    scope: Scope,
    certainty: Certainty,
}

/// All ranges, ready to be asked. Empty by default.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    v4: PrefixMap<Ipv4Net, u32>,
    v6: PrefixMap<Ipv6Net, u32>,
    kinds: Vec<Kind>,
    version: u32,
    newest: Option<jiff::civil::Date>,
}

impl Catalogue {
    /// Reads `files`, as `(name, text)`. Where two lines name the same range the later one holds,
    /// so an operator's files come after [`SHIPPED`].
    pub fn parse<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, CatalogueError> {
        let mut made = Self::default();
        let mut known = HashMap::new();
        let mut digest = Sha256::new();
        for (file, text) in files {
            for (index, raw) in text.trim_start_matches('\u{feff}').lines().enumerate() {
                let at_fault = |problem| CatalogueError {
                    file: file.to_owned(),
                    line: index + 1,
                    problem,
                };
                let Some(line) = line::read(raw).map_err(at_fault)? else {
                    continue;
                };
                digest.update(raw.trim().as_bytes());
                digest.update(b"\n");
                made.newest = made.newest.max(Some(line.date));
                let kind = Kind {
                    label: line.label.to_owned(),
                    scope: line.scope,
                    certainty: line.certainty,
                };
                made.add(line.range, kind, &mut known);
            }
        }
        let sum = digest.finalize();
        made.version = u32::from_be_bytes([sum[0], sum[1], sum[2], sum[3]]);
        Ok(made)
    }

    fn add(&mut self, range: IpNet, kind: Kind, known: &mut HashMap<Kind, u32>) {
        let kinds = &mut self.kinds;
        let place = *known.entry(kind).or_insert_with_key(|kind| {
            kinds.push(kind.clone());
            kinds.len() as u32 - 1
        });
        match range {
            IpNet::V4(range) => self.v4.insert(range, place),
            IpNet::V6(range) => self.v6.insert(range, place),
        };
    }

    /// The lists that come with the program.
    ///
    /// # Panics
    /// Never: a test reads every shipped line.
    pub fn shipped() -> Self {
        Self::parse(SHIPPED).expect("a test reads every shipped line")
    }

    /// What the narrowest range around `address` says; `None` when it is in none.
    pub fn find(&self, address: IpAddr) -> Option<Listed> {
        let place = match address.to_canonical() {
            IpAddr::V4(v4) => self.v4.get_lpm(&Ipv4Net::from(v4))?.1,
            IpAddr::V6(v6) => self.v6.get_lpm(&Ipv6Net::from(v6))?.1,
        };
        let kind = &self.kinds[*place as usize];
        Some(Listed {
            label: kind.label.clone(),
            scope: kind.scope,
            certainty: kind.certainty,
            list: self.version,
        })
    }

    /// The number of ranges.
    pub fn len(&self) -> usize {
        self.v4.len() + self.v6.len()
    }

    /// Whether there is no range at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The checksum of all lines in the order they were read, as it is stored with each hit.
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// The date of the newest line.
    pub const fn newest(&self) -> Option<jiff::civil::Date> {
        self.newest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn label(catalogue: &Catalogue, address: &str) -> Option<String> {
        catalogue.find(ip(address)).map(|listed| listed.label)
    }

    const OWN: &str = "# ours\n\n\
        192.0.2.0/24  clicks  probable  Example cloud  example.com/ranges  2026-11-01\r\n\
        192.0.2.64/26\tall\tcertain\tExample scanner\texample.com/ranges\t2026-11-02\n\
        2001:db8::/32  clicks  certain  Example six  example.com/ranges  2026-11-03\n\
        198.51.100.7  all  probable  One host  seen here  2026-10-01";

    #[test]
    fn the_narrowest_range_speaks() {
        let catalogue = Catalogue::parse([("own.tsv", OWN)]).unwrap();
        assert_eq!(catalogue.len(), 4);
        for (address, expected) in [
            ("192.0.2.1", Some("Example cloud")),
            ("192.0.2.65", Some("Example scanner")),
            ("::ffff:192.0.2.65", Some("Example scanner")),
            ("192.0.2.128", Some("Example cloud")),
            ("192.0.3.1", None),
            ("198.51.100.7", Some("One host")),
            ("198.51.100.8", None),
            ("2001:db8:1::1", Some("Example six")),
            ("2001:db9::1", None),
        ] {
            assert_eq!(label(&catalogue, address).as_deref(), expected, "{address}");
        }
        let found = catalogue.find(ip("192.0.2.1")).unwrap();
        assert_eq!(
            (found.scope, found.certainty, found.list),
            (Scope::Clicks, Certainty::Probable, catalogue.version())
        );
        assert_eq!(catalogue.newest(), Some(jiff::civil::date(2026, 11, 3)));
    }

    #[test]
    fn a_later_file_wins_and_changes_the_version() {
        let theirs = "192.0.2.0/24  all  certain  Our own view  us  2026-11-20";
        let one = Catalogue::parse([("a", OWN)]).unwrap();
        let both = Catalogue::parse([("a", OWN), ("b", theirs)]).unwrap();
        assert_eq!(label(&both, "192.0.2.1").as_deref(), Some("Our own view"));
        assert_eq!(one.len(), both.len());
        assert_ne!(one.version(), both.version());
        assert_eq!(
            one.version(),
            Catalogue::parse([("c", OWN)]).unwrap().version()
        );
    }

    #[test]
    fn a_fault_names_its_file_and_line() {
        let error = Catalogue::parse([(
            "own.tsv",
            "# x\n192.0.2.0/33  all  certain  A  b  2026-01-01",
        )])
        .unwrap_err();
        assert_eq!(
            error.to_string(),
            "own.tsv, line 2: `192.0.2.0/33` is no network"
        );
    }

    #[test]
    fn only_what_was_seen_in_public_is_shipped_as_certain() {
        let lines = SHIPPED.iter().flat_map(|(_, text)| text.lines());
        let mut certain = 0;
        for line in lines.filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let cells: Vec<&str> = line.split('\t').collect();
            assert_eq!(cells.len(), 6, "{line}");
            assert!(cells[4].len() > 20 && cells[5].len() == 10, "{line}");
            let is_seen = cells[4].starts_with("seen ");
            assert_eq!(cells[2] == "certain", is_seen, "{line}");
            certain += usize::from(is_seen);
        }
        assert!(certain >= 2);
    }

    #[test]
    fn every_shipped_line_is_read_and_accuses_no_documentation_network() {
        let shipped = Catalogue::shipped();
        assert!(shipped.len() > 50);
        for address in [
            "192.0.2.1",
            "198.51.100.1",
            "203.0.113.1",
            "127.0.0.1",
            "2001:db8::1",
        ] {
            assert_eq!(shipped.find(ip(address)), None);
        }
        for (address, scope) in [
            ("104.47.1.254", Scope::Clicks),
            ("104.47.2.254", Scope::Clicks),
            ("40.94.20.1", Scope::Clicks),
            ("20.72.100.79", Scope::Clicks),
            ("52.112.103.113", Scope::Clicks),
            ("66.249.93.73", Scope::GoogleProxy),
            ("66.249.93.84", Scope::GoogleProxy),
        ] {
            assert_eq!(shipped.find(ip(address)).unwrap().scope, scope, "{address}");
        }
    }
}
