//! Deliverability: what was sent, what came back and why, who complained, by mailbox and domain.
//! Red from two per cent that came back for good, or three complaints and three in a thousand.

use super::asked::{Name, Slice};
use super::counted::{Counted, Group, row};
use super::input::{Beside, Input};
use super::note::Note;
use super::{Limit, MailFigures, Report, Row};
use crate::domain::inbound::BounceReason;
use crate::metrics::tally::Metric;

/// Days after the hand-over until which reports come: servers give up after five (RFC 5321,
/// 4.5.4.1), and some only then say so.
pub const HORIZON_DAYS: i64 = 7;
/// Came back for good ÷ sent, from which it is red.
const HARD_LIMIT: f64 = 0.02;
/// Complaints ÷ sent to providers that report, from which it is red.
const COMPLAINT_LIMIT: f64 = 0.003;
/// Complaints under which nothing is red.
const MIN_COMPLAINTS: i64 = 3;

/// Makes the report.
pub fn build(input: &Input<'_>) -> Report {
    let rows = if input.asked.by == Slice::Reason {
        by_reason(&input.total)
    } else {
        input.groups.iter().map(figures).collect()
    };
    let total = figures(&input.total);
    let beside = Beside {
        notes: notes(input, &total),
        ..Beside::default()
    };
    input.report(Name::Deliverability, rows, &total, worst_first, beside)
}

/// What is red first, then what sent most.
fn worst_first(rows: &mut [Row]) {
    let red = |row: &Row| row.mail.as_ref().map_or(0, |mail| mail.red.len());
    rows.sort_by(|a, b| {
        red(b)
            .cmp(&red(a))
            .then_with(|| b.sent.cmp(&a.sent))
            .then_with(|| a.label.cmp(&b.label))
    });
}

fn figures(group: &Group) -> Row {
    let counted = &group.counted;
    let mature = |metric| counted.sum_of(metric, |passed, _| passed >= 1);
    let mut row = row(group, mature(Metric::Hard), mature(Metric::Sent));
    let sent = counted.sum(Metric::Sent);
    row.immature_n = sent - row.of;
    row.sent = Some(sent);
    row.mail = Some(mail(counted, sent));
    row
}

fn mail(counted: &Counted, sent: i64) -> MailFigures {
    let (hard, complaints) = (counted.sum(Metric::Hard), counted.sum(Metric::Complained));
    let reporting = counted.sum(Metric::SentReporting);
    let reported = counted.sum_of(Metric::Complained, |_, bin| bin == 1);
    let share = |n: i64, of: i64| (of > 0).then(|| n as f64 / of as f64);
    let complaint_rate = share(reported, reporting);
    let mut red = Vec::new();
    // Young cohorts may only get worse: a limit that is passed already is passed.
    if share(hard, sent).is_some_and(|rate| rate >= HARD_LIMIT) {
        red.push(Limit::Hard);
    }
    if reported >= MIN_COMPLAINTS && complaint_rate.is_some_and(|rate| rate >= COMPLAINT_LIMIT) {
        red.push(Limit::Complaints);
    }
    MailFigures {
        failed: counted.sum(Metric::Failed),
        hard,
        soft: counted.sum(Metric::Soft),
        block: counted.sum(Metric::Block),
        complaints,
        complaints_of: reporting,
        complaint_rate,
        unsubscribed: counted.sum(Metric::Unsubscribed),
        red,
    }
}

/// One row a reason: how many came back for it, of all that came back or were given up.
fn by_reason(total: &Group) -> Vec<Row> {
    let counted = &total.counted;
    let all = [Metric::Failed, Metric::Hard, Metric::Soft, Metric::Block];
    let of: i64 = all.into_iter().map(|metric| counted.sum(metric)).sum();
    let mut rows = Vec::new();
    for reason in BounceReason::ALL {
        let count = |metric| counted.sum_of(metric, |_, bin| bin == reason.code());
        let n: i64 = all.into_iter().map(count).sum();
        if n == 0 {
            continue;
        }
        let mut row = Row {
            key: reason.as_str().to_owned(),
            label: reason.as_str().to_owned(),
            n,
            of,
            rate: Some(n as f64 / of as f64),
            ..Row::default()
        };
        row.mail = Some(MailFigures {
            failed: count(Metric::Failed),
            hard: count(Metric::Hard),
            soft: count(Metric::Soft),
            block: count(Metric::Block),
            ..MailFigures::default()
        });
        rows.push(row);
    }
    rows
}

fn notes(input: &Input<'_>, total: &Row) -> Vec<Note> {
    let mut notes = vec![Note::plain(
        "limits",
        "Red from 2 % that came back for good, or from 3 complaints and 0.3 % of what went to providers that report them.",
    )];
    if total.immature_n > 0 {
        notes.push(Note::still_filling(total.immature_n, 7));
    }
    if let Some(mail) = &total.mail {
        notes.push(Note::reporting(mail.complaints_of, total.sent.unwrap_or(0)));
    }
    notes.push(Note::plain(
        "not_reported",
        "Providers that report no complaints to us are marked: none there does not mean that nobody complained.",
    ));
    notes.push(Note::plain(
        "dns",
        "How the sending domains stand in DNS (SPF, DKIM, DMARC) is said by otklik doctor.",
    ));
    notes.extend(input.of_people());
    notes
}
