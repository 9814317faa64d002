//! What hangs on a draft beside its form: files, and the document inside the preview's frame.

use super::draft::{self, Draft, FILES_LIMIT, File, form_name};
use crate::accept::dry_run;
use crate::store::pages::drafts;
use crate::web::body;
use crate::web::error::{Code, Problem};
use crate::web::ui::desk::{Answer, Desk, asked, id_of, query};
use crate::web::ui::letter::{self, Pictures};
use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use uuid::Uuid;

/// `POST /compose/{id}/files?name=`: one file as the body. The form's token comes in a header,
/// since a body of bytes has no room for it.
pub async fn add_file(
    desk: Desk,
    path: Path<String>,
    request: HttpRequest,
    payload: Payload,
) -> Answer {
    let id: Uuid = id_of(&path)?;
    let header = |name: &str| {
        let value = request.headers().get(name);
        value.and_then(|value| value.to_str().ok()).unwrap_or("")
    };
    if header("x-form-token") != desk.frame.form_token {
        return Err(Problem::new(Code::CrossSite).into());
    }
    let name = asked(&query(&request), "name").unwrap_or_else(|| "file".to_owned());
    let media_type = match header("content-type") {
        "" => "application/octet-stream",
        given => given,
    };
    let bytes = body::read(payload.into_inner(), FILES_LIMIT).await?;
    let ctx = &desk.web.ctx;
    let known = draft::files(&ctx.store, desk.user.id, id).await?;
    let total: usize = known.iter().map(|(_, file)| file.size()).sum();
    if total + bytes.len() > FILES_LIMIT {
        return Err(Problem::new(Code::TooLarge)
            .because(desk.lang().too_large_files())
            .into());
    }
    let file = File::new(&name, media_type, &bytes);
    let data = serde_json::to_string(&file).map_err(Problem::internal)?;
    let form = format!("{}/{}", form_name(id), ctx.clock.fresh_id());
    let mut tx = ctx.store.begin().await?;
    drafts::save(&mut tx, desk.user.id, &form, &data, ctx.clock.now()).await?;
    tx.commit().await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `GET /compose/{id}/preview`: the letter as it would arrive, for the frame.
pub async fn preview_document(desk: Desk, path: Path<String>) -> Answer {
    let id: Uuid = id_of(&path)?;
    let ctx = &desk.web.ctx;
    let Some(draft) = Draft::load(&ctx.store, desk.user.id, id).await? else {
        return Err(Problem::not_found().into());
    };
    let Ok(new) = draft.parse(desk.lang(), &desk.frame.when.zone, &[]) else {
        return Err(Problem::not_found().into());
    };
    let Ok(preview) = dry_run(ctx, &desk.viewer, new).await else {
        return Err(Problem::not_found().into());
    };
    Ok(match (preview.html, preview.text) {
        (Some(html), _) => letter::document(&html, Pictures::Left),
        (None, text) => letter::plain_document(&text.unwrap_or_default()),
    })
}
