//! The one way a message is accepted: the API, the pages and the simulated team all come through
//! here. `prepare` reads and checks without a transaction, `Prepared::commit_in` writes in the
//! caller's, so that whatever must stand or fall with the message (an idempotency key) shares it.
//!
//! Nothing is sent here: a message that was accepted is a row that a mailbox lane will find.

mod message;

pub use message::{
    AcceptError, Accepted, AcceptedDelivery, Content, FieldCode, FieldError, NewAttachment,
    NewMessage, Preview,
};
