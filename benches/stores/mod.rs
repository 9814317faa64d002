//! Fresh stores on either engine, as the tests make them.

#[path = "../../tests/support/engines.rs"]
pub mod engines;
#[path = "../../tests/support/postgres.rs"]
pub mod postgres;
