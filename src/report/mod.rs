//! Reports: rows of the metric store in, figures out, one file a report. The contract below is what
//! page, JSON and CSV share. Every rate and its denominator are defined here and in `metrics`,
//! nowhere else. Pure.

pub mod click_through;
pub mod csv;
pub mod note;
pub mod people;
pub mod query;
pub mod spans;

use note::{Note, Withheld};
use serde::Serialize;
use utoipa::ToSchema;

/// A report as `GET /reports/{name}` answers it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Report {
    /// Its name.
    pub report: &'static str,
    /// The first day, `YYYY-MM-DD` in the organisation's zone.
    pub from: String,
    /// The day after the last.
    pub to: String,
    /// The organisation's IANA zone.
    pub zone: String,
    /// What a row is: `total content link template purpose rep gateway day month`.
    pub by: &'static str,
    /// The newest event in the figures: a position in the log.
    pub watermark: i64,
    /// The figures, best known first where nothing else orders them; reps by name.
    pub rows: Vec<Row>,
    /// Curves for the chart.
    pub series: Vec<Series>,
    /// Who still waits, in reports that have a list of work.
    pub waiting: Vec<Waiting>,
    /// What must be said beside the figures.
    pub notes: Vec<Note>,
}

/// One line of figures. A figure that does not apply, or that may not be shown, is absent.
#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
pub struct Row {
    /// The id of what the row is about, for links and filters.
    pub key: String,
    /// Its name.
    pub label: String,
    /// The numerator.
    pub n: i64,
    /// The denominator: mature and measurable.
    pub of: i64,
    /// `n ÷ of`, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// Lower 95 % limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// Upper 95 % limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
    /// Distinct contacts behind the interval, rounded.
    pub n_eff: i64,
    /// What was old enough to be judged.
    pub mature_n: i64,
    /// What is still within its horizon and in no rate.
    pub immature_n: i64,
    /// What was sent in the period, measurable or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent: Option<i64>,
    /// Measured ÷ sent, among what is old enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<f64>,
    /// Clicked by a machine, beside the numerator and never inside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub machine: Option<i64>,
    /// Half of those who acted had done so by then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p50_ms: Option<i64>,
    /// Nine tenths of those who acted had done so by then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p90_ms: Option<i64>,
    /// The judgement on a content asset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<ContentVerdict>,
    /// Where a rep's interval, corrected for all reps shown, leaves out the team's rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub differs: Option<Differs>,
    /// Why the rate is grey or missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withheld_reason: Option<Withheld>,
}

/// Whether a content asset earns clicks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContentVerdict {
    /// The lower limit is at or above the floor.
    Works,
    /// The upper limit is under the floor: perhaps the wrong content for these readers.
    Quiet,
    /// Neither can be said.
    TooEarly,
}

/// On which side of the team's rate a rep's is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Differs {
    /// Higher.
    Above,
    /// Lower.
    Below,
}

/// A curve: `y` over `x`, of the same length.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Series {
    /// What it shows, as a word that pages translate.
    pub name: &'static str,
    /// Dates as `YYYY-MM-DD`, or milliseconds.
    pub x: Vec<X>,
    /// The values; `null` where nothing could be measured.
    pub y: Vec<Option<f64>>,
    /// The unit of `y`: `share` or `deliveries`.
    pub unit: &'static str,
}

/// A place on the horizontal axis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum X {
    /// A date, `YYYY-MM-DD`.
    Date(String),
    /// A wait in milliseconds.
    Ms(i64),
}

/// One entry of a list of work. Click-through has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Waiting {
    /// The id of what waits.
    pub key: String,
    /// Its name.
    pub label: String,
    /// Since when, RFC 3339.
    pub since: String,
}
