//! What is said beside figures: notes under a report and the reason why a row is grey. Each has a
//! code that pages translate and a line of English that stands in JSON.

use serde::Serialize;
use utoipa::ToSchema;

/// A remark under a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Note {
    /// A stable word.
    pub code: &'static str,
    /// The figures or names the sentence is filled with, in its order.
    pub params: Vec<String>,
    /// The sentence in English.
    pub text: String,
}

impl Note {
    /// Measured on `n` of `sent`.
    pub fn coverage(n: i64, sent: i64) -> Self {
        Self {
            code: "coverage",
            params: vec![n.to_string(), sent.to_string()],
            text: format!("Measured on {n} of {sent} sent."),
        }
    }

    /// `n` deliveries are younger than `days`.
    pub fn still_filling(n: i64, days: i32) -> Self {
        Self {
            code: "still_filling",
            params: vec![n.to_string(), days.to_string()],
            text: format!(
                "{n} are younger than {days} days and still filling; they are in no rate."
            ),
        }
    }

    /// Cohorts of `days` days are left out, since hits of theirs could not be recorded.
    pub fn unrecorded(days: usize) -> Self {
        Self {
            code: "unrecorded",
            params: vec![days.to_string()],
            text: format!(
                "The deliveries of {days} days are not measurable: clicks within their horizon could not be recorded."
            ),
        }
    }

    /// `clicks` of the whole organisation are in no figure, since the browser said not to track.
    pub fn objected(clicks: i64) -> Self {
        Self {
            code: "objected",
            params: vec![clicks.to_string()],
            text: format!(
                "In the whole organisation {clicks} clicks came with a request not to be tracked; they are in no figure."
            ),
        }
    }

    /// The floor that content is judged by, as a share.
    pub fn floor(floor: f64) -> Self {
        let per_cent = format!("{:.1}", floor * 100.0);
        Self {
            code: "floor",
            text: format!("Content works where its rate is surely at or above {per_cent} %."),
            params: vec![per_cent],
        }
    }

    /// Until when opens count, and what proves one.
    pub fn opens(days: i32) -> Self {
        Self {
            code: "opens",
            params: vec![days.to_string()],
            text: format!(
                "Opens count within {days} days, like clicks. A person's click or a reply proves one, whatever the pixel saw."
            ),
        }
    }

    /// Machine clicks are in the figures.
    pub fn raw() -> Self {
        Self::plain("raw", "Every click is counted, by machines too.")
    }

    /// Attribution.
    pub fn followed() -> Self {
        Self::plain(
            "followed",
            "A click followed the mail; the mail need not have caused it.",
        )
    }

    /// Quantiles are over those who clicked.
    pub fn of_clickers() -> Self {
        Self::plain(
            "of_clickers",
            "Times are of those who clicked: half of them did so within p50.",
        )
    }

    /// Shares over contents are not summed.
    pub fn shares_not_summed() -> Self {
        Self::plain(
            "shares_not_summed",
            "One mail may show several; their shares do not add up.",
        )
    }

    /// What the figures of people are for.
    pub fn not_for_pay() -> Self {
        Self::plain(
            "not_for_pay",
            "These figures show where help is needed. They are not evidence for pay or dismissal.",
        )
    }

    /// Single reps are folded into the team for this viewer.
    pub fn reps_folded() -> Self {
        Self::plain(
            "reps_folded",
            "Single reps are not shown here; the team is.",
        )
    }

    /// What was left out, and what to run.
    pub fn rebuild_needed() -> Self {
        Self::plain(
            "rebuild_needed",
            "Counts of an earlier version do not add up and are left out. Run otklik rebuild-metrics; it counts everything anew beside the running program.",
        )
    }

    /// `n` waits are younger than an hour.
    pub fn young_waits(n: i64) -> Self {
        Self::counted("young_waits", n, "are younger than an hour and in no rate")
    }

    /// `n` answers were told late.
    pub fn told_late(n: i64) -> Self {
        Self::counted(
            "told_late",
            n,
            "were answered by a touch told more than a day later; they are not within an hour",
        )
    }

    /// `n` answers were told by people.
    pub fn self_reported(n: i64) -> Self {
        Self::counted(
            "self_reported",
            n,
            "were answered by a touch that a person told us of",
        )
    }

    /// `n` threads ended elsewhere.
    pub fn elsewhere(n: i64) -> Self {
        Self::counted(
            "elsewhere",
            n,
            "were met on another way first and say neither yes nor no",
        )
    }

    /// `n` threads started anew.
    pub fn restarted(n: i64) -> Self {
        Self::counted("restarted", n, "are counted from the end of an absence")
    }

    /// `n` threads were answered by a colleague.
    pub fn colleague(n: i64) -> Self {
        Self::counted(
            "colleague",
            n,
            "were answered by a colleague and count as answered",
        )
    }

    /// `n` mails were superseded.
    pub fn superseded(n: i64) -> Self {
        Self::counted(
            "superseded",
            n,
            "mails were followed by another before any reply",
        )
    }

    /// `of` of `sent` went to providers that report complaints.
    pub fn reporting(of: i64, sent: i64) -> Self {
        Self {
            code: "reporting",
            params: vec![of.to_string(), sent.to_string()],
            text: format!("{of} of {sent} sent went to providers that report complaints to us."),
        }
    }

    fn counted(code: &'static str, n: i64, what: &str) -> Self {
        Self {
            code,
            params: vec![n.to_string()],
            text: format!("{n} {what}."),
        }
    }

    pub(super) fn plain(code: &'static str, text: &str) -> Self {
        Self {
            code,
            params: Vec::new(),
            text: text.to_owned(),
        }
    }
}

/// Why a rate is grey or missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Withheld {
    /// Nothing in the denominator yet.
    NothingMeasured,
    /// Fewer than 30 distinct contacts.
    TooFewContacts,
    /// The interval is wider than 20 points.
    TooWide,
    /// Under half of what was sent could be measured: compared with nothing.
    LowCoverage,
    /// A rep's figures over less than four weeks.
    UnderFourWeeks,
    /// Counts of an earlier version do not add up until they are rebuilt: nothing of them is shown.
    RebuildNeeded,
    /// What gateway these mails met is not known, so nothing is to be learnt from their share.
    GatewayUnknown,
}

impl Withheld {
    /// The word used in JSON and CSV.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NothingMeasured => "nothing_measured",
            Self::TooFewContacts => "too_few_contacts",
            Self::TooWide => "too_wide",
            Self::LowCoverage => "low_coverage",
            Self::UnderFourWeeks => "under_four_weeks",
            Self::RebuildNeeded => "rebuild_needed",
            Self::GatewayUnknown => "gateway_unknown",
        }
    }
}
