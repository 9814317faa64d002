//! Lists: `limit`, an opaque `cursor`, `{items, next}`.

use super::super::error::Problem;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Rows of a page when nothing is asked for.
const USUAL: i64 = 50;
/// The most rows of a page.
const MOST: i64 = 200;

/// Which page.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Paging {
    /// Rows, 1 to 200; 50 when not given.
    pub limit: Option<i64>,
    /// `next` of the page before.
    pub cursor: Option<String>,
}

/// Which page, of what matches.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Search {
    /// Rows, 1 to 200; 50 when not given.
    pub limit: Option<i64>,
    /// `next` of the page before.
    pub cursor: Option<String>,
    /// Looked for in names, and in addresses where there are any.
    pub q: Option<String>,
}

impl Search {
    /// The page alone.
    pub(super) fn paging(&self) -> Paging {
        Paging {
            limit: self.limit,
            cursor: self.cursor.clone(),
        }
    }

    /// What is looked for; `None` when it is blank.
    pub(super) fn text(&self) -> Option<&str> {
        self.q.as_deref().map(str::trim).filter(|q| !q.is_empty())
    }
}

/// Some of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct List<T> {
    /// The rows.
    pub items: Vec<T>,
    /// The cursor of the next page; `null` at the end.
    pub next: Option<String>,
}

impl Paging {
    /// The number of rows.
    pub(super) fn limit(&self) -> Result<i64, Problem> {
        match self.limit {
            None => Ok(USUAL),
            Some(limit) if (1..=MOST).contains(&limit) => Ok(limit),
            Some(_) => Err(Problem::field("limit", "must be from 1 to 200")),
        }
    }

    /// The id behind the cursor.
    pub(super) fn after(&self) -> Result<Option<Uuid>, Problem> {
        let bytes = self.bytes()?;
        bytes
            .map(|bytes| Uuid::from_slice(&bytes).map_err(|_| wrong_cursor()))
            .transpose()
    }

    fn bytes(&self) -> Result<Option<Vec<u8>>, Problem> {
        let cursor = self.cursor.as_deref();
        cursor
            .map(|text| URL_SAFE_NO_PAD.decode(text).map_err(|_| wrong_cursor()))
            .transpose()
    }
}

/// A cursor that was not one of ours.
pub(super) fn wrong_cursor() -> Problem {
    Problem::field("cursor", "is not a cursor from a page before")
}

/// A page of rows that were read with a limit of one more than asked for.
pub(super) fn page<R, T>(
    mut rows: Vec<R>,
    limit: i64,
    id: impl Fn(&R) -> Uuid,
    show: impl Fn(R) -> T,
) -> List<T> {
    let limit = usize::try_from(limit).unwrap_or(0);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows
        .last()
        .filter(|_| more)
        .map(|last| URL_SAFE_NO_PAD.encode(id(last).as_bytes()));
    List {
        items: rows.into_iter().map(show).collect(),
        next,
    }
}

/// A place in the log as an opaque text.
pub(super) fn seq_cursor(seq: i64) -> String {
    URL_SAFE_NO_PAD.encode(seq.to_be_bytes())
}

/// The place behind a text of [`seq_cursor`].
pub(super) fn parse_seq_cursor(text: &str) -> Option<i64> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let seq = i64::from_be_bytes(bytes.try_into().ok()?);
    (seq >= 0).then_some(seq)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_of_a_full_page_leads_on_and_the_last_page_has_none() {
        let ids: Vec<Uuid> = (1..=3).map(Uuid::from_u128).collect();
        let list = page(ids.clone(), 2, |id| *id, |id| id);
        assert_eq!(list.items, ids[..2]);
        let paging = Paging {
            limit: None,
            cursor: list.next,
        };
        assert_eq!(paging.after().unwrap(), Some(ids[1]));
        assert!(page(ids, 3, |id| *id, |id| id).next.is_none());
    }

    #[test]
    fn a_cursor_that_was_made_up_is_refused() {
        for text in ["x", "AAAA", "é", "'; --"] {
            let paging = Paging {
                limit: None,
                cursor: Some(text.to_owned()),
            };
            assert!(paging.after().is_err(), "{text}");
            assert!(parse_seq_cursor(text).is_none());
        }
        assert_eq!(parse_seq_cursor(&seq_cursor(42)), Some(42));
    }
}
