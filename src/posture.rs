//! How the domains we write from stand in the DNS: SPF, DMARC, the DKIM records of the keys that
//! sign, and whether one-click unsubscribing counts (RFC 8058). `doctor` prints it, the settings
//! and the report on deliverability show what was found last. Only domains whose mail leaves are
//! looked at, so that an installation that catches its mail asks nobody anything.

use crate::ctx::Ctx;
use crate::domain::clock::Millis;
use crate::domain::id::UserId;
use crate::domain::viewer::{Role, Viewer};
use crate::store::mailbox_access::tokens;
use crate::store::settings::{self, Setting};
use crate::store::{Result, dkim, mailboxes};
use futures_util::future::join_all;
use mail_auth::{DnsError, Error, MessageAuthenticator};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// How long one question may take.
const WAIT: Duration = Duration::from_secs(5);
/// Mailboxes whose domains are looked at.
const MOST: i64 = 1_000;

/// What a domain needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Who may send for it (RFC 7208).
    Spf,
    /// What receivers do with mail that fails (RFC 7489).
    Dmarc,
    /// The public half of a key that signs (RFC 6376).
    Dkim,
    /// Unsubscribing by one press in the reader's mail program.
    OneClick,
}

/// What was found of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// As it should be; of DMARC the policy, such as `none`.
    Good(String),
    /// The DNS says that there is none.
    Missing,
    /// No key of ours signs for the domain, so whoever sends the mail on must.
    SignedElsewhere,
    /// Links are not on https, and the one-click header needs that.
    NotHttps,
    /// Nobody answered; nothing is concluded.
    Unknown(String),
}

/// One thing a domain needs, and what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// Which.
    pub kind: Kind,
    /// The name that was asked for; for one-click the host of links.
    pub name: String,
    /// What was found.
    pub found: Found,
}

/// A domain we write from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Domain {
    /// In A-labels.
    pub name: String,
    /// What it needs.
    pub needs: Vec<Need>,
}

/// All of them, as found at one time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posture {
    /// When.
    pub at: Millis,
    /// By name; empty when no mail leaves.
    pub domains: Vec<Domain>,
}

/// An answer of the DNS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Records {
    /// The records, joined.
    Are(String),
    /// The DNS says that there are none.
    None,
    /// Nobody answered.
    Unknown(String),
}

/// Looks now, by this machine's resolver.
pub async fn look(ctx: &Ctx) -> Result<Posture> {
    match MessageAuthenticator::new_system_conf() {
        Ok(resolver) => {
            let resolver = Arc::new(resolver);
            look_by(ctx, |name| ask(Arc::clone(&resolver), name)).await
        }
        Err(error) => {
            let text = format!("this machine has no resolver ({error})");
            look_by(ctx, |_| std::future::ready(Records::Unknown(text.clone()))).await
        }
    }
}

/// Looks now, asking `ask` for the TXT records of a name.
pub async fn look_by<F>(ctx: &Ctx, ask: impl Fn(String) -> F) -> Result<Posture>
where
    F: Future<Output = Records>,
{
    let mut domains = Vec::new();
    for (name, selectors) in sending(ctx).await? {
        let mut asked = vec![
            (Kind::Spf, name.clone()),
            (Kind::Dmarc, format!("_dmarc.{name}")),
        ];
        asked.extend(
            selectors
                .iter()
                .map(|selector| (Kind::Dkim, format!("{selector}._domainkey.{name}"))),
        );
        let asked: Vec<_> = asked
            .into_iter()
            .map(|(kind, name)| need(kind, name.clone(), ask(name)))
            .collect();
        let mut needs = join_all(asked).await;
        if selectors.is_empty() {
            needs.push(Need {
                kind: Kind::Dkim,
                name: name.clone(),
                found: Found::SignedElsewhere,
            });
        }
        needs.push(one_click(ctx, !selectors.is_empty()));
        domains.push(Domain { name, needs });
    }
    Ok(Posture {
        at: ctx.clock.now(),
        domains,
    })
}

async fn need(kind: Kind, name: String, answer: impl Future<Output = Records>) -> Need {
    let found = judge(kind, answer.await);
    Need { kind, name, found }
}

/// The domains from which mail leaves, each with the selectors of the keys that sign for it.
async fn sending(ctx: &Ctx) -> Result<BTreeMap<String, Vec<String>>> {
    let everybody = Viewer {
        user: UserId(uuid::Uuid::nil()),
        role: Role::Admin,
        team: None,
        level: ctx.settings.report_level,
    };
    let mut domains: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for mailbox in mailboxes::list(&ctx.store, &everybody, None, MOST).await? {
        let leaves = !ctx.settings.catches_mail()
            || mailbox.data.smtp_url.is_some()
            || tokens::lookup(&ctx.store, mailbox.no).await?.is_some();
        if leaves {
            domains
                .entry(mailbox.data.address.domain().to_owned())
                .or_default();
        }
    }
    let stored = dkim::list(&ctx.store).await?;
    let stored = stored.iter().map(|key| (&key.domain, &key.selector));
    let set = ctx.settings.dkim.iter();
    for (domain, selector) in stored.chain(set.map(|key| (&key.domain, &key.selector))) {
        domains
            .entry(domain.clone())
            .or_default()
            .push(selector.clone());
    }
    Ok(domains)
}

/// What an answer means.
fn judge(kind: Kind, records: Records) -> Found {
    let (begins, text) = match (kind, records) {
        (_, Records::None) => return Found::Missing,
        (_, Records::Unknown(why)) => return Found::Unknown(why),
        (Kind::Spf, Records::Are(text)) => ("v=spf1", text),
        (Kind::Dmarc, Records::Are(text)) => ("v=DMARC1", text),
        (Kind::Dkim | Kind::OneClick, Records::Are(text)) => ("p=", text),
    };
    let Some((_, rest)) = text.split_once(begins) else {
        return Found::Missing;
    };
    // An empty key is one that was revoked (RFC 6376, 3.6.1).
    let is_empty = |rest: &str| {
        rest.split(';')
            .next()
            .is_none_or(|key| key.trim().is_empty())
    };
    if kind == Kind::Dkim && is_empty(rest) {
        return Found::Missing;
    }
    if kind != Kind::Dmarc {
        return Found::Good(String::new());
    }
    let policy = rest
        .split(';')
        .find_map(|tag| tag.trim().strip_prefix("p="));
    Found::Good(policy.unwrap_or("none").trim().to_owned())
}

/// Every outreach mail carries the header; it counts where links are on https and a signature
/// covers it.
fn one_click(ctx: &Ctx, is_signed: bool) -> Need {
    let links = &ctx.settings.tracking_url;
    Need {
        kind: Kind::OneClick,
        name: links.host_str().unwrap_or_default().to_owned(),
        found: match (links.scheme(), is_signed) {
            ("https", true) => Found::Good(String::new()),
            ("https", false) => Found::SignedElsewhere,
            _ => Found::NotHttps,
        },
    }
}

async fn ask(resolver: Arc<MessageAuthenticator>, name: String) -> Records {
    match tokio::time::timeout(WAIT, resolver.txt_raw_lookup(name.as_str())).await {
        Ok(Ok(bytes)) => Records::Are(String::from_utf8_lossy(&bytes).into_owned()),
        Ok(Err(Error::Dns(DnsError::RecordNotFound(_)))) => Records::None,
        Ok(Err(error)) => Records::Unknown(error.to_string()),
        Err(_) => Records::Unknown("no answer within 5 s".to_owned()),
    }
}

/// Keeps what was found, for pages.
pub async fn keep(ctx: &Ctx, posture: &Posture) -> Result<()> {
    let text = serde_json::to_string(posture).expect("names and words have an encoding");
    let mut tx = ctx.store.begin().await?;
    settings::set(&mut tx, Setting::DnsPosture, &text, posture.at).await?;
    tx.commit().await
}

/// What was found last; `None` when nobody has looked, or in words of another version.
pub async fn last(ctx: &Ctx) -> Result<Option<Posture>> {
    let text = settings::get(&ctx.store, Setting::DnsPosture).await?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_counts_by_how_it_begins_and_silence_concludes_nothing() {
        let are = |text: &str| Records::Are(text.to_owned());
        for (kind, records, found) in [
            (
                Kind::Spf,
                are("google-site=1v=spf1 include:x -all"),
                Found::Good(String::new()),
            ),
            (Kind::Spf, are("google-site=1"), Found::Missing),
            (
                Kind::Dmarc,
                are("v=DMARC1; p=reject; rua=mailto:x"),
                Found::Good("reject".to_owned()),
            ),
            (Kind::Dmarc, Records::None, Found::Missing),
            (
                Kind::Dkim,
                are("v=DKIM1; k=rsa; p=AAAA"),
                Found::Good(String::new()),
            ),
            (
                Kind::Dkim,
                Records::Unknown("x".to_owned()),
                Found::Unknown("x".to_owned()),
            ),
        ] {
            assert_eq!(judge(kind, records), found, "{kind:?}");
        }
    }
}
