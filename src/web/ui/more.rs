//! On a phone the bar holds five entries; everything else is here.

use super::desk::{Answer, Desk, shown};
use super::layout::{Here, badge, page, sign_out};
use maud::html;

/// `GET /more`
pub async fn show(desk: Desk) -> Answer {
    let lang = desk.lang();
    let entries = [
        ("/content", lang.nav_content()),
        ("/templates", lang.nav_templates()),
        ("/drafts", lang.drafts_title()),
        ("/caught", lang.nav_caught()),
        ("/settings", lang.nav_settings()),
    ];
    let body = html! {
        h1 { (lang.more_title()) }
        p.soft { (desk.frame.name) " · " (lang.role(desk.frame.role)) }
        p { a.button href="/notices" { (lang.nav_notices()) (badge(&desk.frame)) } }
        @for (href, words) in entries {
            p { a.button href=(href) { (words) } }
        }
        (sign_out(&desk.frame))
    };
    Ok(shown(page(
        &desk.frame,
        Here::Elsewhere,
        lang.more_title(),
        &body,
    )))
}
