//! Stories: what the product promises, told over its public faces, on both engines.

#[path = "../support/mod.rs"]
mod support;

#[path = "../support/load/mod.rs"]
mod load;

mod api;
mod cli;
mod clicks;
mod consent;
mod demo;
mod domain_caps;
mod domains;
mod enquiries;
mod forwarded;
mod hold;
mod house;
mod inbound;
mod inbox;
mod ingest;
mod lane;
mod lanes;
mod lifecycle;
mod metrics;
mod metrics_rebuild;
mod networks;
mod opens;
mod outage;
mod readers;
mod search;
mod send;
mod send_stops;
mod slices;
mod slow;
mod stop;
mod store_log;
mod store_statements;
mod suppressions_page;
mod threading;
mod uncertain;
mod verdicts;
mod waits;
