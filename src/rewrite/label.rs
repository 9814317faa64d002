//! The visible text of a link: its label in reports, and whether it shows an address.

/// No label needs more of the source than this.
const LOOK_AHEAD: usize = 4_096;

/// The text between a start tag (`rest` begins behind it) and the end tag `name`, entities decoded
/// and white space collapsed; the `alt` of its first image when there is no text.
pub(super) fn visible_text(rest: &str, name: &str) -> String {
    let mut text = String::new();
    let mut alt = None;
    let mut at = 0;
    while at < rest.len().min(LOOK_AHEAD) {
        let Some(open) = rest[at..].find('<').map(|found| at + found) else {
            break;
        };
        text.push_str(&rest[at..open]);
        let tag = &rest[open..];
        if tag.starts_with("<!--") {
            at = open + tag.find("-->").map_or(tag.len(), |end| end + 3);
            continue;
        }
        if closes(tag, name) {
            break;
        }
        let length = tag_length(tag);
        if alt.is_none() && starts_with_ignoring_case(tag, "<img") {
            alt = alt_of(&tag[..length]);
        }
        if !tag[1..].starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'))
        {
            text.push_str(&tag[..length]);
        } else if !is_inline(tag) {
            text.push(' ');
        }
        at = open + length;
    }
    let text = collapse(&text);
    if text.is_empty() {
        return alt.map(|alt| collapse(&alt)).unwrap_or_default();
    }
    text
}

/// Whether a reader takes `label` for an address: it begins like one, or names the very `host`.
pub(super) fn is_url(label: &str, host: &str) -> bool {
    if label.contains(' ') || !label.contains('.') {
        return false;
    }
    let lower = label.to_lowercase();
    let bare = |host: &str| host.strip_prefix("www.").unwrap_or(host).to_owned();
    lower.starts_with("http://")
        || lower.starts_with("https://")
        || lower.starts_with("www.")
        || lower.split(['/', '?', '#']).next().map(bare) == Some(bare(host))
}

/// The length of the tag that `tag` begins with, quotes respected; of the lone `<` if it is none.
fn tag_length(tag: &str) -> usize {
    if !tag[1..].starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')) {
        return 1;
    }
    let mut quote = None;
    for (at, byte) in tag.bytes().enumerate() {
        match (byte, quote) {
            (b'>', None) => return at + 1,
            (b'"' | b'\'', None) => quote = Some(byte),
            (byte, Some(open)) if byte == open => quote = None,
            _ => {}
        }
    }
    tag.len()
}

fn closes(tag: &str, name: &str) -> bool {
    tag.strip_prefix("</").is_some_and(|rest| {
        starts_with_ignoring_case(rest, name)
            && rest[name.len()..]
                .starts_with(|c: char| c.is_ascii_whitespace() || matches!(c, '>' | '/'))
    })
}

fn starts_with_ignoring_case(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// Tags that do not part words.
fn is_inline(tag: &str) -> bool {
    let name = tag.trim_start_matches(['<', '/']);
    let end = name
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(name.len());
    [
        "a", "b", "i", "u", "em", "strong", "span", "font", "small", "big", "sub", "sup", "wbr",
        "code",
    ]
    .iter()
    .any(|inline| name[..end].eq_ignore_ascii_case(inline))
}

fn alt_of(tag: &str) -> Option<String> {
    let lower = tag.to_ascii_lowercase();
    let start = lower.find(" alt=")? + " alt=".len();
    let value = &tag[start..];
    match value.as_bytes().first()? {
        quote @ (b'"' | b'\'') => value[1..]
            .split(char::from(*quote))
            .next()
            .map(str::to_owned),
        _ => value
            .split(|c: char| c.is_ascii_whitespace() || c == '>')
            .next()
            .map(str::to_owned),
    }
}

fn collapse(text: &str) -> String {
    let decoded = if text.contains('&') {
        htmlize::unescape(text)
    } else {
        text.into()
    };
    let mut out = String::with_capacity(decoded.len());
    for word in decoded.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        if word.bytes().all(|byte| byte.is_ascii_graphic()) {
            out.push_str(word);
        } else {
            out.extend(word.chars().filter(|c| is_visible(*c)));
        }
    }
    out
}

/// Neither a control nor one of the marks that take no room.
fn is_visible(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{200b}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_what_a_person_reads() {
        for (rest, label) in [
            ("See the <b>pri</b>ces</a> and", "See the prices"),
            ("<span>Tom &amp; Anna</span>\n  talk</A>", "Tom & Anna talk"),
            ("<img src=x alt=\"The deck\"></a>", "The deck"),
            ("<!--[if mso]>&nbsp;</a><![endif]-->Go</a>", "Go"),
            ("<td>One</td><td>two</td></a>", "One two"),
            ("1 < 2</a>", "1 < 2"),
            ("<i title='>'>x</i></a>", "x"),
            ("no end", ""),
        ] {
            assert_eq!(visible_text(rest, "a"), label, "{rest}");
        }
    }

    #[test]
    fn a_label_that_shows_an_address_is_told_from_one_that_has_a_dot() {
        for label in [
            "https://x.example/a",
            "WWW.x.example",
            "x.example",
            "x.example/price",
            "www.x.example",
        ] {
            assert!(is_url(label, "x.example"), "{label}");
        }
        for label in ["Node.js", "our page", "x.example is ours", "Prices."] {
            assert!(!is_url(label, "x.example"), "{label}");
        }
    }
}
