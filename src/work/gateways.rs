//! Learns which gateways recipients' domains are behind. Follows the log for domains that mail is
//! written to, asks the DNS of each once and again after [`REFRESH_MS`], and counts anew what was
//! counted before the answer. Nothing waits for it: a send or a hit meets what is known by then.
//!
//! Nodes share the work by taking domains one at a time. Of a domain that does not exist nobody is
//! asked again for [`ABSENT_MS`]; of one that nobody answered for, after an hour, and then after
//! twice as long each time, up to [`ABSENT_MS`].

use super::Progress;
use crate::ctx::Ctx;
use crate::domain::clock::{DAY_MS, HOUR_MS, MINUTE_MS, Millis};
use crate::domain::event::EventKind;
use crate::domain::gateway::Gateway;
use crate::domain::id::DeliveryNo;
use crate::gateways::{self, Answer};
use crate::store::{Result, Store, gateways as known, log, outbox};
use std::time::Duration;

/// How long a runner should rest when nothing waits.
pub const IDLE: Duration = Duration::from_secs(2);
/// Between two questions, so that the resolver is not pressed.
const PAUSE: Duration = Duration::from_millis(50);
/// An answer holds for this long.
pub const REFRESH_MS: i64 = 30 * DAY_MS;
/// That there is no such domain holds for this long.
pub const ABSENT_MS: i64 = 7 * DAY_MS;
/// A domain that is being asked for is not asked for by another node meanwhile.
const TAKEN_MS: i64 = 5 * MINUTE_MS;
/// Its name among those who follow the log.
const LISTENER: &str = "gateways";
/// Events looked at in one step.
const EVENTS_AT_ONCE: i64 = 4_096;

/// Does one piece, asking this machine's resolver.
pub async fn step(ctx: &Ctx) -> Result<Progress> {
    let progress = step_by(ctx, gateways::ask).await?;
    if progress == Progress::More {
        tokio::time::sleep(PAUSE).await;
    }
    Ok(progress)
}

/// Does one piece: some events, one question, or some deliveries counted anew.
pub async fn step_by<F>(ctx: &Ctx, ask: impl Fn(String) -> F) -> Result<Progress>
where
    F: Future<Output = Answer>,
{
    if follow(ctx).await? || known::recount(&ctx.store).await? {
        return Ok(Progress::More);
    }
    let now = ctx.clock.now();
    let Some(due) = known::take_due(&ctx.store, now, now.plus(TAKEN_MS)).await? else {
        return Ok(Progress::Idle);
    };
    let answer = ask(due.domain.clone()).await;
    keep(&ctx.store, &due, answer, ctx.clock.now()).await?;
    Ok(Progress::More)
}

/// Takes notice of the next deliveries in the log; `false` when there are no events.
async fn follow(ctx: &Ctx) -> Result<bool> {
    let place = outbox::place(&ctx.store, LISTENER).await?;
    let events = log::after(&ctx.store, place, EVENTS_AT_ONCE).await?;
    let Some(last) = events.last().map(|event| event.seq) else {
        return Ok(false);
    };
    let is_meant = |kind| matches!(kind, EventKind::Queued | EventKind::Sent);
    let meant = events.iter().filter(|event| is_meant(event.event.kind));
    let deliveries: Vec<DeliveryNo> = meant.filter_map(|event| event.event.delivery).collect();
    let now = ctx.clock.now();
    let mut tx = ctx.store.begin().await?;
    if !deliveries.is_empty() {
        let all_mail_leaves = !ctx.settings.catches_mail();
        known::notice(&mut tx, &deliveries, all_mail_leaves, now).await?;
    }
    if outbox::advance(&mut tx, LISTENER, place, last, now).await? {
        tx.commit().await?;
    }
    Ok(true)
}

async fn keep(store: &Store, due: &known::Due, answer: Answer, now: Millis) -> Result<()> {
    let domain = due.domain.as_str();
    let mut tx = store.begin().await?;
    match answer {
        Answer::Exchangers(exchangers) => {
            let gateway = Gateway::of_exchangers(&exchangers);
            known::learn(&mut tx, domain, gateway, now, now.plus(REFRESH_MS)).await?;
        }
        Answer::Absent => known::absent(&mut tx, domain, now.plus(ABSENT_MS)).await?,
        Answer::Silence(why) => {
            tracing::debug!(domain, why, "nobody told the mail exchangers");
            let again = now.plus(silence_ms(due.silences));
            known::silent(&mut tx, domain, again).await?;
        }
    }
    tx.commit().await
}

/// How long a domain is left alone for which nobody has answered so many times before.
fn silence_ms(before: i64) -> i64 {
    let doublings = u32::try_from(before.clamp(0, 8)).unwrap_or(8);
    (HOUR_MS << doublings).min(ABSENT_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_met_with_patience() {
        let hours = [0, 1, 7, 8, 99].map(|before| silence_ms(before) / HOUR_MS);
        assert_eq!(hours, [1, 2, 128, 168, 168]);
    }
}
