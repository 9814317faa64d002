//! Honest opens, on the page of a message and on the report: how many of which kind, and the rate
//! over those of whom it can be said.

use super::words::Lang;
use crate::metrics::opens::Opening;
use crate::report::opens::OpenFigures;
use maud::{Markup, html};

/// What is known of one recipient's open.
pub const fn word(lang: Lang, opening: Option<Opening>) -> &'static str {
    match opening {
        Some(Opening::Confirmed) => lang.opened_confirmed(),
        Some(Opening::Proved) => lang.opened_proved(),
        Some(Opening::Proxied) => lang.opened_proxied(),
        Some(Opening::Unclear) => lang.opened_unclear(),
        Some(Opening::Machine) => lang.opened_machine(),
        None => lang.opened_nothing(),
    }
}

/// The counts and the rate under a title; nothing where no copy asked.
pub fn summary(lang: Lang, opens: &OpenFigures) -> Markup {
    html! {
        @if opens.delivered > 0 {
            h2 { (lang.opens_title()) }
            div.panel { p.soft { (sentences(lang, opens)) } (kinds(lang, opens)) }
        }
    }
}

fn kinds(lang: Lang, opens: &OpenFigures) -> Markup {
    let kinds = [
        (Opening::Confirmed, opens.confirmed),
        (Opening::Proxied, opens.proxied),
        (Opening::Unclear, opens.unclear),
        (Opening::Machine, opens.machine),
    ];
    let seen: i64 = kinds.iter().map(|(_, n)| n).sum();
    html! {
        dl.facts {
            @for (kind, n) in kinds {
                dt { (word(lang, Some(kind))) }
                dd {
                    @if kind == Opening::Machine { span.hatch { (lang.integer(n)) } } @else { (lang.integer(n)) }
                    @if kind == Opening::Confirmed && opens.proved > 0 {
                        " " span.soft { (lang.opens_proved_n(&lang.integer(opens.proved))) }
                    }
                }
            }
            dt { (word(lang, None)) } dd { (lang.integer(opens.delivered - seen)) }
        }
    }
}

/// The rate with its interval, and the covered share beside it.
fn sentences(lang: Lang, opens: &OpenFigures) -> String {
    let rate = match opens.rate {
        None => lang.open_rate_none().to_owned(),
        Some(rate) => {
            let mut share = lang.percent(rate);
            if let (Some(low), Some(high)) = (opens.low, opens.high) {
                let ends = (lang.percent(low), lang.percent(high));
                share = format!("{share} ({}\u{2013}{})", ends.0, ends.1);
            }
            let (n, of) = (opens.opened(), opens.measurable);
            lang.open_rate(&share, &lang.integer(n), &lang.integer(of))
        }
    };
    let covered = lang.percent(opens.coverage.unwrap_or_default());
    let covered = lang.opens_covered(&covered, &lang.integer(opens.delivered));
    format!("{rate} {covered}")
}
