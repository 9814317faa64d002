//! Stories: what the product promises, told over its public faces, on both engines.

#[path = "../support/mod.rs"]
mod support;

mod store_log;
mod store_statements;
