//! HTTP: pages.

pub mod ui;
