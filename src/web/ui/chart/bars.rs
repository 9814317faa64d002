//! Horizontal bars with their interval: the label above each bar, so that long names need no
//! margin and a phone shows them whole.

use super::{Caption, hatch, nice_max, pc};
use maud::{Markup, html};

/// One row's height in pixels.
const ROW: usize = 38;
/// Longer labels are cut; the whole one is in the hover text.
const LABEL_CHARS: usize = 34;

/// One bar.
#[derive(Debug, Clone)]
pub struct Bar {
    /// What it is.
    pub label: String,
    /// Its length.
    pub value: f64,
    /// Its interval.
    pub band: Option<(f64, f64)>,
    /// The figures at its right end, such as `23% of 120`.
    pub figures: String,
    /// Greyed: too few to judge by.
    pub dim: bool,
}

/// Draws them, longest scale from zero to a round number.
pub fn bars(caption: Caption<'_>, rows: &[Bar]) -> Markup {
    let highest = rows
        .iter()
        .map(|bar| bar.band.map_or(bar.value, |(_, high)| high.max(bar.value)))
        .fold(0.0, f64::max);
    let max = nice_max(highest);
    let at = |value: f64| pc((value / max).clamp(0.0, 1.0));
    let id = caption.id;
    html! {
        svg.chart height=(rows.len() * ROW) role="img" aria-labelledby=(format!("{id}-t {id}-d")) {
            title id=(format!("{id}-t")) { (caption.title) }
            desc id=(format!("{id}-d")) { (caption.desc) }
            (hatch(id))
            @for (i, bar) in rows.iter().enumerate() {
                svg y=(i * ROW) width="100%" height=(ROW) overflow="visible" {
                    title { (bar.label) ": " (bar.figures) }
                    text.em y="12" { (cut(&bar.label)) }
                    text x="100%" y="12" text-anchor="end" { (bar.figures) }
                    rect.c-track y="18" width="100%" height="8" rx="2" {}
                    rect class=(if bar.dim { "c-bar c-dim" } else { "c-bar" }) y="18" width=(at(bar.value)) height="8" rx="2" {}
                    @if let Some((low, high)) = bar.band {
                        line.c-iv x1=(at(low)) x2=(at(high)) y1="22" y2="22" {}
                        line.c-iv x1=(at(low)) x2=(at(low)) y1="19" y2="25" {}
                        line.c-iv x1=(at(high)) x2=(at(high)) y1="19" y2="25" {}
                    }
                }
            }
        }
    }
}

fn cut(label: &str) -> String {
    if label.chars().count() <= LABEL_CHARS {
        return label.to_owned();
    }
    let head: String = label.chars().take(LABEL_CHARS - 1).collect();
    format!("{}\u{2026}", head.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_start_at_zero_and_share_one_scale() {
        let bar = |value| Bar {
            label: "A <b>".to_owned(),
            value,
            band: None,
            figures: String::new(),
            dim: false,
        };
        let caption = Caption {
            id: "b",
            title: "T",
            desc: "D",
        };
        let svg = bars(caption, &[bar(0.1), bar(0.2)]).into_string();
        assert!(svg.contains("width=\"50.00%\"") && svg.contains("width=\"100.00%\""));
        assert!(svg.contains("A &lt;b&gt;"));
    }

    #[test]
    fn a_long_label_is_cut_between_characters() {
        assert_eq!(cut(&"ж".repeat(60)).chars().count(), LABEL_CHARS);
    }
}
