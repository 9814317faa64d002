//! The inbox: who waits for us, the longest first, each against the hour, and what can be done
//! about it with one key.

mod acts;
mod asked;

pub use acts::{back, done, hand_over, take};
pub use asked::decide;

use super::desk::{self, Answer, Desk, query, shown};
use super::layout::{Here, csrf, page};
use super::parts::{empty, tag};
use super::today::escaped;
use super::words::Tone;
use crate::domain::clock::HOUR_MS;
use crate::domain::id::{ContactNo, TouchId, UserId};
use crate::domain::viewer::Role;
use crate::store::episodes::{self, After, Episode};
use crate::store::pages::inbox::{self, Words};
use crate::store::users;
use crate::web::auth::Refusal;
use actix_web::HttpRequest;
use maud::{Markup, html};
use std::collections::HashMap;

/// Waits on one page: a rep with more has another problem than paging.
const SHOWN: i64 = 200;
/// Characters shown of what somebody wrote.
const GLANCE: usize = 160;

/// Whose waits are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    Mine,
    Everybody,
    Nobody,
}

impl Whose {
    fn asked(word: Option<&str>, role: Role) -> Self {
        match word {
            Some("all") => Self::Everybody,
            Some("queue") => Self::Nobody,
            Some("mine") => Self::Mine,
            _ if role == Role::Rep => Self::Mine,
            _ => Self::Everybody,
        }
    }

    fn holds(self, episode: &Episode, me: UserId) -> bool {
        let is = |user: &Option<(UserId, String)>| user.as_ref().is_some_and(|(id, _)| *id == me);
        match self {
            Self::Everybody => true,
            Self::Nobody => episode.owner.is_none(),
            Self::Mine => is(&episode.owner) || is(&episode.deputy),
        }
    }
}

/// A wait with the newest words of who waits.
struct Row<'a> {
    episode: &'a Episode,
    words: Option<&'a Words>,
}

/// All that the page shows.
struct Shown<'a> {
    whose: Whose,
    rows: Vec<Row<'a>>,
    asked: Option<asked::Asked>,
    colleagues: Vec<(UserId, String)>,
    undo: Option<TouchId>,
}

/// `GET /inbox?whose=mine|all|queue`
pub async fn show(desk: Desk, request: HttpRequest) -> Answer {
    let fields = query(&request);
    let whose = Whose::asked(desk::asked(&fields, "whose").as_deref(), desk.viewer.role);
    let (store, now) = (&desk.web.ctx.store, desk.frame.when.now);
    let waiting = episodes::waiting(store, &desk.viewer, After::START, now, SHOWN).await?;
    let here: Vec<&Episode> = waiting
        .iter()
        .filter(|episode| whose.holds(episode, desk.user.id))
        .collect();
    let contacts: Vec<ContactNo> = here.iter().map(|episode| episode.contact_no).collect();
    let latest = inbox::latest(store, &contacts).await?;
    let by_contact: HashMap<ContactNo, &Words> = latest
        .iter()
        .filter_map(|words| Some((words.contact_no?, words)))
        .collect();
    let rows: Vec<Row<'_>> = here
        .into_iter()
        .map(|episode| Row {
            episode,
            words: by_contact.get(&episode.contact_no).copied(),
        })
        .collect();
    let asked = match whose {
        Whose::Mine | Whose::Everybody => Some(asked::Asked::read(store, desk.user.id).await?),
        Whose::Nobody => None,
    };
    let page_of = Shown {
        whose,
        rows,
        asked: asked.filter(|asked| !asked.is_empty()),
        colleagues: colleagues(&desk).await?,
        undo: desk::asked(&fields, "undo").and_then(|id| id.parse().ok()),
    };
    let body = body(&desk, &page_of);
    let title = desk.lang().inbox_title();
    Ok(shown(page(&desk.frame, Here::Inbox, title, &body)))
}

/// Whom a wait may be handed to: everybody who works here, but the reader.
async fn colleagues(desk: &Desk) -> Result<Vec<(UserId, String)>, Refusal> {
    let all = users::list(&desk.web.ctx.store, None, SHOWN).await?;
    Ok(all
        .into_iter()
        .filter(|user| user.disabled_at.is_none() && user.id != desk.user.id)
        .filter(|user| user.role != Role::Marketer)
        .map(|user| (user.id, user.name))
        .collect())
}

fn body(desk: &Desk, shown: &Shown<'_>) -> Markup {
    let lang = desk.lang();
    let rows = &shown.rows;
    html! {
        div data-live="/api/v1/events/live" data-tick="60" {
            @if let Some(id) = shown.undo {
                form.banner method="post" action=(format!("/inbox/{id}/back")) {
                    (csrf(&desk.frame)) (lang.no_answer_needed()) " " button { (lang.undo()) }
                }
            }
            div data-part="inbox" data-waiting=(rows.len()) {
                div.lead { div { h1 { (headline(desk, rows)) } p { (standing(desk, rows)) } } }
                (tabs(desk, shown.whose))
                @if !rows.is_empty() {
                    (table(desk, rows, &shown.colleagues))
                } @else if shown.asked.is_none() {
                    (empty(lang.inbox_empty_title(), lang.inbox_empty_how(), Some(("/settings", lang.nav_settings()))))
                }
                @if let Some(asked) = &shown.asked { (asked::section(desk, asked)) }
            }
        }
    }
}

fn headline(desk: &Desk, rows: &[Row<'_>]) -> String {
    let lang = desk.lang();
    let Some(oldest) = rows.first() else {
        return lang.inbox_none().to_owned();
    };
    let span = lang.span(desk.frame.when.now.since(oldest.episode.opened_at));
    if rows.len() == 1 {
        lang.inbox_one(&oldest.episode.contact_name, &span)
    } else {
        lang.inbox_many(&lang.people_wait(rows.len() as i64), &span)
    }
}

fn standing(desk: &Desk, rows: &[Row<'_>]) -> String {
    let lang = desk.lang();
    let now = desk.frame.when.now;
    let within = rows
        .iter()
        .filter(|row| now.since(row.episode.opened_at) < HOUR_MS)
        .count();
    match (rows.is_empty(), within) {
        (true, _) => lang.inbox_calm().to_owned(),
        (false, 0) => lang.inbox_late().to_owned(),
        (false, n) => lang.inbox_hour(&lang.integer(n as i64)),
    }
}

fn tabs(desk: &Desk, whose: Whose) -> Markup {
    let lang = desk.lang();
    let mut list = vec![(Whose::Mine, "mine", lang.waits_mine())];
    if desk.viewer.role != Role::Rep {
        list.push((Whose::Everybody, "all", lang.waits_team()));
    }
    list.push((Whose::Nobody, "queue", lang.waits_queue()));
    html! {
        nav.tabs.over aria-label=(lang.turn_of()) {
            @for (each, word, words) in list {
                a href=(format!("/inbox?whose={word}")) aria-current=[(each == whose).then_some("page")] { (words) }
            }
        }
    }
}

fn table(desk: &Desk, rows: &[Row<'_>], colleagues: &[(UserId, String)]) -> Markup {
    let lang = desk.lang();
    html! {
        table {
            thead { tr { th { (lang.name()) } th { (lang.wrote()) } th { (lang.waits_for()) } th { (lang.turn_of()) } th { span.hide { (lang.answer_them()) } } } }
            tbody {
                @for row in rows {
                    tr data-seq=(row.episode.opening) {
                        td {
                            a.open href=(opened(row.episode)) { (row.episode.contact_name) }
                            @if row.episode.inbounds > 1 { span.sub { (lang.more_mails(row.episode.inbounds - 1)) } }
                        }
                        td data-l=(lang.wrote()) { (wrote(desk, row)) }
                        td data-l=(lang.waits_for()) { (clock(desk, row.episode)) }
                        td data-l=(lang.turn_of()) { (turn(desk, row.episode)) }
                        td { (acts(desk, row, colleagues)) }
                    }
                }
            }
        }
    }
}

/// The thread, where it is mail; else the contact.
fn opened(episode: &Episode) -> String {
    episode.thread.map_or_else(
        || format!("/contacts/{}", episode.contact),
        |thread| format!("/threads/{thread}"),
    )
}

fn wrote(desk: &Desk, row: &Row<'_>) -> Markup {
    let lang = desk.lang();
    let Some(words) = row.words else {
        return html! { (lang.channel(row.episode.channel)) };
    };
    let text = words.text.as_deref().unwrap_or("");
    html! {
        (glance(text))
        span.sub { (words.subject.as_deref().filter(|subject| !subject.trim().is_empty()).unwrap_or(lang.no_subject())) }
    }
}

/// The beginning of a text on one line.
fn glance(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= GLANCE {
        return line;
    }
    let cut: String = line.chars().take(GLANCE).collect();
    format!("{}\u{2026}", cut.trim_end())
}

/// How long they wait, and what is left of the hour.
fn clock(desk: &Desk, episode: &Episode) -> Markup {
    let lang = desk.lang();
    let when = &desk.frame.when;
    let waited = when.now.since(episode.opened_at).max(0);
    let left = HOUR_MS - waited;
    html! {
        strong title=(lang.full_time(episode.opened_at, &when.zone)) { (lang.span(waited)) } " "
        @if left > 0 {
            (tag(&lang.hour_left(&lang.span(left)), Tone::Warn))
        } @else {
            (tag(&lang.hour_over(&lang.span(-left)), Tone::Bad))
        }
        @if !episode.in_hours { span.sub { (lang.outside_hours()) } }
        @if let Some(at) = episode.attempted_at {
            span.sub { (lang.tried_at(&lang.near_time(at, when.now, &when.zone))) }
        }
    }
}

fn turn(desk: &Desk, episode: &Episode) -> Markup {
    let lang = desk.lang();
    html! {
        @match &episode.owner {
            Some((_, name)) => { (name) }
            None => { span.soft { (lang.nobody_yet()) } }
        }
        @if let Some((_, name)) = &episode.deputy { span.sub { (lang.stands_in(name)) } }
    }
}

fn acts(desk: &Desk, row: &Row<'_>, colleagues: &[(UserId, String)]) -> Markup {
    let lang = desk.lang();
    let id = row.episode.id;
    html! {
        div.acts {
            @match row.words {
                Some(words) => { a.button.go-on data-key="r" href=(format!("/compose?answers={}", words.id)) { (lang.answer_them()) } }
                None => { a.button.go-on data-key="r" href=(format!("/contacts/{}", row.episode.contact)) { (lang.answer_them()) } }
            }
            @if row.episode.owner.is_none() {
                form method="post" action=(format!("/inbox/{id}/take")) { (csrf(&desk.frame)) button { (lang.take_it()) } }
            }
            form method="post" action=(format!("/inbox/{id}/done")) { (csrf(&desk.frame)) button data-key="e" { (lang.no_answer_needed()) } }
            details {
                summary { (lang.hand_over()) }
                form.bar method="post" action=(format!("/inbox/{id}/hand-over")) {
                    (csrf(&desk.frame))
                    select name="to" aria-label=(lang.hand_over_to()) {
                        @for (user, name) in colleagues { option value=(user) { (name) } }
                    }
                    button { (lang.hand_over()) }
                }
            }
        }
    }
}

/// When a wait is on another page: since when, and the same acts.
pub fn strip(desk: &Desk, episode: &Episode, answers: Option<&str>) -> Markup {
    let lang = desk.lang();
    let answer = answers.map_or_else(
        || format!("/contacts/{}", episode.contact),
        |inbound| format!("/compose?answers={}", escaped(inbound)),
    );
    html! {
        div.panel {
            p { (lang.waits_for()) " " (clock(desk, episode)) }
            div.acts {
                a.button.go-on href=(answer) { (lang.answer_to(&episode.contact_name)) }
                form method="post" action=(format!("/inbox/{}/done", episode.id)) { (csrf(&desk.frame)) button { (lang.no_answer_needed()) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::glance;

    #[test]
    fn a_glance_is_one_line_and_says_when_it_is_cut() {
        assert_eq!(glance("Yes,\n\n  please.\t"), "Yes, please.");
        let long = "слово ".repeat(60);
        let short = glance(&long);
        assert!(short.ends_with('\u{2026}') && short.chars().count() <= 161);
    }
}
