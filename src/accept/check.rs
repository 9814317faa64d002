//! Checks of single fields, collected so that an author hears of all of them at once.

use super::message::{AcceptError, FieldCode, FieldError, NewAttachment};
use crate::domain::address::HeaderText;

/// Longest HTML or text part, in bytes. Gmail shows 102 KB; what is larger by a factor of 20 is a
/// mistake.
const MAX_PART_BYTES: usize = 2 * 1_024 * 1_024;
/// Most bytes of files in one message: what large providers take (Gmail: 25 MB, encoded).
const MAX_FILES_BYTES: usize = 18 * 1_024 * 1_024;
const MAX_FILES: usize = 50;

/// Field errors so far.
#[derive(Debug, Default)]
pub(super) struct Errors(Vec<FieldError>);

impl Errors {
    pub(super) fn add(&mut self, field: impl Into<String>, code: FieldCode, message: &str) {
        self.0.push(FieldError {
            field: field.into(),
            code,
            message: message.to_owned(),
        });
    }

    pub(super) fn finish(self) -> Result<(), AcceptError> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(AcceptError::Invalid(self.0))
        }
    }

    /// The subject as written for this message. A template's is checked once it is filled in.
    pub(super) fn subject(&mut self, subject: &str) {
        if let Err(error) = HeaderText::parse(subject) {
            self.add("subject", FieldCode::Invalid, &error.to_string());
        }
    }

    pub(super) fn body(&mut self, html: Option<&str>, text: Option<&str>) {
        if html.is_none() && text.is_none() {
            self.add("html", FieldCode::Required, "is needed, or text is");
        }
        for (field, part) in [("html", html), ("text", text)] {
            if part.is_some_and(|part| part.len() > MAX_PART_BYTES) {
                self.add(field, FieldCode::TooLarge, "is longer than 2 MiB");
            }
            // PostgreSQL keeps no NUL in a text, and no mail should hold one.
            if part.is_some_and(|part| part.contains('\0')) {
                self.add(field, FieldCode::Invalid, "holds a NUL character");
            }
        }
    }

    pub(super) fn attachments(&mut self, files: &[NewAttachment]) {
        if files.len() > MAX_FILES {
            self.add("attachments", FieldCode::TooLarge, "are more than 50");
        }
        let total: usize = files.iter().map(|file| file.bytes.len()).sum();
        if total > MAX_FILES_BYTES {
            self.add(
                "attachments",
                FieldCode::TooLarge,
                "are over 18 MiB together",
            );
        }
        for (at, file) in files.iter().enumerate() {
            let bad_name = match HeaderText::parse(&file.name) {
                Ok(name) if name.as_str().is_empty() => Some("is empty".to_owned()),
                Ok(name) if name.as_str().contains(['/', '\\']) => Some("holds a path".to_owned()),
                Ok(name) if name.as_str().len() > 255 => {
                    Some("is longer than 255 bytes".to_owned())
                }
                Ok(_) => None,
                Err(error) => Some(error.to_string()),
            };
            if let Some(message) = bad_name {
                self.add(
                    format!("attachments[{at}].name"),
                    FieldCode::Invalid,
                    &message,
                );
            }
            if HeaderText::parse(&file.media_type).is_err() || !file.media_type.contains('/') {
                self.add(
                    format!("attachments[{at}].media_type"),
                    FieldCode::Invalid,
                    "is no media type such as application/pdf",
                );
            }
        }
    }
}
