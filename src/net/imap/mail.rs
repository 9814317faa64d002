//! A signed-in session: one folder at a time, opened for reading alone.

use super::error::{ImapError, Trouble};
use super::guard::{Budget, Guard, LONGEST_LITERAL_BYTES};
use super::timeouts::Timeouts;
use crate::domain::clock::Millis;
use crate::net::stream::Stream;
use async_imap::imap_proto::{
    AttributeValue, Capability, MailboxDatum, Response, ResponseCode, Status,
};
use std::time::Duration;
use tokio::time::timeout;

/// All of one answer that brings no mail.
const ANSWER_BYTES: u64 = 4 * 1_024 * 1_024;
/// A mail is fetched in parts of this size.
const PART_BYTES: u32 = 1_024 * 1_024;
/// The slowest server that is waited for, in bytes a second.
const SLOWEST_BYTES_PER_SECOND: u64 = 16 * 1_024;

/// A session, signed in.
#[derive(Debug)]
pub struct Mail {
    pub(super) session: async_imap::Session<Guard<Stream>>,
    pub(super) budget: Budget,
    pub(super) timeouts: Timeouts,
    capabilities: Vec<String>,
}

/// A folder as it stands when opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Opened {
    /// While it stays the same, UIDs mean the same mails.
    pub uid_validity: u32,
    /// What the next mail will get; 0 when the server does not say.
    pub uid_next: u32,
    /// How many mails there are.
    pub exists: u32,
}

/// A mail that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listed {
    /// Its number in the folder.
    pub uid: u32,
    /// How large the server says it is, in bytes.
    pub size: u32,
    /// When it came into the folder.
    pub at: Millis,
}

/// A mail's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// All of it.
    Whole(Vec<u8>),
    /// It was deleted meanwhile.
    Gone,
}

impl Mail {
    pub(super) async fn begin(
        session: async_imap::Session<Guard<Stream>>,
        budget: Budget,
        timeouts: Timeouts,
    ) -> Result<Self, ImapError> {
        let mut mail = Self {
            session,
            budget,
            timeouts,
            capabilities: Vec::new(),
        };
        let mut found = Vec::new();
        mail.ask("CAPABILITY", |response| {
            if let Response::Capabilities(list) = response {
                found.extend(list.iter().map(capability));
            }
        })
        .await?;
        mail.capabilities = found;
        Ok(mail)
    }

    /// Whether the server offers `name`, in upper case.
    pub fn offers(&self, name: &str) -> bool {
        self.capabilities.iter().any(|each| each == name)
    }

    /// Opens `folder` for reading; nothing that is done with it marks a mail as seen.
    pub async fn open(&mut self, folder: &str) -> Result<Opened, ImapError> {
        let mut opened = Opened::default();
        let command = format!("EXAMINE {}", quoted(folder)?);
        self.ask(&command, |response| match response {
            Response::MailboxData(MailboxDatum::Exists(n)) => opened.exists = *n,
            Response::Data { outcome, .. } => match &outcome.code {
                Some(ResponseCode::UidValidity(n)) => opened.uid_validity = *n,
                Some(ResponseCode::UidNext(n)) => opened.uid_next = *n,
                _ => {}
            },
            _ => {}
        })
        .await?;
        if opened.uid_validity == 0 {
            let text = "the server gives mails no lasting numbers";
            return Err(ImapError::new(Trouble::Nonsense, text));
        }
        Ok(opened)
    }

    /// The UIDs that match `query` (RFC 3501, 6.4.4), in order.
    pub async fn search(&mut self, query: &str) -> Result<Vec<u32>, ImapError> {
        let mut found = Vec::new();
        self.ask(&format!("UID SEARCH {query}"), |response| {
            if let Response::MailboxData(MailboxDatum::Search(uids)) = response {
                found.extend_from_slice(uids);
            }
        })
        .await?;
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// The UIDs of mails whose `Message-ID` holds `id`.
    pub async fn find(&mut self, id: &str) -> Result<Vec<u32>, ImapError> {
        let query = format!("HEADER Message-ID {}", quoted(id)?);
        self.search(&query).await
    }

    /// Size and time of the mails in `set`, such as `5:20` or `3,7`, in order of UID.
    pub async fn list(&mut self, set: &str) -> Result<Vec<Listed>, ImapError> {
        let mut found = Vec::new();
        let command = format!("UID FETCH {set} (UID RFC822.SIZE INTERNALDATE)");
        self.ask(&command, |response| {
            if let Response::Fetch(_, attributes) = response {
                found.extend(listed(attributes));
            }
        })
        .await?;
        found.sort_unstable_by_key(|each| each.uid);
        found.dedup_by_key(|each| each.uid);
        Ok(found)
    }

    /// The bytes of a mail of `size` bytes, as the server said, in parts. A server that said too
    /// little is read on until it has no more, as far as `most` bytes.
    pub async fn fetch(&mut self, uid: u32, size: u32, most: u32) -> Result<Fetched, ImapError> {
        let mut bytes = Vec::with_capacity(size.min(PART_BYTES) as usize);
        let seconds = u64::from(size) / SLOWEST_BYTES_PER_SECOND;
        let limit = self.timeouts.command + Duration::from_secs(seconds);
        loop {
            let at = bytes.len();
            let command = format!("UID FETCH {uid} (UID BODY.PEEK[]<{at}.{PART_BYTES}>)");
            let part = self.body(&command, uid, limit).await?;
            let Some(part) = part else {
                return Ok(if at == 0 {
                    Fetched::Gone
                } else {
                    Fetched::Whole(bytes)
                });
            };
            let is_last = part.len() < PART_BYTES as usize;
            bytes.extend_from_slice(&part);
            if bytes.len() > most as usize {
                let text = "the server sends a mail that is larger than it said";
                return Err(ImapError::new(Trouble::Nonsense, text));
            }
            if is_last {
                return Ok(Fetched::Whole(bytes));
            }
        }
    }

    /// The headers alone.
    pub async fn headers(&mut self, uid: u32) -> Result<Fetched, ImapError> {
        let command = format!("UID FETCH {uid} (UID BODY.PEEK[HEADER]<0.{PART_BYTES}>)");
        let found = self.body(&command, uid, self.timeouts.command).await?;
        Ok(found.map_or(Fetched::Gone, Fetched::Whole))
    }

    async fn body(
        &mut self,
        command: &str,
        uid: u32,
        limit: Duration,
    ) -> Result<Option<Vec<u8>>, ImapError> {
        let mut found = None;
        let allowed = ANSWER_BYTES + LONGEST_LITERAL_BYTES as u64;
        self.run(command, allowed, limit, |response| {
            if let Response::Fetch(_, attributes) = response
                && attributes.contains(&AttributeValue::Uid(uid))
            {
                found = found.take().or_else(|| section(attributes));
            }
        })
        .await?;
        Ok(found)
    }

    /// Files a copy in `folder`, marked as seen.
    pub async fn append(&mut self, folder: &str, bytes: &[u8]) -> Result<(), ImapError> {
        self.budget.set(ANSWER_BYTES);
        let seconds = bytes.len() as u64 / SLOWEST_BYTES_PER_SECOND;
        let limit = self.timeouts.command + Duration::from_secs(seconds);
        let appended = self.session.append(folder, Some("(\\Seen)"), None, bytes);
        match timeout(limit, appended).await {
            Ok(done) => done.map_err(ImapError::of),
            Err(_) => Err(ImapError::timeout("filing a copy")),
        }
    }

    /// Says goodbye; whether the server answers is of no interest.
    pub async fn close(mut self) {
        self.budget.set(ANSWER_BYTES);
        let _ = timeout(Duration::from_secs(2), self.session.logout()).await;
    }

    pub(super) async fn ask(
        &mut self,
        command: &str,
        each: impl FnMut(&Response<'_>),
    ) -> Result<(), ImapError> {
        let limit = self.timeouts.command;
        self.run(command, ANSWER_BYTES, limit, each).await
    }

    /// Runs one command to its tagged answer.
    async fn run(
        &mut self,
        command: &str,
        allowed: u64,
        limit: Duration,
        mut each: impl FnMut(&Response<'_>),
    ) -> Result<(), ImapError> {
        self.budget.set(allowed);
        let session = &mut self.session;
        let work = async {
            let tag = session.run_command(command).await.map_err(ImapError::of)?;
            loop {
                let response = session.read_response().await;
                let Some(response) = response.map_err(|error| ImapError::of_io(&error))? else {
                    return Err(ImapError::lost());
                };
                match response.parsed() {
                    Response::Done {
                        tag: of,
                        status,
                        outcome,
                    } if *of == tag => {
                        let text = outcome.information.as_deref().unwrap_or("no reason");
                        return match status {
                            Status::Ok => Ok(()),
                            _ => Err(refusal(text)),
                        };
                    }
                    other => each(other),
                }
            }
        };
        let verb = command.split(' ').find(|word| *word != "UID");
        timeout(limit, work)
            .await
            .unwrap_or_else(|_| Err(ImapError::timeout(verb.unwrap_or(command))))
    }
}

fn refusal(text: &str) -> ImapError {
    ImapError::new(Trouble::Refused, format_args!("the server says: {text}"))
}

fn capability(capability: &Capability<'_>) -> String {
    match capability {
        Capability::Imap4rev1 => "IMAP4REV1".to_owned(),
        Capability::Auth(name) => format!("AUTH={}", name.to_ascii_uppercase()),
        Capability::Atom(name) => name.to_ascii_uppercase(),
    }
}

fn listed(attributes: &[AttributeValue<'_>]) -> Option<Listed> {
    let (mut uid, mut size, mut at) = (None, 0, None);
    for attribute in attributes {
        match attribute {
            AttributeValue::Uid(n) => uid = Some(*n),
            AttributeValue::Rfc822Size(n) => size = *n,
            AttributeValue::InternalDate(text) => at = internal_date(text),
            _ => {}
        }
    }
    Some(Listed {
        uid: uid?,
        size,
        at: at?,
    })
}

/// `17-Jul-1996 02:44:25 -0700` (RFC 3501, date-time); the day may have a blank in front.
fn internal_date(text: &str) -> Option<Millis> {
    let at = jiff::Zoned::strptime("%d-%b-%Y %H:%M:%S %z", text.trim())
        .map(|zoned| zoned.timestamp())
        .or_else(|_| jiff::Timestamp::strptime("%d-%b-%Y %H:%M:%S %z", text.trim()))
        .ok()?;
    Some(Millis(at.as_millisecond()))
}

fn section(attributes: &[AttributeValue<'_>]) -> Option<Vec<u8>> {
    attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::BodySection { data, .. } => {
            Some(data.as_deref().unwrap_or_default().to_vec())
        }
        _ => None,
    })
}

/// A quoted string (RFC 3501, 4.3).
pub(super) fn quoted(text: &str) -> Result<String, ImapError> {
    if text.chars().any(char::is_control) {
        let text = "a name holds a control character";
        return Err(ImapError::new(Trouble::Refused, text));
    }
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    Ok(format!("\"{escaped}\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_a_mail_came_is_read_with_its_zone() {
        assert_eq!(
            internal_date(" 4-May-2026 10:00:00 +0200"),
            Some(Millis(1_777_881_600_000))
        );
        assert_eq!(internal_date("yesterday"), None);
    }

    #[test]
    fn a_name_is_quoted_and_holds_no_line_break() {
        assert_eq!(quoted("a\"b\\c").unwrap(), "\"a\\\"b\\\\c\"");
        assert!(quoted("a\r\nA2 DELETE x").is_err());
    }
}
