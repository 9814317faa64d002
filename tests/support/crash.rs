//! A server that goes away in the middle of things.

use super::postgres::{Server, as_postgres, bin, run};

impl Server {
    /// Stops it at once, as a crash would.
    pub fn down(&self) {
        run(as_postgres(&bin().join("pg_ctl"))
            .arg("-D")
            .arg(self.dir.join("data"))
            .args(["-w", "-m", "immediate", "stop"]));
    }
}
