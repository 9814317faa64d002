//! Up to when all that arrived has been judged. What fires at the end of a hold asks for it: with
//! a backlog longer than the hold, the rest of a sweep may still wait in an intake while its first
//! click is due.
//!
//! A mark is a moment and what the intake of this node held in it. Once the log has taken that, and
//! what every other living node held, the moment is the earliest of theirs and ours, and the log's
//! head of then holds all. Once that is judged, the moment has been reached. So a steady stream of
//! hits delays a firing and never keeps it back for good, and a node that died does so for
//! [`SILENT_MS`](crate::store::arrivals::SILENT_MS).

use crate::ctx::Ctx;
use crate::domain::clock::Millis;
use crate::domain::id::Seq;
use crate::intake::Intake;
use crate::store::{Result, arrivals, log};
use crate::work::arrivals::{Arrived, folder};

/// A moment on its way to having been judged.
#[derive(Debug)]
pub enum Mark {
    /// The log must first take what had arrived here.
    Taken(Arrived),
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
        Self::Taken(Arrived::by_now(ctx, intake))
    }

    /// Goes on as far as it can, with the log judged through `place`; gives the moment once it has
    /// been reached.
    pub async fn reached(&mut self, ctx: &Ctx, place: Seq) -> Result<Option<Millis>> {
        if let Self::Taken(arrived) = self {
            if !arrived.is_taken(ctx).await? {
                return Ok(None);
            }
            // The head last: whatever a node has told of stands below it.
            let others = arrivals::at_others(&ctx.store, folder(ctx)).await?;
            let at = others.map_or(arrived.at, |others| others.min(arrived.at));
            let upto = log::head(&ctx.store).await?;
            *self = Self::Logged { at, upto };
        }
        match self {
            Self::Logged { at, upto } if *upto <= place => Ok(Some(*at)),
            _ => Ok(None),
        }
    }
}
