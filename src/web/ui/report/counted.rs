//! The reports on waits, replies and deliveries as pages: a sentence, the figures, the pictures, the
//! list of work, the table behind them. Every figure comes from `report`.

use super::pictures;
use super::rows;
use super::said;
use crate::domain::day::Day;
use crate::posture;
use crate::report::asked::{Asked, ClockKind, Name, Slice};
use crate::report::{Report, Row, Waiting};
use crate::store::reports::{self, ReportError};
use crate::store::zone;
use crate::web::auth::Refusal;
use crate::web::error::Problem;
use crate::web::ui::desk::{Answer, Desk, shown, shown_again};
use crate::web::ui::layout::{Here, page};
use crate::web::ui::parts::{Errors, empty, figure};
use crate::web::ui::settings::domains_table;
use crate::web::ui::words::Lang;
use actix_web::HttpRequest;
use maud::{Markup, html};

/// `GET /reports/response-time`.
pub async fn response_time(desk: Desk, request: HttpRequest) -> Answer {
    show(desk, request, Name::ResponseTime).await
}

/// `GET /reports/reply-latency`.
pub async fn reply_latency(desk: Desk, request: HttpRequest) -> Answer {
    show(desk, request, Name::ReplyLatency).await
}

/// `GET /reports/deliverability`.
pub async fn deliverability(desk: Desk, request: HttpRequest) -> Answer {
    show(desk, request, Name::Deliverability).await
}

async fn show(desk: Desk, request: HttpRequest, name: Name) -> Answer {
    let today = zone::of(&desk.web.ctx.store)
        .await?
        .day_of(desk.frame.when.now);
    let pairs: Vec<(String, String)> =
        url::form_urlencoded::parse(request.query_string().as_bytes())
            .into_owned()
            .filter(|(field, _)| field != "done")
            .collect();
    let pairs = pairs
        .iter()
        .map(|(field, value)| (field.as_str(), value.as_str()));
    let title = title(desk.lang(), name);
    let asked = match Asked::parse(name, pairs, today) {
        Ok(asked) => asked,
        Err(wrong) => {
            let mut errors = Errors::default();
            for error in wrong {
                errors.add(error.field, error.text);
            }
            let body = html! {
                h1 { (title) }
                (errors.summary(desk.lang()))
                (controls(&desk, name, &Asked::default_for(name, today)))
            };
            return Ok(shown_again(page(&desk.frame, Here::Reports, title, &body)));
        }
    };
    let report = read(&desk, name, &asked).await?;
    let whole = Asked {
        by: Slice::Total,
        ..asked.clone()
    };
    let total = read(&desk, name, &whole).await?.rows.into_iter().next();
    let posture = match name {
        Name::Deliverability => posture::last(&desk.web.ctx).await?,
        Name::ResponseTime | Name::ReplyLatency => None,
    };
    let body = html! {
        (body(&desk, name, &asked, &report, total.as_ref()))
        @if let Some(posture) = posture.filter(|posture| !posture.domains.is_empty()) {
            h2 { (desk.lang().domains_title()) }
            (domains_table(&desk.frame.when, &posture))
            @if desk.viewer.may_administer() { p { a href="/settings/domains" { (desk.lang().domains_look()) } } }
            @else { p.soft { (desk.lang().domains_who()) } }
        }
    };
    Ok(shown(page(&desk.frame, Here::Reports, title, &body)))
}

async fn read(desk: &Desk, name: Name, asked: &Asked) -> Result<Report, Refusal> {
    let (store, viewer, now) = (&desk.web.ctx.store, &desk.viewer, desk.frame.when.now);
    let found = match name {
        Name::ResponseTime => reports::response_time(store, viewer, asked, now).await,
        Name::ReplyLatency => reports::reply_latency(store, viewer, asked, now).await,
        Name::Deliverability => reports::deliverability(store, viewer, asked, now).await,
    };
    found.map_err(|error| match error {
        ReportError::Store(error) => error.into(),
        ReportError::Unknown { .. } | ReportError::Forbidden { .. } => Problem::not_found().into(),
    })
}

/// The report's name on pages.
pub const fn title(lang: Lang, name: Name) -> &'static str {
    match name {
        Name::ResponseTime => lang.rt_title(),
        Name::ReplyLatency => lang.rl_title(),
        Name::Deliverability => lang.dl_title(),
    }
}

fn headline(lang: Lang, name: Name, total: Option<&Row>) -> String {
    if total.is_some_and(Row::is_off) {
        return lang.off_title().to_owned();
    }
    let Some(total) = total.filter(|total| total.of > 0) else {
        return lang.counted_none().to_owned();
    };
    let (n, of) = (lang.integer(total.n), lang.integer(total.of));
    match total.rate {
        Some(rate) if total.withheld_reason.is_none() => {
            let (rate, n_of) = (lang.percent(rate), lang.n_of(&n, &of));
            match name {
                Name::ResponseTime => lang.rt_headline(&rate, &n_of),
                Name::ReplyLatency => lang.rl_headline(&rate, &n_of),
                Name::Deliverability => lang.dl_headline(&rate, &n_of),
            }
        }
        _ => lang.headline_few(&n, &of),
    }
}

fn body(desk: &Desk, name: Name, asked: &Asked, report: &Report, total: Option<&Row>) -> Markup {
    let lang = desk.lang();
    let link = |format: &str| {
        let query = query_string(asked, &[("format", format)]);
        format!("/api/v1/reports/{}?{query}", name.as_str())
    };
    let anything = total.is_some_and(|row| {
        row.of > 0
            || row.immature_n > 0
            || row.waits.as_ref().is_some_and(|waits| waits.waiting > 0)
    });
    html! {
        div.lead {
            div { h1 { (headline(lang, name, total)) } p { (title(lang, name)) } }
            div.acts { a.button href=(link("json")) { (lang.as_json()) } a.button href=(link("csv")) { (lang.as_csv()) } }
        }
        (controls(desk, name, asked))
        @if anything {
            @if let Some(total) = total { (figures(lang, name, total)) }
            (pictures::all(lang, name, report))
            @if name == Name::ResponseTime { (waiting(desk, &report.waiting)) }
            h2 { (lang.table_behind()) }
            (rows::table(desk, name, asked, report))
        } @else if total.is_some_and(Row::is_off) {
            (empty(lang.off_title(), lang.off_how(), None))
        } @else {
            (nothing(lang, name))
        }
        ul.plain.soft { @for note in &report.notes { li { (said(lang, note)) } } }
    }
}

fn nothing(lang: Lang, name: Name) -> Markup {
    let compose = Some(("/compose", lang.nav_compose()));
    match name {
        Name::ResponseTime => empty(
            lang.rt_empty(),
            lang.rt_empty_how(),
            Some(("/contacts", lang.nav_contacts())),
        ),
        Name::ReplyLatency => empty(lang.rl_empty(), lang.rl_empty_how(), compose),
        Name::Deliverability => empty(lang.dl_empty(), lang.rl_empty_how(), compose),
    }
}

fn figures(lang: Lang, name: Name, total: &Row) -> Markup {
    let rate = total
        .rate
        .map_or_else(|| "\u{2013}".to_owned(), |rate| lang.percent(rate));
    let n_of = lang.n_of(&lang.integer(total.n), &lang.integer(total.of));
    let interval = match (total.low, total.high) {
        (Some(low), Some(high)) => {
            format!(" · {}\u{2013}{}", lang.percent(low), lang.percent(high))
        }
        _ => String::new(),
    };
    let count =
        |label: &str, n: i64, under: &str| figure(label, &lang.integer(n), &html! { (under) });
    html! {
        div.figs {
            (figure(title(lang, name), &rate, &html! { (n_of) (interval) }))
            @if let Some(waits) = &total.waits {
                @if waits.in_hours_of > 0 {
                    (figure(lang.in_hours_rate(), &lang.percent(waits.in_hours_n as f64 / waits.in_hours_of as f64),
                        &html! { (lang.n_of(&lang.integer(waits.in_hours_n), &lang.integer(waits.in_hours_of))) }))
                }
                (quantile(lang, lang.half_answered(), total.p50_ms, waits.p50_not_reached))
                (quantile(lang, lang.most_answered(), total.p90_ms, waits.p90_not_reached))
                (count(lang.attempted_n(), waits.attempted, lang.attempted_what()))
                (quantile(lang, lang.half_attempted(), waits.attempt_p50_ms, false))
                (count(lang.waiting_now(), waits.waiting, ""))
                (count(lang.dismissed_n(), waits.dismissed, lang.beside_rate()))
            }
            @if let Some(threads) = &total.threads {
                @for horizon in &threads.horizons {
                    @if let Some(rate) = horizon.rate {
                        (figure(&lang.replied_in(&lang.span(horizon.within_ms)), &lang.percent(rate),
                            &html! { (lang.n_of(&lang.integer(horizon.n), &lang.integer(horizon.of))) }))
                    }
                }
                @if let Some(p50) = total.p50_ms { (figure(lang.half_repliers(), &lang.within(&lang.span(p50)), &html! {})) }
                (count(lang.elsewhere_n(), threads.elsewhere, lang.beside_rate()))
            }
            @if let Some(mail) = &total.mail {
                (count(lang.sent_n(), total.sent.unwrap_or(0), ""))
                (count(lang.failed_n(), mail.failed, ""))
                (count(lang.soft_n(), mail.soft, ""))
                (count(lang.block_n(), mail.block, ""))
                (count(lang.complaints_n(), mail.complaints, if mail.complaints_of == 0 { lang.not_reported() } else { "" }))
                (count(lang.unsubscribed_n(), mail.unsubscribed, ""))
            }
        }
    }
}

fn quantile(lang: Lang, label: &str, ms: Option<i64>, is_beyond: bool) -> Markup {
    match ms {
        Some(ms) => figure(label, &lang.span(ms), &html! {}),
        None if is_beyond => figure(label, lang.not_reached(), &html! {}),
        None => html! {},
    }
}

fn waiting(desk: &Desk, waiting: &[Waiting]) -> Markup {
    let lang = desk.lang();
    let now = desk.frame.when.now;
    let age = |since: &str| {
        let since = crate::domain::clock::Millis::parse_rfc3339(since);
        since.map_or_else(String::new, |since| lang.span(now.since(since)))
    };
    html! {
        h2 { (lang.waiting_list()) }
        @if waiting.is_empty() { p.soft { (lang.nobody_waits()) } }
        ul.plain { @for wait in waiting {
            li {
                strong { (age(&wait.since)) } " "
                @match &wait.contact {
                    Some(contact) => { a.open href=(format!("/contacts/{contact}")) { (wait.label) } }
                    None => { (wait.label) }
                }
                " " span.soft {
                    (wait.owner.as_deref().unwrap_or(lang.in_queue()))
                    @if let Some(deputy) = &wait.deputy { " · " (lang.deputy_is(deputy)) }
                }
            }
        } }
    }
}

/// The slice in words, after "by".
pub const fn slice(lang: Lang, by: Slice) -> &'static str {
    match by {
        Slice::Total => lang.by_total(),
        Slice::Rep => lang.by_rep(),
        Slice::Channel => lang.by_channel(),
        Slice::Purpose => lang.by_purpose(),
        Slice::Template => lang.by_template(),
        Slice::Gateway => lang.by_gateway(),
        Slice::Mailbox => lang.by_mailbox(),
        Slice::Domain => lang.by_domain(),
        Slice::Reason => lang.by_reason(),
        Slice::Day => lang.by_day(),
        Slice::Month => lang.by_month(),
    }
}

/// The question as a query, some fields replaced or added.
pub fn query_string(asked: &Asked, with: &[(&str, &str)]) -> String {
    let mut fields: Vec<(&str, String)> = vec![
        ("from", asked.from.to_string()),
        ("to", asked.to.to_string()),
        ("by", asked.by.as_str().to_owned()),
    ];
    if asked.clock == ClockKind::Business {
        fields.push(("clock", asked.clock.as_str().to_owned()));
    }
    let ids = [
        ("rep", asked.rep.map(|id| id.to_string())),
        ("team", asked.team.map(|id| id.to_string())),
    ];
    fields.extend(ids.into_iter().filter_map(|(name, id)| Some((name, id?))));
    for (name, value) in with {
        fields.retain(|(known, _)| known != name);
        fields.push((name, (*value).to_owned()));
    }
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

fn controls(desk: &Desk, name: Name, asked: &Asked) -> Markup {
    let lang = desk.lang();
    let link = |field: &str, value: &str| {
        format!(
            "/reports/{}?{}",
            name.as_str(),
            query_string(asked, &[(field, value)])
        )
    };
    let clocks = [
        (ClockKind::Wall, lang.clock_wall()),
        (ClockKind::Business, lang.clock_business()),
    ];
    html! {
        (others(lang, Some(name)))
        div.bar {
            nav.tabs aria-label=(lang.slice_by()) {
                @for by in name.slices() {
                    a href=(link("by", by.as_str())) aria-current=[(*by == asked.by).then_some("true")] { (slice(lang, *by)) }
                }
            }
            @if name == Name::ResponseTime {
                nav.tabs aria-label=(lang.clock_label()) {
                    @for (clock, words) in clocks {
                        a href=(link("clock", clock.as_str())) aria-current=[(clock == asked.clock).then_some("true")] { (words) }
                    }
                }
            }
            form.bar {
                input type="hidden" name="by" value=(asked.by.as_str());
                @if asked.clock == ClockKind::Business { input type="hidden" name="clock" value="business"; }
                div { label for="f-from" { (lang.from()) } input id="f-from" type="date" name="from" value=(day(asked.from)); }
                div { label for="f-to" { (lang.before_day()) } input id="f-to" type="date" name="to" value=(day(asked.to)); }
                button { (lang.show()) }
            }
        }
    }
}

fn day(day: Day) -> String {
    day.to_string()
}

/// Tabs between the reports; `None` is click-through.
pub fn others(lang: Lang, here: Option<Name>) -> Markup {
    html! {
        nav.tabs aria-label=(lang.nav_reports()) {
            a href="/reports/click-through" aria-current=[here.is_none().then_some("page")] { (lang.report_title()) }
            @for name in Name::ALL {
                a href=(format!("/reports/{}", name.as_str())) aria-current=[(here == Some(name)).then_some("page")] { (title(lang, name)) }
            }
        }
    }
}
