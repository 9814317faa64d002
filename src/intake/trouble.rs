//! When a file that cannot be read is given up. One such file must not hold up what waits for all
//! that arrived; so it is put aside for a person, and what it held is counted as unrecorded.

use std::time::{Duration, Instant};

/// How long a file is tried that may yet become readable: a full or slow disk, a mount that comes
/// back.
const PATIENCE: Duration = Duration::from_mins(1);
/// `SQLITE_CORRUPT` and `SQLITE_NOTADB` (sqlite.org, result codes): no later try will do better.
const DAMAGED: [u32; 2] = [11, 26];

/// Whether `error`, seen since `since`, is the end of the file.
pub(super) fn is_final(error: &sqlx::Error, since: Instant) -> bool {
    is_damage(error) || since.elapsed() >= PATIENCE
}

/// Whether `error` says that what the file holds is damaged.
pub(super) fn is_damage(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(error) => error
            .code()
            .and_then(|code| code.parse::<u32>().ok())
            // An extended code has the primary one in its lowest byte.
            .is_some_and(|code| DAMAGED.contains(&(code & 0xff))),
        sqlx::Error::RowNotFound
        | sqlx::Error::ColumnDecode { .. }
        | sqlx::Error::ColumnNotFound(_)
        | sqlx::Error::Decode(_) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_that_are_missing_are_damage_and_a_busy_disk_is_not() {
        let now = Instant::now();
        assert!(is_final(&sqlx::Error::RowNotFound, now));
        let busy = sqlx::Error::Io(std::io::ErrorKind::TimedOut.into());
        assert!(!is_final(&busy, now));
    }
}
