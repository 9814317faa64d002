//! A moment as people read it, with the exact one behind it.

use crate::domain::clock::Millis;
use crate::web::ui::words::{Lang, Zone};
use maud::{Markup, html};

/// How a page tells times: in which language and zone, and what it takes for now.
#[derive(Debug, Clone)]
pub struct When {
    /// The reader's language.
    pub lang: Lang,
    /// The organisation's zone.
    pub zone: Zone,
    /// When the page is made.
    pub now: Millis,
}

/// `3 min ago`, `23 Nov, 12:05`, with the full time on hover.
pub fn moment(when: &When, at: Millis) -> Markup {
    html! {
        time datetime=(at.rfc3339()) title=(when.lang.full_time(at, &when.zone)) {
            (when.lang.near_time(at, when.now, &when.zone))
        }
    }
}
