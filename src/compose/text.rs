//! The plain text part, and the footer that outreach carries.

use crate::domain::markup::escaped;

/// Columns of a derived text part; room for one level of quoting below 80.
const WIDTH: usize = 76;

/// Nesting that no mail has; beyond it the conversion would take time without end.
const MAX_DEPTH: usize = 4_000;

/// The text of `html`, with its links as numbered notes at the end. They lead where the author's
/// links lead: the text part is never rewritten.
pub fn derive(html: &str) -> Result<String, NoText> {
    if depth(html) > MAX_DEPTH {
        return Err(NoText);
    }
    // Raw: the cells of a layout table follow each other instead of standing in narrow columns.
    let text = html2text::config::plain()
        .raw_mode(true)
        .allow_width_overflow()
        .no_link_wrapping()
        .string_from_read(html.as_bytes(), WIDTH)
        .map_err(|_| NoText)?;
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        out.push_str(line.trim_end());
        out.push('\n');
    }
    Ok(out)
}

/// The HTML is nested deeper than any mail, or cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoText;

/// How deep the tags of `html` may be nested at most; an element without an end tag counts too.
fn depth(html: &str) -> usize {
    const VOID: [&str; 10] = [
        "area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr",
    ];
    let (mut depth, mut deepest) = (0_usize, 0);
    for tag in html.split('<').skip(1) {
        if tag.starts_with('/') {
            depth = depth.saturating_sub(1);
        } else if tag.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let end = tag.find(|c: char| !c.is_ascii_alphanumeric());
            let name = &tag[..end.unwrap_or(tag.len())];
            if !VOID.iter().any(|void| name.eq_ignore_ascii_case(void)) {
                depth += 1;
                deepest = deepest.max(depth);
            }
        }
    }
    deepest
}

/// Who sends and how to make them stop: what outreach must show (CAN-SPAM, 15 U.S.C. 7704(a)(5)).
#[derive(Debug, Clone, Copy)]
pub struct Footer<'a> {
    /// The organisation's postal address, on one line or several.
    pub postal_address: &'a str,
    /// The words of the link.
    pub label: &'a str,
    /// Where it leads.
    pub url: &'a str,
}

impl Footer<'_> {
    /// For the HTML part.
    pub fn html(&self) -> String {
        let address: Vec<String> = self.postal_address.lines().map(escaped).collect();
        format!(
            "<p style=\"margin:24px 0 0;font:12px/1.5 sans-serif;color:#666\">{}<br><a href=\"{}\" style=\"color:#666\">{}</a></p>",
            address.join("<br>"),
            escaped(self.url),
            escaped(self.label)
        )
    }

    /// For the text part.
    pub fn text(&self) -> String {
        format!(
            "\n\n{}\n{}: {}\n",
            self.postal_address.trim(),
            self.label,
            self.url
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layout_table_becomes_plain_lines_with_links_as_notes() {
        let html = "<table><tr><td><h1>Hello</h1></td></tr><tr><td>See <a href=\"https://x.example/a\">the deck</a>.</td></tr></table>";
        assert_eq!(
            derive(html).unwrap(),
            "# Hello\nSee [the deck][1].\n\n[1]: https://x.example/a\n"
        );
    }

    #[test]
    fn nesting_deeper_than_any_mail_is_refused() {
        let nested = |depth: usize| format!("{}<br>x", "<div>".repeat(depth));
        assert_eq!(derive(&nested(MAX_DEPTH + 1)), Err(NoText));
        assert_eq!(derive(&nested(500)).unwrap().trim(), "x");
    }
}
