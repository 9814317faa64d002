//! The pictures of the reports on waits and replies, from their own series.

use crate::domain::clock::{DAY_MS, HOUR_MS, MINUTE_MS};
use crate::report::asked::Name;
use crate::report::{Report, Series, X};
use crate::web::ui::chart::{
    Bar, Bin, Caption, Curve, HeatCell, Point, Segment, bars, curve, heat, histogram,
};
use crate::web::ui::words::Lang;
use maud::{Markup, html};

fn series<'a>(report: &'a Report, name: &str) -> Option<&'a Series> {
    report.series.iter().find(|series| series.name == name)
}

/// The pictures of a report.
pub fn all(lang: Lang, name: Name, report: &Report) -> Markup {
    match name {
        Name::ResponseTime => html! {
            div.two { (answered(lang, report)) (answers(lang, report)) }
            (reached(lang, report))
        },
        Name::ReplyLatency => html! { div.two { (replied(lang, report)) (week(lang, report)) } },
        Name::Deliverability => html! {},
    }
}

fn panel(title: &str, inside: &Markup) -> Markup {
    html! { figure.panel { figcaption { (title) } (inside) } }
}

/// The axis across is logarithmic, since most answers come early.
fn place(ms: i64) -> f64 {
    (ms.max(MINUTE_MS) as f64 / MINUTE_MS as f64).ln()
}

fn points(lang: Lang, values: &Series, band: Option<(&Series, &Series)>) -> Vec<Point> {
    let point = |(i, (x, y)): (usize, (&X, &Option<f64>))| match x {
        X::Ms(ms) => Some(Point {
            x: place(*ms),
            y: *y,
            band: band.and_then(|(low, high)| Some((low.y[i]?, high.y[i]?))),
            segment: Segment::Settled,
            hint: lang.sent_on(
                &lang.within(&lang.span(*ms)),
                &y.map_or_else(String::new, |y| lang.percent(y)),
            ),
        }),
        X::Date(_) | X::Hour(_) => None,
    };
    values
        .x
        .iter()
        .zip(&values.y)
        .enumerate()
        .filter_map(point)
        .collect()
}

fn share_curve(lang: Lang, points: Vec<Point>, first: i64, last: i64) -> Curve {
    let marks = [first, HOUR_MS, DAY_MS, last];
    Curve {
        start: place(first),
        end: place(last),
        labels: marks.map(|ms| (place(ms), lang.span(ms))).to_vec(),
        is_share: true,
        points,
        ..Curve::default()
    }
}

fn answered(lang: Lang, report: &Report) -> Markup {
    let named = |name| series(report, name);
    let (Some(values), Some(low), Some(high)) = (
        named("answered_within"),
        named("answered_within_low"),
        named("answered_within_high"),
    ) else {
        return html! {};
    };
    let points = points(lang, values, Some((low, high)));
    let data = share_curve(lang, points, MINUTE_MS, 14 * DAY_MS);
    let caption = Caption {
        id: "answered",
        title: lang.chart_answered(),
        desc: lang.chart_answered_desc(),
    };
    panel(
        lang.chart_answered(),
        &curve(caption, &data, |y| lang.percent(y)),
    )
}

fn band_words(lang: Lang, x: &X) -> String {
    match x {
        X::Ms(i64::MAX) => lang.longer().to_owned(),
        X::Ms(ms) => lang.span(*ms),
        X::Date(_) | X::Hour(_) => String::new(),
    }
}

fn answers(lang: Lang, report: &Report) -> Markup {
    let (Some(all), Some(told)) = (series(report, "answers"), series(report, "self_reported"))
    else {
        return html! {};
    };
    let count = |y: Option<f64>| y.unwrap_or(0.0) as i64;
    let any_told = told.y.iter().any(|y| count(*y) > 0);
    let bins: Vec<Bin> = all
        .x
        .iter()
        .enumerate()
        .map(|(i, x)| Bin {
            label: band_words(lang, x),
            human: count(all.y[i]) - count(told.y[i]),
            machine: any_told.then(|| count(told.y[i])),
            hint: format!("{}: {}", band_words(lang, x), lang.integer(count(all.y[i]))),
        })
        .collect();
    let caption = Caption {
        id: "answers",
        title: lang.chart_answers(),
        desc: lang.chart_answers_desc(),
    };
    panel(
        lang.chart_answers(),
        &histogram(caption, &bins, |n| lang.integer(n)),
    )
}

fn reached(lang: Lang, report: &Report) -> Markup {
    let Some(values) = series(report, "reached_decision_maker") else {
        return html! {};
    };
    let rows: Vec<Bar> = values
        .x
        .iter()
        .zip(&values.y)
        .filter_map(|(x, y)| {
            let value = (*y)?;
            let words = band_words(lang, x);
            Some(Bar {
                label: if *x == X::Ms(i64::MAX) {
                    words
                } else {
                    lang.up_to(&words)
                },
                value,
                band: None,
                figures: lang.percent(value),
                dim: false,
            })
        })
        .collect();
    if rows.is_empty() {
        return html! {};
    }
    let caption = Caption {
        id: "reached",
        title: lang.chart_reached(),
        desc: lang.chart_reached_desc(),
    };
    panel(lang.chart_reached(), &bars(caption, &rows))
}

fn replied(lang: Lang, report: &Report) -> Markup {
    let Some(values) = series(report, "replied_within") else {
        return html! {};
    };
    let data = share_curve(
        lang,
        points(lang, values, None),
        15 * MINUTE_MS,
        14 * DAY_MS,
    );
    let caption = Caption {
        id: "replied",
        title: lang.chart_replied(),
        desc: lang.chart_replied_desc(),
    };
    panel(
        lang.chart_replied(),
        &curve(caption, &data, |y| lang.percent(y)),
    )
}

fn week(lang: Lang, report: &Report) -> Markup {
    let Some(values) = series(report, "week") else {
        return html! {};
    };
    let mut days = [""; 7];
    for (day, name) in days.iter_mut().zip(lang.week_days().split(' ')) {
        *day = name;
    }
    let cells: Vec<HeatCell> = values
        .y
        .iter()
        .enumerate()
        .map(|(slot, share)| {
            let when = format!("{} {}:00", days[slot / 24 % 7], slot % 24);
            let share_words =
                share.map_or_else(|| "\u{2013}".to_owned(), |share| lang.percent(share));
            HeatCell {
                share: *share,
                hint: format!("{when}: {share_words}"),
            }
        })
        .collect();
    let caption = Caption {
        id: "week",
        title: lang.chart_week(),
        desc: lang.chart_week_desc(),
    };
    panel(
        lang.chart_week(),
        &html! {
            (heat(caption, days, &cells))
            p.sub { (lang.chart_week_desc()) }
        },
    )
}
