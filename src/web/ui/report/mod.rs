//! The click-through report as a page: a sentence, the figures, the picture, the table behind it.
//! Every figure comes from `report`; nothing is counted here.

mod charts;
mod controls;
pub mod counted;
mod pictures;
mod rows;
mod table;

pub use table::share_of;

use super::desk::{Answer, Desk, shown, shown_again};
use super::layout::{Here, page};
use super::opens;
use super::parts::{Errors, empty, figure};
use super::words::Lang;
use crate::domain::day::Day;
use crate::report::note::Note;
use crate::report::query::{By, Counting, Query};
use crate::report::{Report, Row};
use crate::store::reports::{self, ReportError};
use crate::store::zone;
use crate::web::auth::Refusal;
use crate::web::error::Problem;
use actix_web::HttpRequest;
use maud::{Markup, html};

/// `GET /reports/click-through`, with the same fields as the API's report.
pub async fn show(desk: Desk, request: HttpRequest) -> Answer {
    let ctx = &desk.web.ctx;
    let now = desk.frame.when.now;
    let today = zone::of(&ctx.store).await?.day_of(now);
    let pairs: Vec<(String, String)> =
        url::form_urlencoded::parse(request.query_string().as_bytes())
            .into_owned()
            .filter(|(name, _)| name != "done")
            .collect();
    let pairs = pairs
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let query = match Query::parse(pairs, today) {
        Ok(query) => query,
        Err(wrong) => {
            let mut errors = Errors::default();
            for error in wrong {
                errors.add(error.field, error.text);
            }
            return Ok(shown_again(wrong_question(&desk, today, &errors)));
        }
    };
    let report = read(&desk, &query).await?;
    let total = Query {
        by: By::Total,
        ..query.clone()
    };
    let total = read(&desk, &total).await?.rows.into_iter().next();
    let body = body(&desk, &query, &report, total.as_ref());
    let title = desk.lang().report_title();
    Ok(shown(page(&desk.frame, Here::Reports, title, &body)))
}

async fn read(desk: &Desk, query: &Query) -> Result<Report, Refusal> {
    let ctx = &desk.web.ctx;
    reports::click_through(&ctx.store, &desk.viewer, query, desk.frame.when.now)
        .await
        .map_err(|error| match error {
            ReportError::Store(error) => error.into(),
            ReportError::Unknown { .. } | ReportError::Forbidden { .. } => {
                Problem::not_found().into()
            }
        })
}

fn wrong_question(desk: &Desk, today: Day, errors: &Errors) -> Markup {
    let lang = desk.lang();
    let body = html! {
        h1 { (lang.report_title()) }
        (errors.summary(lang))
        (controls::controls(desk, &Query::default_for(today)))
    };
    page(&desk.frame, Here::Reports, lang.report_title(), &body)
}

fn body(desk: &Desk, query: &Query, report: &Report, total: Option<&Row>) -> Markup {
    let lang = desk.lang();
    let link = |format: &str| {
        let query = controls::query_string(query, &[("format", format)]);
        format!("/api/v1/reports/click-through?{query}")
    };
    html! {
        div.lead {
            div { h1 { (headline(lang, query, total)) } p { (period(desk, query)) } }
            div.acts { a.button href=(link("json")) { (lang.as_json()) } a.button href=(link("csv")) { (lang.as_csv()) } }
        }
        (counted::others(lang, None))
        (controls::controls(desk, query))
        @if total.is_some_and(Row::is_off) {
            (empty(lang.off_title(), lang.off_how(), None))
        } @else if total.is_none_or(|total| total.sent == Some(0)) {
            (empty(lang.no_rows_title(), lang.no_rows_how(), Some(("/compose", lang.nav_compose()))))
        } @else {
            @if let Some(total) = total { (figures(lang, query, total)) }
            (charts::days(desk, report))
            @if let Some(opens) = &report.opens { div data-part="opens" { (opens::summary(lang, opens)) } }
            @if report.rows.is_empty() {
                (charts::waits(lang, report))
                (empty(&lang.no_slice_title(controls::slice(lang, query.by)), lang.no_slice_how(), None))
            } @else {
                div.two {
                    (charts::rows(lang, query, report))
                    (charts::waits(lang, report))
                }
                h2 { (lang.table_behind()) }
                (table::table(desk, query, report))
            }
        }
        ul.plain.soft { @for note in &report.notes { li { (said(lang, note)) } } }
    }
}

/// The cohort days in words; the last one is the day before `to`.
fn period(desk: &Desk, query: &Query) -> String {
    let from = charts::short(desk, query.from);
    let last = charts::short(desk, query.to.plus(-1));
    desk.lang().report_lead(&from, &last)
}

/// The sentence on top of the report, for Today: everything of the last 90 days.
pub async fn summary(desk: &Desk) -> Result<String, Refusal> {
    let today = zone::of(&desk.web.ctx.store)
        .await?
        .day_of(desk.frame.when.now);
    let query = Query {
        by: By::Total,
        ..Query::default_for(today)
    };
    let total = read(desk, &query).await?.rows.into_iter().next();
    Ok(headline(desk.lang(), &query, total.as_ref()))
}

fn headline(lang: Lang, query: &Query, total: Option<&Row>) -> String {
    if total.is_some_and(Row::is_off) {
        return lang.off_title().to_owned();
    }
    let Some(total) = total.filter(|total| total.of > 0) else {
        return lang.headline_none().to_owned();
    };
    let (n, of) = (lang.integer(total.n), lang.integer(total.of));
    match total.rate {
        Some(rate) if total.withheld_reason.is_none() => {
            let clicked = lang.n_of(&n, &of);
            let rate = lang.percent(rate);
            match query.counting {
                Counting::Human => lang.headline(&rate, &clicked),
                Counting::Raw => lang.headline_raw(&rate, &clicked),
            }
        }
        _ => lang.headline_few(&n, &of),
    }
}

fn figures(lang: Lang, query: &Query, total: &Row) -> Markup {
    let interval = match (total.low, total.high) {
        (Some(low), Some(high)) => {
            format!(" · {}\u{2013}{}", lang.percent(low), lang.percent(high))
        }
        _ => String::new(),
    };
    let rate = total
        .rate
        .map_or_else(|| "\u{2013}".to_owned(), |rate| lang.percent(rate));
    let name = match query.counting {
        Counting::Human => lang.whose_human(),
        Counting::Raw => lang.whose_raw(),
    };
    let machines = match query.counting {
        Counting::Human => lang.machine_beside_note(),
        Counting::Raw => lang.machine_inside_note(),
    };
    let sent = total.sent.unwrap_or(total.mature_n + total.immature_n);
    html! {
        div.figs {
            (figure(&format!("{}, {name}", lang.report_title()), &rate, &html! { (lang.n_of(&lang.integer(total.n), &lang.integer(total.of))) (interval) }))
            (figure(lang.sent_n(), &lang.integer(sent), &html! { (lang.measured_of(&lang.integer(total.of), &lang.integer(total.mature_n))) }))
            @if total.immature_n > 0 {
                (figure(lang.still_filling(), &lang.integer(total.immature_n), &html! { span.tag.machine { (lang.in_no_rate()) } }))
            }
            @if let Some(machine) = total.machine {
                (figure(lang.machine_beside(), &lang.integer(machine), &html! { span.tag.machine { (machines) } }))
            }
            @if let Some(p50) = total.p50_ms {
                (figure(lang.half_within(), &lang.span(p50), &html! { (lang.after_sending()) }))
            }
        }
    }
}

/// A note in the reader's language; English is what the report says itself.
fn said(lang: Lang, note: &Note) -> String {
    if lang == Lang::En {
        return note.text.clone();
    }
    let param = |i: usize| note.params.get(i).map_or("", String::as_str);
    match note.code {
        "rebuild_needed" => lang.off_how().to_owned(),
        "coverage" => lang.note_coverage(param(0), param(1)),
        "still_filling" => lang.note_still_filling(param(0), param(1)),
        "unrecorded" => lang.note_unrecorded(param(0)),
        "objected" => lang.note_objected(param(0)),
        "floor" => lang.note_floor(param(0)),
        "opens" => lang.note_opens(param(0)),
        "raw" => lang.note_raw().to_owned(),
        "followed" => lang.note_followed().to_owned(),
        "of_clickers" => lang.note_of_clickers().to_owned(),
        "shares_not_summed" => lang.note_shares().to_owned(),
        "not_for_pay" => lang.report_only().to_owned(),
        "reps_folded" => lang.note_reps_folded().to_owned(),
        code => told(lang, code, param(0), param(1)).unwrap_or_else(|| note.text.clone()),
    }
}

/// Notes of the reports on waits, replies and deliveries.
fn told(lang: Lang, code: &str, first: &str, second: &str) -> Option<String> {
    Some(match code {
        "waits_counted" => lang.n_waits_counted().to_owned(),
        "young_waits" => lang.n_young_waits(first),
        "told_late" => lang.n_told_late(first),
        "self_reported" => lang.n_self_reported(first),
        "charged" => lang.n_charged().to_owned(),
        "reached_followed" => lang.n_reached_followed().to_owned(),
        "threads_we_began" => lang.n_threads_we_began().to_owned(),
        "elsewhere" => lang.n_elsewhere(first),
        "restarted" => lang.n_restarted(first),
        "colleague" => lang.n_colleague(first),
        "superseded" => lang.n_superseded(first),
        "of_repliers" => lang.n_of_repliers().to_owned(),
        "limits" => lang.n_limits().to_owned(),
        "reporting" => lang.n_reporting(first, second),
        "not_reported" => lang.n_not_reported().to_owned(),
        "dns" => lang.n_dns().to_owned(),
        _ => return None,
    })
}
