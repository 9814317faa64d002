//! Links that were sent: those that lead nowhere any more, and those that lead elsewhere. Live on
//! every node within five seconds. Single deliveries and keys are blocked by administrators alone.

use super::super::desk::{Answer, Desk, Sent, go_to, shown, shown_again};
use super::super::layout::{Here, csrf, page};
use super::super::parts::{Errors, Form, moment};
use super::super::words::Lang;
use crate::domain::id::DeliveryId;
use crate::domain::link::{DestinationId, web_url};
use crate::store::destinations::{self, Block, BlockKind, Move};
use crate::web::auth::{Fields, Librarian};
use crate::web::error::Problem;
use maud::{Markup, html};

/// What stands in the tables.
struct Links {
    blocked: Vec<Block>,
    moved: Vec<Move>,
}

/// A form that was understood.
enum Asked {
    Block(BlockKind, String, String),
    Unblock(BlockKind, String),
    Move(DestinationId, String),
    Restore(DestinationId),
}

/// `GET /settings/links`
pub async fn show(desk: Desk<Librarian>) -> Answer {
    let links = read(&desk).await?;
    let body = body(&desk, &links, &Fields::parse(b""), &Errors::default());
    let title = desk.lang().sent_links();
    Ok(shown(page(&desk.frame, Here::Settings, title, &body)))
}

async fn read(desk: &Desk<Librarian>) -> Result<Links, crate::store::StoreError> {
    let store = &desk.web.ctx.store;
    Ok(Links {
        blocked: destinations::blocked(store).await?,
        moved: destinations::moved(store).await?,
    })
}

/// `POST /settings/links` with `do` = block, unblock, move or restore.
pub async fn change(sent: Sent<Librarian>) -> Answer {
    let Sent { desk, fields } = sent;
    let asked = match parse(&desk, &fields) {
        Ok(asked) => asked,
        Err(errors) => {
            let links = read(&desk).await?;
            let body = body(&desk, &links, &fields, &errors);
            let title = desk.lang().sent_links();
            return Ok(shown_again(page(&desk.frame, Here::Settings, title, &body)));
        }
    };
    if let Asked::Block(kind, ..) | Asked::Unblock(kind, _) = &asked
        && *kind != BlockKind::Destination
        && !desk.viewer.may_administer()
    {
        return Err(Problem::not_found().into());
    }
    let ctx = &desk.web.ctx;
    let (by, now) = (desk.user.id, ctx.clock.now());
    let mut tx = ctx.store.begin().await?;
    match asked {
        Asked::Block(kind, reference, reason) => {
            destinations::block(&mut tx, kind, &reference, &reason, by, now).await?;
        }
        // Somebody may have been faster; what was wanted holds.
        Asked::Unblock(kind, reference) => {
            destinations::unblock(&mut tx, kind, &reference).await?;
        }
        Asked::Move(destination, url) => {
            destinations::relocate(&mut tx, destination, &url, by, now).await?;
        }
        Asked::Restore(destination) => {
            destinations::restore(&mut tx, destination).await?;
        }
    }
    tx.commit().await?;
    Ok(go_to("/settings/links?done=saved"))
}

fn parse(desk: &Desk<Librarian>, fields: &Fields) -> Result<Asked, Errors> {
    let lang = desk.lang();
    let mut errors = Errors::default();
    let asked = match fields.text("do") {
        "block" => {
            let kind = kind(fields.text("kind"));
            let reference = reference(lang, kind, fields.text("ref"), &mut errors);
            let reason = fields.text("reason");
            if reason.is_empty() {
                errors.add("reason", lang.required());
            } else if reason.chars().count() > 300 {
                errors.add("reason", lang.too_long());
            }
            Asked::Block(kind, reference, reason.to_owned())
        }
        "unblock" => Asked::Unblock(kind(fields.text("kind")), fields.text("ref").to_owned()),
        "move" => {
            let from = destination(lang, "destination", fields.text("destination"), &mut errors);
            let to = fields.text("url");
            match web_url(to) {
                None => errors.add("url", lang.not_a_url()),
                Some(url) if url.host_str() == desk.web.ctx.settings.tracking_url.host_str() => {
                    errors.add("url", lang.leads_back());
                }
                Some(_) => {}
            }
            Asked::Move(from, to.to_owned())
        }
        _ => {
            let from = destination(lang, "destination", fields.text("destination"), &mut errors);
            Asked::Restore(from)
        }
    };
    if errors.is_empty() {
        Ok(asked)
    } else {
        Err(errors)
    }
}

fn kind(word: &str) -> BlockKind {
    match word {
        "delivery" => BlockKind::Delivery,
        "key" => BlockKind::Key,
        _ => BlockKind::Destination,
    }
}

fn reference(lang: Lang, kind: BlockKind, text: &str, errors: &mut Errors) -> String {
    match kind {
        BlockKind::Destination => destination(lang, "ref", text, errors).0.to_string(),
        BlockKind::Delivery => {
            let id = text.parse::<DeliveryId>();
            if id.is_err() {
                errors.add("ref", lang.not_a_delivery());
            }
            id.map_or_else(|_| String::new(), |id| id.to_string())
        }
        BlockKind::Key => {
            let id = text.parse::<u8>().ok().filter(|id| *id > 0);
            if id.is_none() {
                errors.add("ref", lang.not_a_key());
            }
            id.unwrap_or(0).to_string()
        }
    }
}

/// A destination by its URL, or by its id as a message's links show it.
fn destination(lang: Lang, field: &str, text: &str, errors: &mut Errors) -> DestinationId {
    if let Ok(id) = text.parse::<i64>() {
        return DestinationId(id);
    }
    if web_url(text).is_none() {
        errors.add(field, lang.not_a_url());
    }
    DestinationId::of(text)
}

fn body(desk: &Desk<Librarian>, links: &Links, typed: &Fields, errors: &Errors) -> Markup {
    let lang = desk.lang();
    let form = Form { errors };
    let mut kinds = vec![("destination".to_owned(), lang.kind_destination().to_owned())];
    if desk.viewer.may_administer() {
        kinds.push(("delivery".to_owned(), lang.kind_delivery().to_owned()));
        kinds.push(("key".to_owned(), lang.kind_key().to_owned()));
    }
    html! {
        div.lead { div { h1 { (lang.sent_links()) } p { (lang.sent_links_lead()) } } }
        (errors.summary(lang))
        h2 { (lang.blocked()) }
        (blocked(desk, &links.blocked))
        form.panel method="post" action="/settings/links" {
            (csrf(&desk.frame))
            div.pair {
                (form.choice("kind", lang.what_to_block(), &kinds, typed.text("kind"), ""))
                (form.line("text", "ref", lang.which_one(), typed.text("ref"), lang.which_one_help(), "autocomplete=off"))
            }
            (form.line("text", "reason", lang.reason(), typed.text("reason"), "", "autocomplete=off"))
            button.danger name="do" value="block" { (lang.block_it()) }
        }
        h2 { (lang.moved()) }
        (moved(desk, &links.moved))
        form.panel method="post" action="/settings/links" {
            (csrf(&desk.frame))
            div.pair {
                (form.line("text", "destination", lang.leads_now(), typed.text("destination"), "", "autocomplete=off"))
                (form.line("url", "url", lang.leads_then(), typed.text("url"), "", "autocomplete=off"))
            }
            button name="do" value="move" { (lang.move_it()) }
        }
    }
}

fn blocked(desk: &Desk<Librarian>, blocked: &[Block]) -> Markup {
    let lang = desk.lang();
    html! {
        @if blocked.is_empty() { p.panel.soft { (lang.no_blocked()) } } @else {
            table {
                thead { tr { th { (lang.link()) } th { (lang.reason()) } th { (lang.since()) } th { span.hide { (lang.lift()) } } } }
                tbody {
                    @for block in blocked {
                        @let may_lift = block.kind == BlockKind::Destination.as_str() || desk.viewer.may_administer();
                        tr {
                            td { (block.kind) " " (block.r#ref) }
                            td data-l=(lang.reason()) { (block.reason) }
                            td data-l=(lang.since()) { (moment(&desk.frame.when, block.created_at)) }
                            td {
                                @if may_lift {
                                    form method="post" action="/settings/links" {
                                        (csrf(&desk.frame))
                                        input type="hidden" name="kind" value=(block.kind);
                                        input type="hidden" name="ref" value=(block.r#ref);
                                        button name="do" value="unblock" { (lang.lift()) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn moved(desk: &Desk<Librarian>, moved: &[Move]) -> Markup {
    let lang = desk.lang();
    html! {
        @if moved.is_empty() { p.panel.soft { (lang.no_moved()) } } @else {
            table {
                thead { tr { th { (lang.leads_now()) } th { (lang.leads_then()) } th { (lang.since()) } th { span.hide { (lang.lift()) } } } }
                tbody {
                    @for one in moved {
                        tr {
                            td { (one.was.clone().unwrap_or_else(|| one.destination.0.to_string())) }
                            td data-l=(lang.leads_then()) { (one.url) }
                            td data-l=(lang.since()) { (moment(&desk.frame.when, one.created_at)) }
                            td {
                                form method="post" action="/settings/links" {
                                    (csrf(&desk.frame))
                                    input type="hidden" name="destination" value=(one.destination.0);
                                    button name="do" value="restore" { (lang.lift()) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
