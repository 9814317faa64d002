//! What the reports on waits, replies and deliveries are asked for. Parsed once, strictly: what is
//! unknown, malformed or cannot be answered by this report is refused with the name of its field.

use super::query::{DEFAULT_DAYS, FieldError};
use crate::domain::day::Day;
use crate::domain::id::{TeamId, UserId};
use crate::metrics::tally::Side;
use std::str::FromStr;

/// The longest period of one report.
const MAX_DAYS: i32 = 1_100;

/// Which report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    /// How long contacts wait for us.
    ResponseTime,
    /// How long we wait for contacts.
    ReplyLatency,
    /// What arrives.
    Deliverability,
}

impl Name {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::ResponseTime, Self::ReplyLatency, Self::Deliverability];

    /// The name in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ResponseTime => "response-time",
            Self::ReplyLatency => "reply-latency",
            Self::Deliverability => "deliverability",
        }
    }

    /// The report called `name`.
    pub fn from_word(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == name)
    }

    /// What its rows may be; the first is taken when nothing is said.
    pub const fn slices(self) -> &'static [Slice] {
        use Slice as S;
        match self {
            Self::ResponseTime => &[S::Total, S::Rep, S::Channel, S::Day, S::Month],
            Self::ReplyLatency => &[
                S::Total,
                S::Purpose,
                S::Template,
                S::Rep,
                S::Gateway,
                S::Day,
                S::Month,
            ],
            Self::Deliverability => &[
                S::Mailbox,
                S::Domain,
                S::Gateway,
                S::Reason,
                S::Rep,
                S::Total,
                S::Day,
                S::Month,
            ],
        }
    }
}

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slice {
    /// One row for everything.
    Total,
    /// A rep.
    Rep,
    /// The channel a wait opened on.
    Channel,
    /// A purpose.
    Purpose,
    /// A template.
    Template,
    /// A recipient gateway.
    Gateway,
    /// A mailbox of ours.
    Mailbox,
    /// A domain of ours.
    Domain,
    /// Why mail came back.
    Reason,
    /// A cohort day.
    Day,
    /// A cohort month.
    Month,
}

impl Slice {
    /// The word used in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Total => "total",
            Self::Rep => "rep",
            Self::Channel => "channel",
            Self::Purpose => "purpose",
            Self::Template => "template",
            Self::Gateway => "gateway",
            Self::Mailbox => "mailbox",
            Self::Domain => "domain",
            Self::Reason => "reason",
            Self::Day => "day",
            Self::Month => "month",
        }
    }

    /// The rows of the metric store it is read from.
    pub const fn side(self) -> Side {
        match self {
            Self::Channel => Side::Channel,
            Self::Purpose => Side::Purpose,
            Self::Template => Side::Template,
            Self::Gateway => Side::Gateway,
            Self::Mailbox | Self::Domain => Side::Mailbox,
            Self::Total | Self::Rep | Self::Reason | Self::Day | Self::Month => Side::Total,
        }
    }
}

/// By which clock waits are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClockKind {
    /// As they pass.
    #[default]
    Wall,
    /// The owner's working time alone.
    Business,
}

impl ClockKind {
    /// The word used in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Wall => "wall",
            Self::Business => "business",
        }
    }
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The first cohort day, in the organisation's zone.
    pub from: Day,
    /// The day after the last.
    pub to: Day,
    /// What a row is.
    pub by: Slice,
    /// Of this rep alone.
    pub rep: Option<UserId>,
    /// Of this team's reps alone.
    pub team: Option<TeamId>,
    /// By which clock.
    pub clock: ClockKind,
}

impl Asked {
    /// The last 90 days up to and with `today`.
    pub const fn default_for(name: Name, today: Day) -> Self {
        Self {
            from: today.plus(1 - DEFAULT_DAYS),
            to: today.plus(1),
            by: name.slices()[0],
            rep: None,
            team: None,
            clock: ClockKind::Wall,
        }
    }

    /// Reads decoded `name=value` pairs of a URL. `format` is left to the caller; an empty value is
    /// as good as none.
    pub fn parse<'a>(
        name: Name,
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
        today: Day,
    ) -> Result<Self, Vec<FieldError>> {
        let mut reader = Reader {
            asked: Self::default_for(name, today),
            has_from: false,
            seen: Vec::new(),
            errors: Vec::new(),
        };
        for (field, value) in pairs {
            reader.take(name, field, value.trim());
        }
        let mut asked = reader.asked;
        if !reader.has_from {
            asked.from = asked.to.plus(-DEFAULT_DAYS);
        }
        let mut errors = reader.errors;
        if asked.from >= asked.to {
            errors.push(error(
                "to",
                "must be after from; the last day is not included",
            ));
        } else if asked.to.0 - asked.from.0 > MAX_DAYS {
            errors.push(error("from", "lies more than 1100 days before to"));
        }
        if asked.rep.is_some() && asked.team.is_some() {
            errors.push(error("team", "cannot be given together with rep"));
        }
        if errors.is_empty() {
            Ok(asked)
        } else {
            Err(errors)
        }
    }
}

fn error(field: &str, text: &str) -> FieldError {
    FieldError {
        field: field.to_owned(),
        text: text.to_owned(),
    }
}

struct Reader {
    asked: Asked,
    has_from: bool,
    seen: Vec<String>,
    errors: Vec<FieldError>,
}

impl Reader {
    fn take(&mut self, report: Name, field: &str, value: &str) {
        if self.seen.iter().any(|seen| seen == field) {
            return self.errors.push(error(field, "is given twice"));
        }
        self.seen.push(field.to_owned());
        let has_clock = report == Name::ResponseTime;
        let is_known = matches!(field, "from" | "to" | "by" | "rep" | "team" | "format")
            || (field == "clock" && has_clock);
        if !is_known {
            return self
                .errors
                .push(error(field, "is not a field of this report"));
        }
        if value.is_empty() || field == "format" {
            return;
        }
        let wrong = match field {
            "from" | "to" => self.day(field, value),
            "by" => {
                let by = report.slices().iter().find(|by| by.as_str() == value);
                self.asked.by = by.copied().unwrap_or(self.asked.by);
                by.is_none().then_some("is not a grouping of this report")
            }
            "rep" => {
                self.asked.rep = UserId::from_str(value).ok();
                self.asked.rep.is_none().then_some("is not an id")
            }
            "team" => {
                self.asked.team = TeamId::from_str(value).ok();
                self.asked.team.is_none().then_some("is not an id")
            }
            _ => match value {
                "wall" => None,
                "business" => {
                    self.asked.clock = ClockKind::Business;
                    None
                }
                _ => Some("is neither wall nor business"),
            },
        };
        self.errors.extend(wrong.map(|text| error(field, text)));
    }

    fn day(&mut self, field: &str, value: &str) -> Option<&'static str> {
        let Some(day) = Day::parse(value) else {
            return Some("is not a date such as 2026-03-31");
        };
        if field == "from" {
            self.asked.from = day;
            self.has_from = true;
        } else {
            self.asked.to = day;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_report_takes_its_own_fields_alone() {
        let today = Day(20_000);
        let fields = |name, pairs: &[(&'static str, &'static str)]| -> Vec<String> {
            let errors = Asked::parse(name, pairs.iter().copied(), today).unwrap_err();
            errors.into_iter().map(|error| error.field).collect()
        };
        let asked = Asked::parse(
            Name::ResponseTime,
            [("clock", "business"), ("rep", "")],
            today,
        );
        assert_eq!(asked.unwrap().clock, ClockKind::Business);
        assert_eq!(fields(Name::ReplyLatency, &[("clock", "wall")]), ["clock"]);
        assert_eq!(fields(Name::ResponseTime, &[("by", "mailbox")]), ["by"]);
        assert_eq!(
            fields(Name::Deliverability, &[("from", "x"), ("content", "")]),
            ["from", "content"]
        );
        assert_eq!(
            fields(Name::Deliverability, &[("by", "day"), ("by", "day")]),
            ["by"]
        );
        assert_eq!(
            fields(
                Name::Deliverability,
                &[("from", "2026-01-02"), ("to", "2026-01-02")]
            ),
            ["to"]
        );
    }
}
