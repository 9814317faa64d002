//! Reply latency and deliverability, read from the counts.

use super::super::Store;
use super::ReportError;
use super::counted::{By, Look, group};
use crate::domain::clock::{DAY_MS, Millis};
use crate::domain::viewer::Viewer;
use crate::metrics::Dim;
use crate::metrics::tally::Metric;
use crate::metrics::thread::HORIZONS_MS;
use crate::report::asked::{Asked, Slice};
use crate::report::counted::{Counted, Group};
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
    let passed = look.passed(now, &HORIZONS_MS);
    let (total, groups, folded) =
        tables(&mut look, viewer, asked, &OF_THREADS, passed, passed[4]).await?;
    let report = reply_latency::build(&reply_latency::Input {
        asked,
        zone: look.zone.name(),
        watermark: look.watermark.0,
        groups,
        total,
        folded,
    });
    look.end().await?;
    Ok(report)
}

/// Deliverability as `viewer` may see it, at `now`.
pub async fn deliverability(
    store: &Store,
    viewer: &Viewer,
    asked: &Asked,
    now: Millis,
) -> std::result::Result<Report, ReportError> {
    let mut look = Look::begin(store, viewer, asked).await?;
    let passed = look.passed(now, &[deliverability::HORIZON_DAYS * DAY_MS]);
    let (total, groups, folded) =
        tables(&mut look, viewer, asked, &OF_MAIL, passed, passed[0]).await?;
    let report = deliverability::build(&deliverability::Input {
        asked,
        zone: look.zone.name(),
        watermark: look.watermark.0,
        groups,
        total,
        folded,
    });
    look.end().await?;
    Ok(report)
}

/// The whole and the rows; `mature` is the day before which cohorts are old enough for the rate.
async fn tables(
    look: &mut Look,
    viewer: &Viewer,
    asked: &Asked,
    metrics: &[Metric],
    passed: [i32; 5],
    mature: i32,
) -> std::result::Result<(Group, Vec<Group>, bool), ReportError> {
    let total = Slice::Total.side();
    let whole = look.counts(asked, metrics, total, By::Id, passed).await?;
    let mut whole = whole.into_values().next().unwrap_or_default();
    let contacts = look.contacts(asked, Dim::Total, By::Id, mature).await?;
    whole.contacts = contacts.values().sum();
    let by = match asked.by {
        Slice::Total | Slice::Reason => {
            let group = group("total", "total", whole);
            return Ok((group.clone(), vec![group], false));
        }
        Slice::Rep => By::Rep,
        Slice::Day | Slice::Month => By::Day,
        _ => By::Id,
    };
    let mut found = look
        .counts(asked, metrics, asked.by.side(), by, passed)
        .await?;
    let dim = match asked.by {
        Slice::Purpose => Some(Dim::Purpose),
        Slice::Template => Some(Dim::Template),
        Slice::Gateway => Some(Dim::Gateway),
        Slice::Rep | Slice::Day | Slice::Month => Some(Dim::Total),
        _ => None,
    };
    let contacts = match dim {
        Some(dim) => look.contacts(asked, dim, by, mature).await?,
        // Contacts are not told apart by mailbox: at most all of them, and no more than mails.
        None => found.keys().map(|key| (*key, whole.contacts)).collect(),
    };
    for (key, counted) in &mut found {
        counted.contacts = contacts.get(key).copied().unwrap_or(0.0);
    }
    let whole_group: Counted = whole;
    let (groups, folded) = if by == By::Rep {
        let (groups, folded) = look.by_rep(viewer, found, &whole_group);
        (groups.into_iter().map(|(_, group)| group).collect(), folded)
    } else {
        (look.named(asked.by, found).await?, false)
    };
    Ok((group("total", "total", whole_group), groups, folded))
}
