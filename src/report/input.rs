//! What the reports on waits, replies and deliveries share: the question with what was counted for
//! it, and the frame their figures stand in.

use super::asked::{Asked, Name, Slice};
use super::counted::{Group, judge_reps, withhold_unknown_gateway};
use super::note::Note;
use super::{Report, Row, Series, Waiting};

/// Everything such a report is made of; `G` is what was counted for one row.
#[derive(Debug)]
pub struct Input<'a, G = Group> {
    /// The question.
    pub asked: &'a Asked,
    /// The organisation's zone.
    pub zone: String,
    /// The newest event in the figures.
    pub watermark: i64,
    /// The rows.
    pub groups: Vec<G>,
    /// Everything the filters let through.
    pub total: G,
    /// Whether single reps were left out.
    pub folded: bool,
}

/// What a report says beside its rows.
#[derive(Debug, Default)]
pub(super) struct Beside {
    pub series: Vec<Series>,
    pub waiting: Vec<Waiting>,
    pub notes: Vec<Note>,
}

impl<G> Input<'_, G> {
    /// The report `name` of `rows`: reps judged against `total` and by name, cohorts by date, all
    /// else as `order` has it.
    pub(super) fn report(
        &self,
        name: Name,
        mut rows: Vec<Row>,
        total: &Row,
        order: impl FnOnce(&mut [Row]),
        mut beside: Beside,
    ) -> Report {
        let asked = self.asked;
        if total.is_off() || rows.iter().any(Row::is_off) {
            beside.notes.insert(0, Note::rebuild_needed());
        }
        rows.iter_mut().for_each(Row::drop_what_is_off);
        if total.is_off() {
            beside.series.clear();
            beside.notes.truncate(1);
            if asked.by == Slice::Reason {
                rows.clear();
            }
        }
        if asked.by == Slice::Gateway {
            rows.iter_mut().for_each(withhold_unknown_gateway);
        }
        match asked.by {
            Slice::Rep => judge_reps(&mut rows, asked.to.0 - asked.from.0, total.n, total.of),
            Slice::Day | Slice::Month => rows.sort_by(|a, b| a.key.cmp(&b.key)),
            _ => order(&mut rows),
        }
        Report {
            report: name.as_str(),
            from: asked.from.to_string(),
            to: asked.to.to_string(),
            zone: self.zone.clone(),
            by: asked.by.as_str(),
            watermark: self.watermark,
            rows,
            series: beside.series,
            waiting: beside.waiting,
            opens: None,
            notes: beside.notes,
        }
    }

    /// What is said where people stand in the rows.
    pub(super) fn of_people(&self) -> impl Iterator<Item = Note> {
        let by_rep = (self.asked.by == Slice::Rep).then(Note::not_for_pay);
        let folded = self.folded.then(Note::reps_folded);
        by_rep.into_iter().chain(folded)
    }
}
