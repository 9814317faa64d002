//! The past weeks, lived through in seconds: the product runs on a clock that is moved by hand,
//! and letters, mail, hits and ingest go their usual way.

use super::DemoError;
use super::contacts::{Contacts, Tempo};
use super::found::World;
use super::plan;
use super::team;
use crate::ctx::Ctx;
use crate::domain::clock::{DAY_MS, MINUTE_MS, Millis};
use crate::intake::Intake;
use crate::net::smtp::PhaseTimeouts;
use crate::work::send::Sender;
use crate::work::{Progress, ingest};
use std::net::SocketAddr;

/// How far back the history goes.
pub const WEEKS: i64 = 8;
/// Letters this near to each other leave together.
const SLOT_MS: i64 = 30 * MINUTE_MS;

/// How far the history has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// Days that have passed, of `WEEKS` weeks.
    pub days: i64,
    /// Messages written.
    pub messages: u64,
    /// What contacts and machines did with them.
    pub acts: u64,
}

/// Lives from `WEEKS` weeks before `until` up to it, on the manual clock of `ctx`, and gives the
/// contacts with what they have not yet done. `at` is where the product answers HTTP meanwhile.
pub async fn history(
    ctx: &Ctx,
    intake: &Intake,
    at: SocketAddr,
    world: &World,
    seed: u64,
    until: Millis,
    mut tell: impl FnMut(Told),
) -> Result<Contacts, DemoError> {
    let mut contacts = Contacts::new(seed, at)?;
    let sender = Sender::new(ctx.clone(), PhaseTimeouts::default());
    let begin = until.plus(-WEEKS * 7 * DAY_MS);
    let mut letters = plan::letters(seed, until, WEEKS)
        .into_iter()
        .zip(0_u64..)
        .peekable();
    loop {
        let letter = letters.peek().map(|(letter, _)| letter.at);
        let Some(next) = [letter, contacts.next()].into_iter().flatten().min() else {
            break;
        };
        if next >= until {
            break;
        }
        move_to(ctx, next);
        if letter != Some(next) {
            contacts.act().await?;
            continue;
        }
        while let Some((letter, number)) =
            letters.next_if(|(letter, _)| letter.at.since(next) < SLOT_MS)
        {
            move_to(ctx, letter.at);
            let accepted = team::write(ctx, world, &letter).await?;
            contacts.expect(accepted.message_id, number, letter.asset);
        }
        while sender.step().await? == Progress::More {}
        contacts.look(ctx, Tempo::Real).await?;
        drain(ctx, intake).await?;
        tell(Told {
            days: ctx.clock.now().since(begin) / DAY_MS,
            messages: letters.peek().map_or(0, |(_, number)| *number),
            acts: contacts.acts,
        });
    }
    move_to(ctx, until);
    drain(ctx, intake).await?;
    Ok(contacts)
}

/// Moves the clock forwards to `at`; a time that has passed is left alone.
fn move_to(ctx: &Ctx, at: Millis) {
    let now = ctx.clock.now();
    ctx.clock.advance(at.since(now).max(0));
}

async fn drain(ctx: &Ctx, intake: &Intake) -> Result<(), DemoError> {
    loop {
        let progress = ingest::step(ctx, intake)
            .await
            .map_err(|error| DemoError::Work(error.to_string()))?;
        if progress == Progress::Idle {
            return Ok(());
        }
    }
}
