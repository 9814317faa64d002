//! The verdict ledger: hits loaded with their neighbours, judged together, and what changed
//! appended as revisions. A revision is an event, from which figures follow by the fold, and a row
//! that says who or what made it. What a person decided no rule changes.

pub mod history;
pub mod letters;
mod nearby;
mod overrule;
mod revise;

pub use letters::{Hit, Letter};
pub use overrule::{Entry, Ledger, Lifted, ledger, lift, overrule};

use super::sql::Sql;
use super::{Result, Store, Tx, log};
use crate::classify::{
    FANOUT_RECIPIENTS, Fanout, Fanouts, Known, NEIGHBOURS_MS, Shown, judge_group, reason,
};
use crate::domain::clock::Millis;
use crate::domain::id::{DeliveryNo, MessageId, Seq};
use crate::domain::verdict::{Judgement, Rule, Verdict};

/// Every statement below here.
pub(super) const ALL: [&[&Sql]; 5] = [
    history::STATEMENTS,
    letters::STATEMENTS,
    revise::STATEMENTS,
    overrule::STATEMENTS,
    nearby::STATEMENTS,
];

/// A verdict that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The hit.
    pub hit: Hit,
    /// The judgement before.
    pub was: Judgement,
    /// The judgement from now on.
    pub now: Judgement,
}

/// Which hits may be judged anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// From when on.
    pub from: Millis,
    /// Until when.
    pub to: Millis,
    /// The first of them in the log, and the last.
    pub seqs: (Seq, Seq),
}

const ALL_SEQS: (Seq, Seq) = (Seq(0), Seq(i64::MAX));

impl Span {
    /// All of history.
    pub const ALL: Self = Self {
        from: Millis(i64::MIN),
        to: Millis(i64::MAX),
        seqs: ALL_SEQS,
    };

    /// What hits between `first` and `last` may change.
    pub const fn around(first: Millis, last: Millis) -> Self {
        Self {
            from: first.plus(-NEIGHBOURS_MS),
            to: last.plus(NEIGHBOURS_MS),
            seqs: ALL_SEQS,
        }
    }

    /// The earliest hit that must be known to judge in this span.
    const fn known_from(self) -> Millis {
        self.from.plus(-NEIGHBOURS_MS)
    }

    fn holds(self, hit: &Hit) -> bool {
        let (first, last) = self.seqs;
        (self.from..=self.to).contains(&hit.at) && (first..=last).contains(&hit.seq)
    }
}

/// What judging `deliveries` anew would change in `span`, by what stands in the store now. Nothing
/// is written.
pub async fn would_change(
    store: &Store,
    deliveries: &[DeliveryNo],
    span: Span,
    fanouts: &Fanouts,
) -> Result<Vec<Change>> {
    let letters = letters::read(store, deliveries, span.known_from()).await?;
    let changes = letters
        .iter()
        .flat_map(|letter| changes(letter, span, fanouts));
    Ok(changes.collect())
}

/// Judges `deliveries` anew in `span` and appends what changed. The caller's transaction holds the
/// log's lock from here on.
pub async fn rejudge(
    tx: &mut Tx,
    deliveries: &[DeliveryNo],
    span: Span,
    fanouts: &Fanouts,
    now: Millis,
) -> Result<Vec<Change>> {
    log::append(tx, &[]).await?;
    let letters = letters::load(tx, deliveries, span.known_from()).await?;
    let changes = letters
        .iter()
        .flat_map(|letter| changes(letter, span, fanouts));
    let changes: Vec<Change> = changes.collect();
    revise::append(tx, &changes, None, now).await?;
    Ok(changes)
}

/// Judges all hits of one message anew, since something about it became known, such as a reply
/// whose event was appended before in the same transaction. Gives how many verdicts changed. The
/// step that follows the log does the same for every reply, a moment later.
pub async fn rejudge_message(tx: &mut Tx, message: MessageId, now: Millis) -> Result<usize> {
    log::append(tx, &[]).await?;
    let deliveries = letters::deliveries_of(tx, message).await?;
    let fanouts = Fanouts::default();
    let changes = rejudge(tx, &deliveries, Span::ALL, &fanouts, now).await?;
    Ok(changes.len())
}

/// Whether `now` must be written down. Beside another verdict that is a fan-out: it speaks against
/// a click whenever something new makes the mail be judged again, and the clicks it was counted
/// from are not looked for then.
fn is_news(present: &Judgement, now: &Judgement) -> bool {
    present.verdict != now.verdict
        || now.verdict == Verdict::Unknown
            && now.rule == Rule::GFanout
            && present.rule != Rule::GFanout
}

/// The hits whose verdict by the rules is another than the one they have.
fn changes(letter: &Letter, span: Span, fanouts: &Fanouts) -> Vec<Change> {
    let judged = by_rules(letter, fanouts);
    let hits = letter.hits.iter().zip(judged);
    hits.filter(|(hit, now)| {
        let present = hit.present();
        span.holds(hit) && present.rule != Rule::Overruled && is_news(present, now)
    })
    .map(|(hit, now)| Change {
        hit: hit.clone(),
        was: hit.present().clone(),
        now,
    })
    .collect()
}

/// What the rules say of each hit of a letter, in its order.
fn by_rules(letter: &Letter, fanouts: &Fanouts) -> Vec<Judgement> {
    let known: Vec<Known> = letter.hits.iter().map(known).collect();
    judge_group(&known, &letter.mail, &|hit| {
        let seen = fanouts.around(hit.facts.network, hit.at);
        if seen.recipients > 0 {
            return seen;
        }
        remembered(&hit.now).unwrap_or_default()
    })
}

fn known(hit: &Hit) -> Known {
    Known {
        seq: hit.seq,
        at: hit.at,
        kind: hit.kind,
        link_no: hit.link_no,
        facts: hit.facts.clone(),
        now: hit.present().clone(),
    }
}

/// The fan-out that a judgement was given for. The clicks it was counted from may be long out of
/// sight when something new makes the mail be judged again.
fn remembered(judgement: &Judgement) -> Option<Fanout> {
    let reason = reason(judgement);
    match (reason.rule, reason.shown, reason.also) {
        (Rule::GFanout, Shown::Count(recipients, within_ms), _) => Some(Fanout {
            recipients,
            within_ms,
        }),
        (_, _, Some(Rule::GFanout)) => Some(Fanout {
            recipients: FANOUT_RECIPIENTS,
            within_ms: 0,
        }),
        _ => None,
    }
}
