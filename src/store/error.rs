//! What can go wrong in the store, as callers must tell it apart.

/// A failed read or write.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached or is too busy; nothing is known to have been written.
    #[error("the database cannot be reached: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// Something with this key exists already.
    #[error("this already exists ({constraint})")]
    Conflict {
        /// The constraint or column that refused it.
        constraint: String,
    },
    /// A row names something that does not exist.
    #[error("something this refers to does not exist")]
    Dangling,
    /// What is stored cannot be read back: a version or code this program does not know.
    #[error("stored data cannot be read: {0}")]
    Corrupt(String),
    /// The schema is newer than this program.
    #[error(
        "the database has schema {found}, this program knows up to {known}; install the newer program"
    )]
    Newer {
        /// The schema's version.
        found: i64,
        /// The newest version this program has.
        known: i64,
    },
    /// Any other answer of the database: a defect of ours.
    #[error("the database refused a statement: {0}")]
    Refused(#[source] sqlx::Error),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::error::ErrorKind;
        match &error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Unavailable(error),
            sqlx::Error::Database(answer) => match answer.kind() {
                ErrorKind::UniqueViolation => Self::Conflict {
                    constraint: answer.constraint().unwrap_or(answer.message()).to_owned(),
                },
                ErrorKind::ForeignKeyViolation => Self::Dangling,
                _ if is_transient(answer.code().as_deref()) => Self::Unavailable(error),
                _ => Self::Refused(error),
            },
            _ => Self::Refused(error),
        }
    }
}

/// Whether a database's own error code says "not now": SQLite busy, locked, full and I/O errors
/// (primary result codes in the low byte), PostgreSQL classes 08, 53, 57 and 40.
fn is_transient(code: Option<&str>) -> bool {
    let Some(code) = code else { return false };
    if code.len() == 5 {
        return ["08", "53", "57", "40"]
            .iter()
            .any(|class| code.starts_with(class));
    }
    code.parse::<i32>()
        .is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 10 | 13 | 14))
}

#[cfg(test)]
mod tests {
    use super::is_transient;

    #[test]
    fn busy_and_restarting_databases_are_told_apart_from_refusals() {
        for code in [
            "5", "261", "13", "10", "57P01", "57P03", "08006", "53300", "40001",
        ] {
            assert!(is_transient(Some(code)), "{code}");
        }
        for code in ["1", "19", "2067", "42601", "23505"] {
            assert!(!is_transient(Some(code)), "{code}");
        }
        assert!(!is_transient(None));
    }
}
