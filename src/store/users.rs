//! The people who use the product, and their teams.

use super::sql::{execute, maybe, one, row, rows, statements};
use super::{Result, Store, StoreError, Tx};
use crate::domain::address::EmailAddress;
use crate::domain::clock::Millis;
use crate::domain::id::{TeamId, UserId, UserNo};
use crate::domain::viewer::{ReportLevel, Role, Viewer};

statements! {
    ADD = "INSERT INTO users (id, email, name, role, team_id, password_hash, language, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING no";
    LOOKUP = "SELECT no, id, email, name, role, team_id, password_hash, language, created_at, disabled_at
        FROM users WHERE id = $1";
    LOOKUP_NO = "SELECT no, id, email, name, role, team_id, password_hash, language, created_at, disabled_at
        FROM users WHERE no = $1";
    LOOKUP_EMAIL = "SELECT no, id, email, name, role, team_id, password_hash, language, created_at, disabled_at
        FROM users WHERE email = $1";
    LIST = "SELECT no, id, email, name, role, team_id, password_hash, language, created_at, disabled_at
        FROM users WHERE id > $1 OR $1 IS NULL ORDER BY id LIMIT $2";
    UPDATE = "UPDATE users SET name = $2, role = $3, team_id = $4, language = $5, disabled_at = $6
        WHERE id = $1";
    SET_PASSWORD = "UPDATE users SET password_hash = $2 WHERE id = $1";
    COUNT = "SELECT COUNT(*) FROM users";
    /// Somebody must be able to administer the installation.
    OTHER_ADMINS = "SELECT COUNT(*) FROM users WHERE role = 'admin' AND disabled_at IS NULL AND id <> $1";
    ADD_TEAM = "INSERT INTO teams (id, name, created_at) VALUES ($1, $2, $3)";
    TEAMS = "SELECT id, name, created_at FROM teams ORDER BY name";
    TEAM = "SELECT id, name, created_at FROM teams WHERE id = $1";
    RENAME_TEAM = "UPDATE teams SET name = $2 WHERE id = $1";
    DELETE_TEAM = "DELETE FROM teams WHERE id = $1
        AND NOT EXISTS (SELECT 1 FROM users WHERE team_id = $1)";
}

row! {
    /// A user as columns.
    struct UserRow {
        no: UserNo,
        id: UserId,
        email: String,
        name: String,
        role: String,
        team_id: Option<TeamId>,
        password_hash: Option<String>,
        language: String,
        created_at: Millis,
        disabled_at: Option<Millis>,
    }
}

row! {
    /// A team.
    pub struct Team {
        /// Its id.
        pub id: TeamId,
        /// Its name, unique.
        pub name: String,
        /// When it was made.
        pub created_at: Millis,
    }
}

/// A user. `Debug` does not show the password's hash.
#[derive(Clone)]
pub struct User {
    /// In the log and the metric store.
    pub no: UserNo,
    /// At the edge.
    pub id: UserId,
    /// Signs in with it, and writes from it when there is no mailbox.
    pub email: EmailAddress,
    /// As recipients read it.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Their team, if any.
    pub team: Option<TeamId>,
    /// What `password::verify` compares with; `None` when no password was set.
    pub password_hash: Option<String>,
    /// The language of the pages, such as `en`.
    pub language: String,
    /// When they were added.
    pub created_at: Millis,
    /// Since when they may not sign in.
    pub disabled_at: Option<Millis>,
}

impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("User")
            .field("id", &self.id)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

impl User {
    /// This user as the one who asks.
    pub const fn viewer(&self, level: ReportLevel) -> Viewer {
        Viewer {
            user: self.id,
            role: self.role,
            team: self.team,
            level,
        }
    }
}

/// A user to be added.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// A fresh id.
    pub id: UserId,
    /// Unique.
    pub email: EmailAddress,
    /// As recipients read it.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Their team, if any.
    pub team: Option<TeamId>,
    /// From `password::hash`.
    pub password_hash: Option<String>,
    /// The language of the pages.
    pub language: String,
}

/// What of a user may change; the whole of it is written.
#[derive(Debug, Clone)]
pub struct UserChange {
    /// As recipients read it.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Their team, if any.
    pub team: Option<TeamId>,
    /// The language of the pages.
    pub language: String,
    /// Since when they may not sign in.
    pub disabled_at: Option<Millis>,
}

/// Adds a user.
pub async fn add(tx: &mut Tx, user: &NewUser, now: Millis) -> Result<UserNo> {
    let (no,) = one!(tx, ADD, (UserNo,); user.id, user.email.as_str(), user.name.as_str(),
        user.role.as_str(), user.team, user.password_hash.as_deref(), user.language.as_str(), now)?;
    Ok(no)
}

/// The user with this id.
pub async fn lookup(store: &Store, id: UserId) -> Result<Option<User>> {
    maybe!(store, LOOKUP, UserRow; id)?.map(read).transpose()
}

/// The user with this number.
pub async fn lookup_no(store: &Store, no: UserNo) -> Result<Option<User>> {
    maybe!(store, LOOKUP_NO, UserRow; no)?.map(read).transpose()
}

/// The user who signs in with this address.
pub async fn lookup_email(store: &Store, email: &EmailAddress) -> Result<Option<User>> {
    maybe!(store, LOOKUP_EMAIL, UserRow; email.as_str())?
        .map(read)
        .transpose()
}

/// Users after `after`, by id, for those who may see them all.
pub async fn list(store: &Store, after: Option<UserId>, limit: i64) -> Result<Vec<User>> {
    rows!(store, LIST, UserRow; after, limit)?
        .into_iter()
        .map(read)
        .collect()
}

/// Writes a change; `false` when there is no such user.
pub async fn update(tx: &mut Tx, id: UserId, change: &UserChange) -> Result<bool> {
    let n = execute!(tx, UPDATE; id, change.name.as_str(), change.role.as_str(), change.team,
        change.language.as_str(), change.disabled_at)?;
    Ok(n == 1)
}

/// Sets the password's hash; `false` when there is no such user. Revoke the sessions with it.
pub async fn set_password(tx: &mut Tx, id: UserId, hash: &str) -> Result<bool> {
    Ok(execute!(tx, SET_PASSWORD; id, hash)? == 1)
}

/// How many users there are.
pub async fn count(store: &Store) -> Result<i64> {
    Ok(one!(store, COUNT, (i64,))?.0)
}

/// Whether somebody else than `id` could still administer the installation.
pub async fn has_other_admin(tx: &mut Tx, id: UserId) -> Result<bool> {
    Ok(one!(tx, OTHER_ADMINS, (i64,); id)?.0 > 0)
}

/// Adds a team.
pub async fn add_team(tx: &mut Tx, id: TeamId, name: &str, now: Millis) -> Result<()> {
    execute!(tx, ADD_TEAM; id, name, now)?;
    Ok(())
}

/// All teams by name.
pub async fn teams(store: &Store) -> Result<Vec<Team>> {
    rows!(store, TEAMS, Team)
}

/// The team with this id.
pub async fn team(store: &Store, id: TeamId) -> Result<Option<Team>> {
    maybe!(store, TEAM, Team; id)
}

/// Renames a team; `false` when there is none.
pub async fn rename_team(tx: &mut Tx, id: TeamId, name: &str) -> Result<bool> {
    Ok(execute!(tx, RENAME_TEAM; id, name)? == 1)
}

/// Deletes a team without members; `false` when it has some or is none.
pub async fn delete_team(tx: &mut Tx, id: TeamId) -> Result<bool> {
    Ok(execute!(tx, DELETE_TEAM; id)? == 1)
}

fn read(row: UserRow) -> Result<User> {
    let corrupt = |what: &str| StoreError::Corrupt(format!("user {}: {what}", row.id));
    Ok(User {
        email: EmailAddress::parse(&row.email).map_err(|_| corrupt("address"))?,
        role: Role::from_word(&row.role).ok_or_else(|| corrupt("role"))?,
        no: row.no,
        id: row.id,
        name: row.name,
        team: row.team_id,
        password_hash: row.password_hash,
        language: row.language,
        created_at: row.created_at,
        disabled_at: row.disabled_at,
    })
}
