//! An empty state: it says what would be here and offers the next step.

use maud::{Markup, html};

/// What is missing, how it comes to be, and the step that makes it (address and words).
pub fn empty(what: &str, how: &str, step: Option<(&str, &str)>) -> Markup {
    html! {
        div.panel.empty {
            strong { (what) }
            p { (how) }
            @if let Some((href, words)) = step {
                a.button.go-on href=(href) { (words) }
            }
        }
    }
}
