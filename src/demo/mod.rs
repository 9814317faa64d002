//! A simulated sales organisation that uses the product for real: its reps write through
//! `accept`, its mail leaves over SMTP on loopback into the mail catcher, and its contacts open,
//! click and unsubscribe over HTTP. Nothing here writes an event or a figure by itself.
//!
//! `cast` says who there is, `plan` who writes what to whom and `habits` how a contact reacts, with
//! the makers of visits that `sample` describes: all three pure functions of a seed. `found`, `team`, `contacts`, `reader` and `site` carry it
//! out, `history` on a clock moved by hand and `live` on the system's.

mod answers;
pub mod cast;
mod contacts;
mod found;
mod habits;
mod history;
mod live;
mod plan;
mod reader;
pub mod site;
mod team;
pub mod workdays;

pub use contacts::Contacts;
pub use found::{Credentials, PASSWORD, World, credentials, found};
pub use history::{DAYS, Span, Told, history};
pub use live::live;

use crate::accept::AcceptError;
use crate::store::StoreError;

/// Why the simulation cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A message of the simulated team was refused: a defect of ours.
    #[error("a message of the simulated team was refused: {0}")]
    Accept(#[from] AcceptError),
    /// The product did not answer a simulated contact.
    #[error("the simulated contacts cannot reach the product: {0}")]
    Http(#[from] reqwest::Error),
    /// Sending or ingest failed.
    #[error("{0}")]
    Work(String),
    /// A text of the cast that the product does not take: a defect of ours.
    #[error("the cast of the simulation is unsound: {0}")]
    Cast(String),
}
