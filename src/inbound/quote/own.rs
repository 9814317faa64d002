//! Puts together what is neither quoted nor closing. Answers between quotes are kept; a text that
//! would come out empty is given back whole.

use super::super::html::Marked;
use super::super::understood::NewText;
use super::lines::{self, Line, Mark, mark, split};
use super::{closing, intro};
use std::ops::Range;

/// What is new in `full`, whose quotes and signatures by structure are known already.
pub(in crate::inbound) fn new_text(full: &Marked) -> NewText {
    let mut lines = split(&full.text, &full.quoted, &full.signed);
    let all_own = lines.iter().any(|line| line.mark == Mark::Own);
    lines::repair(&mut lines);
    let cuts = mark_introduced(&mut lines);
    closing::mark_closings(&mut lines);
    let mut parts = parts(&lines, &cuts);
    if parts.is_empty() && all_own {
        // A signature alone is still what they sent.
        for line in lines.iter_mut().filter(|line| line.mark == Mark::Closing) {
            line.mark = Mark::Own;
        }
        parts = self::parts(&lines, &cuts);
    }
    if parts.is_empty() {
        return whole(&full.text);
    }
    let text = parts
        .iter()
        .map(|part| &full.text[part.clone()])
        .collect::<Vec<_>>();
    NewText {
        text: text.join("\n\n"),
        parts,
        whole: false,
    }
}

fn whole(text: &str) -> NewText {
    let start = text.len() - text.trim_start().len();
    let end = text.trim_end().len().max(start);
    let place = start..end;
    NewText {
        text: text[place.clone()].to_owned(),
        parts: if place.is_empty() {
            Vec::new()
        } else {
            std::iter::once(place).collect()
        },
        whole: true,
    }
}

/// Marks introductions and what they introduce. Gives the lines that are the author's only up to
/// a place.
fn mark_introduced(lines: &mut [Line<'_>]) -> Vec<(usize, usize)> {
    let mut cuts = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let found = (lines[at].mark == Mark::Own)
            .then(|| intro::find(lines, at))
            .flatten();
        let Some(intro) = found else {
            at += 1;
            continue;
        };
        let mut from = at;
        if intro.from > 0 {
            cuts.push((at, lines[at].at.start + offset_in(&lines[at], intro.from)));
            from = at + 1;
        }
        let to = if intro.ends_all {
            lines.len()
        } else {
            at + intro.lines
        };
        mark(&mut lines[from..to], Mark::Quoted);
        mark_rule_above(lines, at);
        at = to.max(at + 1);
    }
    cuts
}

/// Where byte `from` of the trimmed text of `line` stands in the line itself.
fn offset_in(line: &Line<'_>, from: usize) -> usize {
    let indent = line.at.len().saturating_sub(line.text.len());
    // Only trailing blanks and leading ones were trimmed; a leading one is rare enough that being
    // off by it would only cut a blank.
    from.min(line.at.len() - indent)
}

/// A row of lines right above an introduction belongs to it.
fn mark_rule_above(lines: &mut [Line<'_>], at: usize) {
    let above = lines[..at]
        .iter()
        .rposition(|line| line.mark != Mark::Blank);
    if let Some(above) = above {
        let text = lines[above].text;
        let ruled = text.len() >= 5
            && text
                .chars()
                .all(|c| matches!(c, '_' | '-' | '=' | '*' | '—' | '─'));
        if ruled && lines[above].mark == Mark::Own {
            lines[above].mark = Mark::Quoted;
        }
    }
}

/// The runs of own lines, blank ones around them left out.
fn parts(lines: &[Line<'_>], cuts: &[(usize, usize)]) -> Vec<Range<usize>> {
    let mut parts: Vec<Range<usize>> = Vec::new();
    let mut open = false;
    for (no, line) in lines.iter().enumerate() {
        match line.mark {
            Mark::Blank => {}
            Mark::Own => {
                let cut = cuts.iter().find(|(at, _)| *at == no);
                let end = cut.map_or(line.at.end, |(_, end)| *end);
                match parts.last_mut() {
                    Some(last) if open => last.end = end,
                    _ => parts.push(line.at.start..end),
                }
                open = cut.is_none();
            }
            Mark::Quoted | Mark::Closing => open = false,
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(text: &str) -> String {
        let full = Marked {
            text: text.to_owned(),
            ..Marked::default()
        };
        let new = new_text(&full);
        let joined: Vec<&str> = new.parts.iter().map(|part| &text[part.clone()]).collect();
        assert_eq!(joined.join("\n\n"), new.text);
        new.text
    }

    #[test]
    fn an_answer_above_below_or_between_quotes_is_kept() {
        let above = "Yes.\n\nOn 2 Mar 2026, Anna <a@b.example> wrote:\n> Will you?\n> Anna\n";
        assert_eq!(own(above), "Yes.");
        let below = "On 2 Mar 2026, Anna <a@b.example> wrote:\n> Will you?\n\nYes.\n";
        assert_eq!(own(below), "Yes.");
        let between = "Hello\n\n> One?\n\nFirst.\n\n> Two?\nSecond.\n";
        assert_eq!(own(between), "Hello\n\nFirst.\n\nSecond.");
        let unmarked =
            "Yes.\n\nFrom: Anna <a@b.example>\nSent: Monday\nTo: Ben\nSubject: x\n\nWill you?\n";
        assert_eq!(own(unmarked), "Yes.");
        let shared = "Yes. On 2 Mar 2026, Anna <a@b.example> wrote:\n> Will you?";
        assert_eq!(own(shared), "Yes.");
    }

    #[test]
    fn nothing_left_gives_the_whole() {
        let text = "> only\n> quoted";
        let new = new_text(&Marked {
            text: text.to_owned(),
            ..Marked::default()
        });
        assert!(new.whole);
        assert_eq!(new.text, text);
    }

    #[test]
    fn signatures_footers_and_disclaimers_go() {
        assert_eq!(own("Yes.\n\n-- \nBen\nACME"), "Yes.");
        assert_eq!(own("Yes.\n\nSent from my iPhone"), "Yes.");
        assert_eq!(
            own("Ja.\n\nMit freundlichen Grüßen\nBen Beispiel\nACME GmbH\nTel. +49 30 1234567"),
            "Ja.\n\nMit freundlichen Grüßen\nBen Beispiel"
        );
        assert_eq!(
            own("Hi. I am fine.\n\nThanks,\nAlex"),
            "Hi. I am fine.\n\nThanks,\nAlex"
        );
        assert_eq!(own("Sent from my iPhone"), "Sent from my iPhone");
    }
}
