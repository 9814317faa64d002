//! Rows as they are written, and where they are written to.

use super::{Failure, Format};
use crate::domain::clock::Millis;
use crate::domain::event::Detail;
use crate::store::events::Told;
use crate::store::messages::Listed;
use serde::Serialize;
use std::io::{self, BufWriter, Stdout, Write as _};

/// An event as a row.
#[derive(Debug, Serialize)]
pub(super) struct EventRow {
    seq: i64,
    at: String,
    kind: &'static str,
    message: Option<String>,
    delivery: Option<String>,
    contact: Option<String>,
    link: Option<u16>,
    verdict: Option<&'static str>,
    rule: Option<&'static str>,
    revises: Option<i64>,
    reason: Option<String>,
    text: Option<String>,
}

impl EventRow {
    /// The row of an event.
    pub(super) fn of(told: &Told) -> Self {
        let event = &told.event.event;
        let mut row = Self {
            seq: told.event.seq.0,
            at: event.at.rfc3339(),
            kind: event.kind.as_str(),
            message: told.message.map(|id| id.to_string()),
            delivery: told.delivery.map(|id| id.to_string()),
            contact: told.contact.map(|id| id.to_string()),
            link: None,
            verdict: None,
            rule: None,
            revises: None,
            reason: None,
            text: None,
        };
        let judgement = match &event.detail {
            Detail::None | Detail::Dismissal(_) => None,
            Detail::Reason { code, text } => {
                row.reason = Some(code.clone());
                row.text = Some(text.clone());
                None
            }
            Detail::Hit {
                link_no, judgement, ..
            } => {
                row.link = Some(*link_no);
                Some(judgement)
            }
            Detail::Revision(revision) => {
                row.link = Some(revision.link_no);
                row.revises = Some(revision.hit.0);
                Some(&revision.judgement)
            }
            Detail::Touch(touch) => {
                row.reason = Some(touch.channel.as_str().to_owned());
                None
            }
            Detail::Report(report) => {
                row.reason = Some(report.reason.as_str().to_owned());
                row.text = Some(report.text.clone());
                None
            }
        };
        row.verdict = judgement.map(|judgement| judgement.verdict.as_str());
        row.rule = judgement.map(|judgement| judgement.rule.id());
        row
    }
}

/// A message as a row.
#[derive(Debug, Serialize)]
pub(super) struct MessageRow {
    id: String,
    created_at: String,
    rep: String,
    to: String,
    contact: Option<String>,
    contact_name: Option<String>,
    subject: String,
    state: &'static str,
    reason: Option<String>,
    settled_at: Option<String>,
}

impl MessageRow {
    /// The row of a message.
    pub(super) fn of(listed: &Listed) -> Self {
        Self {
            id: listed.id.to_string(),
            created_at: listed.created_at.rfc3339(),
            rep: listed.rep_name.clone(),
            to: listed.address.clone(),
            contact: listed.contact.map(|id| id.to_string()),
            contact_name: listed.contact_name.clone(),
            subject: listed.subject.clone(),
            state: listed.state.as_str(),
            reason: listed.reason_code.clone(),
            settled_at: listed.settled_at.map(Millis::rfc3339),
        }
    }
}

/// A row whose free text can be made safe for a spreadsheet.
pub(super) trait Guarded: Serialize {
    /// Puts a `'` before text that a spreadsheet would run as a formula.
    fn guard(&mut self);
}

impl Guarded for EventRow {
    fn guard(&mut self) {
        self.text.iter_mut().for_each(guard);
    }
}

impl Guarded for MessageRow {
    fn guard(&mut self) {
        for text in [&mut self.rep, &mut self.to, &mut self.subject] {
            guard(text);
        }
        self.contact_name.iter_mut().for_each(guard);
    }
}

fn guard(text: &mut String) {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        text.insert(0, '\'');
    }
}

/// Writes rows to stdout.
pub(super) enum Writer {
    Csv(Box<csv::Writer<Stdout>>),
    Json(BufWriter<Stdout>),
}

impl Writer {
    /// A writer of this format.
    pub(super) fn new(format: Format) -> Self {
        match format {
            Format::Csv => Self::Csv(Box::new(csv::Writer::from_writer(io::stdout()))),
            Format::Json => Self::Json(BufWriter::new(io::stdout())),
        }
    }

    /// Writes one row.
    pub(super) fn write(&mut self, mut row: impl Guarded) -> Result<(), Failure> {
        match self {
            Self::Csv(out) => {
                row.guard();
                out.serialize(row)
                    .map_err(|error| Failure::failed(error.to_string()))
            }
            Self::Json(out) => {
                serde_json::to_writer(&mut *out, &row)
                    .map_err(|error| Failure::failed(error.to_string()))?;
                Ok(out.write_all(b"\n")?)
            }
        }
    }

    /// Makes sure that all of it is written.
    pub(super) fn finish(self) -> Result<(), Failure> {
        match self {
            Self::Csv(mut out) => out.flush()?,
            Self::Json(mut out) => out.flush()?,
        }
        Ok(())
    }
}
