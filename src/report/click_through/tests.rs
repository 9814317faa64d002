//! Figures, verdicts and order of the rows, from tallies.

use super::*;
use crate::report::{ContentVerdict, Differs};

const QUERY: Query = Query {
    from: Day(20_000),
    to: Day(20_090),
    by: By::Content,
    rep: None,
    team: None,
    content: None,
    purpose: None,
    counting: Counting::Human,
};

fn group(label: &str, human: i64, measurable: i64, contacts: f64) -> Group {
    Group {
        key: label.to_owned(),
        label: label.to_owned(),
        tally: Tally {
            mature: Counts {
                sent: measurable,
                measurable,
                human,
                machine: 3,
                raw: human + 3,
            },
            contacts,
            ..Tally::default()
        },
    }
}

fn report(query: &Query, groups: Vec<Group>) -> Report {
    let mut total = Tally::default();
    for group in &groups {
        total.mature.add(&group.tally.mature, 1);
    }
    build(Input {
        query,
        zone: "UTC",
        watermark: Seq(9),
        groups,
        total,
        days: Vec::new(),
        floor: None,
        unmeasured_days: 0,
        objected: 0,
        reps: Reps::Shown,
    })
}

#[test]
fn content_works_is_quiet_or_cannot_be_judged_yet() {
    let report = report(
        &QUERY,
        vec![
            group("works", 120, 1_000, 900.0),
            group("quiet", 5, 1_000, 900.0),
            group("never clicked", 0, 70, 65.0),
            group("same few readers", 0, 70, 40.0),
            group("small", 2, 25, 25.0),
            group("average", 30, 800, 700.0),
        ],
    );
    let verdicts: Vec<(&str, ContentVerdict)> = report
        .rows
        .iter()
        .map(|row| (row.label.as_str(), row.verdict.unwrap()))
        .collect();
    // Pooled 157 of 2,965, so the floor is 2.65 %; what is grey stands last.
    assert_eq!(
        verdicts,
        [
            ("works", ContentVerdict::Works),
            ("average", ContentVerdict::TooEarly),
            ("quiet", ContentVerdict::Quiet),
            ("never clicked", ContentVerdict::Quiet),
            ("same few readers", ContentVerdict::TooEarly),
            ("small", ContentVerdict::TooEarly),
        ]
    );
    let floor = report
        .notes
        .iter()
        .find(|note| note.code == "floor")
        .unwrap();
    assert_eq!(floor.params, ["2.6"]);
}

#[test]
fn an_interval_rests_on_distinct_contacts() {
    let many = report(&QUERY, vec![group("a", 50, 500, 480.0)]);
    let few = report(&QUERY, vec![group("a", 50, 500, 40.0)]);
    let width = |report: &Report| report.rows[0].high.unwrap() - report.rows[0].low.unwrap();
    assert!(width(&few) > 3.0 * width(&many));
    assert_eq!(many.rows[0].withheld_reason, None);
    let few = report(&QUERY, vec![group("a", 50, 500, 29.0)]);
    assert_eq!(few.rows[0].withheld_reason, Some(Withheld::TooFewContacts));
    assert_eq!(few.rows[0].rate, Some(0.1), "grey, not hidden");
    let none = report(&QUERY, vec![group("a", 0, 0, 0.0)]);
    assert_eq!(
        none.rows[0].withheld_reason,
        Some(Withheld::NothingMeasured)
    );
}

#[test]
fn reps_stand_by_name_and_are_marked_only_where_they_surely_differ() {
    let by_rep = Query {
        by: By::Rep,
        ..QUERY
    };
    let groups = || {
        vec![
            group("Zoe", 30, 1_000, 900.0),
            group("Anna", 100, 1_000, 900.0),
            group("Max", 96, 1_000, 900.0),
            group("New", 5, 20, 20.0),
        ]
    };
    let report = self::report(&by_rep, groups());
    let seen: Vec<(&str, Option<Differs>, bool)> = report
        .rows
        .iter()
        .map(|row| (row.label.as_str(), row.differs, row.rate.is_some()))
        .collect();
    assert_eq!(
        seen,
        [
            ("Anna", Some(Differs::Above), true),
            ("Max", None, true),
            ("New", None, false),
            ("Zoe", Some(Differs::Below), true),
        ]
    );
    let week = Query {
        to: Day(20_007),
        ..by_rep
    };
    let young = self::report(&week, groups());
    for row in &young.rows {
        assert_eq!(
            (row.rate, row.withheld_reason),
            (None, Some(Withheld::UnderFourWeeks))
        );
    }
}

#[test]
fn under_half_measured_nothing_is_compared() {
    let mut half = group("half", 40, 400, 390.0);
    half.tally.mature.sent = 900;
    let report = report(&QUERY, vec![half, group("whole", 3, 400, 390.0)]);
    let row = report.rows.iter().find(|row| row.label == "half").unwrap();
    assert_eq!(row.withheld_reason, Some(Withheld::LowCoverage));
    assert_eq!(row.verdict, Some(ContentVerdict::TooEarly));
}

#[test]
fn the_curve_of_waits_ends_at_the_rate() {
    let mut clicked = group("a", 10, 100, 100.0);
    clicked.tally.waits = vec![(Bin::of(HOUR_MS), 6), (Bin::of(3 * DAY_MS), 4)];
    let total = clicked.tally.clone();
    let report = build(Input {
        query: &QUERY,
        zone: "UTC",
        watermark: Seq(9),
        groups: vec![clicked],
        total,
        days: Vec::new(),
        floor: None,
        unmeasured_days: 0,
        objected: 0,
        reps: Reps::Shown,
    });
    let curve = report
        .series
        .iter()
        .find(|series| series.name == "clicked_within")
        .unwrap();
    let at = |ms| {
        let place = curve.x.iter().position(|x| *x == X::Ms(ms)).unwrap();
        curve.y[place].unwrap()
    };
    assert!(at(MINUTE_MS).abs() < 1e-9);
    assert!((at(2 * HOUR_MS) - 0.06).abs() < 1e-9);
    assert!((at(7 * DAY_MS) - 0.1).abs() < 1e-9);
    let row = &report.rows[0];
    let off = row.p50_ms.unwrap() as f64 / HOUR_MS as f64 - 1.0;
    assert!(
        off.abs() <= 0.01 && row.p90_ms.is_none(),
        "nine in ten needs 36 clickers"
    );
}
