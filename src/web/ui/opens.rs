//! Honest opens on the page of a message: how many of which kind, and the rate over those of whom
//! it can be said.

use super::words::Lang;
use crate::metrics::opens::{Opening, Opens};
use maud::{Markup, html};

/// What is known of one recipient's open.
pub const fn word(lang: Lang, opening: Option<Opening>) -> &'static str {
    match opening {
        Some(Opening::Confirmed) => lang.opened_confirmed(),
        Some(Opening::Proxied) => lang.opened_proxied(),
        Some(Opening::Unclear) => lang.opened_unclear(),
        Some(Opening::Machine) => lang.opened_machine(),
        None => lang.opened_nothing(),
    }
}

/// The counts and the rate; nothing where no copy asked.
pub fn summary(lang: Lang, opens: Opens) -> Markup {
    let kinds = [
        (Opening::Confirmed, opens.confirmed),
        (Opening::Proxied, opens.proxied),
        (Opening::Unclear, opens.unclear),
        (Opening::Machine, opens.machine),
    ];
    html! {
        @if opens.delivered > 0 {
            h2 { (lang.opens_title()) }
            div.panel {
                dl.facts {
                    @for (kind, n) in kinds { dt { (word(lang, Some(kind))) } dd { (lang.integer(n)) } }
                }
                p.soft { (rate(lang, opens)) " " (covered(lang, opens)) }
            }
        }
    }
}

fn rate(lang: Lang, opens: Opens) -> String {
    if opens.measurable() == 0 {
        return lang.open_rate_none().to_owned();
    }
    lang.open_rate(
        &share(lang, opens.opened(), opens.measurable()),
        &lang.integer(opens.opened()),
        &lang.integer(opens.measurable()),
    )
}

fn covered(lang: Lang, opens: Opens) -> String {
    let share = share(lang, opens.measurable(), opens.delivered);
    lang.opens_covered(&share, &lang.integer(opens.delivered))
}

fn share(lang: Lang, n: i64, of: i64) -> String {
    lang.percent(n as f64 / of as f64)
}
