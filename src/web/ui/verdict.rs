//! Under a hit: all its verdicts with their reasons, and the buttons by which a person decides
//! against the rules or gives the hit back to them.

use super::desk::{Answer, Desk, Sent, go_to, id_of};
use super::layout::csrf;
use super::parts::moment;
use crate::domain::clock::Millis;
use crate::domain::id::{MessageId, Seq};
use crate::domain::verdict::{Judgement, Rule, Verdict};
use crate::store::messages;
use crate::store::verdicts::{self, Lifted};
use crate::web::error::Problem;
use actix_web::web::Path;
use maud::{Markup, html};

/// What a person may say it was.
const SAYABLE: [Verdict; 5] = [
    Verdict::Human,
    Verdict::Scanner,
    Verdict::Preview,
    Verdict::Own,
    Verdict::Unknown,
];

/// The word by which a button takes an overrule back.
const LIFT: &str = "lift";

/// `POST /messages/{id}/hits/{hit}`
pub async fn decide(sent: Sent, path: Path<(String, String)>) -> Answer {
    let (message, hit) = path.into_inner();
    let message: MessageId = id_of(&message)?;
    let hit = hit
        .parse::<i64>()
        .map(Seq)
        .map_err(|_| Problem::not_found())?;
    let (ctx, viewer) = (&sent.desk.web.ctx, &sent.desk.viewer);
    if messages::lookup(&ctx.store, viewer, message)
        .await?
        .is_none()
    {
        return Err(Problem::not_found().into());
    }
    let said = sent.fields.text("verdict");
    let now = ctx.clock.now();
    let mut tx = ctx.store.begin().await?;
    let done = if said == LIFT {
        match verdicts::lift(&mut tx, viewer, hit, now).await? {
            Lifted::Yes => "ruled",
            Lifted::NotOverruled => "unruled",
            Lifted::NotFound => return Err(Problem::not_found().into()),
        }
    } else {
        let verdict = SAYABLE.into_iter().find(|it| it.as_str() == said);
        let verdict = verdict.ok_or_else(Problem::not_found)?;
        let name = &sent.desk.user.name;
        if !verdicts::overrule(&mut tx, viewer, hit, verdict, name, now).await? {
            return Err(Problem::not_found().into());
        }
        "overruled"
    };
    tx.commit().await?;
    Ok(go_to(&format!("/messages/{message}?done={done}#hit-{hit}")))
}

/// The ledger of one hit: its judgements with their times, oldest first.
pub fn ledger<P>(
    desk: &Desk<P>,
    message: MessageId,
    hit: Seq,
    judgements: &[(Millis, &Judgement)],
) -> Markup {
    let lang = desk.lang();
    let now = judgements.last().map(|(_, now)| *now);
    let is_overruled = now.is_some_and(|now| now.rule == Rule::Overruled);
    html! {
        details.ledger {
            summary { (lang.verdict_why()) }
            ol {
                @for (at, judgement) in judgements {
                    li { (moment(&desk.frame.when, *at)) " " b { (lang.verdict(judgement.verdict)) } ". " (lang.judgement(judgement)) }
                }
            }
            form method="post" action=(format!("/messages/{message}/hits/{hit}")) {
                (csrf(&desk.frame))
                p.soft { (lang.verdict_say()) }
                div.tabs {
                    @for verdict in SAYABLE {
                        @if !(is_overruled && now.is_some_and(|now| now.verdict == verdict)) {
                            button.small name="verdict" value=(verdict.as_str()) { (lang.verdict_said(verdict)) }
                        }
                    }
                    @if is_overruled { button.small name="verdict" value=(LIFT) { (lang.verdict_lift()) } }
                }
            }
        }
    }
}
