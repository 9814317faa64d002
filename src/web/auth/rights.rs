//! Changing what a user may do. Whoever loses a right also loses what was opened with it, and
//! somebody is always left who can administer the installation.

use super::super::error::Problem;
use crate::domain::clock::Millis;
use crate::domain::viewer::Role;
use crate::store::users::{self, User, UserChange};
use crate::store::{StoreError, Tx, sessions, tokens};

/// Why a user was not changed.
#[derive(Debug, thiserror::Error)]
pub enum RightsError {
    /// Nobody else could administer the installation.
    #[error("They are the last administrator.")]
    LastAdministrator,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<RightsError> for Problem {
    fn from(error: RightsError) -> Self {
        match error {
            RightsError::LastAdministrator => Self::conflict(error.to_string()),
            RightsError::Store(error) => error.into(),
        }
    }
}

/// Writes a change and, with `hash`, a new password. An error leaves `tx` to be dropped.
pub async fn change_user(
    tx: &mut Tx,
    user: &User,
    change: &UserChange,
    hash: Option<&str>,
    now: Millis,
) -> Result<(), RightsError> {
    users::update(tx, user.id, change).await?;
    let still_admin = change.role == Role::Admin && change.disabled_at.is_none();
    if user.role == Role::Admin && !still_admin && !users::has_other_admin(tx, user.id).await? {
        return Err(RightsError::LastAdministrator);
    }
    if let Some(hash) = hash {
        users::set_password(tx, user.id, hash).await?;
    }
    let rights_changed = change.role != user.role || change.disabled_at != user.disabled_at;
    if hash.is_some() || rights_changed {
        sessions::revoke_all(tx, user.id, now).await?;
    }
    if change.disabled_at.is_some() {
        tokens::revoke_all(tx, user.id, now).await?;
    }
    Ok(())
}
