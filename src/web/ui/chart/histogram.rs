//! Upright bars over bins, human solid and machine hatched beside it, never on top of it.

use super::{Caption, hatch, nice_max, pc, ticks};
use maud::{Markup, html};

/// The plot's height in pixels, and what is kept above it for the top label.
const HEIGHT: f64 = 140.0;
const TOP: f64 = 16.0;

/// One bin.
#[derive(Debug, Clone)]
pub struct Bin {
    /// Where it begins, in words; an empty one is not written.
    pub label: String,
    /// How many by people.
    pub human: i64,
    /// How many by machines; `None` where these are not shown.
    pub machine: Option<i64>,
    /// What hovering over it says.
    pub hint: String,
}

/// Draws it; `say` writes a count.
pub fn histogram(caption: Caption<'_>, bins: &[Bin], say: impl Fn(i64) -> String) -> Markup {
    let highest = bins
        .iter()
        .map(|bin| bin.human.max(bin.machine.unwrap_or(0)))
        .max()
        .unwrap_or(0);
    let max = nice_max((highest as f64).max(4.0));
    let up = |value: f64| HEIGHT * (1.0 - (value / max).clamp(0.0, 1.0));
    let slot = 1.0 / bins.len().max(1) as f64;
    let id = caption.id;
    html! {
        svg.chart height=(HEIGHT + TOP + 20.0) role="img" aria-labelledby=(format!("{id}-t {id}-d")) {
            title id=(format!("{id}-t")) { (caption.title) }
            desc id=(format!("{id}-d")) { (caption.desc) }
            (hatch(id))
            svg y=(TOP) width="100%" height=(HEIGHT) overflow="visible" {
                @for tick in ticks(max) {
                    @let y = up(tick);
                    line class=(if tick == 0.0 { "c-base" } else { "c-grid" }) x1="0" x2="100%" y1=(y) y2=(y) {}
                    @if tick > 0.0 && tick.fract() == 0.0 {
                        text x="0" y=(y - 3.0) { (say(tick as i64)) }
                    }
                }
            }
            // Beside the figures, so that no bar hides one.
            svg x="8%" y=(TOP) width="92%" height=(HEIGHT) overflow="visible" {
                @for (i, bin) in bins.iter().enumerate() {
                    @let x = slot * i as f64;
                    @let width = if bin.machine.is_some() { 0.42 } else { 0.84 };
                    g {
                        title { (bin.hint) }
                        (column(x + slot * 0.08, slot * width, bin.human, &up, "c-bar", None))
                        @if let Some(machine) = bin.machine {
                            (column(x + slot * 0.52, slot * 0.42, machine, &up, "", Some(format!("url(#{id}-hatch)"))))
                        }
                    }
                    // The last word ends where the plot does, however long it is.
                    @if i + 1 == bins.len() {
                        text x="100%" y=(HEIGHT + 15.0) text-anchor="end" { (bin.label) }
                    } @else {
                        text x=(pc(slot * (i as f64 + 0.5))) y=(HEIGHT + 15.0) text-anchor="middle" { (bin.label) }
                    }
                }
            }
        }
    }
}

fn column(
    x: f64,
    width: f64,
    count: i64,
    up: &impl Fn(f64) -> f64,
    class: &str,
    fill: Option<String>,
) -> Markup {
    let y = up(count as f64);
    html! {
        @if count > 0 {
            rect class=(class) x=(pc(x)) width=(pc(width)) y=(format!("{y:.1}")) height=(format!("{:.1}", HEIGHT - y)) fill=[fill] {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_and_machines_stand_beside_each_other() {
        let bin = Bin {
            label: "1 h".to_owned(),
            human: 2,
            machine: Some(4),
            hint: String::new(),
        };
        let caption = Caption {
            id: "h",
            title: "T",
            desc: "D",
        };
        let svg = histogram(caption, &[bin], |n| n.to_string()).into_string();
        assert!(svg.contains("class=\"c-bar\" x=\"8.00%\""), "{svg}");
        assert!(svg.contains("fill=\"url(#h-hatch)\""));
        assert!(svg.contains("x=\"52.00%\""));
    }
}
