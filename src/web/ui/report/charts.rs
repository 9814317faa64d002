//! The pictures of the report, from its own series and rows.

use super::controls::slice;
use super::table::label;
use crate::domain::clock::{DAY_MS, HOUR_MS, MINUTE_MS};
use crate::domain::day::Day;
use crate::report::query::Query;
use crate::report::{Report, Series, X};
use crate::web::ui::chart::{Bar, Caption, Curve, Point, Segment, bars, curve};
use crate::web::ui::desk::Desk;
use crate::web::ui::words::Lang;
use maud::{Markup, html};

/// Bars drawn; the table has all rows.
const BARS: usize = 10;

fn series<'a>(report: &'a Report, name: &str) -> Option<&'a Series> {
    report.series.iter().find(|series| series.name == name)
}

/// The rate by cohort day, the days that are still filling hatched.
pub fn days(desk: &Desk, report: &Report) -> Markup {
    let lang = desk.lang();
    let (Some(settled), Some(filling)) = (series(report, "rate"), series(report, "rate_filling"))
    else {
        return html! {};
    };
    let days: Vec<Option<Day>> = settled
        .x
        .iter()
        .map(|x| match x {
            X::Date(text) => Day::parse(text),
            X::Ms(_) | X::Hour(_) => None,
        })
        .collect();
    let mut points = Vec::new();
    for (i, day) in days.iter().enumerate() {
        let Some(day) = day else { continue };
        let (now, later) = (settled.y[i], filling.y.get(i).copied().flatten());
        let (y, segment) = match (now, later) {
            (None, Some(later)) => (Some(later), Segment::Filling),
            (now, _) => (now, Segment::Settled),
        };
        let share = y.map_or_else(String::new, |y| lang.percent(y));
        points.push(Point {
            x: f64::from(day.0),
            y,
            band: None,
            segment,
            hint: lang.sent_on(&day.to_string(), &share),
        });
    }
    let known: Vec<&Day> = days.iter().flatten().collect();
    let (Some(first), Some(last)) = (known.first(), known.last()) else {
        return html! {};
    };
    let middle = Day(i32::midpoint(first.0, last.0));
    let data = Curve {
        start: f64::from(first.0),
        end: f64::from(last.0),
        labels: [**first, middle, **last]
            .map(|day| (f64::from(day.0), short(desk, day)))
            .to_vec(),
        name: String::new(),
        filling: lang.still_filling().to_owned(),
        is_share: true,
        points,
    };
    let caption = Caption {
        id: "days",
        title: lang.chart_days(),
        desc: lang.chart_days_desc(),
    };
    html! {
        figure.panel {
            figcaption { (lang.chart_days()) }
            (curve(caption, &data, |y| lang.percent(y)))
        }
    }
}

/// A day without the year it is in anyway.
pub fn short(desk: &Desk, day: Day) -> String {
    let noon = crate::domain::clock::Millis(i64::from(day.0) * DAY_MS + 12 * HOUR_MS);
    desk.lang()
        .day(noon, desk.frame.when.now, &desk.frame.when.zone)
}

/// The best known rows as bars.
pub fn rows(lang: Lang, query: &Query, report: &Report) -> Markup {
    let bars_of: Vec<Bar> = report
        .rows
        .iter()
        .filter_map(|row| {
            let rate = row.rate?;
            let n_of = lang.n_of(&lang.integer(row.n), &lang.integer(row.of));
            Some(Bar {
                label: label(lang, query.by, row),
                value: rate,
                band: row.low.zip(row.high),
                figures: format!("{} · {n_of}", lang.percent(rate)),
                dim: row.withheld_reason.is_some(),
            })
        })
        .take(BARS)
        .collect();
    let title = lang.chart_rows(slice(lang, query.by));
    let caption = Caption {
        id: "rows",
        title: &title,
        desc: lang.chart_rows_desc(),
    };
    html! {
        figure.panel {
            figcaption { (title) }
            @if bars_of.is_empty() { p.soft { (lang.headline_none()) } } @else { (bars(caption, &bars_of)) }
        }
    }
}

/// The share clicked within a time; the axis is logarithmic, since most click at once.
pub fn waits(lang: Lang, report: &Report) -> Markup {
    let Some(waits) = series(report, "clicked_within") else {
        return html! {};
    };
    let place = |ms: i64| ((ms.max(MINUTE_MS) as f64) / MINUTE_MS as f64).ln();
    let points: Vec<Point> = waits
        .x
        .iter()
        .zip(&waits.y)
        .filter_map(|(x, y)| match x {
            X::Ms(ms) => Some(Point {
                x: place(*ms),
                y: *y,
                band: None,
                segment: Segment::Settled,
                hint: lang.sent_on(
                    &lang.within(&lang.span(*ms)),
                    &y.map_or_else(String::new, |y| lang.percent(y)),
                ),
            }),
            X::Date(_) | X::Hour(_) => None,
        })
        .collect();
    if points.iter().all(|point| point.y.is_none()) {
        return html! {};
    }
    let data = Curve {
        start: 0.0,
        end: place(7 * DAY_MS),
        labels: [MINUTE_MS, HOUR_MS, DAY_MS, 7 * DAY_MS]
            .map(|ms| (place(ms), lang.span(ms)))
            .to_vec(),
        name: String::new(),
        filling: String::new(),
        is_share: true,
        points,
    };
    let caption = Caption {
        id: "waits",
        title: lang.chart_curve(),
        desc: lang.chart_curve_desc(),
    };
    html! {
        figure.panel {
            figcaption { (lang.chart_curve()) }
            (curve(caption, &data, |y| lang.percent(y)))
        }
    }
}
