//! `/reports/{name}`: figures, from the same function as the page.

use super::super::auth::Caller;
use super::super::error::{FieldError, Problem};
use super::super::state::Web;
use super::outcome::{Outcome, ok};
use crate::domain::clock::Millis;
use crate::report::asked::{Asked, Name};
use crate::report::query::{self, Query};
use crate::report::{Report, click_through, csv, table};
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
struct Fields {
    /// The first day, `YYYY-MM-DD` in the organisation's zone.
    from: Option<String>,
    /// The day after the last.
    to: Option<String>,
    /// What a row is: `total content link template purpose rep gateway channel mailbox domain
    /// reason day month`, as far as the report has them.
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
    /// `wall` or `business`, for response time.
    clock: Option<String>,
    /// `json` or `csv`.
    format: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Csv,
}

/// A report, as JSON or as CSV of its rows
#[utoipa::path(tag = "reports", params(("name" = String, Path, example = "click-through"), Fields),
    responses((status = 200, body = Report), (status = 404), (status = 422)))]
#[get("/reports/{name}")]
pub(super) async fn read(
    web: Data<Web>,
    caller: Caller,
    name: Path<String>,
    request: HttpRequest,
) -> Outcome {
    let other = Name::from_word(&name);
    if other.is_none() && name.as_str() != click_through::NAME {
        return Err(Problem::not_found());
    }
    let (format, pairs) = split(request.query_string())?;
    let now = web.ctx.clock.now();
    let zone = zone::of(&web.ctx.store).await?;
    let pairs = pairs
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let today = zone.day_of(now);
    let (report, rows) = if let Some(name) = other {
        let asked = Asked::parse(name, pairs, today).map_err(refused)?;
        let report = counted(&web, &caller, name, &asked, now).await?;
        let rows = table::rows(name, &report);
        (report, rows)
    } else {
        let query = Query::parse(pairs, today).map_err(refused)?;
        let report = reports::click_through(&web.ctx.store, &caller.viewer, &query, now).await?;
        let rows = csv::rows(&report);
        (report, rows)
    };
    match format {
        Format::Json => ok(report),
        Format::Csv => Ok(HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
            .insert_header((
                CONTENT_DISPOSITION,
                format!("attachment; filename=\"{}.csv\"", report.report),
            ))
            .body(rows)),
    }
}

async fn counted(
    web: &Web,
    caller: &Caller,
    name: Name,
    asked: &Asked,
    now: Millis,
) -> Result<Report, Problem> {
    let (store, viewer) = (&web.ctx.store, &caller.viewer);
    Ok(match name {
        Name::ResponseTime => reports::response_time(store, viewer, asked, now).await?,
        Name::ReplyLatency => reports::reply_latency(store, viewer, asked, now).await?,
        Name::Deliverability => reports::deliverability(store, viewer, asked, now).await?,
    })
}

fn refused(errors: Vec<query::FieldError>) -> Problem {
    let field = |error: query::FieldError| FieldError {
        field: error.field,
        detail: error.text,
        code: None,
    };
    Problem::fields(errors.into_iter().map(field).collect())
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
