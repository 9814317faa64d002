//! Tracking from the request to the intake file, over real sockets and real disks.

mod intake;
