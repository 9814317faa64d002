//! What a person decides against the rules, and takes back. Whoever may open a message may
//! overrule the verdicts on its hits: its author, who knows whom they showed it to, the author's
//! manager, and administrators. Each such decision stands in the ledger with its name.

use super::super::scope::Reach;
use super::super::sql::{maybe, row, rows, statements};
use super::super::{Result, Store, StoreError, Tx, log};
use super::letters::{self, Hit, Letter};
use super::{Change, by_rules, nearby, revise};
use crate::domain::clock::Millis;
use crate::domain::id::{DeliveryNo, Seq, UserId};
use crate::domain::verdict::{Judgement, Rule, Verdict};
use crate::domain::viewer::Viewer;

/// Bytes a parameter of a judgement may have.
const PARAM_BYTES: usize = 40;

statements! {
    /// The delivery of a hit that the viewer may see.
    OF_HIT = "SELECT d.no FROM events e
            JOIN deliveries d ON d.no = e.delivery_no
            JOIN users r ON r.no = d.rep_no
        WHERE e.seq = $4 AND e.kind IN (8, 9)
            AND (CAST($1 AS BIGINT) = 0 OR r.id = $3 OR (CAST($1 AS BIGINT) = 1 AND r.team_id = $2))";
    HISTORY = "SELECT v.number, v.at, v.verdict, v.rule, v.params, u.name
        FROM verdict_revisions v LEFT JOIN users u ON u.id = v.created_by
        WHERE v.hit = $1 ORDER BY v.number";
}

row! {
    struct HistoryRow {
        number: i64,
        at: Millis,
        verdict: i16,
        rule: i16,
        params: String,
        name: Option<String>,
    }
}

/// One line of a hit's ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// 0 for the first verdict, then 1, 2, ….
    pub number: i64,
    /// When it was judged so; for the first verdict, when the hit happened.
    pub at: Millis,
    /// What, and by which rule.
    pub judgement: Judgement,
    /// Who decided it, where a person did.
    pub by: Option<String>,
}

/// A hit with all its verdicts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ledger {
    /// The hit.
    pub hit: Seq,
    /// Its verdicts, oldest first; at least one.
    pub entries: Vec<Entry>,
}

impl Ledger {
    /// The verdict as it is now.
    ///
    /// # Panics
    /// Never: a ledger begins with the first verdict.
    pub fn present(&self) -> &Entry {
        self.entries
            .last()
            .expect("a ledger begins with the first verdict")
    }

    /// Whether a person decided it.
    pub fn is_overruled(&self) -> bool {
        self.present().judgement.rule == Rule::Overruled
    }
}

/// What taking an overrule back did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifted {
    /// The rules' verdict holds again.
    Yes,
    /// Nobody had overruled it.
    NotOverruled,
    /// There is no such hit for this viewer.
    NotFound,
}

/// All verdicts of a hit; `None` when it is not the viewer's to see.
pub async fn ledger(store: &Store, viewer: &Viewer, hit: Seq) -> Result<Option<Ledger>> {
    let reach = Reach::of(viewer);
    let found = maybe!(store, OF_HIT, (DeliveryNo,); reach.far, reach.team, reach.user, hit)?;
    if found.is_none() {
        return Ok(None);
    }
    let event = log::after(store, Seq(hit.0 - 1), 1).await?.pop();
    let Some((at, first)) = event.and_then(|event| match event.event.detail {
        crate::domain::event::Detail::Hit { judgement, .. } => Some((event.event.at, judgement)),
        _ => None,
    }) else {
        return Ok(None);
    };
    let mut entries = vec![Entry {
        number: 0,
        at,
        judgement: first,
        by: None,
    }];
    for row in rows!(store, HISTORY, HistoryRow; hit)? {
        entries.push(row.read(hit)?);
    }
    Ok(Some(Ledger { hit, entries }))
}

/// Decides that `hit` is `verdict`, whatever the rules say; `false` when there is no such hit for
/// this viewer. Nothing fires on it.
pub async fn overrule(
    tx: &mut Tx,
    viewer: &Viewer,
    hit: Seq,
    verdict: Verdict,
    name: &str,
    now: Millis,
) -> Result<bool> {
    let Some((letter, index)) = find(tx, viewer, hit).await? else {
        return Ok(false);
    };
    let hit = &letter.hits[index];
    let judgement = Judgement {
        verdict,
        rule: Rule::Overruled,
        params: vec![cut(name)],
    };
    if *hit.present() != judgement {
        write(tx, hit, judgement, viewer.user, now).await?;
    }
    Ok(true)
}

/// Gives `hit` back to the rules.
pub async fn lift(tx: &mut Tx, viewer: &Viewer, hit: Seq, now: Millis) -> Result<Lifted> {
    let Some((letter, index)) = find(tx, viewer, hit).await? else {
        return Ok(Lifted::NotFound);
    };
    let hit = &letter.hits[index];
    if hit.present().rule != Rule::Overruled {
        return Ok(Lifted::NotOverruled);
    }
    // As if nobody had decided: an overruled hit would keep its judgement, and its first one does
    // not remember what its network did.
    let mut free = letter.clone();
    free.hits[index].revised = None;
    let fanouts = nearby::fanouts(tx, hit).await?;
    let judgement = by_rules(&free, &fanouts).swap_remove(index);
    write(tx, hit, judgement, viewer.user, now).await?;
    Ok(Lifted::Yes)
}

/// The letter of a hit and the hit's place in it, under the log's lock.
async fn find(tx: &mut Tx, viewer: &Viewer, hit: Seq) -> Result<Option<(Letter, usize)>> {
    log::append(tx, &[]).await?;
    let reach = Reach::of(viewer);
    let found = maybe!(&mut *tx, OF_HIT, (DeliveryNo,); reach.far, reach.team, reach.user, hit)?;
    let Some((delivery,)) = found else {
        return Ok(None);
    };
    let mut letters = letters::load(tx, &[delivery], Millis(i64::MIN)).await?;
    Ok(letters.pop().and_then(|letter| {
        let index = letter.hits.iter().position(|known| known.seq == hit)?;
        Some((letter, index))
    }))
}

async fn write(
    tx: &mut Tx,
    hit: &Hit,
    judgement: Judgement,
    by: UserId,
    now: Millis,
) -> Result<()> {
    let change = Change {
        hit: hit.clone(),
        was: hit.present().clone(),
        now: judgement,
    };
    revise::append(tx, &[change], Some(by), now).await
}

/// The name as far as a parameter holds it.
fn cut(name: &str) -> String {
    let mut end = name.len().min(PARAM_BYTES);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name[..end].to_owned()
}

impl HistoryRow {
    fn read(self, hit: Seq) -> Result<Entry> {
        let corrupt = |what: &str| StoreError::Corrupt(format!("revision of hit {hit}: {what}"));
        Ok(Entry {
            number: self.number,
            at: self.at,
            judgement: Judgement {
                verdict: Verdict::from_code(self.verdict).ok_or_else(|| corrupt("verdict"))?,
                rule: Rule::from_code(self.rule).ok_or_else(|| corrupt("rule"))?,
                params: serde_json::from_str(&self.params).map_err(|_| corrupt("parameters"))?,
            },
            by: self.name,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_cut_between_letters() {
        assert_eq!(cut("Anna"), "Anna");
        let long = "ж".repeat(30);
        assert_eq!(cut(&long), "ж".repeat(20));
    }
}
