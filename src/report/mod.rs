//! Reports: rows of the metric store in, figures out, one file a report. The contract below is what
//! page, JSON and CSV share. Every rate and its denominator are defined here and in `metrics`,
//! nowhere else. Pure.

pub mod asked;
pub mod click_through;
pub mod counted;
pub mod csv;
pub mod deliverability;
pub mod input;
pub mod note;
pub mod opens;
pub mod people;
pub mod query;
pub mod reply_latency;
pub mod response_time;
pub mod spans;
pub mod table;

use note::{Note, Withheld};
use opens::OpenFigures;
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
    /// What a row is: `total content link template purpose rep gateway channel
    /// mailbox domain reason day month`, as far as the report has them.
    pub by: &'static str,
    /// The newest event in the figures: a position in the log.
    pub watermark: i64,
    /// The figures, best known first where nothing else orders them; reps by name.
    pub rows: Vec<Row>,
    /// Curves for the chart.
    pub series: Vec<Series>,
    /// Who still waits, in reports that have a list of work.
    pub waiting: Vec<Waiting>,
    /// Opens of all mails in the report; only with click-through, and not of one asset alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opens: Option<OpenFigures>,
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
    /// Distinct contacts behind the interval, rounded; 0 where the gateway is unknown.
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
    /// Opens of the mails, where the row is about whole mails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opens: Option<OpenFigures>,
    /// Figures of response time.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub waits: Option<WaitFigures>,
    /// Figures of reply latency.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub threads: Option<ThreadFigures>,
    /// Figures of deliverability.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub mail: Option<MailFigures>,
    /// Why the rate is grey or missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withheld_reason: Option<Withheld>,
}

impl Row {
    /// Whether its counts do not add up.
    pub fn is_off(&self) -> bool {
        self.withheld_reason == Some(Withheld::RebuildNeeded)
    }

    /// Leaves nothing of what does not add up.
    fn drop_what_is_off(&mut self) {
        if self.is_off() {
            *self = Self {
                key: std::mem::take(&mut self.key),
                label: std::mem::take(&mut self.label),
                withheld_reason: self.withheld_reason,
                ..Self::default()
            };
        }
    }
}

/// What stands beside the share of waits that were answered within an hour.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct WaitFigures {
    /// Still open.
    pub waiting: i64,
    /// Not answered so far, or ended otherwise: in the quantiles at the age they had then.
    pub censored: i64,
    /// Ended, as no answer was needed; in no rate.
    pub dismissed: i64,
    /// Answered at any time.
    pub answered: i64,
    /// Tried at any time: the first outbound touch by a person, whatever came of it.
    pub attempted: i64,
    /// Half of all waits were tried by then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt_p50_ms: Option<i64>,
    /// Of these, by a touch that we were told of more than a day late: not within an hour.
    pub late: i64,
    /// Of these, by a touch that a person told us of.
    pub self_reported: i64,
    /// Answers that this rep gave, whoever the wait is charged to.
    pub credited: i64,
    /// Of the waits that opened in working hours: answered within an hour by the wall clock.
    pub in_hours_n: i64,
    /// Those waits.
    pub in_hours_of: i64,
    /// There are enough waits for p50, and fewer than half have ended.
    pub p50_not_reached: bool,
    /// There are enough waits for p90, and fewer than nine tenths have ended.
    pub p90_not_reached: bool,
}

/// What stands beside the share of threads that were answered within 14 days.
#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
pub struct ThreadFigures {
    /// The share for each horizon, shortest first.
    pub horizons: Vec<HorizonFigure>,
    /// Met on another way before they answered.
    pub elsewhere: i64,
    /// Mails of ours that another of ours followed before any reply.
    pub superseded: i64,
    /// Answered by a colleague; counted as answered.
    pub colleague: i64,
    /// Whose horizons started anew after an absence.
    pub restarted: i64,
}

/// The share answered within one horizon.
#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
pub struct HorizonFigure {
    /// Its length in milliseconds.
    pub within_ms: i64,
    /// Answered.
    pub n: i64,
    /// Old enough.
    pub of: i64,
    /// `n ÷ of`.
    pub rate: Option<f64>,
    /// Lower 95 % limit.
    pub low: Option<f64>,
    /// Upper 95 % limit.
    pub high: Option<f64>,
}

/// What became of mail, in all cohorts.
#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
pub struct MailFigures {
    /// Given up before anybody took it.
    pub failed: i64,
    /// Came back for good.
    pub hard: i64,
    /// Came back this time.
    pub soft: i64,
    /// Came back for who sent it.
    pub block: i64,
    /// Complaints.
    pub complaints: i64,
    /// Sent to providers that report complaints; 0 means "not reported to us".
    pub complaints_of: i64,
    /// Complaints ÷ sent, among providers that report them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complaint_rate: Option<f64>,
    /// Unsubscribed by a mail of these.
    pub unsubscribed: i64,
    /// Limits that are passed.
    pub red: Vec<Limit>,
}

/// A limit that must not be passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// Two per cent came back for good.
    Hard,
    /// Three complaints, and three in a thousand.
    Complaints,
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
    /// The unit of `y`: `share`, `deliveries` or `answers`.
    pub unit: &'static str,
}

/// A place on the horizontal axis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum X {
    /// A date, `YYYY-MM-DD`.
    Date(String),
    /// A wait in milliseconds; the largest number stands for any longer one.
    Ms(i64),
    /// An hour of the week, 0 for Monday from midnight to one.
    Hour(u8),
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
    /// The contact who waits.
    pub contact: Option<String>,
    /// Whose turn it is; nobody's in the team's queue.
    pub owner: Option<String>,
    /// Who answers for them now.
    pub deputy: Option<String>,
}
