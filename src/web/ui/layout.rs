//! The frame of every page: head, skip link, rail, banners, main part, live region, help on keys.
//! It takes what it shows as values and reads nothing.

use super::assets;
use super::icons::{Icon, icon};
use super::parts::When;
use super::words::Lang;
use crate::domain::viewer::Role;
use maud::{DOCTYPE, Markup, html};

/// Which entry of the rail a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Here {
    /// Whom to call now.
    Today,
    /// Who followed a link.
    Notices,
    /// Who waits for an answer.
    Inbox,
    /// Writing.
    Compose,
    /// What was written.
    Messages,
    /// The people outside.
    Contacts,
    /// The library.
    Content,
    /// Reusable mail.
    Templates,
    /// Figures.
    Reports,
    /// Caught mail.
    Caught,
    /// Settings.
    Settings,
    /// None of them.
    Elsewhere,
}

/// Who looks at the page and what it must say on top.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Language, zone and time.
    pub when: When,
    /// The reader's name.
    pub name: String,
    /// What they are.
    pub role: Role,
    /// The form token against forged requests.
    pub form_token: String,
    /// Whether mail without a relay of its own is caught.
    pub is_caught: bool,
    /// Why the queue is on hold, if it is.
    pub hold: Option<String>,
    /// Notices the reader has not seen.
    pub notices: i64,
    /// A line about what was just done.
    pub done: Option<String>,
}

struct Entry {
    here: Here,
    href: &'static str,
    icon: Icon,
    words: &'static str,
    /// Left out of the bottom bar of a phone, reached through "More" there.
    is_wide: bool,
}

fn entries(lang: Lang, role: Role, is_caught: bool) -> Vec<Entry> {
    let entry = |here, href, icon, words, is_wide| Entry {
        here,
        href,
        icon,
        words,
        is_wide,
    };
    let writes = role == Role::Rep;
    let mut list = vec![
        entry(Here::Today, "/", Icon::Today, lang.nav_today(), false),
        entry(
            Here::Notices,
            "/notices",
            Icon::Notices,
            lang.nav_notices(),
            true,
        ),
        entry(
            Here::Inbox,
            "/inbox",
            Icon::Inbox,
            lang.nav_inbox(),
            role == Role::Marketer,
        ),
        entry(
            Here::Messages,
            "/messages",
            Icon::Messages,
            lang.nav_messages(),
            false,
        ),
        entry(
            Here::Contacts,
            "/contacts",
            Icon::Contacts,
            lang.nav_contacts(),
            !writes && role == Role::Marketer,
        ),
        entry(
            Here::Content,
            "/content",
            Icon::Content,
            lang.nav_content(),
            role != Role::Marketer,
        ),
        entry(
            Here::Templates,
            "/templates",
            Icon::Templates,
            lang.nav_templates(),
            true,
        ),
        entry(
            Here::Reports,
            "/reports/click-through",
            Icon::Reports,
            lang.nav_reports(),
            false,
        ),
    ];
    if is_caught {
        list.push(entry(
            Here::Caught,
            "/caught",
            Icon::Caught,
            lang.nav_caught(),
            true,
        ));
    }
    list.push(entry(
        Here::Settings,
        "/settings",
        Icon::Settings,
        lang.nav_settings(),
        true,
    ));
    list
}

/// A whole page for a signed-in reader.
pub fn page(frame: &Frame, here: Here, title: &str, body: &Markup) -> Markup {
    let lang = frame.when.lang;
    let content = html! {
        (rail(frame, here))
        main id="main" tabindex="-1" {
            (banners(frame))
            (body)
        }
        div.hide id="said" role="status" aria-live="polite" {}
        (keys_help(lang))
    };
    shell(lang, title, &content)
}

/// A page without the rail: sign-in and errors for strangers.
pub fn gate(lang: Lang, title: &str, body: &Markup) -> Markup {
    shell(
        lang,
        title,
        &html! { main.gate id="main" tabindex="-1" { (body) } },
    )
}

fn shell(lang: Lang, title: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(lang.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · otklik" }
                link rel="stylesheet" href=(assets::css_path());
                link rel="icon" type="image/svg+xml" href=(assets::icon_path());
                script src=(assets::js_path()) defer {}
            }
            body {
                a.hide.skip href="#main" { (lang.skip_to_content()) }
                (content)
            }
        }
    }
}

fn rail(frame: &Frame, here: Here) -> Markup {
    let lang = frame.when.lang;
    html! {
        nav.rail aria-label=(lang.navigation()) {
            a.mark href="/" { "otklik" }
            form.find action="/contacts" role="search" {
                label.hide for="find" { (lang.search_label()) }
                input id="find" name="q" type="search" placeholder=(lang.search_hint()) autocomplete="off";
            }
            a.go href="/compose" aria-current=[(here == Here::Compose).then_some("page")] {
                (icon(Icon::Compose)) span { (lang.nav_compose()) }
            }
            @for entry in entries(lang, frame.role, frame.is_caught) {
                a.go.wide[entry.is_wide] href=(entry.href) aria-current=[(entry.here == here).then_some("page")] {
                    (icon(entry.icon)) span { (entry.words) }
                    @if entry.here == Here::Notices { (badge(frame)) }
                }
            }
            a.go.narrow href="/more" { (icon(Icon::More)) span { (lang.nav_more()) } (badge(frame)) }
            div.me {
                div { (frame.name) }
                div { (lang.role(frame.role)) " · " time data-clock=(frame.when.zone.name()) {
                    (lang.clock_time(frame.when.now, &frame.when.zone))
                } }
                (sign_out(frame))
            }
        }
    }
}

/// How many notices were not seen; kept up to date by the script.
pub fn badge(frame: &Frame) -> Markup {
    let n = frame.notices;
    let words = frame.when.lang.notices_badge(&n.to_string());
    html! { b.tag.human data-notices title=(words) hidden[n == 0] { (n) } }
}

/// The sign-out button: a POST, so that no link can do it.
pub fn sign_out(frame: &Frame) -> Markup {
    html! {
        form method="post" action="/sign-out" {
            (csrf(frame))
            button { (frame.when.lang.sign_out()) }
        }
    }
}

/// The hidden field every form that changes something carries.
pub fn csrf(frame: &Frame) -> Markup {
    html! { input type="hidden" name="form_token" value=(frame.form_token); }
}

fn banners(frame: &Frame) -> Markup {
    let lang = frame.when.lang;
    html! {
        @if let Some(reason) = &frame.hold {
            p.banner.bad {
                strong { (lang.hold_banner()) } " " (reason) " "
                a href="/hold" { (lang.hold_link()) }
            }
        }
        @if frame.is_caught {
            p.banner {
                (lang.caught_banner()) " " a href="/caught" { (lang.caught_link()) }
            }
        }
        @if let Some(done) = &frame.done {
            p.banner.good role="status" { (done) }
        }
    }
}

fn keys_help(lang: Lang) -> Markup {
    let rows: [(&[&str], &str); 8] = [
        (&["/"], lang.key_search()),
        (&["g", "t"], lang.key_today()),
        (&["c"], lang.key_compose()),
        (&["j", "k"], lang.key_move()),
        (&["Enter"], lang.key_open()),
        (&["e"], lang.key_done()),
        (&["1", "5"], lang.key_results()),
        (&["?"], lang.key_help()),
    ];
    html! {
        dialog id="keys" aria-labelledby="keys-t" {
            h2 id="keys-t" { (lang.keys_title()) }
            dl.facts {
                @for (keys, words) in rows {
                    dt { @for key in keys { kbd { (key) } " " } }
                    dd { (words) }
                }
            }
            form method="dialog" { button { (lang.close()) } }
        }
    }
}
