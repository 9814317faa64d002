//! Late judgement: follows the log behind ingest. Each hit is judged again with its neighbours,
//! and each reply makes its message be judged again; what changed is appended as a revision. A
//! click that is a person's then begins its hold, and what is still a person's when the hold is
//! over fires.
//!
//! The place in the log moves in the transaction that holds what was done, so a kill loses nothing
//! and repeats nothing. Reading and judging need no lock; only what changes something is done
//! again under it.

mod mark;
mod recent;

use super::Progress;
use crate::classify::Fanouts;
use crate::ctx::Ctx;
use crate::domain::clock::{DAY_MS, Millis, SECOND_MS};
use crate::domain::event::{Detail, Event, EventKind};
use crate::domain::id::{DeliveryNo, Seq};
use crate::faults::{self, Point};
use crate::intake::Intake;
use crate::store::firings::{self, Effect, Held};
use crate::store::verdicts::{self, Span};
use crate::store::{Result, log, outbox};
use mark::Mark;
use recent::Recent;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// How long a runner should rest when nothing waits.
pub const IDLE: Duration = Duration::from_millis(250);
/// Its name among those who follow the log.
const LISTENER: &str = "verdicts";
/// Events looked at in one step.
const EVENTS_AT_ONCE: i64 = 8_192;
/// Holds decided in one step.
const FIRINGS_AT_ONCE: i64 = 1_000;
/// A click that arrives later than this is no news: it was long in the intake of a node that was
/// away, or in a log that was written at once.
const NEWS_MS: i64 = DAY_MS;

/// Follows the log for as long as it is kept; cheap to clone, and only one step at a time.
#[derive(Debug, Clone, Default)]
pub struct Follower {
    state: Arc<Mutex<State>>,
}

/// What a follower knows beside the store; all of it can be found again.
#[derive(Debug, Default)]
struct State {
    recent: Recent,
    /// While something is due that may not fire yet.
    mark: Option<Mark>,
}

impl Follower {
    /// Judges the next events of the log, and decides what is due once all has been judged that
    /// had arrived by the end of its hold, in `intake` or at another node.
    pub async fn step(&self, ctx: &Ctx, intake: &Intake) -> Result<Progress> {
        let mut state = self.state.lock().await;
        let place = outbox::place(&ctx.store, LISTENER).await?;
        let events = log::after(&ctx.store, place, EVENTS_AT_ONCE).await?;
        let Some(last) = events.last().map(|event| event.seq) else {
            return state.fire(ctx, intake, place).await;
        };
        state.recent.judge(ctx, (place, last), &events).await?;
        // With a log that never stands still, too, what is due gets its turn.
        let place = outbox::place(&ctx.store, LISTENER).await?;
        state.fire(ctx, intake, place).await?;
        Ok(Progress::More)
    }
}

impl Recent {
    /// Judges `events`, which are those after the first and up to the second place.
    async fn judge(&mut self, ctx: &Ctx, places: (Seq, Seq), events: &[Event]) -> Result<()> {
        self.catch_up(&ctx.store, places.0).await?;
        self.note(events);
        let mut found = Found::of(events);
        let (fanouts, touched) = self.fanouts(events);
        found.deliveries.extend(touched);
        let anew = found.anew(ctx, &fanouts).await?;
        write(ctx, places, &found, &anew, &fanouts).await
    }
}

impl State {
    /// Decides what was due at the last moment up to which all has been judged.
    async fn fire(&mut self, ctx: &Ctx, intake: &Intake, place: Seq) -> Result<Progress> {
        if !firings::any_due(&ctx.store, ctx.clock.now()).await? {
            self.mark = None;
            return Ok(Progress::Idle);
        }
        let mark = self.mark.get_or_insert_with(|| Mark::now(ctx, intake));
        let Some(judged) = mark.reached(ctx, place).await? else {
            return Ok(Progress::Idle);
        };
        self.mark = None;
        // Another node may not have come as far as what is due.
        if !firings::any_due(&ctx.store, judged).await? {
            return Ok(Progress::Idle);
        }
        fire(ctx, judged).await
    }
}

/// Writes what follows from the events after the first and up to the second place, unless somebody
/// else did.
async fn write(
    ctx: &Ctx,
    (place, last): (Seq, Seq),
    found: &Found,
    anew: &[DeliveryNo],
    fanouts: &Fanouts,
) -> Result<()> {
    let now = ctx.clock.now();
    let mut tx = ctx.store.begin().await?;
    let mut machines = HashSet::new();
    if let Some(span) = found.span.filter(|_| !anew.is_empty()) {
        for change in verdicts::rejudge(&mut tx, anew, span, fanouts, now).await? {
            if !change.now.verdict.counts_as_human() {
                machines.insert(change.hit.seq);
            }
        }
    }
    let mut clicks = found.clicks.clone();
    clicks.retain(|click| now.since(click.at) < NEWS_MS && !machines.contains(&click.hit));
    let due_at = now.plus(i64::from(ctx.settings.hold_seconds) * SECOND_MS);
    firings::hold(&mut tx, &clicks, Effect::Notice, due_at).await?;
    if !outbox::advance(&mut tx, LISTENER, place, last, now).await? {
        return tx.rollback().await;
    }
    faults::at(Point::Judged);
    tx.commit().await?;
    faults::at(Point::Held);
    Ok(())
}

/// Decides what was due at `judged`, up to when all has been judged. The log's lock is held
/// meanwhile, so that the verdict of the moment is the one that counts.
async fn fire(ctx: &Ctx, judged: Millis) -> Result<Progress> {
    let mut tx = ctx.store.begin().await?;
    log::append(&mut tx, &[]).await?;
    let decided = firings::decide(&mut tx, judged, FIRINGS_AT_ONCE).await?;
    faults::at(Point::Decided);
    tx.commit().await?;
    faults::at(Point::Fired);
    metrics::counter!("otklik_firings_total").increment(decided.fired as u64);
    metrics::counter!("otklik_firings_dropped_total").increment(decided.dropped as u64);
    Ok(Progress::More)
}

/// What of some events concerns verdicts.
#[derive(Debug, Default)]
struct Found {
    /// Deliveries with a new hit or a new reply.
    deliveries: BTreeSet<DeliveryNo>,
    /// Which hits may change by that.
    span: Option<Span>,
    /// Clicks that a person made at first sight.
    clicks: Vec<Held>,
}

impl Found {
    fn of(events: &[Event]) -> Self {
        let mut found = Self::default();
        for event in events {
            found.note(event);
        }
        found
    }

    fn note(&mut self, event: &Event) {
        let (seq, event) = (event.seq, &event.event);
        let Some(delivery) = event.delivery else {
            return;
        };
        match (event.kind, &event.detail) {
            (
                kind @ (EventKind::Opened | EventKind::Clicked),
                Detail::Hit {
                    link_no, judgement, ..
                },
            ) => {
                self.deliveries.insert(delivery);
                self.widen(Span::around(event.at, event.at));
                if kind == EventKind::Clicked && judgement.verdict.counts_as_human() {
                    self.clicks.push(Held {
                        hit: seq,
                        delivery,
                        link_no: *link_no,
                        at: event.at,
                        verdict: judgement.verdict,
                    });
                }
            }
            // A reply speaks of all that came before it.
            (EventKind::Replied, _) => {
                self.deliveries.insert(delivery);
                self.widen(Span::ALL);
            }
            _ => {}
        }
    }

    /// The deliveries of which a verdict would change.
    async fn anew(&self, ctx: &Ctx, fanouts: &Fanouts) -> Result<Vec<DeliveryNo>> {
        let Some(span) = self.span else {
            return Ok(Vec::new());
        };
        let deliveries: Vec<DeliveryNo> = self.deliveries.iter().copied().collect();
        let changes = verdicts::would_change(&ctx.store, &deliveries, span, fanouts).await?;
        let anew: BTreeSet<_> = changes.iter().map(|change| change.hit.delivery).collect();
        Ok(anew.into_iter().collect())
    }

    fn widen(&mut self, by: Span) {
        self.span = Some(match self.span {
            Some(span) => Span {
                from: span.from.min(by.from),
                to: span.to.max(by.to),
                ..span
            },
            None => by,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::MINUTE_MS;
    use crate::domain::event::NewEvent;

    fn event(seq: i64, kind: EventKind, at: i64) -> Event {
        Event {
            seq: Seq(seq),
            event: NewEvent {
                at: Millis(at),
                kind,
                delivery: Some(DeliveryNo(7)),
                contact: None,
                detail: Detail::None,
            },
        }
    }

    #[test]
    fn a_reply_speaks_of_all_hits_and_other_events_of_none() {
        let found = Found::of(&[event(1, EventKind::Sent, 0), event(2, EventKind::Queued, 0)]);
        assert!(found.span.is_none() && found.deliveries.is_empty());
        let found = Found::of(&[event(3, EventKind::Replied, 5)]);
        assert_eq!(found.span, Some(Span::ALL));
        assert_eq!(found.deliveries.len(), 1);
    }

    #[test]
    fn spans_add_up() {
        let mut found = Found::default();
        found.widen(Span::around(Millis(0), Millis(0)));
        found.widen(Span::around(Millis(MINUTE_MS), Millis(MINUTE_MS)));
        let expected = Span::around(Millis(0), Millis(MINUTE_MS));
        assert_eq!(found.span, Some(expected));
    }
}
