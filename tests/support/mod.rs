//! What the tests share: a PostgreSQL server of their own, and a fresh store on either engine.

pub mod app;
mod crash;
pub mod engines;
pub mod pages;
pub mod people;
pub mod postgres;
pub mod process;
pub mod sql;
pub mod world;
