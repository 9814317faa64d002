//! A message as it is shown: listed, or with all that became of it.

use crate::domain::clock::Millis;
use crate::domain::delivery::{DeliveryState, RecipientRole};
use crate::domain::id::DeliveryId;
use crate::domain::message::MailClass;
use crate::metrics::opens::Opening;
use crate::report::opens::OpenFigures;
use crate::store::events::Told;
use crate::store::messages::counts::{self, Counts};
use crate::store::messages::{Attachment, Attempt, Delivery, Link, Listed, Message};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A message in a list, by its `to` delivery.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct ListedOut {
    id: Uuid,
    subject: String,
    rep: Uuid,
    rep_name: String,
    to: String,
    contact: Option<Uuid>,
    contact_name: Option<String>,
    state: &'static str,
    reason: Option<String>,
    created_at: String,
    settled_at: Option<String>,
}

impl From<Listed> for ListedOut {
    fn from(listed: Listed) -> Self {
        Self {
            id: listed.id.0,
            subject: listed.subject,
            rep: listed.rep.0,
            rep_name: listed.rep_name,
            to: listed.address,
            contact: listed.contact.map(|id| id.0),
            contact_name: listed.contact_name,
            state: listed.state.as_str(),
            reason: listed.reason_code,
            created_at: listed.created_at.rfc3339(),
            settled_at: listed.settled_at.map(Millis::rfc3339),
        }
    }
}

/// A message with all that became of it.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct MessageOut {
    id: Uuid,
    /// That of the `to` delivery.
    state: &'static str,
    reason: Option<ReasonOut>,
    /// Until when it waits, while it does.
    waits_until: Option<String>,
    rep: Uuid,
    rep_name: String,
    mailbox: Uuid,
    from: String,
    /// `correspondence` or `outreach`.
    class: &'static str,
    purpose: &'static str,
    template: Option<Uuid>,
    template_version: Option<i64>,
    /// As written: with a template, before merging.
    subject: String,
    html: Option<String>,
    text: Option<String>,
    message_id: String,
    reply_to_message: Option<Uuid>,
    send_at: Option<String>,
    created_at: String,
    attachments: Vec<FileOut>,
    opens: OpenFigures,
    deliveries: Vec<DeliveryOut>,
}

#[derive(Debug, Serialize, ToSchema)]
struct ReasonOut {
    code: String,
    text: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct FileOut {
    id: Uuid,
    name: String,
    media_type: String,
    size: i64,
}

#[derive(Debug, Serialize, ToSchema)]
struct DeliveryOut {
    id: Uuid,
    role: &'static str,
    address: String,
    contact: Option<Uuid>,
    contact_name: Option<String>,
    state: &'static str,
    reason: Option<ReasonOut>,
    waits_until: Option<String>,
    tracks_opens: bool,
    tracks_clicks: bool,
    handed_over_at: Option<String>,
    settled_at: Option<String>,
    opens: CountOut,
    /// `confirmed`, `proved` (by a click or a reply alone), `proxied`, `unclear` or `machine`; absent when nothing is known.
    opened: Option<&'static str>,
    /// Clicks that somebody else probably made, since the mail was passed on.
    clicks_forwarded: i64,
    attempts: Vec<AttemptOut>,
    links: Vec<LinkOut>,
}

#[derive(Debug, Default, Serialize, ToSchema)]
struct CountOut {
    human: i64,
    machine: i64,
    first_human_at: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct AttemptOut {
    number: i64,
    started_at: String,
    handed_over_at: Option<String>,
    ended_at: Option<String>,
    outcome: Option<String>,
    phase: Option<String>,
    code: Option<i64>,
    enhanced: Option<String>,
    text: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct LinkOut {
    no: u16,
    /// The id of where it leads, as text, since it has 64 bits.
    destination: String,
    url: String,
    role: &'static str,
    content: Option<Uuid>,
    label: String,
    clicks: CountOut,
}

/// What a message is shown from.
pub(super) struct Parts {
    pub message: Message,
    pub deliveries: Vec<Delivery>,
    pub attempts: Vec<Attempt>,
    pub links: Vec<Link>,
    pub attachments: Vec<Attachment>,
    pub events: Vec<Told>,
}

impl MessageOut {
    pub(super) fn is_cancelled(&self) -> bool {
        self.state == DeliveryState::Cancelled.as_str()
    }
}

impl Parts {
    pub(super) fn show(self) -> MessageOut {
        let counts = counts::count(&self.events);
        let openings = counts::openings(&self.events);
        let to = self
            .deliveries
            .iter()
            .find(|delivery| delivery.role == RecipientRole::To);
        MessageOut {
            state: to.map_or(DeliveryState::Draft, |to| to.state).as_str(),
            reason: to.and_then(|to| reason(&self.message, to)),
            waits_until: to.and_then(|to| waits_until(&self.message, to)),
            deliveries: self
                .deliveries
                .iter()
                .map(|delivery| self.delivery(delivery, &counts, openings.get(&delivery.id)))
                .collect(),
            opens: counts::opens(&self.deliveries, &openings).into(),
            attachments: self
                .attachments
                .iter()
                .map(|file| FileOut {
                    id: file.id.0,
                    name: file.name.clone(),
                    media_type: file.media_type.clone(),
                    size: file.size,
                })
                .collect(),
            id: self.message.id.0,
            rep: self.message.rep.0,
            mailbox: self.message.mailbox.0,
            class: match self.message.class {
                MailClass::Correspondence => "correspondence",
                MailClass::Outreach => "outreach",
            },
            purpose: self.message.purpose.as_str(),
            template: self.message.template.map(|(id, _)| id.0),
            template_version: self.message.template.map(|(_, version)| version),
            reply_to_message: self.message.reply_to.map(|id| id.0),
            send_at: self.message.send_at.map(Millis::rfc3339),
            created_at: self.message.created_at.rfc3339(),
            rep_name: self.message.rep_name,
            from: self.message.mailbox_address,
            subject: self.message.subject,
            html: self.message.html,
            text: self.message.text,
            message_id: self.message.message_id,
        }
    }

    /// How many clicks of one delivery came after it was probably passed on.
    fn forwarded(&self, delivery: DeliveryId) -> i64 {
        let clicks = counts::forwarded_clicks(&self.events);
        let of = |told: &&Told| told.delivery == Some(delivery) && clicks.contains(&told.event.seq);
        self.events.iter().filter(of).count() as i64
    }

    fn delivery(
        &self,
        delivery: &Delivery,
        counts: &Counts,
        opening: Option<&Opening>,
    ) -> DeliveryOut {
        let attempts = self.attempts.iter();
        let links = self.links.iter();
        DeliveryOut {
            id: delivery.id.0,
            role: delivery.role.as_str(),
            address: delivery.address.clone(),
            contact: delivery.contact.map(|id| id.0),
            contact_name: delivery.contact_name.clone(),
            state: delivery.state.as_str(),
            reason: reason(&self.message, delivery),
            waits_until: waits_until(&self.message, delivery),
            tracks_opens: delivery.tracks_opens,
            tracks_clicks: delivery.tracks_clicks,
            handed_over_at: delivery.handed_over_at.map(Millis::rfc3339),
            settled_at: delivery.settled_at.map(Millis::rfc3339),
            opens: count(counts, delivery.id, 0),
            opened: opening.map(|opening| opening.as_str()),
            clicks_forwarded: self.forwarded(delivery.id),
            attempts: attempts
                .filter(|attempt| attempt.delivery_no == delivery.no)
                .map(AttemptOut::from)
                .collect(),
            links: links
                .filter(|link| link.delivery == delivery.no)
                .map(|link| LinkOut {
                    no: link.no,
                    destination: link.destination.0.to_string(),
                    url: link.url.clone(),
                    role: link.role.as_str(),
                    content: link.content.map(|id| id.0),
                    label: link.label.clone(),
                    clicks: count(counts, delivery.id, link.no),
                })
                .collect(),
        }
    }
}

impl From<&Attempt> for AttemptOut {
    fn from(attempt: &Attempt) -> Self {
        Self {
            number: attempt.number,
            started_at: attempt.started_at.rfc3339(),
            handed_over_at: attempt.handed_over_at.map(Millis::rfc3339),
            ended_at: attempt.ended_at.map(Millis::rfc3339),
            outcome: attempt.outcome.clone(),
            phase: attempt.phase.clone(),
            code: attempt.code,
            enhanced: attempt.enhanced.clone(),
            text: attempt.text.clone(),
        }
    }
}

/// Its own reason, else that of the mailbox while nothing leaves there.
fn reason(message: &Message, delivery: &Delivery) -> Option<ReasonOut> {
    let own = delivery.reason_code.clone().map(|code| ReasonOut {
        code,
        text: delivery.reason_text.clone().unwrap_or_default(),
    });
    own.or_else(|| {
        let text = message.mailbox_paused.clone().filter(|_| waits(delivery))?;
        let code = "mailbox_paused".to_owned();
        Some(ReasonOut { code, text })
    })
}

const fn waits(delivery: &Delivery) -> bool {
    matches!(
        delivery.state,
        DeliveryState::Scheduled | DeliveryState::Queued | DeliveryState::Deferred
    )
}

/// While its mailbox is paused nobody can say until when it waits.
fn waits_until(message: &Message, delivery: &Delivery) -> Option<String> {
    let is_known = waits(delivery) && message.mailbox_paused.is_none();
    is_known.then(|| delivery.due_at.rfc3339())
}

fn count(counts: &Counts, delivery: DeliveryId, link: u16) -> CountOut {
    counts
        .get(&(delivery, link))
        .map_or_else(CountOut::default, |count| CountOut {
            human: count.human,
            machine: count.machine,
            first_human_at: count.first_human_at.map(Millis::rfc3339),
        })
}
