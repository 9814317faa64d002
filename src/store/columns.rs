//! Rows for one bulk statement, kept by column. PostgreSQL takes each column as a typed array and
//! unfolds them by one `UNNEST` each in what is selected; after `FROM` it would lay every column out
//! before it reads a row, at a third of the cost of the write. SQLite takes one JSON array of an
//! array for each row. The statement names its columns in the order they are given here.

use super::sql::{Either, Sql};
use super::{Result, Tx};
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::sqlite::SqliteRow;
use sqlx::{Arguments as _, FromRow};
use std::fmt::Write as _;

/// One column, a value for each row.
#[derive(Debug)]
pub(super) enum Column {
    /// `SMALLINT`.
    Small(Vec<i16>),
    /// `SMALLINT` or nothing.
    MaybeSmall(Vec<Option<i16>>),
    /// `INTEGER`.
    Integer(Vec<i32>),
    /// `BIGINT`.
    Big(Vec<i64>),
    /// `BIGINT` or nothing.
    MaybeBig(Vec<Option<i64>>),
    /// `BOOLEAN`; 0 and 1 on SQLite.
    Truth(Vec<bool>),
    /// `BYTEA`; in hexadecimal on SQLite.
    Bytes(Vec<Vec<u8>>),
    /// `BYTEA` or nothing.
    MaybeBytes(Vec<Option<Vec<u8>>>),
}

/// Runs `sql` once for all rows; gives the number of rows affected.
pub(super) async fn execute(tx: &mut Tx, sql: &Sql, columns: Vec<Column>) -> Result<u64> {
    Ok(match tx.on() {
        Either::Sqlite(engine) => sqlx::query(sql.sqlite)
            .bind(json(&columns))
            .execute(engine)
            .await?
            .rows_affected(),
        Either::Postgres(engine) => sqlx::query_with(sql.postgres, arguments(columns)?)
            .execute(engine)
            .await?
            .rows_affected(),
    })
}

/// Runs `sql` once for all rows; gives the rows it answers with.
pub(super) async fn rows<R>(tx: &mut Tx, sql: &Sql, columns: Vec<Column>) -> Result<Vec<R>>
where
    R: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin,
{
    Ok(match tx.on() {
        Either::Sqlite(engine) => {
            sqlx::query_as(sql.sqlite)
                .bind(json(&columns))
                .fetch_all(engine)
                .await?
        }
        Either::Postgres(engine) => {
            sqlx::query_as_with(sql.postgres, arguments(columns)?)
                .fetch_all(engine)
                .await?
        }
    })
}

fn arguments(columns: Vec<Column>) -> Result<PgArguments> {
    let mut arguments = PgArguments::default();
    for column in columns {
        match column {
            Column::Small(values) => arguments.add(values),
            Column::MaybeSmall(values) => arguments.add(values),
            Column::Integer(values) => arguments.add(values),
            Column::Big(values) => arguments.add(values),
            Column::MaybeBig(values) => arguments.add(values),
            Column::Truth(values) => arguments.add(values),
            Column::Bytes(values) => arguments.add(values),
            Column::MaybeBytes(values) => arguments.add(values),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

fn json(columns: &[Column]) -> String {
    let rows = columns.first().map_or(0, Column::len);
    let mut json = String::with_capacity(rows * columns.len() * 8 + 2);
    json.push('[');
    for row in 0..rows {
        json.push_str(if row == 0 { "[" } else { ",[" });
        for (place, column) in columns.iter().enumerate() {
            if place > 0 {
                json.push(',');
            }
            column.write(&mut json, row);
        }
        json.push(']');
    }
    json.push(']');
    json
}

impl Column {
    const fn len(&self) -> usize {
        match self {
            Self::Small(values) => values.len(),
            Self::MaybeSmall(values) => values.len(),
            Self::Integer(values) => values.len(),
            Self::Big(values) => values.len(),
            Self::MaybeBig(values) => values.len(),
            Self::Truth(values) => values.len(),
            Self::Bytes(values) => values.len(),
            Self::MaybeBytes(values) => values.len(),
        }
    }

    fn write(&self, json: &mut String, row: usize) {
        match self {
            Self::Small(values) => number(json, Some(values[row].into())),
            Self::MaybeSmall(values) => number(json, values[row].map(i64::from)),
            Self::Integer(values) => number(json, Some(values[row].into())),
            Self::Big(values) => number(json, Some(values[row])),
            Self::MaybeBig(values) => number(json, values[row]),
            Self::Truth(values) => number(json, Some(values[row].into())),
            Self::Bytes(values) => hex(json, Some(&values[row])),
            Self::MaybeBytes(values) => hex(json, values[row].as_deref()),
        }
    }
}

fn number(json: &mut String, number: Option<i64>) {
    match number {
        Some(number) => {
            // Writing to a `String` cannot fail.
            let _ = write!(json, "{number}");
        }
        None => json.push_str("null"),
    }
}

/// `bytes` in hexadecimal.
fn hex(json: &mut String, bytes: Option<&[u8]>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let Some(bytes) = bytes else {
        return json.push_str("null");
    };
    json.push('"');
    for byte in bytes {
        json.push(char::from(DIGITS[usize::from(byte >> 4)]));
        json.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    json.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_gets_one_array_for_each_row() {
        let columns = [
            Column::Small(vec![1, -2]),
            Column::MaybeBig(vec![None, Some(i64::MAX)]),
            Column::Truth(vec![true, false]),
            Column::Bytes(vec![vec![0, 255], vec![]]),
            Column::MaybeBytes(vec![None, Some(vec![16])]),
        ];
        assert_eq!(
            json(&columns),
            "[[1,null,1,\"00ff\",null],[-2,9223372036854775807,0,\"\",\"10\"]]"
        );
        assert_eq!(json(&[Column::Big(vec![])]), "[]");
    }
}
