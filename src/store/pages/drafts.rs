//! What somebody began to write, so that nothing typed is lost. A draft belongs to one user and
//! one form; its data is JSON that the page alone understands.

use crate::domain::clock::Millis;
use crate::domain::id::UserId;
use crate::store::sql::{execute, maybe, row, rows, statements};
use crate::store::{Result, Store, Tx};

statements! {
    SAVE = "INSERT INTO drafts (user_id, form, data, saved_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (user_id, form) DO UPDATE SET data = excluded.data, saved_at = excluded.saved_at";
    NOTE = "INSERT INTO drafts (user_id, form, data, saved_at) VALUES ($1, $2, $3, $4)";
    LOOKUP = "SELECT form, data, saved_at FROM drafts WHERE user_id = $1 AND form = $2";
    LIST = "SELECT form, data, saved_at FROM drafts WHERE user_id = $1 AND form LIKE $2 ESCAPE '!'
        ORDER BY saved_at DESC LIMIT 50";
    FORGET = "DELETE FROM drafts WHERE user_id = $1 AND (form = $2 OR form LIKE $3 ESCAPE '!')";
    FORGET_ONE = "DELETE FROM drafts WHERE user_id = $1 AND form = $2";
}

row! {
    /// A draft.
    pub struct Draft {
        /// Which form it belongs to.
        pub form: String,
        /// Its fields as JSON.
        pub data: String,
        /// When it was last saved.
        pub saved_at: Millis,
    }
}

/// Saves a draft over the earlier one of the same form.
pub async fn save(tx: &mut Tx, user: UserId, form: &str, data: &str, now: Millis) -> Result<()> {
    execute!(tx, SAVE; user, form, data, now)?;
    Ok(())
}

/// Writes what may be written once only; a conflict when it is there.
pub async fn note_once(
    tx: &mut Tx,
    user: UserId,
    form: &str,
    data: &str,
    now: Millis,
) -> Result<()> {
    execute!(tx, NOTE; user, form, data, now)?;
    Ok(())
}

/// The user's draft of this form.
pub async fn lookup(store: &Store, user: UserId, form: &str) -> Result<Option<Draft>> {
    maybe!(store, LOOKUP, Draft; user, form)
}

/// The user's drafts of forms that begin with `prefix`, the last saved first. The prefix holds no
/// wildcard.
pub async fn list(store: &Store, user: UserId, prefix: &str) -> Result<Vec<Draft>> {
    rows!(store, LIST, Draft; user, format!("{prefix}%"))
}

/// Deletes a draft and the files that hang on it, whose forms begin with its own and a slash.
pub async fn forget(tx: &mut Tx, user: UserId, form: &str) -> Result<()> {
    execute!(tx, FORGET; user, form, format!("{form}/%"))?;
    Ok(())
}

/// Deletes one draft or file alone.
pub async fn forget_one(tx: &mut Tx, user: UserId, form: &str) -> Result<()> {
    execute!(tx, FORGET_ONE; user, form)?;
    Ok(())
}
