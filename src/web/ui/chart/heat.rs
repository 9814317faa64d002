//! The hours of a week as a grid, seven rows of twenty-four: the fuller a cell, the higher its
//! share. A cell with too little to say is blank.

use super::{Caption, pc};
use maud::{Markup, html};

/// One row's height in pixels.
const ROW: usize = 18;
/// The part of the width that the names of the days take.
const NAMES: f64 = 0.09;

/// One cell.
#[derive(Debug, Clone)]
pub struct HeatCell {
    /// The share; `None` leaves it blank.
    pub share: Option<f64>,
    /// What hovering over it says.
    pub hint: String,
}

/// Draws 168 cells from Monday midnight on; `days` names the rows.
pub fn heat(caption: Caption<'_>, days: [&str; 7], cells: &[HeatCell]) -> Markup {
    let highest = cells
        .iter()
        .filter_map(|cell| cell.share)
        .fold(0.0, f64::max);
    let slot = (1.0 - NAMES) / 24.0;
    let across = |hour: usize| NAMES + slot * hour as f64;
    let fill = |share: f64| {
        if highest > 0.0 {
            0.12 + 0.88 * share / highest
        } else {
            0.12
        }
    };
    let id = caption.id;
    html! {
        svg.chart height=(ROW * 7 + 18) role="img" aria-labelledby=(format!("{id}-t {id}-d")) {
            title id=(format!("{id}-t")) { (caption.title) }
            desc id=(format!("{id}-d")) { (caption.desc) }
            @for (day, name) in days.iter().enumerate() {
                text x="0" y=(day * ROW + 13) { (name) }
                @for hour in 0..24_usize {
                    @if let Some(cell) = cells.get(day * 24 + hour) {
                        rect.c-track x=(pc(across(hour))) y=(day * ROW) width=(pc(slot * 0.9)) height=(ROW - 2) rx="2" {
                            title { (cell.hint) }
                        }
                        @if let Some(share) = cell.share {
                            rect.c-bar x=(pc(across(hour))) y=(day * ROW) width=(pc(slot * 0.9)) height=(ROW - 2) rx="2" fill-opacity=(format!("{:.2}", fill(share))) {
                                title { (cell.hint) }
                            }
                        }
                    }
                }
            }
            @for hour in [0_usize, 6, 12, 18] {
                text x=(pc(across(hour))) y=(ROW * 7 + 14) { (format!("{hour}:00")) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_without_a_share_is_blank_and_the_highest_is_full() {
        let mut cells = vec![
            HeatCell {
                share: None,
                hint: "few".to_owned()
            };
            168
        ];
        cells[0].share = Some(0.5);
        cells[1].share = Some(0.25);
        let caption = Caption {
            id: "w",
            title: "T",
            desc: "D",
        };
        let svg = heat(caption, ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"], &cells).into_string();
        assert_eq!(svg.matches("c-bar").count(), 2);
        assert!(svg.contains("fill-opacity=\"1.00\"") && svg.contains("fill-opacity=\"0.56\""));
        assert_eq!(svg.matches("c-track").count(), 168);
    }
}
