//! The one way through: raw bytes in, [`Understood`] out.

use super::clues::Clue;
use super::content::Content;
use super::headers::{Headers, is_answer};
use super::identity::identity;
use super::kind::{self, Found};
use super::limits;
use super::mime::Tree;
use super::ours::Ours;
use super::quote::new_text;
use super::report::{Returned, complaint, delivery_report, prose_report};
use super::signs::{Signs, flat};
use super::understood::{Arrival, NewText, Told, Understood, Unsubscribe};
use super::{auto, away, keys, left, outcome, sent, unsubscribe};

/// Understands one raw mail that came as `arrival` tells. It never fails and never panics.
pub fn understand(raw: &[u8], arrival: &Arrival, ours: &Ours) -> Understood {
    let tree = Tree::read(raw);
    let fields = &tree.root().fields;
    let headers = Headers::read(fields);
    let content = Content::read(&tree, ours);
    let new_text = new_text(&content.full);
    let null_sender = is_null_sender(&tree, arrival);
    let mut signs = Signs::default();
    auto::by_fields(fields, &headers, null_sender, &mut signs);
    auto::by_subject(fields, &headers, &mut signs);
    let returned = Returned::find(&tree, &content.full.text, ours);
    let report = report(
        &tree,
        &headers,
        &content,
        null_sender,
        &returned,
        ours,
        &mut signs,
    );
    by_structure(&tree, &content, &headers, &new_text, &mut signs);
    let letter = limits::cut(&new_text.text, limits::MAX_SEARCHED_BYTES);
    let own = flat(letter);
    auto::by_text(&own, &mut signs);
    let left = left::moved(letter, &headers, ours);
    signs.add_some(Clue::LeftText, left.as_ref().map(|left| &left.words));
    let unsubscribe = match report {
        Some(_) => Unsubscribe::No,
        None => unsubscribe::unsubscribe(&headers, arrival, letter, ours, &mut signs),
    };
    let back = away::read(letter, arrival.received_at);
    // A date alone does where nobody else would name one: a ticket may be answered by then.
    let dated = back.as_ref().is_some_and(|back| !back.ambiguous);
    let absent = left.is_some()
        || back.is_some() && signs.has(Clue::AwayText)
        || dated && !signs.has(Clue::Acknowledges);
    let verdict = kind::decide(
        &signs,
        &Found {
            report: report.as_ref(),
            unsubscribe,
            absent,
            answers: is_answer(&headers.subject),
        },
    );
    let person = verdict.if_ours.is_human() || verdict.if_not.is_human();
    let is_away = verdict.now == crate::domain::inbound::InboundKind::OutOfOffice;
    let precedence = fields.raw("Precedence").is_some();
    Understood {
        identity: identity(&tree),
        kind: verdict.now,
        kind_if_ours: verdict.if_ours,
        kind_if_not: verdict.if_not,
        keys: keys::keys(
            fields,
            &headers,
            arrival,
            &returned,
            content.quoted,
            report.as_ref(),
            ours,
        ),
        left: left.filter(|_| {
            report.is_none() && verdict.now != crate::domain::inbound::InboundKind::List
        }),
        unsubscribe,
        outcome: person
            .then(|| outcome::suggest(&own, unsubscribe))
            .flatten(),
        automation: sent::agency(&signs, precedence, content.calendar.is_some()),
        evidence: signs.into_evidence(),
        report,
        away: back.filter(|_| is_away),
        html: content.html,
        attachments: content.attachments,
        full_text: content.full.text,
        new_text,
        cut: tree.cut,
        headers,
    }
}

/// Whether the envelope had no sender, by the envelope or by what a server wrote into the head.
fn is_null_sender(tree: &Tree<'_>, arrival: &Arrival) -> bool {
    let written = tree.root().fields.text("Return-Path");
    let empty = |text: &str| matches!(text.trim(), "" | "<>");
    match &arrival.envelope_from {
        Some(from) => empty(from),
        None => written.is_some_and(|text| text.trim() == "<>"),
    }
}

/// The report it is, surest form first.
fn report(
    tree: &Tree<'_>,
    headers: &Headers,
    content: &Content,
    null_sender: bool,
    returned: &Returned,
    ours: &Ours,
    signs: &mut Signs,
) -> Option<Told> {
    let fields = &tree.root().fields;
    if let Some(told) = complaint(tree, returned) {
        signs.add(Clue::FeedbackReport, &format!("{:?}", told.feedback));
        return Some(Told::Complaint(told));
    }
    signs.add_some(Clue::FailedRecipients, fields.text("X-Failed-Recipients"));
    let text = &content.full.text;
    // Some services send their challenges as reports, so that nobody's robot answers.
    if auto::challenge(&flat(limits::cut(text, limits::MAX_SEARCHED_BYTES))).is_some()
        && headers.sender().starts_with("noreply")
    {
        return None;
    }
    if let Some(report) = delivery_report(tree, headers, text, returned) {
        signs.add_some(
            Clue::DeliveryReport,
            report.recipients.first().map(|one| &one.code),
        );
        return Some(Told::Delivery(report));
    }
    let found = prose_report(fields, headers, text, null_sender, returned, ours)?;
    signs.add(Clue::BounceProse, &found.words);
    Some(Told::Delivery(found.report))
}

/// Signs of structure that are no report about a delivery.
fn by_structure(
    tree: &Tree<'_>,
    content: &Content,
    headers: &Headers,
    new_text: &NewText,
    signs: &mut Signs,
) {
    let root = tree.root();
    let receipt = root.media.report_type.as_deref() == Some("disposition-notification")
        || root.is("multipart/report")
            && tree
                .parts
                .iter()
                .any(|part| part.is("message/disposition-notification"));
    if receipt {
        signs.add(Clue::Receipt, "disposition-notification");
    }
    let answers = |method: &&String| matches!(method.as_str(), "REPLY" | "COUNTER");
    signs.add_some(
        Clue::CalendarPart,
        content.calendar.as_ref().filter(answers),
    );
    if !headers.in_reply_to.is_empty() || !headers.references.is_empty() {
        signs.add(Clue::Answers, "In-Reply-To");
    } else if is_answer(&headers.subject) {
        signs.add(Clue::Answers, &headers.subject);
    }
    if !new_text.text.trim().is_empty() {
        signs.add(Clue::HasText, "");
    }
}
