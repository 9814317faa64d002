//! New mail of one folder. The cursor moves in the transaction that stores the mail, so a crash
//! reads it again and never past it; a mail that comes twice is known by its identity.

use super::one::{Halt, Work};
use crate::domain::clock::{DAY_MS, Millis};
use crate::net::imap::{self, Fetched, FolderRole, FoundFolder, Listed, Mail, Opened};
use crate::receive::{self, Arrival, Folder, LARGEST_BYTES, ReceiveError, Received, Way, Wish};
use crate::store::Tx;
use crate::store::inbound::Place;
use crate::store::mailbox_access;
use crate::store::mailbox_access::reader::{self, Cursor};
use std::collections::HashSet;

/// What one permit for a large mail stands for.
pub(super) const UNIT_BYTES: u32 = 1_024 * 1_024;
/// Mails whose size is asked for at once.
const AT_ONCE: usize = 200;

/// A folder being read.
struct Reading<'a> {
    work: &'a mut Work,
    folder: &'a FoundFolder,
    opened: Opened,
    /// Dealt with, and perhaps not noted yet.
    at: Cursor,
    noted: Option<Cursor>,
}

/// Reads what is new in `folder`.
pub(super) async fn read(
    work: &mut Work,
    mail: &mut Mail,
    folder: &FoundFolder,
) -> Result<(), Halt> {
    let opened = mail.open(&folder.name).await?;
    let store = &work.shared.ctx.store;
    let noted = reader::cursor(store, work.mailbox.no, &folder.name).await?;
    // Another UIDVALIDITY: the numbers mean other mails. All since the beginning is looked at
    // again, and what is known already is known by its identity.
    let same = noted.filter(|cursor| cursor.uid_validity == opened.uid_validity);
    let at = same.unwrap_or(Cursor {
        uid_validity: opened.uid_validity,
        uid: 0,
    });
    let mut reading = Reading {
        work,
        folder,
        opened,
        at,
        noted: same,
    };
    reading.all(mail).await
}

impl Reading<'_> {
    async fn all(&mut self, mail: &mut Mail) -> Result<(), Halt> {
        let from = self.at.uid.saturating_add(1);
        if self.opened.uid_next == 0 || self.opened.uid_next > from {
            let since = since(self.work.access.data.read_from);
            let found = mail.search(&format!("UID {from}:* SINCE {since}")).await?;
            // `n:*` names the last mail even where its number is lower (RFC 3501, 9).
            let new: Vec<u32> = found.into_iter().filter(|uid| *uid >= from).collect();
            for some in new.chunks(AT_ONCE) {
                let set: Vec<String> = some.iter().map(u32::to_string).collect();
                let listed = mail.list(&set.join(",")).await?;
                let open = self.open_ones(mail, &set.join(",")).await?;
                for each in listed.into_iter().filter(|each| some.contains(&each.uid)) {
                    if open.as_ref().is_none_or(|open| open.contains(&each.uid)) {
                        self.one(mail, each).await?;
                    } else {
                        self.at.uid = each.uid;
                    }
                }
            }
        }
        // All below the next number is dealt with, also what was deleted or is too old.
        self.at.uid = self.at.uid.max(self.opened.uid_next.saturating_sub(1));
        self.note().await
    }

    /// The mails of `set` that may be read, where the owner's words may be labels that this server
    /// tells; `None` is all. What bears an excluded label is not even fetched, and a mail whose
    /// labels are not told is left alone.
    async fn open_ones(&self, mail: &mut Mail, set: &str) -> Result<Option<HashSet<u32>>, Halt> {
        let excluded = &self.work.access.data.excluded;
        if excluded.is_empty() || !mail.tells_labels() {
            return Ok(None);
        }
        let is_excluded = |label: &String| excluded.iter().any(|name| imap::is_within(label, name));
        let labels = mail.labels(set).await?;
        let open = labels
            .into_iter()
            .filter(|(_, labels)| !labels.iter().any(is_excluded));
        Ok(Some(open.map(|(uid, _)| uid).collect()))
    }

    async fn one(&mut self, mail: &mut Mail, listed: Listed) -> Result<(), Halt> {
        if listed.at < self.work.access.data.read_from {
            self.at.uid = listed.uid;
            return Ok(());
        }
        let is_large = is_large(listed);
        let fetched = fetch(self.work, mail, listed).await?;
        self.at.uid = listed.uid;
        match fetched {
            Fetched::Whole(raw) => self.store(raw, listed, is_large).await,
            Fetched::Gone => Ok(()),
        }
    }

    async fn store(&mut self, raw: Vec<u8>, listed: Listed, is_large: bool) -> Result<(), Halt> {
        let ctx = self.work.shared.ctx.clone();
        let place = Place {
            folder: self.folder.name.clone(),
            uid_validity: self.at.uid_validity,
            uid: listed.uid,
        };
        let arrival = arrival(self.work, self.folder, place.clone(), listed, Wish::None);
        let prepared = match receive::prepare(&ctx, raw, arrival).await {
            Ok(prepared) => prepared,
            // There is nothing to store, and there never will be.
            Err(ReceiveError::Empty | ReceiveError::TooLarge) => return Ok(()),
            Err(ReceiveError::Store(error)) => return Err(error.into()),
        };
        let mut tx = ctx.store.begin().await?;
        let received = receive::store_in(&mut tx, &ctx, &prepared).await?;
        if let Received::Stored { no, is_new, .. } = received {
            self.work.stored += usize::from(is_new);
            if is_large {
                let (mailbox, at) = (self.work.mailbox.no, listed.at);
                mailbox_access::too_large(&mut tx, mailbox, &place, listed.size, no, at).await?;
            }
        }
        self.move_in(&mut tx).await?;
        tx.commit().await?;
        self.noted = Some(self.at);
        Ok(())
    }

    /// Notes how far it was read where nothing was stored.
    async fn note(&mut self) -> Result<(), Halt> {
        if self.noted == Some(self.at) {
            return Ok(());
        }
        let mut tx = self.work.shared.ctx.store.begin().await?;
        self.move_in(&mut tx).await?;
        tx.commit().await?;
        self.noted = Some(self.at);
        Ok(())
    }

    async fn move_in(&self, tx: &mut Tx) -> Result<(), Halt> {
        let moved = reader::move_cursor(tx, self.work.reader, &self.folder.name, self.at).await?;
        if moved { Ok(()) } else { Err(Halt::Elsewhere) }
    }
}

/// Whether a mail is more than is read of one.
pub(super) const fn is_large(listed: Listed) -> bool {
    listed.size as usize > LARGEST_BYTES
}

/// The bytes of a mail, or the headers of one that is too large. Large ones are counted over all
/// mailboxes, so that memory stays bounded.
pub(super) async fn fetch(work: &Work, mail: &mut Mail, listed: Listed) -> Result<Fetched, Halt> {
    if is_large(listed) {
        return Ok(mail.headers(listed.uid).await?);
    }
    let units = listed.size / UNIT_BYTES;
    let _permit = if units > 0 {
        work.shared.large.acquire_many(units).await.ok()
    } else {
        None
    };
    // A server may count line ends otherwise than it sends them, or lie.
    let most = listed.size.saturating_mul(2).saturating_add(UNIT_BYTES);
    let most = most.min(LARGEST_BYTES as u32);
    Ok(mail.fetch(listed.uid, listed.size, most).await?)
}

/// How a mail of this mailbox came.
pub(super) fn arrival(
    work: &Work,
    folder: &FoundFolder,
    place: Place,
    listed: Listed,
    wish: Wish,
) -> Arrival {
    Arrival {
        way: Way::Imap {
            mailbox: work.mailbox.no,
            place,
        },
        folder: match folder.role {
            FolderRole::Sent => Folder::Sent,
            FolderRole::Inbox | FolderRole::Other => Folder::Inbox,
        },
        received_at: listed.at,
        envelope_from: None,
        envelope_to: Vec::new(),
        wish,
    }
}

/// The day of `from` for SEARCH. It is the server's day, whatever its zone: one more is looked at.
fn since(from: Millis) -> String {
    let day = from.plus(-DAY_MS);
    jiff::Timestamp::from_millisecond(day.0).map_or_else(
        |_| "1-Jan-1970".to_owned(),
        |at| at.strftime("%-d-%b-%Y").to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_search_begins_a_day_early() {
        assert_eq!(since(Millis(1_777_881_600_000)), "3-May-2026");
    }
}
