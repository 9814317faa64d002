//! Whose single figures a viewer may see, and whose are folded into the team.

use crate::domain::id::{TeamId, UserId};
use crate::domain::viewer::{ReportLevel, Role, Viewer};

/// Whether `viewer` may see the figures of the rep `user` of `team` alone. One's own always; a
/// manager under `coach` those of their own team.
pub fn may_see(viewer: &Viewer, user: UserId, team: Option<TeamId>) -> bool {
    if viewer.user == user {
        return true;
    }
    let own_team = viewer.team.is_some() && viewer.team == team;
    match (viewer.level, viewer.role) {
        (ReportLevel::Full, _) => viewer.may_see_single_reps(),
        (ReportLevel::Coach, Role::Manager) => own_team,
        (ReportLevel::Coach | ReportLevel::Team, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn ones_own_figures_are_always_shown_and_others_by_level() {
        let id = |n| UserId(Uuid::from_u128(n));
        let team = |n| Some(TeamId(Uuid::from_u128(n)));
        let mut viewer = Viewer {
            user: id(1),
            role: Role::Manager,
            team: team(1),
            level: ReportLevel::Team,
        };
        assert!(may_see(&viewer, id(1), None));
        assert!(!may_see(&viewer, id(2), team(1)));
        viewer.level = ReportLevel::Coach;
        assert!(may_see(&viewer, id(2), team(1)));
        assert!(!may_see(&viewer, id(3), team(2)));
        viewer.team = None;
        assert!(!may_see(&viewer, id(3), None), "no team is nobody's team");
        viewer.level = ReportLevel::Full;
        assert!(may_see(&viewer, id(3), team(2)));
    }
}
