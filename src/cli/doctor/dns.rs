//! What the DNS says of the domains we write from: SPF, DMARC, and the DKIM records of the keys
//! that sign. Without a working resolver this is said, and nothing is concluded.

use super::Findings;
use crate::ctx::Ctx;
use crate::domain::id::UserId;
use crate::domain::viewer::{Role, Viewer};
use crate::store::{dkim, mailboxes};
use mail_auth::{DnsError, Error, MessageAuthenticator};
use std::collections::BTreeSet;
use std::time::Duration;

/// How long one question may take.
const WAIT: Duration = Duration::from_secs(5);
/// Mailboxes whose domains are looked at.
const MOST: i64 = 1_000;

/// An answer of the DNS.
enum Records {
    /// The records, joined.
    Are(String),
    /// The DNS says that there are none.
    None,
    /// Nobody answered.
    Unknown(String),
}

pub(super) async fn check(findings: &mut Findings, ctx: &Ctx) {
    let resolver = match MessageAuthenticator::new_system_conf() {
        Ok(resolver) => resolver,
        Err(error) => {
            let text = format!("not looked at: this machine has no resolver ({error})");
            return findings.note("DNS", &text);
        }
    };
    let names = match names(ctx).await {
        Ok(names) => names,
        Err(error) => return findings.bad("DNS", &error.to_string()),
    };
    if names.is_empty() {
        findings.note("DNS", "nothing to look at: no mailbox and no DKIM key yet");
    }
    for (name, begins, record) in names {
        let what = format!("DNS {name}");
        match ask(&resolver, &name).await {
            Records::Are(text) if text.contains(begins) => {
                findings.good(&what, &format!("has its {record} record"));
            }
            Records::Are(_) | Records::None => {
                let text = format!("has no {record} record; publish one that begins {begins}");
                findings.bad(&what, &text);
            }
            Records::Unknown(error) => {
                findings.note(
                    &what,
                    &format!("not looked at: the DNS does not answer ({error})"),
                );
            }
        }
    }
}

/// The names to ask for, what a record there begins with, and its kind.
async fn names(ctx: &Ctx) -> crate::store::Result<Vec<(String, &'static str, &'static str)>> {
    let everybody = Viewer {
        user: UserId(uuid::Uuid::nil()),
        role: Role::Admin,
        team: None,
        level: ctx.settings.report_level,
    };
    let list = mailboxes::list(&ctx.store, &everybody, None, MOST).await?;
    let domains: BTreeSet<String> = list
        .iter()
        .map(|mailbox| mailbox.data.address.domain().to_owned())
        .collect();
    let mut names = Vec::new();
    for domain in domains {
        names.push((domain.clone(), "v=spf1", "SPF"));
        names.push((format!("_dmarc.{domain}"), "v=DMARC1", "DMARC"));
    }
    let stored = dkim::list(&ctx.store).await?;
    let stored = stored.iter().map(|key| (&key.domain, &key.selector));
    let set = ctx
        .settings
        .dkim
        .iter()
        .map(|key| (&key.domain, &key.selector));
    for (domain, selector) in stored.chain(set) {
        names.push((format!("{selector}._domainkey.{domain}"), "p=", "DKIM"));
    }
    Ok(names)
}

async fn ask(resolver: &MessageAuthenticator, name: &str) -> Records {
    match tokio::time::timeout(WAIT, resolver.txt_raw_lookup(name)).await {
        Ok(Ok(bytes)) => Records::Are(String::from_utf8_lossy(&bytes).into_owned()),
        Ok(Err(Error::Dns(DnsError::RecordNotFound(_)))) => Records::None,
        Ok(Err(error)) => Records::Unknown(error.to_string()),
        Err(_) => Records::Unknown("no answer within 5 s".to_owned()),
    }
}
