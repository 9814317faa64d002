//! Mails in the reader's own mailboxes that may be enquiries: sender and subject, shown to nobody
//! else, until they say whether each is for us.

use crate::domain::id::UserId;
use crate::store::inbound::gate::{self, Asking, Decision};
use crate::store::{Result, Store};
use crate::web::error::Problem;
use crate::web::ui::desk::{Answer, Desk, Sent, go_to, id_of};
use crate::web::ui::layout::csrf;
use crate::web::ui::parts::moment;
use crate::web::ui::today::escaped;
use actix_web::web::Path;
use maud::{Markup, html};
use uuid::Uuid;

/// Shown at once; the rest follows when these are decided on.
const SHOWN: i64 = 20;

/// What waits for the reader's decision.
pub(super) struct Asked {
    mails: Vec<Asking>,
    /// Accepted, and not fetched yet.
    fetching: i64,
}

impl Asked {
    pub(super) async fn read(store: &Store, user: UserId) -> Result<Self> {
        Ok(Self {
            mails: gate::asked(store, user, None, SHOWN).await?,
            fetching: gate::fetching(store, user).await?,
        })
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.mails.is_empty() && self.fetching == 0
    }
}

pub(super) fn section(desk: &Desk, asked: &Asked) -> Markup {
    let lang = desk.lang();
    html! {
        @if !asked.is_empty() {
            h2 { (lang.asked_title()) }
            p.soft { (lang.asked_lead()) }
            @if asked.fetching > 0 { p { (lang.asked_fetching(&lang.more_fetched(asked.fetching))) } }
            @if !asked.mails.is_empty() {
                table {
                    thead { tr { th { (lang.wrote()) } th { (lang.subject()) } th { (lang.asked_came()) } th { span.hide { (lang.asked_accept()) } } } }
                    tbody { @for mail in &asked.mails { (row(desk, mail)) } }
                }
            }
        }
    }
}

fn row(desk: &Desk, mail: &Asking) -> Markup {
    let lang = desk.lang();
    let subject = Some(mail.subject.trim()).filter(|subject| !subject.is_empty());
    html! {
        tr {
            td { strong { (mail.sender) } }
            td data-l=(lang.subject()) { (subject.unwrap_or(lang.no_subject())) }
            td data-l=(lang.asked_came()) { (moment(&desk.frame.when, mail.received_at)) }
            td {
                @if mail.folder.is_empty() { span.sub { (lang.asked_no_text()) } }
                form.acts method="post" action=(format!("/inbox/asked/{}", mail.id)) {
                    (csrf(&desk.frame))
                    @if mail.folder.is_empty() {
                        a.button href=(format!("/contacts/new?emails={}", escaped(&mail.sender))) { (lang.asked_add()) }
                    } @else {
                        button.go-on name="do" value="accept" { (lang.asked_accept()) }
                    }
                    button name="do" value="dismiss" { (lang.asked_dismiss()) }
                }
            }
        }
    }
}

/// `POST /inbox/asked/{id}` with `do` = accept or dismiss.
pub async fn decide(sent: Sent, path: Path<String>) -> Answer {
    let id: Uuid = id_of(&path)?;
    let (decision, word) = match sent.fields.text("do") {
        "accept" => (Decision::Accept, "accepted"),
        "dismiss" => (Decision::Dismiss, "forgotten"),
        _ => return Err(Problem::not_found().into()),
    };
    let desk = &sent.desk;
    let ctx = &desk.web.ctx;
    let mut tx = ctx.store.begin().await?;
    let found = gate::decide(&mut tx, desk.user.id, id, decision, ctx.clock.now()).await?;
    tx.commit().await?;
    if found {
        Ok(go_to(&format!("/inbox?done={word}")))
    } else {
        Err(Problem::not_found().into())
    }
}
