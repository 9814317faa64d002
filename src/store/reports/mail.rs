//! Reply latency and deliverability, read from the counts.

use super::super::Store;
use super::ReportError;
use super::counted::{By, Look};
use super::named::whole;
use crate::domain::clock::{DAY_MS, Millis};
use crate::domain::viewer::Viewer;
use crate::metrics::Dim;
use crate::metrics::tally::Metric;
use crate::metrics::thread::HORIZONS_MS;
use crate::report::asked::{Asked, Slice};
use crate::report::counted::Group;
use crate::report::input::Input;
use crate::report::{Report, deliverability, reply_latency};

const OF_THREADS: [Metric; 8] = [
    Metric::Thread,
    Metric::Replied,
    Metric::Latency,
    Metric::Superseded,
    Metric::Colleague,
    Metric::Restarted,
    Metric::Slot,
    Metric::SlotReplied,
];

const OF_MAIL: [Metric; 8] = [
    Metric::Sent,
    Metric::SentReporting,
    Metric::Failed,
    Metric::Hard,
    Metric::Soft,
    Metric::Block,
    Metric::Complained,
    Metric::Unsubscribed,
];

/// Reply latency as `viewer` may see it, at `now`.
pub async fn reply_latency(
    store: &Store,
    viewer: &Viewer,
    asked: &Asked,
    now: Millis,
) -> std::result::Result<Report, ReportError> {
    let mut look = Look::begin(store, viewer, asked).await?;
    let input = input(&mut look, viewer, asked, &OF_THREADS, now, &HORIZONS_MS).await?;
    look.end().await?;
    Ok(reply_latency::build(&input))
}

/// Deliverability as `viewer` may see it, at `now`.
pub async fn deliverability(
    store: &Store,
    viewer: &Viewer,
    asked: &Asked,
    now: Millis,
) -> std::result::Result<Report, ReportError> {
    let horizon = [deliverability::HORIZON_DAYS * DAY_MS];
    let mut look = Look::begin(store, viewer, asked).await?;
    let input = input(&mut look, viewer, asked, &OF_MAIL, now, &horizon).await?;
    look.end().await?;
    Ok(deliverability::build(&input))
}

/// The whole and the rows of a report with these horizons.
async fn input<'a>(
    look: &mut Look,
    viewer: &Viewer,
    asked: &'a Asked,
    metrics: &[Metric],
    now: Millis,
    horizons_ms: &[i64],
) -> std::result::Result<Input<'a>, ReportError> {
    let passed = look.passed(now, horizons_ms);
    let mature = &passed[..horizons_ms.len()];
    let (side, total) = (Slice::Total.side(), Dim::Total);
    let found = look.counts(asked, metrics, side, By::Id, passed).await?;
    let distinct = look.contacts(asked, total, By::Id, mature).await?;
    let total = whole(found, distinct);
    let (by, dim) = match asked.by {
        Slice::Total | Slice::Reason => return Ok(look.input(asked, vec![total.clone()], total)),
        Slice::Rep => (By::Rep, Dim::Total),
        Slice::Purpose => (By::Id, Dim::Purpose),
        Slice::Template => (By::Id, Dim::Template),
        Slice::Gateway => (By::Id, Dim::Gateway),
        Slice::Mailbox | Slice::Domain => (By::Id, Dim::Mailbox),
        // Waits are told apart by channel, mail is not.
        Slice::Day | Slice::Month | Slice::Channel => (By::Day, Dim::Total),
    };
    let side = asked.by.side();
    let found = look.counts(asked, metrics, side, by, passed).await?;
    let distinct = look.contacts(asked, dim, by, mature).await?;
    if by == By::Rep {
        let (groups, folded) = look.by_rep(viewer, found, &distinct, &total);
        let groups: Vec<Group> = groups.into_iter().map(|(_, group)| group).collect();
        let mut input = look.input(asked, groups, total);
        input.folded = folded;
        return Ok(input);
    }
    let groups = look.named(asked.by, found, &distinct).await?;
    Ok(look.input(asked, groups, total))
}
