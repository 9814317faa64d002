//! The words of many languages that decisions rest on, kept as text in `words/`: phrases parted by
//! ` | `, a line that begins with `#` is a remark, `[name]` begins a group.

use std::sync::LazyLock;

/// A list of phrases in lower case.
pub(super) type Phrases = LazyLock<Vec<&'static str>>;
/// Lists by name, in the order of the file.
pub(super) type Groups = LazyLock<Vec<(&'static str, Vec<&'static str>)>>;

/// The phrases of a file in `words/`.
macro_rules! phrases {
    ($file:literal) => {
        std::sync::LazyLock::new(|| {
            crate::inbound::words::read(include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/src/inbound/words/",
                $file,
                ".txt"
            )))
            .into_iter()
            .flat_map(|(_, phrases)| phrases)
            .collect()
        })
    };
}

/// The groups of a file in `words/`.
macro_rules! groups {
    ($file:literal) => {
        std::sync::LazyLock::new(|| {
            crate::inbound::words::read(include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/src/inbound/words/",
                $file,
                ".txt"
            )))
        })
    };
}

pub(super) use {groups, phrases};

/// Reads the text of a file.
pub(super) fn read(text: &'static str) -> Vec<(&'static str, Vec<&'static str>)> {
    let mut groups: Vec<(&str, Vec<&str>)> = vec![("", Vec::new())];
    for line in text.lines().filter(|line| !line.starts_with("# ")) {
        let named = line
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'));
        if let Some(name) =
            named.filter(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
        {
            groups.push((name, Vec::new()));
        } else if let Some((_, phrases)) = groups.last_mut() {
            phrases.extend(
                line.split(" | ")
                    .map(str::trim)
                    .filter(|phrase| !phrase.is_empty()),
            );
        }
    }
    groups.retain(|(_, phrases)| !phrases.is_empty());
    groups
}
