//! `/events/{id}/verdict`: why a hit was judged as it was, and what a person decides against the
//! rules. Whoever may open the message may do that: its author, the author's manager, and
//! administrators. Each decision stands in the ledger with its name, and nothing fires on it.

use super::super::auth::Caller;
use super::super::body::Json;
use super::super::error::Problem;
use super::super::state::Web;
use super::outcome::{Outcome, done, ok};
use crate::domain::id::Seq;
use crate::domain::verdict::Verdict;
use crate::store::verdicts::{self, Entry, Ledger, Lifted};
use crate::web::ui::words::Lang;
use actix_web::web::{Data, Path};
use actix_web::{delete, get, put};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A hit with all its verdicts.
#[derive(Debug, Serialize, ToSchema)]
struct LedgerOut {
    /// The `id` of the event.
    hit: String,
    /// The verdict as it is now.
    verdict: &'static str,
    /// Whether a person decided it.
    is_overruled: bool,
    /// Oldest first.
    history: Vec<EntryOut>,
}

/// One verdict of a hit.
#[derive(Debug, Serialize, ToSchema)]
struct EntryOut {
    /// 0 for the first verdict, then 1, 2, …
    revision: i64,
    at: String,
    verdict: &'static str,
    /// The rule's id.
    rule: &'static str,
    reasons: Vec<String>,
    /// Who decided it, where a person did.
    by: Option<String>,
}

/// What a person says made the hit.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct VerdictIn {
    /// `human`, `likely_human`, `proxy`, `prefetch`, `scanner`, `preview`, `self` or `unknown`.
    #[schema(value_type = String)]
    verdict: Verdict,
}

impl From<Ledger> for LedgerOut {
    fn from(ledger: Ledger) -> Self {
        Self {
            hit: ledger.hit.to_string(),
            verdict: ledger.present().judgement.verdict.as_str(),
            is_overruled: ledger.is_overruled(),
            history: ledger.entries.into_iter().map(EntryOut::from).collect(),
        }
    }
}

impl From<Entry> for EntryOut {
    fn from(entry: Entry) -> Self {
        Self {
            revision: entry.number,
            at: entry.at.rfc3339(),
            verdict: entry.judgement.verdict.as_str(),
            rule: entry.judgement.rule.id(),
            reasons: vec![Lang::En.because(&entry.judgement)],
            by: entry.by,
        }
    }
}

/// All verdicts of an open or a click, with their reasons
#[utoipa::path(tag = "events", params(("id" = String, Path)),
    responses((status = 200, body = LedgerOut), (status = 404)))]
#[get("/events/{id}/verdict")]
pub(super) async fn lookup(web: Data<Web>, caller: Caller, id: Path<String>) -> Outcome {
    let hit = hit_of(&id)?;
    let found = verdicts::ledger(&web.ctx.store, &caller.viewer, hit).await?;
    ok(LedgerOut::from(found.ok_or_else(Problem::not_found)?))
}

/// Overrule the verdict on an open or a click; it holds whatever the rules say
#[utoipa::path(tag = "events", params(("id" = String, Path)), request_body = VerdictIn,
    responses((status = 200, body = LedgerOut), (status = 404), (status = 422)))]
#[put("/events/{id}/verdict")]
pub(super) async fn overrule(
    web: Data<Web>,
    caller: Caller,
    id: Path<String>,
    body: Json<VerdictIn>,
) -> Outcome {
    let hit = hit_of(&id)?;
    let (viewer, name) = (&caller.viewer, &caller.user.name);
    let (verdict, now) = (body.value.verdict, web.ctx.clock.now());
    let mut tx = web.ctx.store.begin().await?;
    if !verdicts::overrule(&mut tx, viewer, hit, verdict, name, now).await? {
        return Err(Problem::not_found());
    }
    tx.commit().await?;
    let found = verdicts::ledger(&web.ctx.store, viewer, hit).await?;
    ok(LedgerOut::from(found.ok_or_else(Problem::not_found)?))
}

/// Take an overrule back: what the rules say holds again
#[utoipa::path(tag = "events", params(("id" = String, Path)),
    responses((status = 204), (status = 404), (status = 409)))]
#[delete("/events/{id}/verdict")]
pub(super) async fn lift(web: Data<Web>, caller: Caller, id: Path<String>) -> Outcome {
    let hit = hit_of(&id)?;
    let mut tx = web.ctx.store.begin().await?;
    let lifted = verdicts::lift(&mut tx, &caller.viewer, hit, web.ctx.clock.now()).await?;
    tx.commit().await?;
    match lifted {
        Lifted::Yes => done(true),
        Lifted::NotFound => done(false),
        Lifted::NotOverruled => Err(Problem::conflict("Nobody has overruled this verdict.")),
    }
}

fn hit_of(id: &str) -> Result<Seq, Problem> {
    id.parse::<i64>()
        .ok()
        .filter(|seq| *seq > 0)
        .map(Seq)
        .ok_or_else(Problem::not_found)
}
