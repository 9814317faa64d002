//! otklik tells a sales team whether what they write is answered. Read the modules in the order
//! of the pipeline: compose, rewrite, queue, deliver; track, intake, classify, metrics, report.
//! `ARCHITECTURE.md` walks through them.

pub mod accept;
pub mod access;
pub mod app;
pub mod classify;
pub mod cli;
pub mod compose;
pub mod config;
pub mod ctx;
pub mod deliver;
pub mod demo;
pub mod domain;
pub mod faults;
pub mod gateways;
pub mod inbound;
pub mod intake;
pub mod keys;
pub mod live;
pub mod metrics;
pub mod net;
pub mod networks;
pub mod password;
pub mod posture;
pub mod queue;
pub mod receive;
pub mod render;
pub mod report;
pub mod rewrite;
pub mod sample;
pub mod shutdown;
pub mod signing;
pub mod store;
pub mod telemetry;
pub mod track;
pub mod web;
pub mod work;
