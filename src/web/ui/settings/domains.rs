//! How the domains we write from stand in the DNS: what was found when somebody last looked, and
//! what to do. The report on deliverability shows the same.

use super::super::desk::{Answer, Desk, Sent, go_to, shown};
use super::super::layout::{Here, csrf, page};
use super::super::parts::{When, empty, moment, tag};
use super::super::words::{Lang, Tone};
use crate::posture::{self, Domain, Found, Need, Posture};
use crate::web::auth::Administrator;
use maud::{Markup, html};

/// `GET /settings/domains`
pub async fn show(desk: Desk<Administrator>) -> Answer {
    let last = posture::last(&desk.web.ctx).await?;
    let body = body(&desk, last.as_ref());
    let title = desk.lang().domains_title();
    Ok(shown(page(&desk.frame, Here::Settings, title, &body)))
}

/// `POST /settings/domains`: asks the DNS now.
pub async fn look(sent: Sent<Administrator>) -> Answer {
    let ctx = &sent.desk.web.ctx;
    let found = posture::look(ctx).await?;
    posture::keep(ctx, &found).await?;
    Ok(go_to("/settings/domains?done=looked"))
}

fn body(desk: &Desk<Administrator>, last: Option<&Posture>) -> Markup {
    let lang = desk.lang();
    html! {
        div.lead {
            div { h1 { (headline(lang, last)) } p { (lang.domains_lead()) } }
            form method="post" action="/settings/domains" { (csrf(&desk.frame)) button { (lang.domains_look()) } }
        }
        @match last.filter(|last| !last.domains.is_empty()) {
            Some(last) => { (table(&desk.frame.when, last)) }
            None => { (empty(lang.domains_none(), lang.domains_none_how(), None)) }
        }
    }
}

fn is_bad(need: &Need) -> bool {
    matches!(
        need.found,
        Found::Missing | Found::Several | Found::OtherKey | Found::NotHttps
    )
}

/// Which domains need something, in one sentence.
fn headline(lang: Lang, last: Option<&Posture>) -> String {
    let Some(last) = last.filter(|last| !last.domains.is_empty()) else {
        return lang.domains_title().to_owned();
    };
    let names = |wanted: &dyn Fn(&&Domain) -> bool| {
        let names = last.domains.iter().filter(wanted);
        let names: Vec<&str> = names.map(|domain| domain.name.as_str()).collect();
        names.join(", ")
    };
    let bad = names(&|domain| domain.needs.iter().any(is_bad));
    if bad.is_empty() {
        lang.domains_good(&names(&|_| true))
    } else {
        lang.domains_bad(&bad)
    }
}

/// What was found, a row for each thing a domain needs, with the time of the look.
pub fn table(when: &When, posture: &Posture) -> Markup {
    let lang = when.lang;
    html! {
        p.soft { (lang.domains_checked()) " " (moment(when, posture.at)) }
        table {
            tbody {
                @for domain in &posture.domains {
                    @for (place, need) in domain.needs.iter().enumerate() {
                        tr {
                            td { @if place == 0 { strong { (domain.name) } } }
                            td.nw { (lang.need(need.kind)) " " (verdict(lang, &need.found)) }
                            td { (lang.need_said(need)) }
                        }
                    }
                }
            }
        }
    }
}

fn verdict(lang: Lang, found: &Found) -> Markup {
    match found {
        Found::Good(_) => tag(lang.need_good(), Tone::Good),
        Found::Missing | Found::NotHttps => tag(lang.need_bad(), Tone::Bad),
        Found::Several => tag(lang.need_several(), Tone::Bad),
        Found::OtherKey => tag(lang.need_other_key(), Tone::Bad),
        Found::SignedElsewhere => tag(lang.need_elsewhere(), Tone::Plain),
        Found::Unknown(_) => tag(lang.need_note(), Tone::Warn),
    }
}
