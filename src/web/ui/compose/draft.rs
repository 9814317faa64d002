//! A letter being written: its fields as typed, kept as JSON in the drafts table, and the same
//! parsed into what is asked of `accept`. Files hang on it as drafts of their own, so that saving
//! the text does not write them again.

use crate::accept::{Content, NewAttachment, NewMessage};
use crate::domain::contact::TrackingChoice;
use crate::domain::id::UserId;
use crate::domain::message::UrlTextPolicy;
use crate::store::pages::drafts;
use crate::store::{self, Store};
use crate::web::auth::Fields;
use crate::web::ui::pairs;
use crate::web::ui::parts::Errors;
use crate::web::ui::words::{Lang, Zone};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use uuid::Uuid;

/// Bytes of all files of one draft.
pub const FILES_LIMIT: usize = 15 * 1024 * 1024;

/// The fields as typed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// Whom it is for.
    pub to: String,
    /// Comma-separated.
    pub cc: String,
    /// Comma-separated.
    pub bcc: String,
    /// One line.
    pub subject: String,
    /// The HTML part.
    pub html: String,
    /// The text part.
    pub text: String,
    /// A template's id; empty for own words.
    pub template: String,
    /// `name = value` lines for the template.
    pub vars: String,
    /// Ids of content assets that were inserted.
    pub assets: Vec<String>,
    /// A mailbox's id; empty for the writer's own.
    pub mailbox: String,
    /// The message it goes on from.
    pub reply_to: String,
    /// The mail of theirs it answers.
    pub answers: String,
    /// A `datetime-local` value; empty for at once.
    pub send_at: String,
    /// `no` switches the recording of opens off for this letter.
    pub opens: String,
    /// The same for clicks.
    pub clicks: String,
}

/// A file of a draft.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct File {
    /// Its name.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its bytes in base64.
    data: String,
}

impl File {
    /// A file as it was sent by the browser.
    pub fn new(name: &str, media_type: &str, bytes: &[u8]) -> Self {
        Self {
            name: name.chars().take(200).collect(),
            media_type: media_type.to_owned(),
            data: STANDARD.encode(bytes),
        }
    }

    /// Its size in bytes, about.
    pub const fn size(&self) -> usize {
        self.data.len() / 4 * 3
    }
}

/// The name under which a draft is kept.
pub fn form_name(id: Uuid) -> String {
    format!("compose/{id}")
}

impl Draft {
    /// What a form sent.
    pub fn of(fields: &Fields) -> Self {
        let raw = |name: &str| fields.get(name).unwrap_or("").replace("\r\n", "\n");
        let text = |name: &str| fields.text(name).to_owned();
        // A tick that is not sent was taken away.
        let tick = |name: &str| if fields.get(name).is_some() { "" } else { "no" }.to_owned();
        Self {
            to: text("to"),
            cc: text("cc"),
            bcc: text("bcc"),
            subject: text("subject"),
            html: raw("html"),
            text: raw("text"),
            template: text("template"),
            vars: raw("vars"),
            assets: fields.all("assets").map(str::to_owned).collect(),
            mailbox: text("mailbox"),
            reply_to: text("reply_to"),
            answers: text("answers"),
            send_at: text("send_at"),
            opens: tick("opens"),
            clicks: tick("clicks"),
        }
    }

    /// The saved draft; an empty one when none was saved.
    pub async fn load(store: &Store, user: UserId, id: Uuid) -> store::Result<Option<Self>> {
        let saved = drafts::lookup(store, user, &form_name(id)).await?;
        Ok(saved.and_then(|saved| serde_json::from_str(&saved.data).ok()))
    }

    /// What is asked of `accept`, or what cannot be asked.
    pub fn parse(
        &self,
        lang: Lang,
        zone: &Zone,
        files: &[(String, File)],
    ) -> Result<NewMessage, Errors> {
        let mut errors = Errors::default();
        if self.to.is_empty() {
            errors.add("to", lang.required());
        }
        let send_at = if self.send_at.is_empty() {
            None
        } else {
            let at = zone.parse_local(&self.send_at);
            if at.is_none() {
                errors.add("send_at", lang.not_a_time());
            }
            at
        };
        let content = self.content(lang, &mut errors);
        let (Some(content), true) = (content, errors.is_empty()) else {
            return Err(errors);
        };
        let switch = |word: &str| (word == "no").then_some(false);
        Ok(NewMessage {
            to: self.to.clone(),
            cc: list(&self.cc),
            bcc: list(&self.bcc),
            mailbox: self.mailbox.parse().ok(),
            content,
            assets: self
                .assets
                .iter()
                .filter_map(|id| id.parse().ok())
                .collect(),
            attachments: files
                .iter()
                .filter_map(|(_, file)| attachment(file))
                .collect(),
            send_at,
            reply_to_message: self.reply_to.parse().ok(),
            reply_to_inbound: self.answers.parse().ok(),
            tracking: TrackingChoice {
                opens: switch(&self.opens),
                clicks: switch(&self.clicks),
            },
            url_text: UrlTextPolicy::default(),
        })
    }

    fn content(&self, lang: Lang, errors: &mut Errors) -> Option<Content> {
        let part = |text: &str| (!text.trim().is_empty()).then(|| text.to_owned());
        if self.template.is_empty() {
            if part(&self.html).is_none() && part(&self.text).is_none() {
                errors.add("html", lang.required());
            }
            return Some(Content::Own {
                subject: self.subject.clone(),
                html: part(&self.html),
                text: part(&self.text),
            });
        }
        match pairs::read(&self.vars) {
            Err(line) => {
                errors.add("vars", format!("{line}: {}", lang.name_value()));
                None
            }
            Ok(vars) => Some(Content::Template {
                template: self.template.parse().ok()?,
                vars: vars
                    .into_iter()
                    .map(|(name, value)| (name, value.into()))
                    .collect(),
            }),
        }
    }
}

fn list(text: &str) -> Vec<String> {
    text.split([',', ';'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

fn attachment(file: &File) -> Option<NewAttachment> {
    Some(NewAttachment {
        name: file.name.clone(),
        media_type: file.media_type.clone(),
        bytes: Arc::from(STANDARD.decode(&file.data).ok()?),
    })
}

/// The files of a draft with the names they are kept under.
pub async fn files(store: &Store, user: UserId, id: Uuid) -> store::Result<Vec<(String, File)>> {
    let prefix = format!("{}/", form_name(id));
    let mut saved = drafts::list(store, user, &prefix).await?;
    saved.reverse();
    Ok(saved
        .into_iter()
        .filter_map(|saved| Some((saved.form, serde_json::from_str(&saved.data).ok()?)))
        .collect())
}
