//! Who asks, and what they may see.

use super::id::{TeamId, UserId};
use serde::{Deserialize, Serialize};

/// What a user is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Writes to contacts.
    Rep,
    /// Looks after content and templates.
    Marketer,
    /// Looks after a team.
    Manager,
    /// Looks after the installation.
    Admin,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Rep, Self::Marketer, Self::Manager, Self::Admin];

    /// The word used in the API and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rep => "rep",
            Self::Marketer => "marketer",
            Self::Manager => "manager",
            Self::Admin => "admin",
        }
    }

    /// The role called `word`.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }
}

/// How far per-rep figures are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportLevel {
    /// The team's figures only.
    #[default]
    Team,
    /// A rep and their own manager see the rep's figures.
    Coach,
    /// Everybody who may see the report sees each rep.
    Full,
}

/// A signed-in user or a token's user: an argument of every read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// The user.
    pub user: UserId,
    /// Their role.
    pub role: Role,
    /// Their team, if any.
    pub team: Option<TeamId>,
    /// How far per-rep figures are shown.
    pub level: ReportLevel,
}

/// Whose messages and contacts a viewer may open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Everybody's.
    All,
    /// Those of their team's reps, and their own.
    Team(TeamId, UserId),
    /// Their own.
    Own(UserId),
}

impl Viewer {
    /// Whose messages and contacts may be opened. A marketer writes and reads their own mail like
    /// anyone, and sees others' only as figures.
    pub const fn scope(&self) -> Scope {
        match (self.role, self.team) {
            (Role::Admin, _) => Scope::All,
            (Role::Manager, Some(team)) => Scope::Team(team, self.user),
            _ => Scope::Own(self.user),
        }
    }

    /// Whether templates and content may be changed.
    pub const fn may_edit_library(&self) -> bool {
        matches!(self.role, Role::Marketer | Role::Manager | Role::Admin)
    }

    /// Whether users, mailboxes of others, settings and keys may be changed.
    pub const fn may_administer(&self) -> bool {
        matches!(self.role, Role::Admin)
    }

    /// Whether figures of single reps may be shown to this viewer; `false` folds them into the
    /// team. Their own are always theirs to see.
    pub const fn may_see_single_reps(&self) -> bool {
        match self.level {
            ReportLevel::Full => true,
            ReportLevel::Coach => matches!(self.role, Role::Manager | Role::Admin),
            ReportLevel::Team => false,
        }
    }
}
