//! How a statement is written once and run on either engine.
//!
//! A statement is a constant with its text; where the engines truly differ it has two. Every
//! constant is listed in its module's `STATEMENTS`, and a test prepares all of them on both.
//! Bulk statements take one JSON array as text, since both engines can unfold it.

/// One statement in the texts of both engines.
#[derive(Debug, Clone, Copy)]
pub struct Sql {
    /// The constant's name, for messages of the test that prepares it.
    pub name: &'static str,
    /// The text for SQLite.
    pub sqlite: &'static str,
    /// The text for PostgreSQL.
    pub postgres: &'static str,
}

/// Something that is one thing on SQLite and another on PostgreSQL.
pub(crate) enum Either<S, P> {
    /// On SQLite.
    Sqlite(S),
    /// On PostgreSQL.
    Postgres(P),
}

/// Declares statements and the `STATEMENTS` list of the module:
/// `statements! { /// why
/// NAME = "one text"; OTHER = sqlite "…" postgres "…"; }`. A column is looked for among the numbers
/// of a JSON array bound first by `NAME = "… WHERE no" in_numbers "…";`, and among those of a column
/// of [`super::columns`] by `in_column`. A column that holds what somebody typed, as a pattern of
/// [`super::search`], is looked for by `NAME = "… WHERE name" found "$2" "…";`.
macro_rules! statements {
    (@split [$($done:ident)*]) => {
        /// Every statement of this module.
        pub(crate) const STATEMENTS: &[&$crate::store::sql::Sql] = &[$(&$done),*];
    };
    (@split [$($done:ident)*] $(#[$doc:meta])* $name:ident = sqlite $sqlite:literal postgres $postgres:literal; $($rest:tt)*) => {
        $crate::store::sql::statements!(@split [$($done)*] $(#[$doc])* @both $name $sqlite, $postgres; $($rest)*);
    };
    (@split [$($done:ident)*] $(#[$doc:meta])* $name:ident = $before:literal in_numbers $after:literal; $($rest:tt)*) => {
        $crate::store::sql::statements!(@split [$($done)*] $(#[$doc])*
            @both $name
            concat!($before, " IN (SELECT value FROM json_each($1))", $after),
            concat!($before, " = ANY(ARRAY(SELECT value::BIGINT FROM jsonb_array_elements_text($1::JSONB)))", $after);
            $($rest)*);
    };
    (@split [$($done:ident)*] $(#[$doc:meta])* $name:ident = $before:literal in_column $after:literal; $($rest:tt)*) => {
        $crate::store::sql::statements!(@split [$($done)*] $(#[$doc])*
            @both $name
            concat!($before, " IN (SELECT value ->> 0 FROM jsonb_each($1))", $after),
            concat!($before, " = ANY($1::BIGINT[])", $after);
            $($rest)*);
    };
    (@split [$($done:ident)*] $(#[$doc:meta])* $name:ident = $first:literal $(found $pattern:literal $more:literal)+; $($rest:tt)*) => {
        $crate::store::sql::statements!(@split [$($done)*] $(#[$doc])*
            @both $name
            concat!($first $(, " GLOB '*' || ", $pattern, " || '*'", $more)+),
            concat!($first $(, " ~ ", $pattern, $more)+);
            $($rest)*);
    };
    (@split [$($done:ident)*] $(#[$doc:meta])* @both $name:ident $sqlite:expr, $postgres:expr; $($rest:tt)*) => {
        $(#[$doc])*
        const $name: $crate::store::sql::Sql = $crate::store::sql::Sql {
            name: stringify!($name), sqlite: $sqlite, postgres: $postgres,
        };
        $crate::store::sql::statements!(@split [$($done)* $name] $($rest)*);
    };
    (@split [$($done:ident)*] $(#[$doc:meta])* $name:ident = $text:expr; $($rest:tt)*) => {
        $crate::store::sql::statements!(@split [$($done)*] $(#[$doc])* @both $name $text, $text; $($rest)*);
    };
    ($($all:tt)*) => { $crate::store::sql::statements!(@split [] $($all)*); };
}
pub(crate) use statements;

/// Declares a row: a struct whose fields are read from the columns of the same names, on both
/// engines.
macro_rules! row {
    ($(#[$doc:meta])* $vis:vis struct $name:ident {
        $($(#[$field_doc:meta])* $field_vis:vis $field:ident : $type:ty),+ $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        $vis struct $name { $($(#[$field_doc])* $field_vis $field: $type),+ }

        impl<'r, R> sqlx::FromRow<'r, R> for $name
        where
            R: sqlx::Row,
            &'static str: sqlx::ColumnIndex<R>,
            $($type: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>),+
        {
            fn from_row(row: &'r R) -> std::result::Result<Self, sqlx::Error> {
                Ok(Self { $($field: row.try_get(stringify!($field).trim_start_matches("r#"))?),+ })
            }
        }
    };
}
pub(crate) use row;

macro_rules! run {
    ($on:expr, $sql:expr, [$($bind:expr),*], $query:ident $(<$row:ty>)?, $fetch:ident) => {
        match $on.on() {
            $crate::store::sql::Either::Sqlite(engine) => {
                sqlx::$query$(::<_, $row>)?($sql.sqlite)$(.bind($bind))*
                    .$fetch(engine).await.map_err($crate::store::StoreError::from)
            }
            $crate::store::sql::Either::Postgres(engine) => {
                sqlx::$query$(::<_, $row>)?($sql.postgres)$(.bind($bind))*
                    .$fetch(engine).await.map_err($crate::store::StoreError::from)
            }
        }
    };
}
pub(crate) use run;

/// All rows: `rows!(store_or_tx, STATEMENT, RowType; bind, bind)`.
macro_rules! rows {
    ($on:expr, $sql:expr, $row:ty $(; $($bind:expr),* $(,)?)?) => {
        $crate::store::sql::run!($on, $sql, [$($($bind),*)?], query_as<$row>, fetch_all)
    };
}
pub(crate) use rows;

/// At most one row.
macro_rules! maybe {
    ($on:expr, $sql:expr, $row:ty $(; $($bind:expr),* $(,)?)?) => {
        $crate::store::sql::run!($on, $sql, [$($($bind),*)?], query_as<$row>, fetch_optional)
    };
}
pub(crate) use maybe;

/// Exactly one row.
macro_rules! one {
    ($on:expr, $sql:expr, $row:ty $(; $($bind:expr),* $(,)?)?) => {
        $crate::store::sql::run!($on, $sql, [$($($bind),*)?], query_as<$row>, fetch_one)
    };
}
pub(crate) use one;

/// No rows; gives the number of rows affected.
macro_rules! execute {
    ($on:expr, $sql:expr $(; $($bind:expr),* $(,)?)?) => {
        match $on.on() {
            $crate::store::sql::Either::Sqlite(engine) => {
                sqlx::query($sql.sqlite)$($(.bind($bind))*)?.execute(engine).await
                    .map(|done| done.rows_affected()).map_err($crate::store::StoreError::from)
            }
            $crate::store::sql::Either::Postgres(engine) => {
                sqlx::query($sql.postgres)$($(.bind($bind))*)?.execute(engine).await
                    .map(|done| done.rows_affected()).map_err($crate::store::StoreError::from)
            }
        }
    };
}
pub(crate) use execute;
