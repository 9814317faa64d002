//! Up to when all that arrived has been judged. What fires at the end of a hold asks for it: with
//! a backlog longer than the hold, the rest of a sweep may still wait in the intake while its first
//! click is due.
//!
//! A mark is a moment and what the intake of this node held in it. Once the log has taken that, it
//! is the log's head of then; once that is judged, the moment has been reached. So a steady stream
//! of hits delays a firing and never keeps it back for good. What waits in the intake of another
//! node is not seen here.

use crate::ctx::Ctx;
use crate::domain::clock::Millis;
use crate::domain::id::Seq;
use crate::intake::{Intake, Source};
use crate::store::{Result, hits, log};

/// A moment on its way to having been judged.
#[derive(Debug)]
pub enum Mark {
    /// The log must first take from the intake what it held at `at`.
    Taken {
        /// The moment.
        at: Millis,
        /// What had arrived then.
        sources: Vec<Source>,
    },
    /// The log holds it, and must be judged through `upto`.
    Logged {
        /// The moment.
        at: Millis,
        /// The log's head when it held all.
        upto: Seq,
    },
}

impl Mark {
    /// The present moment.
    pub fn now(ctx: &Ctx, intake: &Intake) -> Self {
        // The clock first: what comes in between counts as having been there.
        let at = ctx.clock.now();
        Self::Taken {
            at,
            sources: intake.sources(),
        }
    }

    /// Goes on as far as it can, with the log judged through `place`; gives the moment once it has
    /// been reached.
    pub async fn reached(&mut self, ctx: &Ctx, place: Seq) -> Result<Option<Millis>> {
        if let Self::Taken { at, sources } = self {
            while let Some(source) = sources.last() {
                if hits::place(&ctx.store, source.id).await? < source.last {
                    return Ok(None);
                }
                sources.pop();
            }
            let (at, upto) = (*at, log::head(&ctx.store).await?);
            *self = Self::Logged { at, upto };
        }
        match self {
            Self::Logged { at, upto } if *upto <= place => Ok(Some(*at)),
            _ => Ok(None),
        }
    }
}
