//! The verdict ledger: hits loaded with their neighbours, judged together, and what changed
//! appended as revisions. A revision is an event, from which figures follow by the fold, and a row
//! that says who or what made it. What a person decided no rule changes.

pub mod letters;
mod overrule;
mod revise;

pub use letters::{Hit, Letter};
pub use overrule::{Entry, Ledger, Lifted, ledger, lift, overrule};

use super::sql::Sql;
use super::{Result, Store, Tx, log};
use crate::classify::judge;
use crate::domain::clock::{MINUTE_MS, Millis};
use crate::domain::id::{DeliveryNo, MessageId};
use crate::domain::verdict::{Judgement, Rule};

/// How far a hit reaches: hits of its message this much earlier or later may change its verdict.
const REACH_MS: i64 = 10 * MINUTE_MS;

/// Every statement below here.
pub(super) const ALL: [&[&Sql]; 3] = [
    letters::STATEMENTS,
    revise::STATEMENTS,
    overrule::STATEMENTS,
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

/// The hits whose verdicts matter to a judgement, in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The earliest that may be judged anew.
    pub from: Millis,
    /// The latest.
    pub to: Millis,
}

impl Span {
    /// All of history.
    pub const ALL: Self = Self {
        from: Millis(i64::MIN),
        to: Millis(i64::MAX),
    };

    /// What hits between `first` and `last` may change.
    pub const fn around(first: Millis, last: Millis) -> Self {
        Self {
            from: first.plus(-REACH_MS),
            to: last.plus(REACH_MS),
        }
    }

    /// The earliest hit that must be known to judge in this span.
    const fn known_from(self) -> Millis {
        self.from.plus(-REACH_MS)
    }

    const fn holds(self, at: Millis) -> bool {
        self.from.0 <= at.0 && at.0 <= self.to.0
    }
}

/// What judging the messages of `deliveries` anew would change in `span`, by what stands in the
/// store now. Nothing is written.
pub async fn would_change(
    store: &Store,
    deliveries: &[DeliveryNo],
    span: Span,
) -> Result<Vec<Change>> {
    let letters = letters::read(store, deliveries, span.known_from()).await?;
    Ok(letters
        .iter()
        .flat_map(|letter| changes(letter, span))
        .collect())
}

/// Judges the messages of `deliveries` anew in `span` and appends what changed. The caller's
/// transaction holds the log's lock from here on.
pub async fn rejudge(
    tx: &mut Tx,
    deliveries: &[DeliveryNo],
    span: Span,
    now: Millis,
) -> Result<Vec<Change>> {
    log::append(tx, &[]).await?;
    let letters = letters::load(tx, deliveries, span.known_from()).await?;
    let changes: Vec<Change> = letters
        .iter()
        .flat_map(|letter| changes(letter, span))
        .collect();
    revise::append(tx, &changes, None, now).await?;
    Ok(changes)
}

/// Judges all hits of one message anew, since something about it became known, such as a reply
/// whose event has been appended before. Gives how many verdicts changed.
pub async fn rejudge_message(tx: &mut Tx, message: MessageId, now: Millis) -> Result<usize> {
    log::append(tx, &[]).await?;
    let deliveries = letters::deliveries_of(tx, message).await?;
    Ok(rejudge(tx, &deliveries, Span::ALL, now).await?.len())
}

/// The hits whose verdict by the rules is another than the one they have.
fn changes(letter: &Letter, span: Span) -> Vec<Change> {
    let judged = by_rules(letter);
    let hits = letter.hits.iter().zip(judged);
    hits.filter(|(hit, now)| {
        let present = hit.present();
        span.holds(hit.at) && present.rule != Rule::Overruled && present.verdict != now.verdict
    })
    .map(|(hit, now)| Change {
        hit: hit.clone(),
        was: hit.present().clone(),
        now,
    })
    .collect()
}

/// What the rules say of each hit of a letter, in its order.
fn by_rules(letter: &Letter) -> Vec<Judgement> {
    letter
        .hits
        .iter()
        .map(|hit| judge(hit.kind, &hit.facts))
        .collect()
}
