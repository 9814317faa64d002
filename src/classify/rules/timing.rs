//! When it came and what came with it.

use super::{Case, Finding};
use crate::classify::fanout::FANOUT_RECIPIENTS;
use crate::domain::clock::SECOND_MS;
use crate::domain::hit::Certainty;

/// Nobody has read the mail this soon after our own clock saw it handed over.
const NOBODY_YET_MS: i64 = 2 * SECOND_MS;

/// Hardly anybody has. More than this would eat real clicks.
const HARDLY_ANYBODY_MS: i64 = 10 * SECOND_MS;

/// The sweep: several links of one mail at once. One client that takes three in three seconds is
/// certain; several clients, or the two links of a mail with two, need a second sign.
pub(super) fn burst(case: &Case<'_>) -> Option<Finding> {
    let (run, certainty) = match (case.around.sweep, case.around.burst) {
        (Some(run), _) => (run, Certainty::Certain),
        (None, Some(run)) => (run, Certainty::Probable),
        (None, None) => return None,
    };
    let figures = format!("{}/{}", run.distinct, run.span_ms);
    Some(Finding::scanner(certainty, figures))
}

/// One network follows links of many recipients within a minute. An office after a broadcast does
/// so too, so a click needs a second sign, and opens are left alone.
pub(super) fn fan_out(case: &Case<'_>) -> Option<Finding> {
    let fanout = case.fanout;
    (case.click() && fanout.recipients >= FANOUT_RECIPIENTS).then(|| {
        let figures = format!("{}/{}", fanout.recipients, fanout.within_ms);
        Finding::scanner(Certainty::Probable, figures)
    })
}

/// A link followed before the mail can have been read.
pub(super) fn too_fast(case: &Case<'_>) -> Option<Finding> {
    let after = case.after_hand_over().filter(|_| case.click())?;
    let certainty = match after {
        ..NOBODY_YET_MS => Certainty::Certain,
        NOBODY_YET_MS..HARDLY_ANYBODY_MS => Certainty::Weak,
        _ => return None,
    };
    Some(Finding::scanner(certainty, after.to_string()))
}
