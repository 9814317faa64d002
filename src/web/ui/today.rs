//! Today: whom to call now, what waits, what wants a look. The sentence at the top says it all.

use super::demo;
use super::desk::{Answer, Desk, shown};
use super::layout::{Here, page};
use super::parts::{empty, moment, state_tag};
use super::words::Lang;
use crate::domain::clock::{DAY_MS, Millis};
use crate::domain::delivery::DeliveryState as S;
use crate::domain::id::{InboundId, Seq};
use crate::domain::mailbox::Block;
use crate::domain::viewer::Role;
use crate::store::inbound::pending::parked;
use crate::store::mailboxes::{self, Mailbox};
use crate::store::pages::today::{self, Click, Open};
use maud::{Markup, html};

/// How far back clicks make a reason to call.
const WARM_MS: i64 = 3 * DAY_MS;
/// How far back messages are looked at, and failures.
const WRITTEN_MS: i64 = 90 * DAY_MS;
const LOOK_MS: i64 = 7 * DAY_MS;

/// What somebody must mend before mail goes as it should.
struct Alerts {
    paused: Vec<Mailbox>,
    about_us: Vec<(InboundId, Millis)>,
    /// Mails that came in and could not be understood.
    parked: i64,
    /// Whether a newcomer to a demonstration is to be told what to try.
    is_demo: bool,
}

/// One person who clicked, with their clicks.
struct Caller<'a> {
    last: &'a Click,
    clicks: i64,
    labels: Vec<&'a str>,
}

/// `GET /`
pub async fn show(desk: Desk) -> Answer {
    let now = desk.frame.when.now;
    let store = &desk.web.ctx.store;
    let back = |ms: i64| Millis(now.0 - ms);
    let clicks = today::clicks(store, &desk.viewer, back(WRITTEN_MS), back(WARM_MS)).await?;
    let open = today::open(store, &desk.viewer, back(WRITTEN_MS), back(LOOK_MS)).await?;
    let summary = if desk.viewer.role == Role::Rep {
        None
    } else {
        Some(super::report::summary(&desk).await?)
    };
    let alerts = Alerts {
        paused: mailboxes::paused(store, &desk.viewer).await?,
        about_us: if desk.viewer.may_administer() {
            today::about_us(store, back(LOOK_MS)).await?
        } else {
            Vec::new()
        },
        parked: if desk.viewer.may_administer() {
            parked(store).await?
        } else {
            0
        },
        is_demo: demo::Hint::read(store).await?.is_some(),
    };
    let body = body(&desk, &clicks, &open, summary.as_deref(), &alerts);
    let title = desk.lang().today_title();
    Ok(shown(page(&desk.frame, Here::Today, title, &body)))
}

/// One row for each person, the last click first.
fn callers(clicks: &[Click]) -> Vec<Caller<'_>> {
    let mut rows: Vec<Caller<'_>> = Vec::new();
    for click in clicks {
        let known = rows.iter_mut().find(|row| {
            row.last.address == click.address
                || (click.contact_id.is_some() && row.last.contact_id == click.contact_id)
        });
        let label = click.label.as_deref().unwrap_or("");
        if let Some(row) = known {
            row.clicks += 1;
            if !label.is_empty() && !row.labels.contains(&label) {
                row.labels.push(label);
            }
        } else {
            rows.push(Caller {
                last: click,
                clicks: 1,
                labels: if label.is_empty() {
                    vec![]
                } else {
                    vec![label]
                },
            });
        }
    }
    rows
}

fn name(click: &Click) -> &str {
    click.contact_name.as_deref().unwrap_or(&click.address)
}

/// `summary` is the click-through headline, for those who look after more than their own letters.
fn body(
    desk: &Desk,
    clicks: &[Click],
    open: &[Open],
    summary: Option<&str>,
    told: &Alerts,
) -> Markup {
    let lang = desk.lang();
    let callers = callers(clicks);
    let wants_look = |open: &&Open| {
        S::from_code(open.state)
            .is_some_and(|state| matches!(state, S::Held | S::Uncertain | S::Failed | S::Bounced))
    };
    let look: Vec<&Open> = open.iter().filter(wants_look).collect();
    let waits: Vec<&Open> = open.iter().filter(|open| !wants_look(open)).collect();
    let newest = clicks.first().map_or(Seq(0), |click| click.seq);
    html! {
        div data-live="/api/v1/events/live" {
            div data-part="today" data-waiting=(look.len()) {
                div.lead {
                    div { h1 data-seq=(newest) { (headline(desk, &callers)) } p { (standing(desk, waits.len(), look.len())) } }
                    a.button.go-on href="/compose" { (lang.nav_compose()) }
                }
                (alerts(desk, told))
                @if told.is_demo { (demo::to_try(lang)) }
                @if let Some(summary) = summary {
                    div.panel {
                        h2 { (lang.nav_reports()) ": " (lang.last_90_days()) }
                        p { (summary) }
                        div.acts {
                            a.button href="/reports/click-through" { (lang.report_title()) }
                            a.button href="/content" { (lang.content_title()) }
                        }
                    }
                }
                h2 { (lang.call_now()) }
                @if callers.is_empty() {
                    (empty(lang.no_clicks_title(), lang.no_clicks_how(), Some(("/compose", lang.nav_compose()))))
                } @else {
                    (warm(desk, &callers))
                }
                @if !look.is_empty() {
                    h2 { (lang.needs_a_look()) }
                    (pending(desk, &look))
                }
                @if !waits.is_empty() {
                    h2 { (lang.under_way()) }
                    (pending(desk, &waits))
                }
            }
        }
    }
}

fn headline(desk: &Desk, callers: &[Caller<'_>]) -> String {
    let lang = desk.lang();
    let when = &desk.frame.when;
    let Some(first) = callers.first() else {
        return lang.today_quiet().to_owned();
    };
    let ago = lang.near_time(first.last.at, when.now, &when.zone);
    if callers.len() == 1 {
        lang.today_one(name(first.last), &ago)
    } else {
        let people = lang.people(callers.len() as i64);
        lang.today_many(&people, name(first.last), &ago)
    }
}

fn standing(desk: &Desk, waits: usize, look: usize) -> String {
    let lang = desk.lang();
    let mut said = Vec::new();
    if look > 0 {
        said.push(lang.today_look(&lang.integer(look as i64)));
    }
    if waits > 0 {
        said.push(lang.today_waits(&lang.messages_n(waits as i64)));
    }
    if said.is_empty() {
        return lang.today_all_calm().to_owned();
    }
    said.join(" ")
}

fn warm(desk: &Desk, callers: &[Caller<'_>]) -> Markup {
    let lang = desk.lang();
    html! {
        table {
            thead { tr { th { (lang.name()) } th { (lang.what_they_clicked()) } th.num { (lang.clicks_label()) } th { (lang.last_click()) } th { span.hide { (lang.write_again()) } } } }
            tbody {
                @for row in callers {
                    tr data-seq=(row.last.seq) {
                        td {
                            @match row.last.contact_id {
                                Some(id) => { a.open href=(format!("/contacts/{id}")) { (name(row.last)) } }
                                None => { a.open href=(format!("/messages/{}", row.last.message_id)) { (name(row.last)) } }
                            }
                            span.sub { (row.last.account_name.as_deref().unwrap_or(&row.last.address)) }
                        }
                        td data-l=(lang.what_they_clicked()) {
                            a href=(format!("/messages/{}", row.last.message_id)) {
                                @if row.labels.is_empty() { (row.last.subject) } @else { (row.labels.join(", ")) }
                            }
                            span.sub { (row.last.subject) ", " (lang.opened_from_copy()) }
                        }
                        td.num data-l=(lang.clicks_label()) { (lang.integer(row.clicks)) }
                        td data-l=(lang.last_click()) { (moment(&desk.frame.when, row.last.at)) }
                        td { a.button href=(format!("/compose?to={}&reply_to={}", escaped(&row.last.address), row.last.message_id)) { (lang.write_again()) } }
                    }
                }
            }
        }
    }
}

/// Why it stands so, and what to do about it.
fn why(lang: Lang, row: &Open) -> Markup {
    let code = row.reason_code.as_deref();
    let state = S::from_code(row.state).unwrap_or(S::Queued);
    html! {
        @if let Some(why) = lang.why_so(code, row.reason_text.as_deref()) { span.sub { (why) } }
        @if let Some(next) = lang.next_after(state, code.unwrap_or("")) { span.sub { (next) } }
    }
}

/// What only those can mend who look after mailboxes and the domain.
fn alerts(desk: &Desk, alerts: &Alerts) -> Markup {
    let lang = desk.lang();
    html! {
        @for mailbox in &alerts.paused {
            @let reason = mailbox.data.paused_reason.as_deref().unwrap_or("");
            div.banner role="alert" {
                strong { (lang.mailbox_is_paused(mailbox.data.address.as_str())) } ". " (reason) ". "
                @if let Some(block) = Block::of_reason(reason) { (lang.unblock(block)) " " }
                a href=(format!("/settings/mailboxes/{}", mailbox.id)) { (lang.open_mailbox()) }
            }
        }
        @if let Some((_, at)) = alerts.about_us.first() {
            div.banner role="alert" {
                (lang.about_us(&lang.near_time(*at, desk.frame.when.now, &desk.frame.when.zone)))
            }
        }
        @if alerts.parked > 0 {
            div.banner role="alert" { (lang.mails_parked(&lang.integer(alerts.parked))) }
        }
    }
}

fn pending(desk: &Desk, rows: &[&Open]) -> Markup {
    let lang = desk.lang();
    html! {
        table {
            thead { tr { th { (lang.recipient_label()) } th { (lang.subject()) } th { (lang.state_label()) } th { (lang.due()) } } }
            tbody {
                @for row in rows {
                    tr {
                        td { a.open href=(format!("/messages/{}", row.message_id)) { (row.contact_name.as_deref().unwrap_or(&row.address)) } }
                        td data-l=(lang.subject()) { (row.subject) }
                        td data-l=(lang.state_label()) {
                            @if let Some(state) = S::from_code(row.state) { (state_tag(lang, state)) }
                            (why(lang, row))
                        }
                        td data-l=(lang.due()) { (moment(&desk.frame.when, row.due_at)) }
                    }
                }
            }
        }
    }
}

/// A value for a query.
pub fn escaped(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
