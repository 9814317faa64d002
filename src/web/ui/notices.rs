//! Notices: "Anna followed the prices", newest first. The count stands on every page; here each is
//! marked as seen. Managers read below how often a notice turned out to be wrong.

use super::desk::{Answer, Desk, Sent, go_to, query, shown};
use super::layout::{Here, csrf, page};
use super::parts::{empty, moment, tag, why_tag};
use super::words::{Lang, Tone};
use crate::domain::clock::DAY_MS;
use crate::domain::id::Seq;
use crate::domain::viewer::Role;
use crate::store::firings::{self, Notice, Share};
use crate::web::error::Problem;
use actix_web::HttpRequest;
use actix_web::web::Path;
use maud::{Markup, html};

/// Notices on one page.
const PAGE: usize = 50;
/// Days over which the share that was revised is counted.
const SHARE_DAYS: i64 = 90;

/// `GET /notices?before=`
pub async fn list(desk: Desk, request: HttpRequest) -> Answer {
    let before = query(&request).text("before").parse::<i64>().ok().map(Seq);
    let store = &desk.web.ctx.store;
    let mut found = firings::notices(store, desk.user.id, before, PAGE as i64 + 1).await?;
    let has_more = found.len() > PAGE;
    found.truncate(PAGE);
    let shares = if desk.viewer.role == Role::Rep {
        Vec::new()
    } else {
        let since = desk.frame.when.now.plus(-SHARE_DAYS * DAY_MS);
        firings::shares(store, &desk.viewer, since).await?
    };
    let body = body(&desk, &found, has_more, &shares);
    let title = desk.lang().notices_title();
    Ok(shown(page(&desk.frame, Here::Notices, title, &body)))
}

/// `POST /notices/seen`: all up to the newest that was shown.
pub async fn see_all(sent: Sent) -> Answer {
    let through = sent.fields.text("through").parse::<i64>().map(Seq);
    let through = through.map_err(|_| Problem::not_found())?;
    let (ctx, user) = (&sent.desk.web.ctx, sent.desk.user.id);
    let mut tx = ctx.store.begin().await?;
    firings::see_all(&mut tx, user, through, ctx.clock.now()).await?;
    tx.commit().await?;
    Ok(go_to("/notices?done=seen"))
}

/// `POST /notices/{hit}/seen`
pub async fn see(sent: Sent, path: Path<String>) -> Answer {
    let hit = path
        .parse::<i64>()
        .map(Seq)
        .map_err(|_| Problem::not_found())?;
    let (ctx, user) = (&sent.desk.web.ctx, sent.desk.user.id);
    let mut tx = ctx.store.begin().await?;
    firings::see(&mut tx, user, hit, ctx.clock.now()).await?;
    tx.commit().await?;
    Ok(go_to("/notices"))
}

fn body(desk: &Desk, found: &[Notice], has_more: bool, shares: &[Share]) -> Markup {
    let lang = desk.lang();
    let unseen = desk.frame.notices;
    html! {
        div.lead {
            div {
                div data-part="notices-head" {
                    h1 { @if unseen > 0 { (lang.notices_n(unseen)) } @else { (lang.notices_none()) } }
                }
                p { (lang.notices_lead()) }
            }
            div data-part="notices-all" {
                @if let Some(newest) = found.first().filter(|_| unseen > 0) {
                    form method="post" action="/notices/seen" {
                        (csrf(&desk.frame))
                        input type="hidden" name="through" value=(newest.hit);
                        button { (lang.notices_see_all()) }
                    }
                }
            }
        }
        div data-part="notices" data-told {
            @if found.is_empty() {
                (empty(lang.notices_empty_title(), lang.notices_empty_how(), Some(("/compose", lang.nav_compose()))))
            } @else {
                ol.feed.panel { @for notice in found { (line(desk, notice)) } }
            }
        }
        @if let Some(last) = found.last().filter(|_| has_more) {
            p { a.button href=(format!("/notices?before={}", last.hit)) { (lang.older()) } }
        }
        @if !shares.is_empty() { (wrong(lang, shares)) }
    }
}

fn line(desk: &Desk, notice: &Notice) -> Markup {
    let lang = desk.lang();
    let who = notice
        .contact_name
        .as_deref()
        .filter(|name| !name.trim().is_empty());
    let who = who.unwrap_or(if notice.address.is_empty() {
        lang.notice_somebody()
    } else {
        &notice.address
    });
    let label = notice
        .label
        .as_deref()
        .filter(|label| !label.trim().is_empty());
    let link = label.or(notice.url.as_deref()).unwrap_or_default();
    html! {
        li data-seq=(notice.hit) {
            (moment(&desk.frame.when, notice.at))
            a href=(format!("/messages/{}#hit-{}", notice.message, notice.hit)) {
                @if notice.seen_at.is_none() { strong { (lang.notice_followed(who, link)) } }
                @else { (lang.notice_followed(who, link)) }
            }
            @match notice.revised_to {
                Some(verdict) => {
                    (why_tag(&lang.notice_revised(lang.verdict(verdict)), Tone::Machine, lang.notice_revised_why()))
                }
                None => { (tag(lang.verdict(notice.verdict), Tone::Human)) }
            }
            @if let Some(url) = &notice.url { span.sub { (url) } }
            @if notice.revised_to.is_none() && notice.seen_at.is_none() {
                form method="post" action=(format!("/notices/{}/seen", notice.hit)) {
                    (csrf(&desk.frame)) button.small { (lang.notice_see()) }
                }
            }
        }
    }
}

fn wrong(lang: Lang, shares: &[Share]) -> Markup {
    html! {
        h2 { (lang.notices_share_title()) }
        p.soft { (lang.notices_share_lead()) }
        table {
            thead { tr {
                th { (lang.notices_share_class()) } th.num { (lang.notices_share_told()) } th.num { (lang.notices_share_revised()) }
            } }
            tbody {
                @for share in shares {
                    tr {
                        td { (lang.verdict(share.verdict)) }
                        td.num data-l=(lang.notices_share_told()) { (lang.integer(share.fired)) }
                        td.num data-l=(lang.notices_share_revised()) {
                            (lang.n_of(&lang.integer(share.revised), &lang.integer(share.fired)))
                        }
                    }
                }
            }
        }
    }
}
