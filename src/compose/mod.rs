//! From what a rep wrote to the bytes that leave: merge fields, the text part, MIME, the headers
//! for threads and unsubscribing, the envelope, DKIM, and what preflight says about the content.
//!
//! Pure, and without links or pixel: `rewrite` does those between merging and building, and
//! [`crate::render`] puts the two together.

pub mod dkim;
mod encode;
pub mod input;
pub mod merge;
pub mod mime;
pub mod preflight;
pub mod starter;
pub mod text;
