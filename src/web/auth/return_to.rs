//! Where a sign-in may lead back to: paths of our own, nothing else.

/// `path` when it is a plain path of ours, else `/`. A path begins with one slash; the second
/// character may be neither slash nor backslash, and no control or backslash may stand anywhere,
/// since browsers drop or turn some of them (WHATWG URL, 4.4).
pub fn own_path(path: &str) -> &str {
    let mut chars = path.chars();
    let begins = chars.next() == Some('/') && !matches!(chars.next(), Some('/' | '\\'));
    let plain = path
        .chars()
        .all(|c| c.is_ascii_graphic() && !matches!(c, '\\' | '"' | '<' | '>'));
    let lower = path.to_ascii_lowercase();
    let encoded_trick = ["%09", "%0a", "%0d", "%5c", "%00", "/%2f"]
        .iter()
        .any(|trick| lower.contains(trick));
    let before_query = path.split(['?', '#']).next().unwrap_or("");
    let inside = !before_query.contains("//");
    if begins && plain && !encoded_trick && inside && path.len() < 1_000 {
        path
    } else {
        "/"
    }
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn only_paths_of_our_own_are_returned_to() {
        for fine in ["/", "/contacts?q=a%20b&x=https://a.b", "/messages/1#links"] {
            assert_eq!(own_path(fine), fine);
        }
        for evil in [
            "//evil",
            "/\\evil",
            "/%09/evil",
            "https:evil",
            "https://evil",
            "\\\\evil",
            "",
            "/a\r\nSet-Cookie: x",
            "/\tevil",
            "/%5cevil",
            "/%2fevil",
            "/a//evil",
            "javascript:x",
        ] {
            assert_eq!(own_path(evil), "/", "{evil:?}");
        }
    }
}
