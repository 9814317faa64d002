//! The markup of the page.

use super::super::parts::{Errors, Form, When, moment, tag, why_tag};
use super::super::words::{Lang, Tone};
use super::{Found, name};
use crate::access::{Failure, Next, Sending, Tried};
use crate::domain::clock::Millis;
use crate::domain::mailbox::{Provider, SentPolicy};
use crate::store::mailbox_access::AccessState;
use maud::{Markup, html};

/// Where the page stands.
pub(super) struct At<'a> {
    pub(super) when: &'a When,
    pub(super) path: String,
    pub(super) csrf: Markup,
    pub(super) may_set_server: bool,
    /// With whom this installation is registered, where the mailbox is of theirs.
    pub(super) provider: Option<Provider>,
}

impl At<'_> {
    const fn lang(&self) -> Lang {
        self.when.lang
    }

    fn button(&self, action: &str, words: &str) -> Markup {
        html! {
            form method="post" action=(format!("{}/{action}", self.path)) {
                (self.csrf)
                button { (words) }
            }
        }
    }
}

pub(super) fn day(at: Millis) -> String {
    jiff::Timestamp::from_millisecond(at.0)
        .map_or_else(|_| String::new(), |at| at.strftime("%Y-%m-%d").to_string())
}

/// The title, and in one paragraph whose mail is read and what never is.
pub(super) fn head(at: &At<'_>, found: &Found) -> Markup {
    let lang = at.lang();
    let promise = if found.mailbox.data.user.is_some() {
        lang.access_promise_personal()
    } else {
        lang.access_promise_shared()
    };
    html! {
        div.lead {
            div {
                h1 { (lang.access_title()) }
                p { (found.mailbox.data.address.as_str()) }
            }
        }
        p.panel { (promise) }
    }
}

/// How both sign-ins came out, each by itself.
pub(super) fn tried(lang: Lang, tried: &Tried) -> Markup {
    html! {
        @match &tried.reading {
            Ok(found) => div.panel role="status" {
                p { strong { (lang.access_reading()) } " " (tag(lang.access_works(), Tone::Good)) " " (lang.access_found(&found.server, &lang.integer(i64::try_from(found.folders).unwrap_or(0)))) }
                p {
                    @match &found.sent {
                        Some(sent) => (lang.access_sent_is(sent)),
                        None => (lang.access_no_sent()),
                    }
                    " "
                    (if found.has_idle { lang.access_idle() } else { lang.access_polled() })
                    @if found.has_labels { " " (lang.access_labels()) }
                }
            },
            Err(failure) => (failed(lang, lang.access_reading(), failure, lang.access_next_reading())),
        }
        @match &tried.sending {
            Ok(way) => div.panel role="status" {
                p {
                    strong { (lang.access_sending()) } " " (tag(lang.access_works(), Tone::Good)) " "
                    @match way {
                        Sending::Own(found) => (lang.access_takes(&found.server)),
                        Sending::Installation => (lang.access_by_installation()),
                        Sending::Caught => (lang.access_caught()),
                    }
                }
            },
            Err(failure) => (failed(lang, lang.access_sending(), failure, lang.access_next_sending())),
        }
    }
}

/// `correct` says where the password of this side is corrected.
fn failed(lang: Lang, side: &str, failure: &Failure, correct: &str) -> Markup {
    let next = match failure.next {
        Next::SetUp => lang.access_next_set_up(),
        Next::Password => correct,
        Next::ConnectAgain => lang.access_next_connect(),
        Next::Later => lang.access_next_later(),
    };
    html! {
        div.panel role="alert" {
            p { strong { (side) } " " (tag(lang.access_fails(), Tone::Bad)) " " (failure.text) }
            p { (next) }
        }
    }
}

/// How it stands, and what can be done about it.
pub(super) fn standing(at: &At<'_>, found: &Found) -> Markup {
    let lang = at.lang();
    html! {
        section.panel {
            h2 { (lang.access_standing()) }
            @match &found.access {
                None => p { (lang.access_none()) },
                Some(access) => {
                    p {
                        (state(lang, access.state, access.trouble.as_deref())) " "
                        @if let Some(seen) = access.seen_at { (lang.access_seen()) " " (moment(at.when, seen)) }
                    }
                    @if let Some(trouble) = &access.trouble { p { (trouble) } }
                    @if access.state == AccessState::Reconnect { p { (lang.access_reconnect_help()) } }
                },
            }
            @if let Some(tokens) = &found.tokens {
                p.soft { (lang.access_by(Provider::from_word(&tokens.provider).map_or("OAuth", name))) }
            }
            @if found.copies.filed + found.copies.due + found.copies.given_up > 0 {
                p.soft {
                    (lang.access_copies(&lang.integer(found.copies.filed), &lang.integer(found.copies.due), &lang.integer(found.copies.given_up)))
                }
            }
            div.acts {
                @if let Some(provider) = at.provider { (at.button("connect", &lang.access_connect(name(provider)))) }
                @if found.access.is_some() {
                    (at.button("try", lang.access_try()))
                    (at.button("disconnect", lang.access_disconnect()))
                }
            }
            @if found.access.is_some() { p.help { (lang.access_disconnect_help()) } }
        }
        @if !found.large.is_empty() {
            section.panel {
                h2 { (lang.access_large()) }
                ul {
                    @for mail in &found.large {
                        li { (mail.folder) ", " (lang.access_megabytes(&lang.integer(mail.size / 1_000_000))) ", " (moment(at.when, mail.at)) }
                    }
                }
            }
        }
    }
}

fn state(lang: Lang, state: AccessState, trouble: Option<&str>) -> Markup {
    let (word, tone) = match state {
        AccessState::Waiting => (lang.access_waiting(), Tone::Plain),
        AccessState::Connected => (lang.access_connected(), Tone::Good),
        AccessState::Trouble => (lang.access_trouble(), Tone::Warn),
        AccessState::Reconnect => (lang.access_reconnect(), Tone::Bad),
    };
    match trouble {
        Some(trouble) => why_tag(word, tone, trouble),
        None => tag(word, tone),
    }
}

/// What can be set.
pub(super) fn form(at: &At<'_>, found: &Found, errors: &Errors) -> Markup {
    let lang = at.lang();
    let form = Form { errors };
    let data = found.access.as_ref().map(|access| &access.data);
    let url = data.and_then(|data| data.imap_url.as_deref()).unwrap_or("");
    let own = found.mailbox.data.profile.imap_url();
    let url_help = own.map_or_else(
        || lang.access_url_help().to_owned(),
        |own| lang.access_url_own(own),
    );
    let has_secret = data.is_some_and(|data| data.imap_secret.is_some());
    let password_help = if has_secret {
        lang.access_password_kept()
    } else {
        lang.access_password_help()
    };
    let policies = [
        (String::new(), lang.access_sent_profile().to_owned()),
        (
            "provider".to_owned(),
            lang.access_sent_provider().to_owned(),
        ),
        ("append".to_owned(), lang.access_sent_append().to_owned()),
        ("none".to_owned(), lang.access_sent_none().to_owned()),
    ];
    let sent = data
        .and_then(|data| data.sent)
        .map_or("", SentPolicy::as_str);
    let excluded = data.map_or_else(String::new, |data| data.excluded.join("\n"));
    let from = data.map_or(at.when.now, |data| data.read_from);
    html! {
        form.panel method="post" action=(at.path) {
            h2 { (lang.access_server()) }
            (at.csrf)
            div.pair {
                @if at.may_set_server {
                    (form.line("text", "imap_url", lang.access_url(), url, &url_help, "autocomplete=off"))
                } @else {
                    p { (lang.access_url()) ": " (if url.is_empty() { own.unwrap_or("-") } else { url }) br; span.soft { (lang.access_url_admin()) } }
                }
                (form.line("password", "password", lang.access_password(), "", password_help, "autocomplete=new-password"))
                (form.choice("sent", lang.access_sent(), &policies, sent, lang.access_sent_help()))
                (form.line("date", "read_from", lang.access_from(), &day(from), lang.access_from_help(), ""))
            }
            (form.area("short", "excluded", lang.access_excluded(), &excluded, lang.access_excluded_help()))
            (form.area("short", "domains", lang.access_domains(), &found.domains.join("\n"), lang.access_domains_help()))
            button { (if data.is_some() { lang.save() } else { lang.access_begin() }) }
        }
    }
}

/// The way to the provider.
pub(super) fn leaving(lang: Lang, provider: Provider, url: &str, back: &str) -> Markup {
    html! {
        h1 { (lang.access_connect(name(provider))) }
        p.panel { (lang.access_leaving(name(provider))) }
        p { a.button href=(url) rel="noreferrer" { (lang.access_go_on(name(provider))) } " " a href=(back) { (lang.access_back()) } }
    }
}

/// It did not come to a connection.
pub(super) fn not_connected(lang: Lang, text: &str, back: &str) -> Markup {
    html! {
        h1 { (lang.access_not_connected()) }
        p.panel { (text) }
        p { a href=(back) { (lang.access_back()) } }
    }
}
