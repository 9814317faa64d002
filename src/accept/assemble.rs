//! From rows to what `render` takes. Used for the preview of a message that is not stored yet and
//! by the lane for one that is, so that the two cannot differ.

use crate::compose::input::{
    Attachment, ContactFields, Content, Fields, Merge, Person, RenderInput, RepFields, Rfc822Id,
};
use crate::config::Settings;
use crate::ctx::Ctx;
use crate::domain::address::{AddressError, EmailAddress, HeaderText};
use crate::domain::clock::Millis;
use crate::domain::contact::{PrivacyPreset, Tracking, TrackingChoice};
use crate::domain::delivery::RecipientRole;
use crate::domain::link::DestinationId;
use crate::domain::mailbox::{EnvelopePolicy, Profile};
use crate::domain::message::{MailClass, UrlTextPolicy};
use crate::render::Setup;
use crate::store::rendered::{FileRow, RecipientRow, SourceRow};
use crate::store::settings::{self, Setting};
use crate::store::{Store, StoreError};
use std::collections::HashSet;
use std::sync::Arc;

/// Stored data that can no longer stand in a mail. The delivery fails; others go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} {reason}")]
pub struct Unfit {
    /// Which field.
    pub field: &'static str,
    /// Why.
    pub reason: String,
}

/// What `render` is set up with: the tracking site, keys and organisation. Without DKIM keys; the
/// lane adds them.
pub async fn setup(ctx: &Ctx) -> Result<Setup, StoreError> {
    let mut setup = Setup::new(ctx.settings.tracking_url.as_str(), &ctx.keys)
        .ok_or_else(|| StoreError::Corrupt("the tracking address is no web address".to_owned()))?;
    setup
        .excluded_hosts
        .clone_from(&ctx.settings.untracked_hosts);
    setup.postal_address = postal_address(&ctx.store).await?;
    Ok(setup)
}

async fn postal_address(store: &Store) -> Result<String, StoreError> {
    Ok(settings::get(store, Setting::PostalAddress)
        .await?
        .unwrap_or_default())
}

/// What all mails of one batch share.
#[derive(Debug, Clone)]
pub struct Common {
    /// The organisation's preset.
    pub privacy: PrivacyPreset,
    /// The destinations that are content assets.
    pub contents: HashSet<DestinationId>,
    /// The `Date`.
    pub date: Millis,
}

impl Common {
    /// By `settings`, at `date`.
    pub const fn new(settings: &Settings, contents: HashSet<DestinationId>, date: Millis) -> Self {
        Self {
            privacy: settings.privacy,
            contents,
            date,
        }
    }
}

/// Puts one delivery together. `recipients` are those of its message, in order; `files` likewise.
pub fn input(
    source: &SourceRow,
    recipients: &[&RecipientRow],
    files: &[&FileRow],
    common: &Common,
) -> Result<RenderInput, Unfit> {
    let profile = Profile::from_word(&source.profile).unwrap_or_default();
    let from = person("from", &source.rep_name, &source.from_address)?;
    let of_role = |role: RecipientRole| {
        recipients
            .iter()
            .filter(|each| each.role == role.code())
            .map(|each| person("to", each.name.as_deref().unwrap_or(""), &each.address))
            .collect::<Result<Vec<_>, _>>()
    };
    let addressee = recipients
        .iter()
        .find(|each| each.role == RecipientRole::To.code());
    Ok(RenderInput {
        delivery: source.id,
        message_id: rfc822_id("message_id", &source.rfc822_id)?,
        date: common.date,
        class: MailClass::from_code(source.class).unwrap_or(MailClass::Outreach),
        recipient: address("to", &source.address)?,
        to: of_role(RecipientRole::To)?,
        cc: of_role(RecipientRole::Cc)?,
        reply_to: None,
        in_reply_to: source
            .in_reply_to
            .as_deref()
            .map(|id| rfc822_id("in_reply_to", id))
            .transpose()?,
        references: source
            .reference_ids
            .iter()
            .flat_map(|ids| ids.split_whitespace())
            .map(|id| rfc822_id("references", id))
            .collect::<Result<_, _>>()?,
        headers: Vec::new(),
        content: Content {
            subject: source.subject.clone(),
            html: source.html.clone(),
            text: source.text.clone(),
            merge: if source.is_template {
                Merge::Template
            } else {
                Merge::Literal
            },
        },
        fields: fields(source, addressee.copied())?,
        attachments: files
            .iter()
            .map(|file| attachment(file))
            .collect::<Result<_, _>>()?,
        tracking: tracking(source, common.privacy),
        url_text: if source.keep_url_text {
            UrlTextPolicy::Keep
        } else {
            UrlTextPolicy::Track
        },
        contents: common.contents.clone(),
        envelope: envelope(source.envelope.as_deref(), profile),
        from,
    })
}

fn tracking(source: &SourceRow, privacy: PrivacyPreset) -> Tracking {
    let contact = TrackingChoice {
        opens: source.contact_opens,
        clicks: source.contact_clicks,
    };
    let message = TrackingChoice {
        opens: source.message_opens,
        clicks: source.message_clicks,
    };
    Tracking::resolve(privacy, contact, message)
}

/// A copy's fields are those of whom the message is for: everybody reads the same letter.
fn fields(source: &SourceRow, addressee: Option<&RecipientRow>) -> Result<Fields, Unfit> {
    let name = addressee
        .and_then(|each| each.name.as_deref())
        .map(str::trim)
        .filter(|name| !name.is_empty());
    let own = addressee.and_then(|each| each.fields.as_deref());
    let unreadable = |field: &'static str| {
        move |error: serde_json::Error| Unfit {
            field,
            reason: format!("cannot be read: {error}"),
        }
    };
    Ok(Fields {
        contact: ContactFields {
            name: name.map(str::to_owned),
            first_name: name
                .and_then(|name| name.split_whitespace().next())
                .map(str::to_owned),
            email: addressee.map(|each| each.address.clone()),
            account: addressee.and_then(|each| each.account.clone()),
            fields: own
                .map(serde_json::from_str)
                .transpose()
                .map_err(unreadable("fields"))?
                .unwrap_or_default(),
        },
        rep: RepFields {
            name: source.rep_name.clone(),
            email: source.rep_email.clone(),
        },
        vars: serde_json::from_str(&source.vars).map_err(unreadable("vars"))?,
    })
}

fn envelope(own: Option<&str>, profile: Profile) -> EnvelopePolicy {
    match own {
        Some("own") => EnvelopePolicy::Own,
        Some("plus") => EnvelopePolicy::Plus,
        Some("verp") => EnvelopePolicy::Verp,
        _ => profile.envelope(),
    }
}

fn attachment(file: &FileRow) -> Result<Attachment, Unfit> {
    Ok(Attachment {
        name: header("attachments", &file.name)?,
        media_type: header("attachments", &file.media_type)?,
        bytes: Arc::from(file.bytes.as_slice()),
    })
}

fn person(field: &'static str, name: &str, text: &str) -> Result<Person, Unfit> {
    Ok(Person {
        name: header(field, name)?,
        address: address(field, text)?,
    })
}

fn unfit(field: &'static str) -> impl Fn(AddressError) -> Unfit {
    move |error| Unfit {
        field,
        reason: error.to_string(),
    }
}

fn header(field: &'static str, text: &str) -> Result<HeaderText, Unfit> {
    HeaderText::parse(text).map_err(unfit(field))
}

fn address(field: &'static str, text: &str) -> Result<EmailAddress, Unfit> {
    EmailAddress::parse(text).map_err(unfit(field))
}

fn rfc822_id(field: &'static str, text: &str) -> Result<Rfc822Id, Unfit> {
    Rfc822Id::parse(text).map_err(unfit(field))
}
