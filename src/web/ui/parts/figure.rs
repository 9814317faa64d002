//! Figures: a number with what it counts, a rate with its `n` and its interval.

use crate::web::ui::words::Lang;
use maud::{Markup, html};

/// A rate as a report gives it.
#[derive(Debug, Clone, PartialEq)]
pub struct Share {
    /// Those that did.
    pub n: i64,
    /// Those that could.
    pub of: i64,
    /// `n` of `of`, 0 to 1; `None` when it cannot be said.
    pub rate: Option<f64>,
    /// The interval's lower end.
    pub low: f64,
    /// The interval's upper end.
    pub high: f64,
    /// Why there is too little to judge by, in a sentence that holds the figures.
    pub withheld: Option<String>,
}

/// The interval as a thin bar on a track from 0 to `max`, with a dot at the rate.
pub fn interval(lang: Lang, share: &Share, max: f64) -> Markup {
    let at = |value: f64| format!("{:.1}%", (value / max).clamp(0.0, 1.0) * 100.0);
    let width = format!(
        "{:.1}%",
        ((share.high.min(max) - share.low) / max).max(0.0) * 100.0
    );
    let words = lang.interval_words(&lang.percent(share.low), &lang.percent(share.high));
    html! {
        svg.iv role="img" aria-label=(words) {
            title { (words) }
            rect.c-track width="100%" height="4" y="4" rx="2" {}
            rect.c-span x=(at(share.low)) y="4" width=(width) height="4" rx="2" {}
            @if let Some(rate) = share.rate {
                circle.c-dot cx=(at(rate)) cy="6" r="3" {}
            }
        }
    }
}

/// A rate for a table: `23% of 120` and its interval; grey with the reason when there are few.
pub fn share_cell(lang: Lang, share: &Share, max: f64) -> Markup {
    html! {
        @match (&share.withheld, share.rate) {
            (None, Some(rate)) => {
                span.nw { (lang.percent(rate)) (interval(lang, share, max)) }
                span.sub { (lang.n_of(&lang.integer(share.n), &lang.integer(share.of))) }
            }
            (Some(reason), _) => { span.few { (reason) } }
            (None, None) => { span.few { (lang.few_nothing()) } }
        }
    }
}

/// A headline figure: what it is, how much, and what stands behind it.
pub fn figure(label: &str, value: &str, behind: &Markup) -> Markup {
    html! {
        div.fig {
            span { (label) }
            b { (value) }
            div.n { (behind) }
        }
    }
}
