//! How the domains we write from stand in the DNS: SPF, DMARC, the DKIM records of the keys that
//! sign, and whether one-click unsubscribing counts (RFC 8058). `doctor` prints it, the settings
//! and the report on deliverability show what was found last. Only domains whose mail leaves are
//! looked at, so that an installation that catches its mail asks nobody anything.

mod judge;

use crate::compose::dkim::public_half;
use crate::ctx::Ctx;
use crate::domain::clock::Millis;
use crate::domain::id::UserId;
use crate::domain::viewer::{Role, Viewer};
use crate::signing;
use crate::store::mailbox_access::tokens;
use crate::store::settings::{self, Setting};
use crate::store::{Result, mailboxes};
use futures_util::future::join_all;
use judge::Whose;
use mail_auth::MessageAuthenticator;
use mail_auth::hickory_resolver::net::{DnsError, NetError};
use mail_auth::hickory_resolver::proto::rr::RData;
use secrecy::ExposeSecret;
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
    /// There is more than one, and receivers then take none (RFC 7208, 4.5; RFC 7489, 6.6.3).
    Several,
    /// A key stands there, and it is not the one that signs.
    OtherKey,
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
    /// The name where it stands or belongs; for one-click the host of links.
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
    /// The records, the strings of each joined.
    Are(Vec<String>),
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
    for (name, keys) in sending(ctx).await? {
        let spf = async {
            Need {
                kind: Kind::Spf,
                found: judge::spf(&ask(name.clone()).await),
                name: name.clone(),
            }
        };
        let dkim = join_all(keys.iter().map(async |key| {
            let name = format!("{}._domainkey.{name}", key.selector);
            Need {
                kind: Kind::Dkim,
                found: judge::dkim(&ask(name.clone()).await, &key.public),
                name,
            }
        }));
        let (spf, dmarc, dkim) = tokio::join!(spf, dmarc(&name, &ask), dkim);
        let mut needs = vec![spf, dmarc];
        needs.extend(dkim);
        if keys.is_empty() {
            needs.push(Need {
                kind: Kind::Dkim,
                name: name.clone(),
                found: Found::SignedElsewhere,
            });
        }
        needs.push(one_click(ctx, !keys.is_empty()));
        domains.push(Domain { name, needs });
    }
    Ok(Posture {
        at: ctx.clock.now(),
        domains,
    })
}

/// The DMARC policy of a domain: its own, else that of the organisation whose domain it is part of.
async fn dmarc<F>(domain: &str, ask: &impl Fn(String) -> F) -> Need
where
    F: Future<Output = Records>,
{
    let own = format!("_dmarc.{domain}");
    let need = |name: String, found: Found| Need {
        kind: Kind::Dmarc,
        name,
        found,
    };
    let found = judge::dmarc(&ask(own.clone()).await, Whose::Own);
    if found != Found::Missing {
        return need(own, found);
    }
    for parent in judge::parents(domain) {
        let name = format!("_dmarc.{parent}");
        let found = judge::dmarc(&ask(name.clone()).await, Whose::Parents);
        if found != Found::Missing {
            return need(name, found);
        }
    }
    need(own, Found::Missing)
}

/// A key of ours, as it must stand in the DNS.
struct Published {
    selector: String,
    public: Vec<u8>,
}

/// The domains from which mail leaves, each with the keys that sign for it.
async fn sending(ctx: &Ctx) -> Result<BTreeMap<String, Vec<Published>>> {
    let everybody = Viewer {
        user: UserId(uuid::Uuid::nil()),
        role: Role::Admin,
        team: None,
        level: ctx.settings.report_level,
    };
    let mut domains: BTreeMap<String, Vec<Published>> = BTreeMap::new();
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
    for key in signing::keys(ctx).await? {
        let public = public_half(key.pem.expose_secret());
        let public = public.map_err(|error| signing::unusable(&key, &error))?;
        domains.entry(key.domain).or_default().push(Published {
            selector: key.selector,
            public,
        });
    }
    Ok(domains)
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

/// Asks for the TXT records of a name, from the root.
async fn ask(resolver: Arc<MessageAuthenticator>, name: String) -> Records {
    let asked = resolver.resolver().txt_lookup(format!("{name}."));
    let lookup = match tokio::time::timeout(WAIT, asked).await {
        Ok(Ok(lookup)) => lookup,
        Ok(Err(NetError::Dns(DnsError::NoRecordsFound(_)))) => return Records::None,
        Ok(Err(error)) => return Records::Unknown(error.to_string()),
        Err(_) => return Records::Unknown("no answer within 5 s".to_owned()),
    };
    let texts = lookup
        .answers()
        .iter()
        .filter_map(|record| match &record.data {
            RData::TXT(txt) => Some(String::from_utf8_lossy(&txt.txt_data.concat()).into_owned()),
            _ => None,
        });
    Records::Are(texts.collect())
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
