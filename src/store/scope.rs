//! A viewer's reach as three bound values, the same in every statement that reads contacts or
//! messages: `$1` how far, `$2` the team, `$3` the user. With `u` as the row of the user whom the
//! thing belongs to, the clause is
//! `(CAST($1 AS BIGINT) = 0 OR u.id = $3 OR (CAST($1 AS BIGINT) = 1 AND u.team_id = $2))`.

use crate::domain::id::{TeamId, UserId};
use crate::domain::viewer::{Scope, Viewer};

/// The values to bind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reach {
    /// `$1`: 0 everybody's, 1 the team's and their own, 2 their own.
    pub far: i64,
    /// `$2`.
    pub team: Option<TeamId>,
    /// `$3`.
    pub user: UserId,
}

impl Reach {
    /// How far `viewer` may read.
    pub const fn of(viewer: &Viewer) -> Self {
        let (far, team) = match viewer.scope() {
            Scope::All => (0, None),
            Scope::Team(team, _) => (1, Some(team)),
            Scope::Own(_) => (2, None),
        };
        Self {
            far,
            team,
            user: viewer.user,
        }
    }
}
