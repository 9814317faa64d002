//! Reports of machines about our mail: delivery reports by structure and in prose, and feedback.
//! [`reason`] says what a server's words and codes mean, [`returned`] finds the mail they are
//! about.

mod arf;
mod dsn;
mod prose;
mod reason;
mod returned;

pub(super) use arf::complaint;
pub(super) use dsn::delivery_report;
pub(super) use prose::{machine_sender, prose_report};
pub(super) use returned::Returned;
