//! Small words: a state, a verdict. Where the word alone is not enough its reason shows on hover,
//! focus and tap, without a script.

use crate::domain::delivery::DeliveryState;
use crate::domain::verdict::{Judgement, Verdict};
use crate::web::ui::words::{Lang, Tone};
use maud::{Markup, html};

const fn class(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "tag",
        Tone::Good => "tag good",
        Tone::Warn => "tag warn",
        Tone::Bad => "tag bad",
        Tone::Human => "tag human",
        Tone::Machine => "tag machine",
    }
}

/// A word that needs no reason.
pub fn tag(word: &str, tone: Tone) -> Markup {
    html! { span class=(class(tone)) { (word) } }
}

/// A word with its reason.
pub fn why_tag(word: &str, tone: Tone, why: &str) -> Markup {
    html! {
        span.why tabindex="0" {
            span class=(class(tone)) { (word) }
            span role="tooltip" { (why) }
        }
    }
}

/// A delivery's state.
pub fn state_tag(lang: Lang, state: DeliveryState) -> Markup {
    match lang.state(state) {
        (word, tone, Some(why)) => why_tag(word, tone, why),
        (word, tone, None) => tag(word, tone),
    }
}

/// A verdict with the reason it was given: human solid, everything else hatched.
pub fn judgement_tag(lang: Lang, judgement: &Judgement) -> Markup {
    let tone = match judgement.verdict {
        Verdict::Human | Verdict::LikelyHuman => Tone::Human,
        Verdict::Proxy | Verdict::Own | Verdict::Unknown => Tone::Plain,
        Verdict::Prefetch | Verdict::Scanner | Verdict::Preview => Tone::Machine,
    };
    why_tag(
        lang.verdict(judgement.verdict),
        tone,
        &lang.judgement(judgement),
    )
}
