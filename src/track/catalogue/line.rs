//! One line of a network list. Pure. Strict, because a wrong range turns people into machines.

use crate::domain::hit::{Certainty, Scope};
use ipnet::IpNet;
use std::net::IpAddr;

/// Labels are stored with every hit, so they are at most this long.
const LABEL_BYTES: usize = 40;

/// Wider ranges than these are a slip of the pen: no one holds so much.
const WIDEST_V4: u8 = 8;
const WIDEST_V6: u8 = 16;

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Too few or too many cells.
    #[error(
        "{0} cells where range, scope, certainty, label, source and date are six; part them by tabs or two spaces"
    )]
    Cells(usize),
    /// No address and no range.
    #[error("`{0}` is no network")]
    Range(String),
    /// The address has bits set that the prefix leaves out.
    #[error("`{0}` has bits beyond its prefix; write {1}")]
    HostBits(String, IpNet),
    /// It would hold a part of the whole net.
    #[error("`{0}` is too wide; the widest are /{WIDEST_V4} and, for IPv6, /{WIDEST_V6}")]
    Wide(String),
    /// No scope we know.
    #[error("scope `{0}` is none of all, clicks, apple, google")]
    Scope(String),
    /// No certainty we know.
    #[error("certainty `{0}` is neither certain nor probable")]
    Certainty(String),
    /// Empty, too long or not plain text.
    #[error("the label must be 1 to {LABEL_BYTES} bytes of plain text")]
    Label,
    /// Every line says where it is from.
    #[error("the source is missing")]
    Source,
    /// No date.
    #[error("`{0}` is no date such as 2026-11-24")]
    Date(String),
}

/// A line that was read.
pub(super) struct Line<'a> {
    pub(super) range: IpNet,
    pub(super) scope: Scope,
    pub(super) certainty: Certainty,
    pub(super) label: &'a str,
    pub(super) date: jiff::civil::Date,
}

/// Reads `raw`; `None` for an empty line or a comment.
pub(super) fn read(raw: &str) -> Result<Option<Line<'_>>, Problem> {
    let text = raw.trim();
    if text.is_empty() || text.starts_with('#') {
        return Ok(None);
    }
    let cells: Vec<&str> = if text.contains('\t') {
        text.split('\t').map(str::trim).collect()
    } else {
        text.split("  ")
            .map(str::trim)
            .filter(|cell| !cell.is_empty())
            .collect()
    };
    let [at, scope, certainty, label, source, date] = cells[..] else {
        return Err(Problem::Cells(cells.len()));
    };
    if source.is_empty() {
        return Err(Problem::Source);
    }
    Ok(Some(Line {
        range: range(at)?,
        scope: match scope {
            "all" => Scope::All,
            "clicks" => Scope::Clicks,
            "apple" => Scope::AppleRelay,
            "google" => Scope::GoogleProxy,
            other => return Err(Problem::Scope(other.to_owned())),
        },
        certainty: match certainty {
            "certain" => Certainty::Certain,
            "probable" => Certainty::Probable,
            other => return Err(Problem::Certainty(other.to_owned())),
        },
        label: plain(label)?,
        date: date.parse().map_err(|_| Problem::Date(date.to_owned()))?,
    }))
}

/// A network, or one address as the narrowest of networks.
fn range(text: &str) -> Result<IpNet, Problem> {
    let range = text
        .parse::<IpNet>()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
        .map_err(|_| Problem::Range(text.to_owned()))?;
    if range.trunc() != range {
        return Err(Problem::HostBits(text.to_owned(), range.trunc()));
    }
    let (widest, mapped) = match range {
        IpNet::V4(_) => (WIDEST_V4, false),
        IpNet::V6(v6) => (WIDEST_V6, v6.addr().to_ipv4_mapped().is_some()),
    };
    if mapped {
        return Err(Problem::Range(text.to_owned()));
    }
    if range.prefix_len() < widest {
        return Err(Problem::Wide(text.to_owned()));
    }
    Ok(range)
}

fn plain(label: &str) -> Result<&str, Problem> {
    let fits = (1..=LABEL_BYTES).contains(&label.len()) && !label.chars().any(char::is_control);
    fits.then_some(label).ok_or(Problem::Label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> Problem {
        match read(text) {
            Err(problem) => problem,
            Ok(_) => panic!("{text} was read"),
        }
    }

    #[test]
    fn what_is_wrong_is_said_in_words() {
        for (text, expected) in [
            ("192.0.2.0/24  all  certain  A  b", Problem::Cells(5)),
            ("192.0.2.0/24 all certain A b 2026-01-01", Problem::Cells(1)),
            (
                "hello  all  certain  A  b  2026-01-01",
                Problem::Range("hello".into()),
            ),
            (
                "::ffff:192.0.2.0/120  all  certain  A  b  2026-01-01",
                Problem::Range("::ffff:192.0.2.0/120".into()),
            ),
            (
                "192.0.2.1/24  all  certain  A  b  2026-01-01",
                Problem::HostBits("192.0.2.1/24".into(), "192.0.2.0/24".parse().unwrap()),
            ),
            (
                "0.0.0.0/0  all  certain  A  b  2026-01-01",
                Problem::Wide("0.0.0.0/0".into()),
            ),
            (
                "2000::/3  all  certain  A  b  2026-01-01",
                Problem::Wide("2000::/3".into()),
            ),
            (
                "192.0.2.0/24  opens  certain  A  b  2026-01-01",
                Problem::Scope("opens".into()),
            ),
            (
                "192.0.2.0/24  all  weak  A  b  2026-01-01",
                Problem::Certainty("weak".into()),
            ),
            (
                "192.0.2.0/24\tall\tcertain\t\tb\t2026-01-01",
                Problem::Label,
            ),
            (
                "192.0.2.0/24\tall\tcertain\tA\t\t2026-01-01",
                Problem::Source,
            ),
            (
                "192.0.2.0/24  all  certain  A  b  yesterday",
                Problem::Date("yesterday".into()),
            ),
        ] {
            assert_eq!(problem(text), expected, "{text}");
        }
        let long = format!(
            "192.0.2.0/24  all  certain  {}  b  2026-01-01",
            "x".repeat(41)
        );
        assert_eq!(problem(&long), Problem::Label);
        assert!(matches!(read("  # a comment"), Ok(None)));
    }
}
