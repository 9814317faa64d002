//! What is done about a wait: no answer is needed, or somebody else's turn it is. Each can be taken
//! back; none of them counts as an answer.

use crate::domain::id::{TouchId, UserId};
use crate::domain::touch::Settled;
use crate::store::episodes::{self, Episode, State};
use crate::store::users;
use crate::web::auth::Refusal;
use crate::web::error::Problem;
use crate::web::ui::desk::{Answer, Desk, Sent, go_to, id_of};
use actix_web::web::Path;

/// The wait that a form is about; one that has ended is nothing to act on.
async fn open_wait(desk: &Desk, id: TouchId) -> Result<Option<Episode>, Refusal> {
    let ctx = &desk.web.ctx;
    let found = episodes::lookup(&ctx.store, &desk.viewer, id, ctx.clock.now()).await?;
    let episode = found.ok_or_else(|| Refusal::from(Problem::not_found()))?;
    Ok((episode.state == State::Open).then_some(episode))
}

/// `POST /inbox/{id}/done`: no answer is needed.
pub async fn done(sent: Sent, path: Path<String>) -> Answer {
    let id: TouchId = id_of(&path)?;
    let desk = &sent.desk;
    let Some(episode) = open_wait(desk, id).await? else {
        return Ok(go_to("/inbox?done=ended"));
    };
    settle(desk, &episode, Settled::NoAnswerNeeded).await?;
    Ok(go_to(&format!("/inbox?done=dismissed&undo={id}")))
}

/// `POST /inbox/{id}/back`: it is needed after all.
pub async fn back(sent: Sent, path: Path<String>) -> Answer {
    let id: TouchId = id_of(&path)?;
    let desk = &sent.desk;
    let ctx = &desk.web.ctx;
    let found = episodes::lookup(&ctx.store, &desk.viewer, id, ctx.clock.now()).await?;
    let episode = found.ok_or_else(|| Refusal::from(Problem::not_found()))?;
    if episode.state == State::Dismissed {
        settle(desk, &episode, Settled::TakenBack).await?;
    }
    Ok(go_to("/inbox?done=back"))
}

async fn settle(desk: &Desk, episode: &Episode, how: Settled) -> Result<(), Refusal> {
    let ctx = &desk.web.ctx;
    let mut tx = ctx.store.begin().await?;
    episodes::settle_in(&mut tx, episode, how, desk.user.no, ctx.clock.now()).await?;
    tx.commit().await?;
    Ok(())
}

/// `POST /inbox/{id}/take`: out of the team's queue.
pub async fn take(sent: Sent, path: Path<String>) -> Answer {
    let me = sent.desk.user.id;
    give(&sent.desk, &path, me, "taken").await
}

/// `POST /inbox/{id}/hand-over` with `to`.
pub async fn hand_over(sent: Sent, path: Path<String>) -> Answer {
    let to: UserId = id_of(sent.fields.text("to"))?;
    give(&sent.desk, &path, to, "given").await
}

async fn give(desk: &Desk, path: &str, to: UserId, word: &str) -> Answer {
    let id: TouchId = id_of(path)?;
    let Some(episode) = open_wait(desk, id).await? else {
        return Ok(go_to("/inbox?done=ended"));
    };
    let ctx = &desk.web.ctx;
    let is_here = users::lookup(&ctx.store, to)
        .await?
        .is_some_and(|user| user.disabled_at.is_none());
    if !is_here {
        return Err(Problem::not_found().into());
    }
    let mut tx = ctx.store.begin().await?;
    episodes::hand_over_in(&mut tx, &episode, to, desk.user.no, ctx.clock.now()).await?;
    tx.commit().await?;
    Ok(go_to(&format!("/inbox?done={word}")))
}
