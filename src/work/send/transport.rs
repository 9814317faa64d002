//! Where a mailbox's mail goes: to its own relay, to the installation's, or into the catcher.

use crate::ctx::Ctx;
use crate::domain::clock::{DAY_MS, MINUTE_MS, SECOND_MS};
use crate::domain::sealed;
use crate::net::smtp::Relay;
use crate::queue::pace::{Pace, PaceLimits};
use crate::store::mailbox_access::tokens;
use crate::store::mailboxes::Mailbox;
use crate::store::settings::{self, Setting};
use crate::store::{Result, StoreError, inbound, queue};
use secrecy::SecretString;
use url::Url;

/// The least pause between two mails of a mailbox that was told to slow down.
const SLOWED_GAP_MS: i64 = MINUTE_MS;

/// Where mail goes.
#[derive(Debug, Clone)]
pub(super) enum Transport {
    /// Over SMTP.
    Relay(Box<Relay>),
    /// Over SMTP, signed in with an access token that is fetched anew for each connection.
    OAuth(Box<Relay>, Box<Mailbox>),
    /// No relay is configured: it is kept for reading and nothing is sent.
    Catcher,
}

/// A mailbox that cannot send as it is set up; the text is for its owner and holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct Unusable(String);

/// The transport of `mailbox`.
pub(super) async fn transport(
    ctx: &Ctx,
    mailbox: &Mailbox,
) -> Result<std::result::Result<Transport, Unusable>> {
    let tokens = tokens::lookup(&ctx.store, mailbox.no).await?;
    Ok(match tokens {
        Some(_) => by_token(ctx, mailbox),
        None => by_password(ctx, mailbox),
    })
}

/// A mailbox that is connected by OAuth: its own relay without the sign-in, or its provider's.
fn by_token(ctx: &Ctx, mailbox: &Mailbox) -> std::result::Result<Transport, Unusable> {
    let own = mailbox.data.smtp_url.as_deref();
    let Some(url) = own.or_else(|| mailbox.data.profile.smtp_url()) else {
        return by_password(ctx, mailbox);
    };
    let (relay, _) = without_user(url)?;
    Ok(Transport::OAuth(Box::new(relay), Box::new(mailbox.clone())))
}

fn by_password(ctx: &Ctx, mailbox: &Mailbox) -> std::result::Result<Transport, Unusable> {
    let Some(own) = &mailbox.data.smtp_url else {
        return match &ctx.settings.smtp_url {
            Some(url) => parse(url).map(|relay| Transport::Relay(Box::new(relay))),
            None => Ok(Transport::Catcher),
        };
    };
    let (relay, user) = without_user(own)?;
    let Some(secret) = &mailbox.data.secret else {
        return Ok(Transport::Relay(Box::new(relay)));
    };
    let secret = sealed::open(&ctx.keys, mailbox.id.0.as_bytes(), secret)
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| {
            Unusable("the password cannot be opened with the present keys".to_owned())
        })?;
    let user = if user.is_empty() {
        mailbox.data.address.as_str().to_owned()
    } else {
        percent_decoded(&user)
    };
    relay
        .with_login(mailbox.data.auth, user, SecretString::from(secret))
        .map(|relay| Transport::Relay(Box::new(relay)))
        .map_err(|error| Unusable(format!("the relay's URL {error}")))
}

/// User and password stand in a relay's URL together or not at all; here the password is elsewhere.
fn without_user(url: &str) -> std::result::Result<(Relay, String), Unusable> {
    let mut url =
        Url::parse(url).map_err(|_| Unusable("the relay's URL cannot be read".to_owned()))?;
    let user = url.username().to_owned();
    let _ = url.set_username("");
    Ok((parse(url.as_str())?, user))
}

fn parse(url: &str) -> std::result::Result<Relay, Unusable> {
    Relay::parse(url).map_err(|error| Unusable(format!("the relay's URL {error}")))
}

/// `url` keeps user names percent-encoded; a form value reads the same escapes but for `+`.
fn percent_decoded(user: &str) -> String {
    let escaped = user.replace('+', "%2B");
    url::form_urlencoded::parse(escaped.as_bytes())
        .next()
        .map_or_else(|| user.to_owned(), |(name, _)| name.into_owned())
}

/// What `mailbox` may send: the strictest of its provider, itself and the organisation.
pub(super) async fn limits(ctx: &Ctx, mailbox: &Mailbox) -> Result<PaceLimits> {
    let number = async |setting| {
        let value = settings::get(&ctx.store, setting).await?;
        Ok::<_, StoreError>(value.and_then(|value| value.parse::<u32>().ok()))
    };
    let domain_gap = number(Setting::DomainGapSeconds).await?;
    let domain_per_hour = number(Setting::DomainPerHour).await?;
    let of_profile = PaceLimits::of_profile(mailbox.data.profile);
    let slowed = inbound::slowed_until(&ctx.store, mailbox.no).await?;
    let slowed_gap_ms = match slowed {
        Some(until) if until > ctx.clock.now() => SLOWED_GAP_MS,
        _ => 0,
    };
    Ok(PaceLimits {
        domain_gap_ms: i64::from(domain_gap.unwrap_or(0)) * SECOND_MS,
        domain_per_hour,
        gap_ms: mailbox
            .data
            .gap_ms
            .max(of_profile.gap_ms)
            .max(slowed_gap_ms),
        per_day: mailbox
            .data
            .daily_cap
            .map(|cap| u32::try_from(cap.max(0)).unwrap_or(u32::MAX))
            .or(of_profile.per_day),
        ..of_profile
    })
}

/// The pace of `mailbox` as it stands, whichever node sent for it lately.
pub(super) async fn pace(ctx: &Ctx, mailbox: &Mailbox, limits: PaceLimits) -> Result<Pace> {
    let mut pace = Pace::new(limits);
    if limits == PaceLimits::default() {
        return Ok(pace);
    }
    let since = ctx.clock.now().plus(-DAY_MS);
    let past = queue::lane::handed_over_since(&ctx.store, mailbox.no, since).await?;
    for mail in past {
        pace.record(&mail.domain, mail.at);
    }
    Ok(pace)
}
