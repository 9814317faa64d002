//! Tracking from the request to the intake file and into the log, over real sockets and real disks.

mod disk;
mod folder;
mod http;
mod intake;
mod kills;
#[path = "../support/ports.rs"]
mod ports;
mod program;
