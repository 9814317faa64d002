//! The table behind the charts: `n` beside each rate, the interval as a bar, grey with the reason
//! where there is too little to say. A row opens what it is made of.

use super::controls::{query_string, slice};
use crate::domain::gateway::Gateway;
use crate::domain::message::MessagePurpose;
use crate::report::note::Withheld;
use crate::report::query::{By, Query};
use crate::report::{Differs, Report, Row};
use crate::web::ui::chart::nice_max;
use crate::web::ui::content::verdict_tag;
use crate::web::ui::desk::Desk;
use crate::web::ui::parts::{Share, share_cell, tag};
use crate::web::ui::words::{Lang, Tone};
use maud::{Markup, html};

/// A row's rate for a cell, with the reason where it is withheld.
pub fn share_of(lang: Lang, row: &Row) -> Share {
    let (n, of) = (lang.integer(row.n), lang.integer(row.of));
    let withheld = row.withheld_reason.map(|reason| match reason {
        Withheld::NothingMeasured => lang.few_nothing().to_owned(),
        Withheld::TooFewContacts => lang.few_contacts(&n, &of),
        Withheld::TooWide => lang.few_wide(&n, &of),
        Withheld::LowCoverage => lang.few_coverage().to_owned(),
        Withheld::UnderFourWeeks => lang.few_weeks().to_owned(),
        Withheld::RebuildNeeded => lang.few_rebuild().to_owned(),
        Withheld::GatewayUnknown => lang.few_gateway(&n, &of),
    });
    Share {
        n: row.n,
        of: row.of,
        rate: row.rate,
        low: row.low.unwrap_or(0.0),
        high: row.high.unwrap_or(1.0),
        withheld,
    }
}

/// The row's name; purposes and providers are words of ours.
pub fn label(lang: Lang, by: By, row: &Row) -> String {
    let word = match by {
        By::Purpose => purpose(lang, &row.key),
        By::Gateway => gateway(lang, &row.key),
        _ => None,
    };
    word.map_or_else(|| given(row), str::to_owned)
}

/// The name a row came with, or its key.
pub fn given(row: &Row) -> String {
    let name = if row.label.is_empty() {
        &row.key
    } else {
        &row.label
    };
    name.clone()
}

/// The purpose with this key.
pub fn purpose(lang: Lang, key: &str) -> Option<&'static str> {
    let mut all = MessagePurpose::ALL.into_iter();
    let known = all.find(|purpose| purpose.as_str() == key)?;
    Some(lang.purpose(known))
}

/// The recipients' provider with this key.
pub fn gateway(lang: Lang, key: &str) -> Option<&'static str> {
    let mut all = Gateway::ALL.into_iter();
    let known = all.find(|gateway| gateway.as_str() == key)?;
    Some(lang.gateway(known))
}

/// Where a row opens, if something lies behind it.
fn inside(query: &Query, row: &Row) -> Option<String> {
    let with: &[(&str, &str)] = match query.by {
        By::Content => &[("content", row.key.as_str()), ("by", "rep")],
        By::Rep => &[("rep", row.key.as_str()), ("by", "content")],
        By::Purpose => &[("purpose", row.key.as_str()), ("by", "rep")],
        _ => return None,
    };
    let is_filtered = query.rep.is_some() || query.content.is_some() || query.purpose.is_some();
    (!is_filtered).then(|| format!("/reports/click-through?{}", query_string(query, with)))
}

/// The table.
pub fn table(desk: &Desk, query: &Query, report: &Report) -> Markup {
    let lang = desk.lang();
    let highest = report
        .rows
        .iter()
        .filter_map(|row| row.high)
        .fold(0.0, f64::max);
    let max = nice_max(highest).min(1.0);
    html! {
        table {
            thead { tr {
                th { (slice(lang, query.by)) } th.num { (lang.rate()) } th.num { (lang.sent_n()) }
                th.num { (lang.contacts_count()) } th.num { (lang.machine()) } th.num { (lang.time_p50()) }
                @if query.by == By::Content || query.by == By::Rep { th { (lang.verdict_label()) } }
            } }
            tbody { @for row in &report.rows { (line(desk, query, row, max)) } }
        }
    }
}

fn line(desk: &Desk, query: &Query, row: &Row, max: f64) -> Markup {
    let lang = desk.lang();
    let name = label(lang, query.by, row);
    html! {
        tr.few[row.withheld_reason.is_some()] {
            td { @match inside(query, row) { Some(href) => { a.open href=(href) { (name) } }, None => { (name) } } }
            td.num data-l=(lang.rate()) { (share_cell(lang, &share_of(lang, row), max)) }
            td.num data-l=(lang.sent_n()) {
                (lang.integer(row.sent.unwrap_or(row.mature_n + row.immature_n)))
                @if row.immature_n > 0 { span.sub { span.hatch { (lang.still_filling_n(&lang.integer(row.immature_n))) } } }
            }
            td.num data-l=(lang.contacts_count()) { (lang.integer(row.n_eff)) }
            td.num data-l=(lang.machine()) { span.soft { (lang.integer(row.machine.unwrap_or(0))) } }
            td.num data-l=(lang.time_p50()) { @if let Some(p50) = row.p50_ms { (lang.span(p50)) } }
            @if query.by == By::Content { td data-l=(lang.verdict_label()) { @if let Some(verdict) = row.verdict { (verdict_tag(desk, verdict)) } } }
            @if query.by == By::Rep {
                td data-l=(lang.verdict_label()) {
                    @match row.differs {
                        Some(Differs::Above) => { (tag(lang.differs_above(), Tone::Good)) }
                        Some(Differs::Below) => { (tag(lang.differs_below(), Tone::Warn)) }
                        None => {}
                    }
                }
            }
        }
    }
}
