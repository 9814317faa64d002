//! Every relay that mail would go to and every mailbox that is read, with a real sign-in. Nothing
//! is sent and nothing is marked.

use super::Findings;
use crate::access;
use crate::ctx::Ctx;
use crate::domain::id::UserId;
use crate::domain::viewer::{Role, Viewer};
use crate::net::imap::{Connector as ImapConnector, Timeouts};
use crate::net::smtp::{Connector, HelloName, PhaseTimeouts, Relay};
use crate::store::mailbox_access;
use crate::store::mailboxes::{self, Mailbox};
use crate::work::send::relay_of;
use std::time::Duration;

/// Mailboxes looked at.
const MOST: i64 = 1_000;

pub(super) async fn check(findings: &mut Findings, ctx: &Ctx) {
    let hello = ctx.settings.base_url.host_str().unwrap_or_default();
    let hello = HelloName::parse(hello).unwrap_or_default();
    let connector = Connector::new(hello, PhaseTimeouts::all(Duration::from_secs(10)));
    match ctx.settings.smtp_url.as_deref().map(Relay::parse) {
        None => findings.note(
            "relay",
            "none is set: mail of mailboxes without one of their own is caught and not sent; set \
             OTKLIK_SMTP_URL to send it",
        ),
        Some(Err(error)) => findings.bad("relay", &format!("smtp_url {error}")),
        Some(Ok(relay)) => sign_in(findings, &connector, "relay", &relay).await,
    }
    let everybody = Viewer {
        user: UserId(uuid::Uuid::nil()),
        role: Role::Admin,
        team: None,
        level: ctx.settings.report_level,
    };
    let list = match mailboxes::list(&ctx.store, &everybody, None, MOST).await {
        Ok(list) => list,
        Err(error) => return findings.bad("mailboxes", &error.to_string()),
    };
    for mailbox in list {
        let data = &mailbox.data;
        let what = format!(
            "mailbox {} ({})",
            data.address.as_str(),
            data.profile.as_str()
        );
        if let Some(reason) = &data.paused_reason {
            findings.bad(
                &what,
                &format!("paused: {reason}. Correct it, then resume the mailbox"),
            );
        }
        outgoing(findings, ctx, &connector, &what, &mailbox).await;
        incoming(findings, ctx, &what, &mailbox).await;
    }
}

/// Where its mail is handed over.
async fn outgoing(
    findings: &mut Findings,
    ctx: &Ctx,
    connector: &Connector,
    what: &str,
    mailbox: &Mailbox,
) {
    match relay_of(ctx, mailbox).await {
        Ok(Ok(Some(relay))) => match access::login(ctx, mailbox, relay, None).await {
            Ok((_, None)) if mailbox.data.smtp_url.is_none() => {
                findings.note(what, "uses the installation's relay");
            }
            Ok((relay, _)) => sign_in(findings, connector, what, &relay).await,
            Err(error) => findings.bad(what, &error.to_string()),
        },
        Ok(Ok(None)) => findings.note(what, "its mail is caught"),
        Ok(Err(error)) => findings.bad(what, &error),
        Err(error) => findings.bad(what, &error.to_string()),
    }
}

/// Where it is read, if it is.
async fn incoming(findings: &mut Findings, ctx: &Ctx, what: &str, mailbox: &Mailbox) {
    let access = match mailbox_access::lookup(&ctx.store, mailbox.no).await {
        Ok(Some(access)) => access,
        Ok(None) => return findings.note(what, "is not read: nobody has connected it"),
        Err(error) => return findings.bad(what, &error.to_string()),
    };
    let connector = ImapConnector::new(Timeouts::all(Duration::from_secs(10)));
    match access::check_imap(ctx, &connector, mailbox, &access.data).await {
        Ok(found) => {
            let sent = found.sent.as_deref().unwrap_or("none found");
            let text = format!(
                "{} takes the sign-in for reading ({} folders; Sent: {sent})",
                found.server, found.folders
            );
            findings.good(what, &text);
        }
        Err(error) => findings.bad(what, &format!("reading: {error}")),
    }
}

async fn sign_in(findings: &mut Findings, connector: &Connector, what: &str, relay: &Relay) {
    match connector.connect(relay).await {
        Ok(session) => {
            session.quit().await;
            findings.good(what, &format!("{} takes the sign-in", relay.key()));
        }
        Err(outcome) => {
            let cause = outcome.cause();
            let text = format!(
                "{} at {}: {}",
                relay.key(),
                cause.phase.as_str(),
                cause.text
            );
            findings.bad(what, &text);
        }
    }
}
