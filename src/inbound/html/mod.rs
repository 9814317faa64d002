//! HTML from outside: read as text with its quotes marked, and made safe to show. One linear
//! reader feeds both, so that no input is worse than long.

mod safe;
mod text;
mod tokens;

pub use safe::safe_html;
pub(super) use text::{Marked, to_text};
