//! Where a mailbox's mail goes: to its own relay, to the installation's, or into the catcher.

use crate::access::{self, Outgoing, Unusable};
use crate::ctx::Ctx;
use crate::domain::clock::{DAY_MS, MINUTE_MS, SECOND_MS};
use crate::net::smtp::Relay;
use crate::queue::pace::{Pace, PaceLimits};
use crate::store::mailboxes::Mailbox;
use crate::store::settings::{self, Setting};
use crate::store::{Result, StoreError, inbound, queue};

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

/// The transport of `mailbox`.
pub(super) async fn transport(
    ctx: &Ctx,
    mailbox: &Mailbox,
) -> Result<std::result::Result<Transport, Unusable>> {
    let way = access::outgoing(ctx, mailbox).await?;
    Ok(way.map(|way| match way {
        Outgoing::Relay(relay) => Transport::Relay(relay),
        Outgoing::OAuth(relay) => Transport::OAuth(relay, Box::new(mailbox.clone())),
        Outgoing::Catcher => Transport::Catcher,
    }))
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
