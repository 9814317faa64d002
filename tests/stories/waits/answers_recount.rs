//! Many waits, learnt in any order, against a recount in plain SQL.

use super::{NOON, at, plan, rebuilt_alike, record, response_time, viewer};
use crate::load::rows;
use crate::support::engines::Engine;
use crate::support::sql::{run, texts};
use otklik::domain::clock::{HOUR_MS, MINUTE_MS};
use otklik::domain::id::UserNo;
use otklik::domain::touch::{Channel, Direction};
use otklik::report::asked::{ClockKind, Slice};
use otklik::store::episodes;

/// One wait for each of many contacts, learnt in any order, some told late, some withdrawn: the
/// same as a count of the touches in plain SQL.
#[tokio::test]
async fn waits_equal_a_recount_in_plain_sql() {
    for engine in Engine::BOTH {
        let store = engine.store();
        rows::library(&store, &plan()).await;
        let mut rng = fastrand::Rng::with_seed(9);
        let mut told: Vec<(i64, Direction, i64, u32, i64)> = Vec::new();
        for contact in 1..=120 {
            let opened = rng.i64(0..10 * 24 * 60);
            told.push((contact, Direction::In, opened, 30, 0));
            for _ in 0..rng.i64(0..3) {
                let wait = rng.i64(0..150);
                told.push((
                    contact,
                    Direction::Out,
                    opened + wait,
                    rng.u32(0..30),
                    rng.i64(0..40),
                ));
            }
        }
        rng.shuffle(&mut told);
        for (contact, direction, minutes, words, late) in told {
            let when = at(NOON).plus(minutes * MINUTE_MS + i64::from(direction == Direction::Out));
            record(&store, contact, direction, Channel::Email, when, |t| {
                t.words = words;
                t.rep = Some(UserNo(1 + contact % 4));
                if late > 0 {
                    t.recorded_at = when.plus(late * HOUR_MS);
                    t.recorded_by = Some(UserNo(1));
                }
            })
            .await;
        }
        run(
            &store,
            "UPDATE contacts SET owner_id = (SELECT id FROM users WHERE no = 3)",
        )
        .await;
        let now = at("2026-05-30T00:00:00Z");
        // The first answer of 15 words, or of any length with a longer one after it, is the longer
        // one's moment either way: the first of 15 words or more.
        let answer = "(SELECT MIN(o.at) FROM touches AS o WHERE o.contact_no = i.contact_no AND o.direction = 1 AND o.words >= 15)";
        let recounted = texts(
            &store,
            &format!(
                "SELECT CAST(COUNT(*) AS TEXT) FROM touches AS i JOIN touches AS a
                    ON a.contact_no = i.contact_no AND a.direction = 1 AND a.at = {answer} AND a.words >= 15
                WHERE i.direction = 0 AND a.at - i.at <= 3600000
                    AND NOT (a.self_reported AND a.recorded_at - a.at > 86400000)"
            ),
        )
        .await;
        let report = response_time(&store, Slice::Total, ClockKind::Wall, now).await;
        let row = &report.rows[0];
        assert_eq!(
            (row.n.to_string(), row.of),
            (recounted[0].clone(), 120),
            "{engine:?}"
        );
        assert!(row.n > 10);
        let by_rep = response_time(&store, Slice::Rep, ClockKind::Wall, now).await;
        let sum: i64 = by_rep.rows.iter().map(|row| row.n).sum();
        assert_eq!(sum, row.n, "whoever owned the contact then");
        let open = episodes::waiting(&store, &viewer(), episodes::After::START, now, 200)
            .await
            .unwrap();
        assert_eq!(open.len() as i64, row.waits.as_ref().unwrap().waiting);
        assert!(open.is_sorted_by_key(|wait| wait.opened_at));
        rebuilt_alike(&store).await;
    }
}
