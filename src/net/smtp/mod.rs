//! Our SMTP client. [`Relay`] says where to and how, [`Connector`] opens a [`Session`] signed in
//! and ready, [`Session::begin`] brings one envelope to the server's 354, and the [`Ready`] it
//! gives sends the body. Between the two the caller commits that the body is about to leave;
//! dropping a `Ready` closes the connection before anything is sent, so nothing is accepted.
//!
//! lettre's own client stays unused: it hides the point between 354 and the body, has one timeout
//! for everything, no pipelining, and keeps its read buffer across STARTTLS.

mod auth;
mod body;
mod connect;
pub(in crate::net) mod relay;
mod session;
mod timeouts;
mod wire;

pub use body::{BareLineBreak, WireBody};
pub use connect::{Connector, HelloName, HelloNameError};
pub use relay::{Relay, RelayError, Security};
pub use session::{Envelope, Ready, Session};
pub use timeouts::PhaseTimeouts;
