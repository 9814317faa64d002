//! The API as its clients meet it: who may see what, what is refused and how, and that nothing is
//! made twice.

mod bodies;
mod calendars;
mod contacts;
mod hosts;
mod idempotency;
mod live;
mod sessions;
mod site;
mod touches;
mod walk;
