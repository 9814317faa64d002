//! What a person decides on a copy that waits for them, on the page of its message: send it again,
//! or settle it as sent. What may follow is said beside the buttons.

use super::desk::{Answer, Desk, Sent, go_to, id_of};
use super::layout::csrf;
use crate::domain::delivery::DeliveryState;
use crate::domain::id::{DeliveryId, MessageId};
use crate::store::messages::{self, Delivery};
use crate::store::queue::resolve::{self, Decision};
use crate::web::error::Problem;
use actix_web::web::Path;
use maud::{Markup, html};

/// `POST /messages/{id}/resend`
pub async fn resend(sent: Sent, path: Path<String>) -> Answer {
    decide(&sent, &path, Decision::Again).await
}

/// `POST /messages/{id}/arrived`
pub async fn arrived(sent: Sent, path: Path<String>) -> Answer {
    decide(&sent, &path, Decision::Arrived).await
}

async fn decide(sent: &Sent, path: &str, decision: Decision) -> Answer {
    let id: MessageId = id_of(path)?;
    let delivery: DeliveryId = id_of(sent.fields.text("delivery"))?;
    let ctx = &sent.desk.web.ctx;
    if messages::lookup(&ctx.store, &sent.desk.viewer, id)
        .await?
        .is_none()
    {
        return Err(Problem::not_found().into());
    }
    let mut tx = ctx.store.begin().await?;
    let done = resolve::decide(&mut tx, id, delivery, decision, ctx.clock.now()).await?;
    if done.is_none() {
        return Err(Problem::conflict("It does not wait for this, or takes no more mail.").into());
    }
    tx.commit().await?;
    let word = match decision {
        Decision::Again => "again",
        Decision::Arrived => "arrived",
    };
    Ok(go_to(&format!("/messages/{id}?done={word}")))
}

/// The buttons of one copy; nothing when it waits for nobody.
pub fn buttons(desk: &Desk, message: MessageId, delivery: &Delivery) -> Markup {
    let lang = desk.lang();
    let button = |decision: Decision, path: &str, words: &str| {
        html! {
            @if decision.fits(delivery.state) {
                form method="post" action=(format!("/messages/{message}/{path}")) {
                    (csrf(&desk.frame))
                    input type="hidden" name="delivery" value=(delivery.id);
                    button { (words) }
                }
            }
        }
    };
    let (again, why) = match delivery.state {
        DeliveryState::Held => (lang.try_again(), lang.try_again_why()),
        _ => (lang.send_again(), lang.send_again_why()),
    };
    html! {
        @if Decision::Again.fits(delivery.state) {
            p.help { (why) }
            div.acts {
                (button(Decision::Arrived, "arrived", lang.it_arrived()))
                (button(Decision::Again, "resend", again))
            }
        }
    }
}
