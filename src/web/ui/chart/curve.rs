//! A line over time or over waiting, with its interval as a band.

use super::{Caption, hatch, nice_max, pc, ticks};
use maud::{Markup, html};
use std::fmt::Write as _;

/// The plot's height in pixels, and what is kept above it for the top label.
const HEIGHT: f64 = 180.0;
const TOP: f64 = 18.0;
/// Units across the stretched plot.
const WIDTH: f64 = 1_000.0;

/// Whether a point may be read as final.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Segment {
    /// Its cohort is complete.
    Settled,
    /// Its cohort is still filling: drawn dashed over hatching.
    Filling,
}

/// One point of a curve.
#[derive(Debug, Clone)]
pub struct Point {
    /// Its place across, in the unit of [`Curve::end`].
    pub x: f64,
    /// Its height; `None` leaves a gap.
    pub y: Option<f64>,
    /// Its interval, lower and upper end.
    pub band: Option<(f64, f64)>,
    /// Whether it is final.
    pub segment: Segment,
    /// What hovering over it says.
    pub hint: String,
}

/// A curve and how its axes are labelled.
#[derive(Debug, Clone, Default)]
pub struct Curve {
    /// The points from left to right.
    pub points: Vec<Point>,
    /// Where the axis across begins and ends.
    pub start: f64,
    /// Where it ends.
    pub end: f64,
    /// Labels across: place and words.
    pub labels: Vec<(f64, String)>,
    /// What the line is, written at its end.
    pub name: String,
    /// The word on the hatched part.
    pub filling: String,
    /// Whether the axis up must end at 1 at most: a share.
    pub is_share: bool,
}

struct Scale {
    start: f64,
    end: f64,
    max: f64,
}

impl Scale {
    fn across(&self, x: f64) -> f64 {
        let width = (self.end - self.start).max(f64::MIN_POSITIVE);
        ((x - self.start) / width).clamp(0.0, 1.0)
    }

    fn up(&self, y: f64) -> f64 {
        HEIGHT * (1.0 - (y / self.max).clamp(0.0, 1.0))
    }
}

/// Draws it; `say` writes a value of the axis up.
pub fn curve(caption: Caption<'_>, curve: &Curve, say: impl Fn(f64) -> String) -> Markup {
    let highest = curve
        .points
        .iter()
        .flat_map(|point| [point.y, point.band.map(|(_, high)| high)])
        .flatten()
        .fold(0.0, f64::max);
    let max = nice_max(highest);
    let scale = Scale {
        start: curve.start,
        end: curve.end,
        max: if curve.is_share { max.min(1.0) } else { max },
    };
    let id = caption.id;
    let filling = curve
        .points
        .iter()
        .find(|point| point.segment == Segment::Filling)
        .map(|point| scale.across(point.x));
    html! {
        svg.chart height=(HEIGHT + TOP + 22.0) role="img" aria-labelledby=(format!("{id}-t {id}-d")) {
            title id=(format!("{id}-t")) { (caption.title) }
            desc id=(format!("{id}-d")) { (caption.desc) }
            (hatch(id))
            svg y=(TOP) width="100%" height=(HEIGHT) overflow="visible" {
                @if let Some(from) = filling {
                    rect x=(pc(from)) width=(pc(1.0 - from)) height=(HEIGHT) fill=(format!("url(#{id}-hatch)")) opacity="0.35" {}
                    text x="100%" y="12" text-anchor="end" { (curve.filling) }
                }
                @for tick in ticks(scale.max) {
                    line class=(if tick == 0.0 { "c-base" } else { "c-grid" }) x1="0" x2="100%" y1=(scale.up(tick)) y2=(scale.up(tick)) {}
                    @if tick > 0.0 {
                        text x="0" y=(scale.up(tick) - 4.0) { (say(tick)) }
                    }
                }
                (shapes(curve, &scale))
                (dots(curve, &scale))
            }
            @for (i, (x, label)) in curve.labels.iter().enumerate() {
                text x=(pc(scale.across(*x))) y=(HEIGHT + TOP + 16.0)
                    text-anchor=(anchor(i, curve.labels.len())) { (label) }
            }
        }
    }
}

const fn anchor(i: usize, count: usize) -> &'static str {
    if i == 0 {
        "start"
    } else if i + 1 == count {
        "end"
    } else {
        "middle"
    }
}

/// The band and the line, in the part that stretches.
fn shapes(curve: &Curve, scale: &Scale) -> Markup {
    let x = |point: &Point| scale.across(point.x) * WIDTH;
    let mut upper = String::new();
    let mut lower = Vec::new();
    for point in &curve.points {
        if let Some((low, high)) = point.band {
            let _ = write!(upper, "{:.1},{:.1} ", x(point), scale.up(high));
            lower.push(format!("{:.1},{:.1}", x(point), scale.up(low)));
        }
    }
    lower.reverse();
    let band = format!("{upper}{}", lower.join(" "));
    html! {
        svg width="100%" height=(HEIGHT) viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) preserveAspectRatio="none" overflow="visible" {
            @if !lower.is_empty() {
                polygon.c-band points=(band) {}
            }
            path.c-line d=(path(curve, scale, Segment::Settled)) vector-effect="non-scaling-stroke" {}
            path.c-line.c-open d=(path(curve, scale, Segment::Filling)) vector-effect="non-scaling-stroke" {}
        }
    }
}

/// The line through the points of one kind; the filling part starts where the settled one ends.
fn path(curve: &Curve, scale: &Scale, wanted: Segment) -> String {
    let mut d = String::new();
    let mut pen_down = false;
    let mut before: Option<(f64, f64)> = None;
    for point in &curve.points {
        let here = point
            .y
            .map(|y| (scale.across(point.x) * WIDTH, scale.up(y)));
        match here {
            Some((x, y)) if point.segment == wanted => {
                if !pen_down
                    && wanted == Segment::Filling
                    && let Some((x, y)) = before
                {
                    let _ = write!(d, "M{x:.1} {y:.1}");
                    pen_down = true;
                }
                let _ = write!(d, "{}{x:.1} {y:.1}", if pen_down { 'L' } else { 'M' });
                pen_down = true;
            }
            _ => pen_down = false,
        }
        before = here;
    }
    d
}

/// A dot with its hint for each point, and the line's name and last value at its end.
fn dots(curve: &Curve, scale: &Scale) -> Markup {
    let last = curve.points.iter().rposition(|point| point.y.is_some());
    html! {
        @for (i, point) in curve.points.iter().enumerate() {
            @if let Some(y) = point.y {
                circle class=(if point.segment == Segment::Settled { "c-dot" } else { "c-dot c-dim" })
                    cx=(pc(scale.across(point.x))) cy=(format!("{:.1}", scale.up(y))) r="2.5" { title { (point.hint) } }
                @if Some(i) == last {
                    text.em x=(pc(scale.across(point.x))) y=(format!("{:.1}", (scale.up(y) - 8.0).max(4.0)))
                        text-anchor=(if scale.across(point.x) > 0.5 { "end" } else { "start" }) { (curve.name) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_has_a_title_a_description_and_gaps_where_nothing_is_known() {
        let point = |x, y, segment| Point {
            x,
            y,
            band: y.map(|y| (y / 2.0, y * 1.5)),
            segment,
            hint: String::new(),
        };
        let data = Curve {
            points: vec![
                point(0.0, Some(0.1), Segment::Settled),
                point(1.0, None, Segment::Settled),
                point(2.0, Some(0.2), Segment::Settled),
                point(3.0, Some(0.1), Segment::Filling),
            ],
            end: 3.0,
            is_share: true,
            ..Curve::default()
        };
        let caption = Caption {
            id: "c",
            title: "T",
            desc: "D",
        };
        let svg = curve(caption, &data, |y| y.to_string()).into_string();
        assert!(svg.contains("aria-labelledby=\"c-t c-d\""));
        // 0.1 to 0.2 of 0.3: two separate moves in the settled path, one line in the filling one.
        assert!(svg.contains("d=\"M0.0 120.0M666.7 60.0\""), "{svg}");
        assert!(svg.contains("d=\"M666.7 60.0L1000.0 120.0\""), "{svg}");
        assert!(!svg.contains("style="));
    }
}
