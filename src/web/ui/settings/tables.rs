//! The lists on the settings page; each row opens what it is made of.

use super::super::desk::Desk;
use super::super::parts::{moment, why_tag};
use super::super::words::{Lang, Tone};
use super::mailbox::may_change;
use crate::domain::mailbox::Profile;
use crate::domain::viewer::Viewer;
use crate::store::mailboxes::Mailbox;
use crate::store::users::User;
use maud::{Markup, html};

pub(super) fn users<P>(desk: &Desk<P>, users: &[User]) -> Markup {
    let lang = desk.lang();
    html! {
        table {
            thead { tr { th { (lang.name()) } th { (lang.email()) } th { (lang.role_label()) } th { (lang.added()) } } }
            tbody {
                @for user in users {
                    tr {
                        td {
                            a.open href=(format!("/settings/users/{}", user.id)) { (user.name) }
                            @if user.disabled_at.is_some() { span.sub { (lang.disabled()) } }
                        }
                        td data-l=(lang.email()) { (user.email.as_str()) }
                        td data-l=(lang.role_label()) { (lang.role(user.role)) }
                        td data-l=(lang.added()) { (moment(&desk.frame.when, user.created_at)) }
                    }
                }
            }
        }
    }
}

/// A provider's name as people know it.
const fn provider(lang: Lang, profile: Profile) -> &'static str {
    match profile {
        Profile::Google => "Google",
        Profile::Microsoft => "Microsoft",
        Profile::Ses => "Amazon SES",
        Profile::Generic => lang.profile_generic(),
    }
}

pub(super) fn mailboxes(lang: Lang, viewer: &Viewer, mailboxes: &[Mailbox]) -> Markup {
    html! {
        @if mailboxes.is_empty() { p.panel.soft { (lang.no_mailboxes()) } } @else {
            table {
                thead { tr { th { (lang.email()) } th { (lang.provider()) } th.num { (lang.daily_cap()) } } }
                tbody {
                    @for mailbox in mailboxes {
                        @let data = &mailbox.data;
                        tr {
                            td {
                                @if may_change(viewer, mailbox) {
                                    a.open href=(format!("/settings/mailboxes/{}", mailbox.id)) { (data.address.as_str()) }
                                } @else { (data.address.as_str()) }
                                " "
                                @if let Some(reason) = &data.paused_reason { (why_tag(lang.paused(), Tone::Warn, reason)) }
                            }
                            td data-l=(lang.provider()) { (provider(lang, data.profile)) }
                            td.num data-l=(lang.daily_cap()) { @if let Some(cap) = data.daily_cap { (lang.integer(cap)) } }
                        }
                    }
                }
            }
        }
    }
}
