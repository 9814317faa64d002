//! `/reports/{name}`: figures, from the same function as the page.

use super::super::auth::Caller;
use super::super::error::{FieldError, Problem};
use super::super::state::Web;
use super::outcome::{Outcome, ok};
use crate::report::query::Query;
use crate::report::{Report, click_through, csv};
use crate::store::reports::{self, ReportError};
use crate::store::zone;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use utoipa::IntoParams;

/// What a report is asked for.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by `report::query`; here it is described")]
struct Asked {
    /// The first day, `YYYY-MM-DD` in the organisation's zone.
    from: Option<String>,
    /// The day after the last.
    to: Option<String>,
    /// What a row is: `total content link template purpose rep gateway day month`.
    by: Option<String>,
    /// Of this rep alone.
    rep: Option<String>,
    /// Of this team alone.
    team: Option<String>,
    /// Of this asset alone.
    content: Option<String>,
    /// Of this purpose alone.
    purpose: Option<String>,
    /// `human` or `raw`.
    verdict: Option<String>,
    /// `json` or `csv`.
    format: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Csv,
}

/// A report, as JSON or as CSV of its rows
#[utoipa::path(tag = "reports", params(("name" = String, Path, example = "click-through"), Asked),
    responses((status = 200, body = Report), (status = 404), (status = 422)))]
#[get("/reports/{name}")]
pub(super) async fn read(
    web: Data<Web>,
    caller: Caller,
    name: Path<String>,
    request: HttpRequest,
) -> Outcome {
    if name.as_str() != click_through::NAME {
        return Err(Problem::not_found());
    }
    let (format, pairs) = split(request.query_string())?;
    let now = web.ctx.clock.now();
    let zone = zone::of(&web.ctx.store).await?;
    let pairs = pairs
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let query = Query::parse(pairs, zone.day_of(now)).map_err(|errors| {
        Problem::fields(
            errors
                .into_iter()
                .map(|error| FieldError {
                    field: error.field,
                    detail: error.text,
                    code: None,
                })
                .collect(),
        )
    })?;
    let report = reports::click_through(&web.ctx.store, &caller.viewer, &query, now).await?;
    match format {
        Format::Json => ok(report),
        Format::Csv => Ok(HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
            .insert_header((
                CONTENT_DISPOSITION,
                format!("attachment; filename=\"{}.csv\"", click_through::NAME),
            ))
            .body(csv::rows(&report))),
    }
}

type Pairs = Vec<(String, String)>;

/// The format, and everything else the query string says.
fn split(query: &str) -> Result<(Format, Pairs), Problem> {
    let all = url::form_urlencoded::parse(query.as_bytes()).into_owned();
    let (format, rest): (Pairs, Pairs) = all.partition(|(name, _)| name == "format");
    let format = match format.first().map(|(_, value)| value.as_str()) {
        None | Some("json") => Format::Json,
        Some("csv") => Format::Csv,
        Some(_) => return Err(Problem::field("format", "must be json or csv")),
    };
    Ok((format, rest))
}

impl From<ReportError> for Problem {
    fn from(error: ReportError) -> Self {
        match error {
            // The same for what is not there and what is not for this viewer.
            ReportError::Unknown { field } | ReportError::Forbidden { field } => {
                Self::field(field, "names nothing whose figures you may see")
            }
            ReportError::Store(error) => error.into(),
        }
    }
}
