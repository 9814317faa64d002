//! Both sign-ins of a mailbox, tried for real. Nothing is sent and nothing is marked.

use super::imap::imap;
use super::{AccessError, token};
use crate::ctx::Ctx;
use crate::deliver::Outcome;
use crate::net::imap::{Connector as ImapConnector, FolderRole, Login, name};
use crate::net::smtp::{Connector, Relay};
use crate::store::mailbox_access::AccessData;
use crate::store::mailboxes::Mailbox;

/// What was found at a server that takes the sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// `host:port`.
    pub server: String,
    /// Whether it took a token.
    pub is_oauth: bool,
    /// How many folders can be opened; 0 for a relay.
    pub folders: usize,
    /// The folder that is taken for Sent.
    pub sent: Option<String>,
    /// Whether the server says by itself when mail comes.
    pub has_idle: bool,
    /// Whether the server tells which labels a mail bears.
    pub has_labels: bool,
}

/// Signs in to the IMAP server of `mailbox` and looks at its folders.
pub async fn check_imap(
    ctx: &Ctx,
    connector: &ImapConnector,
    mailbox: &Mailbox,
    access: &AccessData,
) -> Result<Checked, AccessError> {
    let (server, login) = imap(ctx, mailbox, access, None).await?;
    let mut mail = connector.connect(&server, &login).await?;
    let folders = mail.folders().await?;
    let checked = Checked {
        server: server.key(),
        is_oauth: matches!(login, Login::Xoauth2 { .. }),
        folders: folders.len(),
        sent: folders
            .into_iter()
            .find(|folder| folder.role == FolderRole::Sent)
            .map(|folder| name(&folder.name)),
        has_idle: mail.offers("IDLE"),
        has_labels: mail.tells_labels(),
    };
    mail.close().await;
    Ok(checked)
}

/// Signs in to `relay` as `mailbox` does.
pub async fn check_smtp(
    ctx: &Ctx,
    connector: &Connector,
    mailbox: &Mailbox,
    relay: Relay,
) -> Result<Checked, AccessError> {
    let (relay, token) = token::login(ctx, mailbox, relay, None).await?;
    let server = relay.key();
    match connector.connect(&relay).await {
        Ok(session) => {
            session.quit().await;
            Ok(Checked {
                server,
                is_oauth: token.is_some(),
                folders: 0,
                sent: None,
                has_idle: false,
                has_labels: false,
            })
        }
        Err(outcome) => {
            let cause = outcome.cause();
            let text = format!("{server} at {}: {}", cause.phase.as_str(), cause.text);
            Err(match &outcome {
                Outcome::PauseMailbox(_) => AccessError::SignIn(text),
                _ => AccessError::Later(text),
            })
        }
    }
}
