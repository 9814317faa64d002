//! The rail's small drawings: 16 by 16, one stroke, in the colour of the text beside them.

use maud::{Markup, html};

/// A drawing of the rail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    /// A sun.
    Today,
    /// An arrow into a tray.
    Inbox,
    /// An envelope.
    Messages,
    /// A person.
    Contacts,
    /// A page with lines.
    Content,
    /// Two pages.
    Templates,
    /// Bars.
    Reports,
    /// A tray.
    Caught,
    /// Sliders.
    Settings,
    /// Three dots.
    More,
    /// A pen.
    Compose,
    /// A bell.
    Notices,
}

/// The drawing; words stand beside it, so that it says nothing to a screen reader.
pub fn icon(icon: Icon) -> Markup {
    let d = match icon {
        Icon::Today => {
            "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6M8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1"
        }
        Icon::Inbox => "M8 1.5v7M5 6l3 3 3-3M2 9v5h12V9",
        Icon::Messages => "M2 3.5h12v9H2zM2 4l6 5 6-5",
        Icon::Contacts => "M8 2a3 3 0 1 0 0 6 3 3 0 0 0 0-6M2.5 14c.5-3 2.5-4 5.5-4s5 1 5.5 4",
        Icon::Content => "M3.5 1.5h6l3 3v10h-9zM6 7h4M6 10h4",
        Icon::Templates => "M5.5 4.5h8v10h-8zM2.5 11.5v-10h8",
        Icon::Reports => "M2 14h12M4 14V9M8 14V3M12 14V6",
        Icon::Caught => "M2 9l2-6h8l2 6v4H2zM2 9h3.5l1 2h3l1-2H14",
        Icon::Settings => "M2 4.5h7M12 4.5h2M2 11.5h2M7 11.5h7M10.5 3v3M5.5 10v3",
        Icon::More => "M3 8h.01M8 8h.01M13 8h.01",
        Icon::Notices => "M8 2a4 4 0 0 0-4 4v3l-1.500 2.500h11L12 9V6a4 4 0 0 0-4-4M6.500 13.500h3",
        Icon::Compose => "M3 13l.7-3L11 2.7 13.3 5 6 12.3zM9.5 4.200l2.3 2.3",
    };
    html! { svg viewBox="0 0 16 16" aria-hidden="true" { path d=(d) {} } }
}
