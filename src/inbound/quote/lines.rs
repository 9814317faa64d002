//! A text as lines with their places, each quoted, the author's, or nobody's.

use std::ops::Range;

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// Nothing but blanks.
    Blank,
    /// The author's own, until something else is found.
    Own,
    /// Of an earlier mail.
    Quoted,
    /// A signature, a footer, a disclaimer.
    Closing,
}

/// One line.
#[derive(Debug)]
pub(super) struct Line<'a> {
    /// Without blanks around it.
    pub(super) text: &'a str,
    /// Where it stands in the whole text, its line break left out.
    pub(super) at: Range<usize>,
    pub(super) mark: Mark,
}

/// Most lines looked at; a letter has fewer, and what lies behind is quoted or data.
const MAX_LINES: usize = 5_000;

/// Splits `text`. Lines that begin with `>` are quoted, and so is what `quoted` names; `signed`
/// likewise.
pub(super) fn split<'a>(
    text: &'a str,
    quoted: &[Range<usize>],
    signed: &[Range<usize>],
) -> Vec<Line<'a>> {
    let mut at = 0;
    let mut lines: Vec<Line<'a>> = Vec::new();
    let (quoted, signed) = (Places::new(quoted), Places::new(signed));
    for raw in text.split('\n').take(MAX_LINES) {
        let place = at..at + raw.len();
        at = place.end + 1;
        let trimmed = raw.trim();
        let mark = if trimmed.is_empty() {
            Mark::Blank
        } else if quoted.hold(&place) || begins_quoted(raw) {
            Mark::Quoted
        } else if signed.hold(&place) {
            Mark::Closing
        } else {
            Mark::Own
        };
        lines.push(Line {
            text: trimmed,
            at: place,
            mark,
        });
    }
    lines
}

/// Ranges, joined and in order, to be asked about.
struct Places(Vec<Range<usize>>);

impl Places {
    fn new(ranges: &[Range<usize>]) -> Self {
        let mut sorted = ranges.to_vec();
        sorted.sort_by_key(|range| range.start);
        let mut joined: Vec<Range<usize>> = Vec::new();
        for range in sorted {
            match joined.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => joined.push(range),
            }
        }
        Self(joined)
    }

    /// Whether the middle of `line` lies in one; the ends may be a line break off.
    fn hold(&self, line: &Range<usize>) -> bool {
        let middle = usize::midpoint(line.start, line.end);
        let next = self.0.partition_point(|range| range.end <= middle);
        self.0.get(next).is_some_and(|range| range.start <= middle)
    }
}

/// Whether a line begins with a mark of quoting. An arrow, and a `>` that closes a link broken over
/// lines, are none.
fn begins_quoted(raw: &str) -> bool {
    let rest = raw.trim_start();
    if let Some(rest) = rest.strip_prefix('>') {
        return !rest.starts_with('=');
    }
    false
}

/// Marks lines from `from` on, blank ones aside.
pub(super) fn mark(lines: &mut [Line<'_>], as_what: Mark) {
    for line in lines.iter_mut().filter(|line| line.mark != Mark::Blank) {
        line.mark = as_what;
    }
}

/// The `>` that some programs break off a link, and the rests of quoted lines that were wrapped on
/// the way: a short line glued between two quoted ones.
pub(super) fn repair(lines: &mut [Line<'_>]) {
    for at in 1..lines.len().saturating_sub(1) {
        let (before, after) = (&lines[at - 1], &lines[at + 1]);
        let between = before.mark == Mark::Quoted && after.mark == Mark::Quoted;
        let wrapped = before.at.len() >= 55 && lines[at].at.len() <= 45;
        if lines[at].mark == Mark::Own && between && wrapped {
            lines[at].mark = Mark::Quoted;
        }
    }
    for at in 1..lines.len() {
        let opens = lines[at - 1].text.rfind('<');
        let closes = lines[at - 1].text.rfind('>');
        let link = opens.is_some_and(|open| {
            closes.is_none_or(|close| close < open)
                && lines[at - 1].text[open + 1..].contains("://")
        });
        if lines[at].mark == Mark::Quoted && lines[at - 1].mark == Mark::Own && link {
            lines[at].mark = Mark::Own;
        }
    }
}
