//! The simulated reps' side: a letter of the plan becomes a message of the product.

use super::DemoError;
use super::cast::{ASSETS, BOOKING_PATH, MEMBERS, OPENINGS};
use super::found::World;
use super::plan::{Letter, Style};
use crate::accept::{self, Accepted, Content, NewMessage};
use crate::ctx::Ctx;
use crate::domain::contact::TrackingChoice;
use crate::domain::message::UrlTextPolicy;
use maud::html;
use serde_json::Value;
use std::collections::BTreeMap;

/// Writes `letter` as its rep would.
pub(super) async fn write(
    ctx: &Ctx,
    world: &World,
    letter: &Letter,
) -> Result<Accepted, DemoError> {
    let new = NewMessage {
        to: world.contacts[letter.contact].to_string(),
        cc: Vec::new(),
        bcc: Vec::new(),
        mailbox: None,
        content: content(world, letter),
        assets: vec![world.assets[letter.asset]],
        attachments: Vec::new(),
        send_at: None,
        reply_to_message: None,
        reply_to_inbound: None,
        tracking: TrackingChoice::default(),
        url_text: UrlTextPolicy::Track,
    };
    Ok(accept::accept(ctx, &world.members[letter.rep], new).await?)
}

fn content(world: &World, letter: &Letter) -> Content {
    let asset = &ASSETS[letter.asset];
    let asset_url = format!("{}{}", world.site, asset.path);
    let booking_url = format!("{}{BOOKING_PATH}", world.site);
    match letter.style {
        Style::Template(index) => Content::Template {
            template: world.templates[index],
            vars: BTreeMap::from([
                ("content_url".to_owned(), Value::from(asset_url)),
                ("booking_url".to_owned(), Value::from(booking_url)),
            ]),
        },
        Style::Own(index) => {
            let (subject, opening) = OPENINGS[index];
            let page = html! {
                p { (opening) ": " a href=(asset_url) { (asset.name) } "." }
                p {
                    "If it is easier to talk, "
                    a href=(booking_url) data-otklik-role="booking" { "pick a time" }
                    ". A short answer to this mail is just as good."
                }
                p { "Best regards" br; (MEMBERS[letter.rep].name) }
            };
            Content::Own {
                subject: subject.to_owned(),
                html: Some(page.into_string()),
                text: None,
            }
        }
    }
}
