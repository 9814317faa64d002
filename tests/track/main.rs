//! Tracking from the request to the intake file, over real sockets and real disks.

mod folder;
mod http;
mod intake;
mod kills;
