//! Charts as SVG made on the server. Shapes stretch with the page, text keeps its size: positions
//! across are percentages and the outer SVG has no view box, so that a chart reads the same at
//! 320 px, on a desk and in print. Colours come from the stylesheet, so that they follow the theme.
//!
//! Every axis starts at zero and ends at a round number above the data. Pure markup.

mod axis;
mod bars;
mod curve;
mod heat;
mod histogram;

pub use axis::{nice_max, ticks};
pub use bars::{Bar, bars};
pub use curve::{Curve, Point, Segment, curve};
pub use heat::{HeatCell, heat};
pub use histogram::{Bin, histogram};

use maud::{Markup, html};

/// What a chart is called and says, for those who cannot see it.
#[derive(Debug, Clone, Copy)]
pub struct Caption<'a> {
    /// An id unique on the page.
    pub id: &'a str,
    /// What it shows.
    pub title: &'a str,
    /// What can be read from it, in a sentence.
    pub desc: &'a str,
}

/// A percentage with one decimal, as SVG takes lengths.
fn pc(share: f64) -> String {
    format!("{:.2}%", share * 100.0)
}

/// The hatching for machines and cohorts that are still filling.
fn hatch(id: &str) -> Markup {
    html! {
        defs {
            pattern id=(format!("{id}-hatch")) width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                line.c-hatch x1="0" y1="0" x2="0" y2="6" {}
            }
        }
    }
}
