//! Agents that say themselves what they are: the list in `agents.tsv`, and beside it the marks that
//! programs leave and browsers do not. Pure. Nothing here guesses from odd versions or headers.

use crate::domain::hit::AgentClass;
use std::sync::LazyLock;

/// One line of the list.
pub(super) struct Declared {
    pub(super) begins: &'static str,
    pub(super) class: AgentClass,
    pub(super) name: &'static str,
}

/// The list, by the first byte of what a word must begin with.
static DECLARED: LazyLock<Vec<Vec<Declared>>> = LazyLock::new(|| {
    let mut by_first: Vec<Vec<Declared>> = (0..256).map(|_| Vec::new()).collect();
    for line in include_str!("../agents.tsv").lines() {
        if let Some(declared) = declared_line(line) {
            by_first[usize::from(declared.begins.as_bytes()[0])].push(declared);
        }
    }
    by_first
});

pub(super) fn declared_line(line: &'static str) -> Option<Declared> {
    let mut cells = line.split('\t');
    let (begins, class, name) = (cells.next()?, cells.next()?, cells.next()?);
    let class = match class {
        "preview" => AgentClass::Preview,
        "bot" => AgentClass::Bot,
        "images" => AgentClass::ImageProxy,
        _ => return None,
    };
    Some(Declared {
        begins,
        class,
        name,
    })
}

/// The first declared name in `lower`, an agent in lower case: a line of the list, else a word that
/// ends as robots' names do, else that it tells where to write to or to read about it.
pub(super) fn declared(lower: &str) -> Option<(AgentClass, &str)> {
    let bytes = lower.as_bytes();
    let mut generic = None;
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_alphanumeric() {
            at += 1;
            continue;
        }
        let rest = &bytes[at..];
        if let Some(found) = DECLARED[usize::from(bytes[at])]
            .iter()
            .find(|line| rest.starts_with(line.begins.as_bytes()))
        {
            return Some((found.class, found.name));
        }
        let length = rest
            .iter()
            .position(|byte| !byte.is_ascii_alphanumeric())
            .unwrap_or(rest.len());
        let word = &lower[at..at + length];
        if generic.is_none() && names_a_robot(word) {
            generic = Some((AgentClass::Bot, word));
        }
        at += length;
    }
    let generic = generic.or_else(|| contact(lower).map(|word| (AgentClass::Bot, word)));
    // Browsers gave up this word with Internet Explorer; inside the engine's it never stood.
    let claims = || lower.contains("like gecko; compatible");
    generic.or_else(|| claims().then_some((AgentClass::Bot, "compatible")))
}

/// Ends of words by which programs name themselves.
const ROBOT_ENDS: [&str; 13] = [
    "agent", "bot", "bots", "robots", "crawler", "crawl", "spider", "scan", "scanner", "monitor",
    "archiver", "watcher", "checkup",
];

/// Whether `word` ends as robots call themselves. `Cubot` is a maker of telephones whose name
/// stands in the agents of real browsers.
fn names_a_robot(word: &str) -> bool {
    word != "cubot" && ROBOT_ENDS.iter().any(|end| word.ends_with(end))
}

/// An address to write to or a site to read: no browser names one.
fn contact(lower: &str) -> Option<&str> {
    let site = lower.find("://").or_else(|| lower.find('@'));
    let place = site.or_else(|| {
        lower.match_indices(".com").map(|(at, _)| at).find(|at| {
            let after = lower.as_bytes().get(at + 4);
            after.is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'.')
        })
    })?;
    let begin = lower[..place]
        .char_indices()
        .rfind(|(_, c)| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')))
        .map_or(0, |(at, c)| at + c.len_utf8());
    let rest = &lower[begin..];
    let end = rest
        .find(|c: char| c.is_whitespace() || matches!(c, ')' | ';' | ','))
        .unwrap_or(rest.len());
    (end > 0).then(|| &rest[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_is_named_whole_and_a_package_is_none() {
        assert_eq!(
            contact("mozilla/5.0 (x) collection@firm.example"),
            Some("collection@firm.example")
        );
        assert_eq!(
            contact("x (+https://firm.example/x)"),
            Some("https://firm.example/x")
        );
        assert_eq!(contact("sitecheck.com rest"), Some("sitecheck.com"));
        assert_eq!(contact("mozilla/5.0 [com.linkedin.android/1]"), None);
        assert_eq!(contact("x.company"), None);
        assert!(contact("ü@ö").is_some() && contact("://").is_some());
    }
}
