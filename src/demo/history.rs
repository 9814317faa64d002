//! The past weeks, lived through in seconds: the product runs on a clock that is moved by hand,
//! and letters, mail, hits and ingest go their usual way.

use super::DemoError;
use super::answers::Answers;
use super::contacts::{Contacts, Done, Tempo};
use super::found::World;
use super::plan;
use super::team;
use super::workdays;
use crate::ctx::Ctx;
use crate::domain::clock::{DAY_MS, MINUTE_MS, Millis};
use crate::intake::Intake;
use crate::net::smtp::PhaseTimeouts;
use crate::work::send::Sender;
use crate::work::{Progress, ingest};
use std::net::SocketAddr;

/// Working days of a full history: eight weeks.
pub const DAYS: usize = 40;
/// Letters this near to each other leave together.
const SLOT_MS: i64 = 30 * MINUTE_MS;

/// The past that is lived through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Where every draw comes from.
    pub seed: u64,
    /// Its end, a midnight in UTC.
    pub end: Millis,
    /// How many working days it has.
    pub days: usize,
}

impl Span {
    /// When the organisation is founded: midnight before the first day.
    pub fn begin(&self) -> Millis {
        workdays::before(self.end, self.days)
            .first()
            .map_or(self.end, |day| Millis(day * DAY_MS))
    }
}

/// How far the history has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Told {
    /// Messages written.
    pub messages: usize,
    /// Of how many.
    pub of: usize,
    /// What contacts and machines did with them.
    pub acts: u64,
}

/// Lives through `span` on the manual clock of `ctx`, and gives the contacts with what they have
/// not yet done. `at` is where the product answers HTTP meanwhile.
pub async fn history(
    ctx: &Ctx,
    intake: &Intake,
    at: SocketAddr,
    world: &World,
    span: Span,
    mut tell: impl FnMut(Told),
) -> Result<Contacts, DemoError> {
    let lmtp = ctx.settings.lmtp_listen;
    let answers = Answers::new(span.seed, lmtp, span.begin(), span.end);
    let mut contacts = Contacts::new(span.seed, at, answers)?;
    let sender = Sender::new(ctx.clone(), PhaseTimeouts::default());
    let letters = plan::letters(span.seed, span.end, span.days);
    let mut told = Told {
        of: letters.len(),
        ..Told::default()
    };
    let mut letters = letters.into_iter().zip(0_u64..).peekable();
    loop {
        let letter = letters.peek().map(|(letter, _)| letter.at);
        let Some(next) = [letter, contacts.next()].into_iter().flatten().min() else {
            break;
        };
        if next >= span.end {
            break;
        }
        move_to(ctx, next);
        if letter != Some(next) {
            if contacts.act(ctx, world).await? == Done::Letter {
                while sender.step().await? == Progress::More {}
                contacts.look(ctx, Tempo::Real).await?;
            }
            continue;
        }
        while let Some((letter, number)) =
            letters.next_if(|(letter, _)| letter.at.since(next) < SLOT_MS)
        {
            move_to(ctx, letter.at);
            let accepted = team::write(ctx, world, &letter).await?;
            contacts.expect(accepted.message_id, number, letter.asset);
            told.messages += 1;
        }
        while sender.step().await? == Progress::More {}
        contacts.look(ctx, Tempo::Real).await?;
        drain(ctx, intake).await?;
        told.acts = contacts.acts;
        tell(told);
    }
    move_to(ctx, span.end);
    drain(ctx, intake).await?;
    told.acts = contacts.acts;
    tell(told);
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
