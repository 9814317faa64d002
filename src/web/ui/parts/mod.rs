//! What pages are made of: tables, figures, small words, times, forms, empty states. Pure markup:
//! nothing here reads the store or knows a page.

mod empty;
mod figure;
mod form;
mod tag;
mod time;

pub use empty::empty;
pub use figure::{Share, figure, interval, share_cell};
pub use form::{Errors, Form, Options};
pub use tag::{judgement_tag, state_tag, tag, why_tag};
pub use time::{When, moment};
