//! Signatures, footers of telephones, disclaimers and list footers: text that nobody writes anew.

use super::super::words::{Phrases, phrases};
use super::lines::{Line, Mark, mark};

/// Lines that telephones and mail programs add, by how they begin, in lower case.
static SENT_FROM: Phrases = phrases!("closing_sent_from");

/// How disclaimers begin, in lower case.
static DISCLAIMERS: Phrases = phrases!("closing_disclaimers");

/// Phrases that end a letter, in lower case, by how they begin.
static VALEDICTIONS: Phrases = phrases!("closing_valedictions");

/// Marks what closes a letter in each run of own lines.
pub(super) fn mark_closings(lines: &mut [Line<'_>]) {
    let mut from = 0;
    while from < lines.len() {
        if lines[from].mark != Mark::Own {
            from += 1;
            continue;
        }
        let run = lines[from..]
            .iter()
            .take_while(|line| matches!(line.mark, Mark::Own | Mark::Blank))
            .count();
        close_run(&mut lines[from..from + run]);
        from += run;
    }
}

fn close_run(run: &mut [Line<'_>]) {
    let first_own = run
        .iter()
        .position(|line| line.mark == Mark::Own)
        .unwrap_or(0);
    let cut = run
        .iter()
        .enumerate()
        .find_map(|(at, line)| begins_closing(run, at, line).then_some(at));
    if let Some(at) = cut {
        mark(&mut run[at..], Mark::Closing);
    }
    let end = cut.unwrap_or(run.len());
    if let Some(at) = signature_after_valediction(&run[..end]).filter(|at| *at > first_own) {
        mark(&mut run[at..end], Mark::Closing);
    }
}

fn begins_closing(run: &[Line<'_>], at: usize, line: &Line<'_>) -> bool {
    if line.mark != Mark::Own {
        return false;
    }
    // The mark of a signature (RFC 3676, 4.3); many programs lose its blank.
    if matches!(line.text, "--" | "—" | "– –" | "---") && run.len() - at <= 40 {
        return true;
    }
    let lower = line.text.to_lowercase();
    let rest = run[at..]
        .iter()
        .filter(|line| line.mark == Mark::Own)
        .count();
    let begins = |list: &[&str]| list.iter().any(|known| lower.starts_with(known));
    let footer = rest <= 4 && line.text.len() <= 120 && begins(&SENT_FROM);
    let ruled = line.text.len() >= 10
        && line
            .text
            .bytes()
            .all(|byte| matches!(byte, b'_' | b'-' | b'=' | b'*'));
    let list_footer = ruled
        && at > 0
        && run[at..].iter().skip(1).take(4).any(|line| {
            let lower = line.text.to_lowercase();
            lower.contains("mailing list") || lower.contains("unsubscribe")
        });
    footer || list_footer || at > 0 && begins(&DISCLAIMERS)
}

/// Where contact details begin behind "Best regards" and a name; the greeting and the name are the
/// author's.
fn signature_after_valediction(run: &[Line<'_>]) -> Option<usize> {
    let own: Vec<usize> = (0..run.len())
        .filter(|at| run[*at].mark == Mark::Own)
        .collect();
    let nth = own.iter().rposition(|at| is_valediction(run[*at].text))?;
    let behind = &own[nth + 1..];
    if behind.len() < 2 || behind.len() > 15 {
        return None;
    }
    let details = behind[1..]
        .iter()
        .filter(|at| has_details(run[**at].text))
        .count();
    (details > 0).then(|| behind[1])
}

fn is_valediction(line: &str) -> bool {
    let lower = line.to_lowercase();
    line.len() <= 60
        && VALEDICTIONS.iter().any(|known| {
            lower
                .strip_prefix(known)
                .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
        })
}

/// A telephone number, an address of mail or web.
fn has_details(line: &str) -> bool {
    let digits = line.bytes().filter(u8::is_ascii_digit).count();
    let lower = line.to_lowercase();
    line.len() <= 160
        && (digits >= 7 || lower.contains('@') || lower.contains("www.") || lower.contains("://"))
}
