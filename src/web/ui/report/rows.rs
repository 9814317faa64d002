//! The table behind the pictures of the reports on waits, replies and deliveries.

use super::counted::slice;
use super::table::{gateway, given, purpose, share_of};
use crate::domain::touch::Channel;
use crate::report::asked::{Asked, Name, Slice};
use crate::report::{Differs, Report, Row};
use crate::web::ui::chart::nice_max;
use crate::web::ui::desk::Desk;
use crate::web::ui::parts::{share_cell, tag};
use crate::web::ui::words::{Lang, Tone};
use maud::{Markup, html};

fn label(lang: Lang, by: Slice, row: &Row) -> String {
    let word = match by {
        Slice::Purpose => purpose(lang, &row.key),
        Slice::Gateway => gateway(lang, &row.key),
        Slice::Total => Some(lang.by_total()),
        Slice::Channel => Channel::from_word(&row.key).map(|channel| lang.channel(channel)),
        _ => None,
    };
    word.map_or_else(|| given(row), str::to_owned)
}

/// The columns after the rate, each a name and a figure.
fn columns(lang: Lang, name: Name, row: &Row) -> Vec<(&'static str, String)> {
    let n = |n: i64| lang.integer(n);
    let span = |ms: Option<i64>| ms.map_or_else(String::new, |ms| lang.span(ms));
    match name {
        Name::ResponseTime => {
            let waits = row.waits.clone().unwrap_or_default();
            vec![
                (lang.half_answered(), span(row.p50_ms)),
                (lang.attempted_n(), n(waits.attempted)),
                (lang.half_attempted(), span(waits.attempt_p50_ms)),
                (lang.waiting_now(), n(waits.waiting)),
                (lang.dismissed_n(), n(waits.dismissed)),
                (lang.credited_n(), n(waits.credited)),
            ]
        }
        Name::ReplyLatency => {
            let threads = row.threads.clone().unwrap_or_default();
            let mut columns: Vec<(&'static str, String)> =
                vec![(lang.half_repliers(), span(row.p50_ms))];
            columns.push((lang.elsewhere_n(), n(threads.elsewhere)));
            columns.push((lang.still_filling(), n(row.immature_n)));
            columns
        }
        Name::Deliverability => {
            let mail = row.mail.clone().unwrap_or_default();
            let complaints = if mail.complaints_of == 0 && mail.complaints == 0 {
                lang.not_reported().to_owned()
            } else {
                n(mail.complaints)
            };
            vec![
                (lang.sent_n(), row.sent.map_or_else(String::new, n)),
                (lang.failed_n(), n(mail.failed)),
                (lang.soft_n(), n(mail.soft)),
                (lang.block_n(), n(mail.block)),
                (lang.complaints_n(), complaints),
                (lang.unsubscribed_n(), n(mail.unsubscribed)),
            ]
        }
    }
}

/// The table.
pub fn table(desk: &Desk, name: Name, asked: &Asked, report: &Report) -> Markup {
    let lang = desk.lang();
    let highest = report
        .rows
        .iter()
        .filter_map(|row| row.high.or(row.rate))
        .fold(0.0, f64::max);
    let max = nice_max(highest).min(1.0);
    let names: Vec<&str> = columns(lang, name, &Row::default())
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    html! {
        table {
            thead { tr {
                th { (slice(lang, asked.by)) } th.num { (lang.rate()) }
                @for name in names { th.num { (name) } }
                th { (lang.verdict_label()) }
            } }
            tbody { @for row in &report.rows { tr.few[row.withheld_reason.is_some()] {
                td { (label(lang, asked.by, row)) }
                td.num data-l=(lang.rate()) { (share_cell(lang, &share_of(lang, row), max)) }
                @for (name, figure) in columns(lang, name, row) { td.num data-l=(name) { (figure) } }
                td data-l=(lang.verdict_label()) {
                    @if row.mail.as_ref().is_some_and(|mail| !mail.red.is_empty()) { (tag(lang.red_limit(), Tone::Bad)) }
                    @match row.differs {
                        Some(Differs::Above) => { (tag(lang.differs_above(), Tone::Good)) }
                        Some(Differs::Below) => { (tag(lang.differs_below(), Tone::Warn)) }
                        None => {}
                    }
                }
            } } }
        }
    }
}
