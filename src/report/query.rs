//! What a report is asked for. Parsed once, strictly: what is unknown, malformed or cannot be
//! answered from the metric store is refused with the name of its field.

use crate::domain::day::Day;
use crate::domain::id::{ContentId, TeamId, UserId};
use crate::domain::message::MessagePurpose;
use crate::metrics::Dim;
use std::str::FromStr;

/// Days a report covers when nothing is said.
pub const DEFAULT_DAYS: i32 = 90;

/// The longest period of one report.
const MAX_DAYS: i32 = 1_100;

/// What a row of the report is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// One row for everything.
    Total,
    /// A content asset.
    Content,
    /// A destination.
    Link,
    /// A template.
    Template,
    /// A purpose.
    Purpose,
    /// A rep.
    Rep,
    /// A recipient gateway.
    Gateway,
    /// A cohort day.
    Day,
    /// A cohort month.
    Month,
}

impl By {
    /// Every grouping.
    pub const ALL: [Self; 9] = [
        Self::Total,
        Self::Content,
        Self::Link,
        Self::Template,
        Self::Purpose,
        Self::Rep,
        Self::Gateway,
        Self::Day,
        Self::Month,
    ];

    /// The word used in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Total => "total",
            Self::Content => "content",
            Self::Link => "link",
            Self::Template => "template",
            Self::Purpose => "purpose",
            Self::Rep => "rep",
            Self::Gateway => "gateway",
            Self::Day => "day",
            Self::Month => "month",
        }
    }

    /// The dimension its rows are told apart by, `None` where they are told apart by rep or time.
    pub const fn dim(self) -> Option<Dim> {
        match self {
            Self::Content => Some(Dim::Content),
            Self::Link => Some(Dim::Link),
            Self::Template => Some(Dim::Template),
            Self::Purpose => Some(Dim::Purpose),
            Self::Gateway => Some(Dim::Gateway),
            Self::Total | Self::Rep | Self::Day | Self::Month => None,
        }
    }
}

/// Whose clicks are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Counting {
    /// Those of people.
    #[default]
    Human,
    /// All.
    Raw,
}

/// A question to a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The first cohort day, in the organisation's zone.
    pub from: Day,
    /// The day after the last.
    pub to: Day,
    /// What a row is.
    pub by: By,
    /// Only what this rep sent.
    pub rep: Option<UserId>,
    /// Only what this team's reps sent.
    pub team: Option<TeamId>,
    /// Only deliveries that show this asset, and clicks on it.
    pub content: Option<ContentId>,
    /// Only this purpose.
    pub purpose: Option<MessagePurpose>,
    /// Whose clicks count.
    pub counting: Counting,
}

/// A field that cannot be taken, and why in a sentence without its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field.
    pub field: String,
    /// Why.
    pub text: String,
}

impl Query {
    /// The last 90 days up to and with `today`, by content.
    pub const fn default_for(today: Day) -> Self {
        Self {
            from: today.plus(1 - DEFAULT_DAYS),
            to: today.plus(1),
            by: By::Content,
            rep: None,
            team: None,
            content: None,
            purpose: None,
            counting: Counting::Human,
        }
    }

    /// Reads decoded `name=value` pairs of a URL. `format` is left to the caller; an empty value
    /// is as good as none, since that is what a form sends. `today` is a day of the organisation's
    /// zone.
    pub fn parse<'a>(
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
        today: Day,
    ) -> Result<Self, Vec<FieldError>> {
        let mut reader = Reader::default();
        for (name, value) in pairs {
            reader.take(name, value.trim());
        }
        let mut errors = reader.errors;
        let to = reader.to.unwrap_or(today.plus(1));
        let query = Self {
            from: reader.from.unwrap_or(to.plus(-DEFAULT_DAYS)),
            to,
            by: reader.by.unwrap_or(By::Content),
            rep: reader.rep,
            team: reader.team,
            content: reader.content,
            purpose: reader.purpose,
            counting: reader.counting.unwrap_or_default(),
        };
        query.check(&mut errors);
        if errors.is_empty() {
            Ok(query)
        } else {
            Err(errors)
        }
    }

    /// The dimension and, where a filter fixes it, the content or purpose that rows are read from.
    pub fn dim(&self) -> Dim {
        match (self.content, self.purpose, self.by.dim()) {
            (Some(_), _, _) => Dim::Content,
            (None, Some(_), _) => Dim::Purpose,
            (None, None, Some(dim)) => dim,
            (None, None, None) => Dim::Total,
        }
    }

    fn check(&self, errors: &mut Vec<FieldError>) {
        let mut refuse = |field: &str, text: &str| errors.push(error(field, text));
        if self.from >= self.to {
            refuse("to", "must be after from; the last day is not included");
        } else if self.to.0 - self.from.0 > MAX_DAYS {
            refuse("from", "lies more than 1100 days before to");
        }
        if self.rep.is_some() && self.team.is_some() {
            refuse("team", "cannot be given together with rep");
        }
        if self.content.is_some() && self.purpose.is_some() {
            refuse("purpose", "cannot be given together with content");
        }
        if self.by == By::Link && (self.rep.is_some() || self.team.is_some()) {
            refuse("by", "cannot be link for a rep or a team; take content");
        }
        let other_dim = |dim| self.by.dim().is_some_and(|by| by != dim);
        if self.content.is_some() && other_dim(Dim::Content) {
            refuse(
                "content",
                "can be given only by total, content, rep, day or month",
            );
        }
        if self.purpose.is_some() && other_dim(Dim::Purpose) {
            refuse(
                "purpose",
                "can be given only by total, purpose, rep, day or month",
            );
        }
    }
}

fn error(field: &str, text: &str) -> FieldError {
    FieldError {
        field: field.to_owned(),
        text: text.to_owned(),
    }
}

#[derive(Default)]
struct Reader {
    from: Option<Day>,
    to: Option<Day>,
    by: Option<By>,
    rep: Option<UserId>,
    team: Option<TeamId>,
    content: Option<ContentId>,
    purpose: Option<MessagePurpose>,
    counting: Option<Counting>,
    seen: Vec<String>,
    errors: Vec<FieldError>,
}

impl Reader {
    fn take(&mut self, name: &str, value: &str) {
        if self.seen.iter().any(|seen| seen == name) {
            self.errors.push(error(name, "is given twice"));
            return;
        }
        self.seen.push(name.to_owned());
        if value.is_empty() && name != "format" {
            return self.check_name(name);
        }
        match name {
            "from" => self.from = self.read(name, Day::parse(value), A_DATE),
            "to" => self.to = self.read(name, Day::parse(value), A_DATE),
            "by" => {
                let by = By::ALL.into_iter().find(|by| by.as_str() == value);
                self.by = self.read(
                    name,
                    by,
                    "is none of total, content, link, template, purpose, rep, gateway, day, month",
                );
            }
            "rep" => self.rep = self.read(name, UserId::from_str(value).ok(), AN_ID),
            "team" => self.team = self.read(name, TeamId::from_str(value).ok(), AN_ID),
            "content" => self.content = self.read(name, ContentId::from_str(value).ok(), AN_ID),
            "purpose" => {
                let purposes = MessagePurpose::ALL.into_iter();
                let purpose = purposes
                    .into_iter()
                    .find(|purpose| purpose.as_str() == value);
                self.purpose = self.read(
                    name,
                    purpose,
                    "is none of answer, follow_up, win_back, first_touch",
                );
            }
            "verdict" => {
                let counting = match value {
                    "human" => Some(Counting::Human),
                    "raw" => Some(Counting::Raw),
                    _ => None,
                };
                self.counting = self.read(name, counting, "is neither human nor raw");
            }
            _ => self.check_name(name),
        }
    }

    fn read<T>(&mut self, name: &str, value: Option<T>, otherwise: &str) -> Option<T> {
        if value.is_none() {
            self.errors.push(error(name, otherwise));
        }
        value
    }

    fn check_name(&mut self, name: &str) {
        const KNOWN: [&str; 9] = [
            "from", "to", "by", "rep", "team", "content", "purpose", "verdict", "format",
        ];
        if !KNOWN.contains(&name) {
            self.errors
                .push(error(name, "is not a field of this report"));
        }
    }
}

const A_DATE: &str = "is not a date such as 2026-03-31";
const AN_ID: &str = "is not an id";

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Day = Day(20_000);

    fn fields(pairs: &[(&str, &str)]) -> Vec<String> {
        let errors = Query::parse(pairs.iter().copied(), TODAY).unwrap_err();
        errors.into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn nothing_said_means_ninety_days_by_content() {
        let query = Query::parse([("rep", ""), ("format", "csv")], TODAY).unwrap();
        assert_eq!(query, Query::default_for(TODAY));
        assert_eq!(query.to.0 - query.from.0, 90);
    }

    #[test]
    fn what_cannot_be_taken_is_named() {
        assert_eq!(fields(&[("from", "yesterday")]), ["from"]);
        assert_eq!(
            fields(&[("from", "2026-02-01"), ("to", "2026-02-01")]),
            ["to"]
        );
        assert_eq!(
            fields(&[("from", "2020-01-01"), ("to", "2026-02-01")]),
            ["from"]
        );
        assert_eq!(
            fields(&[("by", "owner"), ("verdict", "machine")]),
            ["by", "verdict"]
        );
        assert_eq!(fields(&[("clock", "business")]), ["clock"]);
        assert_eq!(fields(&[("by", "rep"), ("by", "rep")]), ["by"]);
        let id = "0190a0a0-0000-7000-8000-000000000000";
        assert_eq!(fields(&[("by", "link"), ("rep", id)]), ["by"]);
        assert_eq!(fields(&[("by", "template"), ("content", id)]), ["content"]);
        assert_eq!(fields(&[("team", id), ("rep", id)]), ["team"]);
        assert_eq!(
            fields(&[("purpose", "answer"), ("content", id), ("by", "rep")]),
            ["purpose"]
        );
    }

    #[test]
    fn a_filter_chooses_the_dimension_that_is_read() {
        let query = Query::parse([("by", "rep"), ("purpose", "answer")], TODAY).unwrap();
        assert_eq!(query.dim(), Dim::Purpose);
        let query = Query::parse([("by", "month")], TODAY).unwrap();
        assert_eq!(query.dim(), Dim::Total);
    }
}
