//! Which folders a mailbox has, and which of them is Sent: by its mark (RFC 6154), else by the
//! names that servers and clients are known to give it.

use super::error::ImapError;
use super::mail::Mail;
use async_imap::imap_proto::{MailboxDatum, NameAttribute, Response};

/// Folders looked at.
const MOST_FOLDERS: usize = 2_000;

/// What a folder is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FolderRole {
    /// Where mail comes in.
    Inbox,
    /// What was sent.
    Sent,
    /// Any other.
    Other,
}

/// A folder that can be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFolder {
    /// As the server names it, in modified UTF-7.
    pub name: String,
    /// What it is for.
    pub role: FolderRole,
}

/// The last part of the name of a Sent folder, what is not ASCII as in modified UTF-7
/// (RFC 3501, 5.1.3).
const SENT_NAMES: &[&str] = &[
    "sent",
    "sent items",
    "sent messages",
    "sent mail",
    "gesendet",
    "gesendete objekte",
    "gesendete elemente",
    "enviados",
    "elementos enviados",
    "itens enviados",
    "posta inviata",
    "inviata",
    "verzonden",
    "verzonden items",
    "skickat",
    "skickade objekt",
    "sendt",
    "sendte elementer",
    // Envoyés
    "Envoy&AOk-s",
    // Éléments envoyés
    "&AMk-l&AOk-ments envoy&AOk-s",
    // Messages envoyés
    "Messages envoy&AOk-s",
    // Wysłane
    "Wys&AUI-ane",
    // Elementy wysłane
    "Elementy wys&AUI-ane",
    // Odeslané
    "Odeslan&AOk-",
    // Odeslaná pošta
    "Odeslan&AOE- po&AWE-ta",
    // Gönderilenler
    "G&APY-nderilenler",
    // Gönderilmiş Öğeler
    "G&APY-nderilmi&AV8- &ANYBHw-eler",
    // Отправленные
    "&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-",
    // Надіслані
    "&BB0EMAQ0BFYEQQQ7BDAEPQRW-",
    // Lähetetyt
    "L&AOQ-hetetyt",
    // 送信済み
    "&kAFP4W4IMH8-",
    // 送信済みアイテム
    "&kAFP4W4IMH8wojCkMMYw4A-",
    // 已发送
    "&XfJT0ZAB-",
    // 已发送邮件
    "&XfJT0ZABkK5O9g-",
    // 보낸편지함
    "&vPSwuNO4ycDVaA-",
];

impl Mail {
    /// The folders that can be opened, INBOX first, then Sent if there is one.
    pub async fn folders(&mut self) -> Result<Vec<FoundFolder>, ImapError> {
        let mut found: Vec<(FoundFolder, bool)> = Vec::new();
        self.ask("LIST \"\" \"*\"", |response| {
            if let Response::MailboxData(MailboxDatum::List(data)) = response
                && found.len() < MOST_FOLDERS
                && !data.name_attributes.contains(&NameAttribute::NoSelect)
            {
                let is_marked = data.name_attributes.contains(&NameAttribute::Sent);
                let folder = FoundFolder {
                    role: by_name(&data.name, data.delimiter.as_deref()),
                    name: data.name.clone().into_owned(),
                };
                found.push((folder, is_marked));
            }
        })
        .await?;
        Ok(chosen(found))
    }
}

/// One Sent at most: the marked one, else the first by name.
fn chosen(found: Vec<(FoundFolder, bool)>) -> Vec<FoundFolder> {
    let marked = found.iter().position(|(_, is_marked)| *is_marked);
    let named = found
        .iter()
        .position(|(folder, _)| folder.role == FolderRole::Sent);
    let sent = marked.or(named);
    let mut folders: Vec<FoundFolder> = found
        .into_iter()
        .enumerate()
        .map(|(at, (folder, _))| {
            let role = match folder.role {
                FolderRole::Inbox => FolderRole::Inbox,
                _ if Some(at) == sent => FolderRole::Sent,
                _ => FolderRole::Other,
            };
            FoundFolder { role, ..folder }
        })
        .collect();
    folders.sort_by_key(|folder| match folder.role {
        FolderRole::Inbox => 0,
        FolderRole::Sent => 1,
        FolderRole::Other => 2,
    });
    folders
}

fn by_name(name: &str, delimiter: Option<&str>) -> FolderRole {
    if name.eq_ignore_ascii_case("INBOX") {
        return FolderRole::Inbox;
    }
    let last = delimiter
        .filter(|delimiter| !delimiter.is_empty())
        .and_then(|delimiter| name.rsplit(delimiter).next())
        .unwrap_or(name);
    let is_sent = SENT_NAMES
        .iter()
        .any(|known| last.eq_ignore_ascii_case(known));
    if is_sent {
        FolderRole::Sent
    } else {
        FolderRole::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str, is_marked: bool) -> (FoundFolder, bool) {
        let role = by_name(name, Some("/"));
        let name = name.to_owned();
        (FoundFolder { name, role }, is_marked)
    }

    #[test]
    fn sent_is_the_marked_folder_else_one_of_a_known_name() {
        let list = vec![
            folder("Sent", false),
            folder("Archive/Out", true),
            folder("INBOX", false),
        ];
        let found = chosen(list);
        assert_eq!(found[0].role, FolderRole::Inbox);
        assert_eq!(
            (found[1].name.as_str(), found[1].role),
            ("Archive/Out", FolderRole::Sent)
        );
        assert_eq!(found[2].role, FolderRole::Other);
        for name in [
            "INBOX/Sent Items",
            "Gesendete Objekte",
            "Envoy&AOk-s",
            "&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-",
        ] {
            let found = chosen(vec![folder("Notes", false), folder(name, false)]);
            assert_eq!(
                (found[0].name.as_str(), found[0].role),
                (name, FolderRole::Sent),
                "{name}"
            );
        }
    }
}
