//! Delivery reports without the structure: written for people by qmail, Exim, Exchange, Domino and
//! many others. No one of their words is proof; sender, subject and text together are.

use super::super::fields::Fields;
use super::super::headers::{Headers, addresses, first_address, is_answer};
use super::super::limits;
use super::super::ours::Ours;
use super::super::signs::{flat, phrase_in};
use super::super::understood::{Bounced, DeliveryReport};
use super::super::words::{Phrases, phrases};
use super::reason::{Facts, STILL_TRYING, enhanced, judge};
use super::returned::{Returned, begins};

/// Subjects of reports, in lower case.
static SUBJECTS: Phrases = phrases!("report_subjects");

/// Phrases of the text, in lower case.
static PHRASES: Phrases = phrases!("report_phrases");

/// Local parts and names that reports come from, in lower case.
static SENDERS: Phrases = phrases!("report_senders");

/// What speaks for a report.
pub(in crate::inbound) struct Weighed {
    pub(in crate::inbound) report: DeliveryReport,
    /// The words it rests on.
    pub(in crate::inbound) words: String,
}

/// The report that `text` is, if it is one. `failed` is the value of `X-Failed-Recipients`.
pub(in crate::inbound) fn prose_report(
    fields: &Fields<'_>,
    headers: &Headers,
    text: &str,
    null_sender: bool,
    returned: &Returned,
    ours: &Ours,
) -> Option<Weighed> {
    let (before, copy) = text.split_at(begins(text).unwrap_or(text.len()));
    let failed = fields.text("X-Failed-Recipients");
    let words = flat(limits::cut(before, 8_000));
    let phrase = phrase_in(&words, &PHRASES);
    let subject = flat(&headers.subject);
    let named = phrase_in(&subject, &SUBJECTS);
    let structure = fields
        .text("Content-Type")
        .is_some_and(|kind| kind.to_lowercase().contains("delivery-status"));
    let sender = sender_weight(fields, headers);
    let machine = sender > 0 || null_sender;
    // Somebody who writes about a report has a name and an address of their own, and may name codes.
    let bare = !machine
        && headers
            .from
            .as_ref()
            .is_some_and(|from| from.name.is_none());
    let weight = [
        (true, sender),
        (failed.is_some() || structure, 4),
        (named.is_some(), 2),
        (phrase.is_some() || enhanced(before).is_some(), 2),
        (null_sender, 1),
        (!returned.ids.is_empty() || !copy.is_empty(), 1),
        (bare && says_code(before), 1),
        (is_answer(&headers.subject) && !machine, -4),
    ];
    let holding = weight.iter().filter(|(holds, _)| *holds);
    let weight: i32 = holding.map(|(_, weight)| weight).sum();
    let certain = machine || failed.is_some() || structure;
    if weight < if certain { 4 } else { 5 } {
        return None;
    }
    let delayed = ["warning", "delayed", "delay", "deferred"];
    let action = match (&failed, phrase_in(&subject, &delayed)) {
        (_, Some(_)) if phrase_in(&flat(before), &STILL_TRYING).is_some() => "delayed",
        (Some(_), _) => "failed",
        _ => "",
    };
    let found = recipients(before, failed.as_deref(), headers, returned, ours);
    let recipients = found.into_iter();
    let recipients = recipients.map(|(address, words)| bounced(address, action, words, before));
    Some(Weighed {
        report: DeliveryReport {
            recipients: recipients.collect(),
            subject: returned.subject.clone(),
        },
        words: phrase.or(named).unwrap_or_default().to_owned(),
    })
}

fn bounced(address: Option<String>, action: &str, words: &str, prose: &str) -> Bounced {
    let judged = judge(&Facts {
        action,
        status: "",
        words,
        prose,
        server: "",
    });
    Bounced {
        address,
        final_address: None,
        class: judged.class,
        reason: judged.reason,
        code: judged.code,
        text: judged.text,
    }
}

/// How much the author speaks for a report. A person may have the address of a postmaster, under
/// their own name; a name without an address is no person's.
fn sender_weight(fields: &Fields<'_>, headers: &Headers) -> i32 {
    let Some(from) = &headers.from else {
        let name = fields.text("From").unwrap_or_default().to_lowercase();
        return if is_machine(&name) { 2 } else { 0 };
    };
    let person = from.address.starts_with("postmaster@")
        && from
            .name
            .as_ref()
            .is_some_and(|name| !is_machine(&name.to_lowercase()));
    match (machine_sender(headers), person) {
        (false, _) => 0,
        (true, true) => 1,
        (true, false) => 2,
    }
}

/// Whether the author is one that reports come from.
pub(in crate::inbound) fn machine_sender(headers: &Headers) -> bool {
    let Some(from) = &headers.from else {
        return false;
    };
    let local = from.address.split('@').next().unwrap_or_default();
    let name = from.name.as_deref().unwrap_or_default().to_lowercase();
    let filters = ["antivirus", "anti-virus", "smtp_gateway", "smtp-gateway"];
    is_machine(local) || is_machine(&name) || filters.iter().any(|word| local.contains(word))
}

/// Whether a local part or a name, in lower case, begins like those that reports come from.
fn is_machine(name: &str) -> bool {
    let name = name.trim_start_matches(['"', '\'', '<', ' ']);
    SENDERS.iter().any(|known| name.starts_with(known))
}

/// Whether a server is quoted that says no for ever: a reply code with words or an enhanced code.
fn says_code(text: &str) -> bool {
    let words: Vec<&str> = limits::cut(text, 4_000).split_whitespace().collect();
    words.windows(2).any(|pair| {
        matches!(pair[0], "550" | "551" | "552" | "553" | "554")
            && pair[1].chars().any(char::is_alphanumeric)
    })
}

/// The recipients a report names, each with the words right behind it.
fn recipients<'t>(
    before: &'t str,
    failed: Option<&str>,
    headers: &Headers,
    returned: &Returned,
    ours: &Ours,
) -> Vec<(Option<String>, &'t str)> {
    let sent_to: Vec<&str> = headers.to.iter().map(|to| to.address.as_str()).collect();
    let foreign = |address: &str| {
        let local = address.split('@').next().unwrap_or_default();
        !sent_to.contains(&address)
            && address != headers.sender()
            && !ours.owns(address)
            && !ours.is_our_id(address)
            && !SENDERS.iter().any(|known| local.starts_with(known))
            && !matches!(
                local,
                "support" | "abuse" | "helpdesk" | "webmaster" | "admin" | "info-request"
            )
    };
    if let Some(failed) = failed {
        let named: Vec<_> = addresses(failed).map(|one| (Some(one), "")).collect();
        if !named.is_empty() {
            return named;
        }
    }
    let mut found = named(before, &foreign);
    // The address that the copy was for is surest when the prose names it too.
    let sure: Vec<_> = found
        .iter()
        .filter(|(one, _)| one.as_ref().is_some_and(|one| returned.to.contains(one)))
        .cloned()
        .collect();
    if !sure.is_empty() {
        return sure;
    }
    if found.is_empty() {
        let copied = returned.to.iter().find(|to| foreign(to)).cloned();
        found.push((
            copied.or_else(|| first_address(before).filter(|one| foreign(one))),
            "",
        ));
    }
    found
}

/// The addresses in `text` that `counts`, each with the words behind it. Those in lines that repeat
/// the head of the mail that was sent are left out when there are others.
fn named<'t>(text: &'t str, counts: &impl Fn(&str) -> bool) -> Vec<(Option<String>, &'t str)> {
    let mut found: Vec<(Option<String>, &str, bool)> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n').take(400) {
        let start = limits::cut(line.trim_start(), 12).to_lowercase();
        let head = ["to:", "cc:", "from:", "subject:", "sender:"];
        let repeats = head.iter().any(|field| start.starts_with(field));
        for address in addresses(line).filter(|one| counts(one)).take(20) {
            let known = found
                .iter()
                .position(|(one, ..)| one.as_ref() == Some(&address));
            match known {
                Some(no) if found[no].2 && !repeats => {
                    found[no].1 = words_behind(text, at);
                    found[no].2 = false;
                }
                None if found.len() < 100 => {
                    found.push((Some(address), words_behind(text, at), repeats));
                }
                Some(_) | None => {}
            }
        }
        at += line.len();
    }
    let others = found.iter().any(|(_, _, of_head)| !of_head);
    found.retain(|(_, _, of_head)| !(others && *of_head));
    found
        .into_iter()
        .map(|(address, words, _)| (address, words))
        .collect()
}

/// The line at `at` and the four behind it, up to a gap.
fn words_behind(text: &str, at: usize) -> &str {
    let rest = &text[at..];
    let gap = rest.find("\n\n").unwrap_or(rest.len());
    let lines = rest
        .match_indices('\n')
        .nth(4)
        .map_or(rest.len(), |(end, _)| end);
    &rest[..gap.min(lines)]
}
