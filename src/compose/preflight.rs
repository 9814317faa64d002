//! What there is to say about a mail's content before it leaves. Findings about links come from
//! rewriting; together they are what preflight shows.

use super::input::{Merge, RenderInput};
use super::merge::Merged;
use crate::domain::finding::{Finding, FindingCode};

/// Where Gmail cuts a mail's HTML.
const CLIPPED_BYTES: usize = 102 * 1_024;
const BIG_ATTACHMENTS_BYTES: usize = 10 * 1_024 * 1_024;
/// Letters without which a mail with an image has nothing to read.
const READABLE_LETTERS: usize = 20;
/// Types that large mailbox providers refuse to take.
const REFUSED: [&str; 14] = [
    "apk", "bat", "cmd", "com", "cpl", "exe", "hta", "iso", "jar", "js", "lnk", "msi", "scr", "vbs",
];

/// Looks at the merged content of `input`.
pub fn look(input: &RenderInput, merged: &Merged) -> Vec<Finding> {
    let mut findings = Vec::new();
    look_at_subject(&merged.subject, &mut findings);
    match (&merged.html, &merged.text) {
        (None, Some(_)) => findings.push(Finding::new(FindingCode::NothingTracked)),
        (Some(_), None) => findings.push(Finding::new(FindingCode::TextDerived)),
        _ => {}
    }
    if let Some(html) = &merged.html {
        look_at_html(html, &mut findings);
    }
    if input.content.merge == Merge::Literal {
        let parts = [
            Some(&merged.subject),
            merged.html.as_ref(),
            merged.text.as_ref(),
        ];
        let field = parts.into_iter().flatten().find_map(|part| unfilled(part));
        findings.extend(field.map(|field| Finding::about(FindingCode::FieldUnfilled, field)));
    }
    look_at_attachments(input, &mut findings);
    findings
}

fn look_at_subject(subject: &str, findings: &mut Vec<Finding>) {
    if subject.trim().is_empty() {
        findings.push(Finding::new(FindingCode::SubjectEmpty));
        return;
    }
    let letters = subject.chars().filter(|c| c.is_alphabetic()).count();
    let capitals = subject.chars().filter(|c| c.is_uppercase()).count();
    let marks = subject.matches('!').count();
    if letters >= 8 && capitals * 10 >= letters * 7 || marks > 1 {
        findings.push(Finding::about(FindingCode::SubjectShouting, subject));
    }
}

fn look_at_html(html: &str, findings: &mut Vec<Finding>) {
    if html.len() > CLIPPED_BYTES {
        let size = format!("{} KB", html.len() / 1_024);
        findings.push(Finding::about(FindingCode::SizeClipped, &size));
    }
    let has_image = html
        .as_bytes()
        .windows(4)
        .any(|tag| tag.eq_ignore_ascii_case(b"<img"));
    if has_image && !is_readable(html) {
        findings.push(Finding::new(FindingCode::ImageOnly));
    }
}

/// Whether there are words to read between the tags.
fn is_readable(html: &str) -> bool {
    let mut letters = 0;
    let mut rest = html;
    while let Some((text, tag)) = rest.split_once('<') {
        letters += text.chars().filter(|c| c.is_alphanumeric()).count();
        if letters >= READABLE_LETTERS {
            return true;
        }
        let lower: String = tag.chars().take(6).collect::<String>().to_ascii_lowercase();
        let end = match lower.as_str() {
            "style>" | "style " => "</style",
            "script" => "</script",
            "title>" | "title " => "</title",
            _ if lower.starts_with("!--") => "-->",
            _ => ">",
        };
        let Some((_, behind)) = tag.split_once(end) else {
            return false;
        };
        rest = behind;
    }
    letters + rest.chars().filter(|c| c.is_alphanumeric()).count() >= READABLE_LETTERS
}

/// The first merge field nobody will fill in.
fn unfilled(text: &str) -> Option<&str> {
    let start = text.find("{{").or_else(|| text.find("{%"))?;
    let end = text[start..].find("}}").map_or(2, |end| end + 2);
    Some(&text[start..start + end])
}

fn look_at_attachments(input: &RenderInput, findings: &mut Vec<Finding>) {
    let total: usize = input.attachments.iter().map(|file| file.bytes.len()).sum();
    if total > BIG_ATTACHMENTS_BYTES {
        findings.push(Finding::new(FindingCode::AttachmentsBig));
    }
    for file in &input.attachments {
        let name = file.name.as_str();
        let extension = name
            .rsplit_once('.')
            .map(|(_, end)| end.to_ascii_lowercase());
        if extension.is_some_and(|end| REFUSED.contains(&end.as_str())) {
            findings.push(Finding::about(FindingCode::AttachmentRefused, name));
        }
    }
}
