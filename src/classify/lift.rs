//! H-ACTION: a reply or a form shows that a person was there, and the latest hit that could have
//! been theirs becomes `human`. Pure. What was certainly a machine stays one, and so does all that
//! has any sign against it: a reply comes after a gateway's visit as well.

use super::group::{ACTION_MS, Known, MailContext};
use crate::domain::verdict::{Judgement, Rule, Verdict};

/// Lifts among `judged`, which belong to `hits` in order of time.
pub(super) fn lift(hits: &[&Known], mail: &MailContext, judged: &mut [Judgement]) {
    if mail.actions.is_empty() || hits.is_empty() {
        return;
    }
    // For each place the latest hit up to it that fits, so that many actions cost no more.
    let mut latest = None;
    let fitting: Vec<Option<usize>> = judged
        .iter()
        .enumerate()
        .map(|(place, judgement)| {
            if fits(judgement) {
                latest = Some(place);
            }
            latest
        })
        .collect();
    let mut actions = mail.actions.clone();
    actions.sort_unstable();
    for action in actions {
        let before = hits.partition_point(|hit| hit.at <= action);
        let Some(place) = before.checked_sub(1).and_then(|last| fitting[last]) else {
            continue;
        };
        let after_ms = action.since(hits[place].at);
        // The first action after a hit names itself; later ones change nothing.
        if after_ms <= ACTION_MS && judged[place].rule != Rule::HAction {
            judged[place] = Judgement {
                verdict: Verdict::Human,
                rule: Rule::HAction,
                params: vec![(after_ms / 1_000).to_string()],
            };
        }
    }
}

/// Whether a person may have made the hit, and nothing speaks against it.
fn fits(judgement: &Judgement) -> bool {
    match judgement.verdict {
        Verdict::LikelyHuman | Verdict::Proxy => judgement.rule != Rule::Overruled,
        Verdict::Unknown => matches!(judgement.rule, Rule::None | Rule::OMsnet),
        _ => false,
    }
}
