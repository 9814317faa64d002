//! Whose single figures are shown to whom.

use super::{ask, at, query, small_plan, user, viewer};
use crate::load;
use crate::support::engines::Engine;
use otklik::domain::id::UserId;
use otklik::domain::viewer::ReportLevel;
use otklik::report::Report;
use otklik::report::query::{By, Query};
use otklik::store::reports::{self, ReportError};

#[tokio::test]
async fn single_reps_are_shown_by_level_and_ones_own_always() {
    let store = Engine::Sqlite.store();
    load::load(&store, small_plan(), 4_096, |_, _| {}).await;
    let now = at("2026-06-01T00:00:00Z");
    let by_rep = query("2026-03-01", "2026-05-01", By::Rep);
    let full = ask(&store, &by_rep, now).await;
    let labels: Vec<&str> = full.rows.iter().map(|row| row.label.as_str()).collect();
    assert_eq!(
        labels,
        ["Rep 001", "Rep 002", "Rep 003", "Rep 004", "Rep 005"]
    );
    let team = viewer(ReportLevel::Team);
    let folded = reports::click_through(&store, &team, &by_rep, now)
        .await
        .unwrap();
    let keys: Vec<&str> = folded.rows.iter().map(|row| row.key.as_str()).collect();
    assert_eq!(keys, [user(1).to_string().as_str(), "team"]);
    assert!(folded.notes.iter().any(|note| note.code == "reps_folded"));
    let of = |report: &Report| report.rows.iter().map(|row| row.of).sum::<i64>();
    assert_eq!(folded.rows[1].of, of(&full));

    let one = |rep| Query {
        rep: Some(UserId(user(rep))),
        ..query("2026-03-01", "2026-05-01", By::Content)
    };
    let own = reports::click_through(&store, &team, &one(1), now).await;
    assert!(own.unwrap().rows.len() > 2);
    let other = reports::click_through(&store, &team, &one(2), now).await;
    assert!(matches!(
        other,
        Err(ReportError::Forbidden { field: "rep" })
    ));
    let nobody = reports::click_through(&store, &team, &one(99), now).await;
    assert!(matches!(nobody, Err(ReportError::Unknown { field: "rep" })));
}
