//! What goes on while somebody watches: now and then a rep writes, and contacts react to every
//! mail, also to one that the watcher wrote.

use super::DemoError;
use super::cast::REPS;
use super::contacts::{Contacts, Tempo};
use super::found::World;
use super::{plan, team};
use crate::ctx::Ctx;
use crate::domain::clock::{MINUTE_MS, SECOND_MS};
use fastrand::Rng;
use std::net::SocketAddr;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often contacts look into their mail.
const LOOK: Duration = Duration::from_secs(1);
/// How long the team waits before the next message, at least and at most.
const PAUSE_MS: std::ops::Range<i64> = 20 * SECOND_MS..MINUTE_MS;
/// Letters that are written as soon as somebody watches.
const FIRST_LETTERS: usize = 6;
/// Numbers of letters written live begin here, after those of the history.
const FIRST_NUMBER: u64 = 1_000_000;

/// Goes on until `stop`. A failure is logged and tried again: the product may be stopping.
pub async fn live(
    ctx: Ctx,
    world: World,
    contacts: Contacts,
    at: SocketAddr,
    seed: u64,
    stop: CancellationToken,
) {
    let Ok(mut contacts) = contacts.moved_to(at) else {
        return;
    };
    contacts.hurry(ctx.clock.now());
    contacts
        .answers
        .watched(ctx.settings.lmtp_listen, ctx.clock.now());
    let mut rng = Rng::with_seed(seed.wrapping_add(1));
    let mut number = FIRST_NUMBER;
    let mut next_letter = ctx.clock.now();
    let mut at_once = FIRST_LETTERS;
    while stop
        .run_until_cancelled(tokio::time::sleep(LOOK))
        .await
        .is_some()
    {
        let now = ctx.clock.now();
        if now >= next_letter {
            at_once = at_once.saturating_sub(1);
            if at_once == 0 {
                next_letter = now.plus(rng.i64(PAUSE_MS));
            }
            number += 1;
            let rep = rng.usize(0..REPS);
            let letter = plan::letter(&mut rng, now, rep);
            match team::write(&ctx, &world, &letter).await {
                Ok(accepted) => contacts.expect(accepted.message_id, number, letter.asset),
                Err(error) => tracing::warn!(error = %error, "a simulated rep could not write"),
            }
        }
        if let Err(error) = react(&ctx, &world, &mut contacts).await {
            tracing::warn!(error = %error, "the simulated contacts could not react");
        }
    }
}

async fn react(ctx: &Ctx, world: &World, contacts: &mut Contacts) -> Result<(), DemoError> {
    contacts.look(ctx, Tempo::Watched).await?;
    let now = ctx.clock.now();
    while contacts.next().is_some_and(|at| at <= now) {
        contacts.act(ctx, world).await?;
    }
    Ok(())
}
