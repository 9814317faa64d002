//! Ten waits, counted by hand, and what a correction and an erasure do to them.

use super::{
    NOON, append, at, curve, lasted, near, plan, rebuilt_alike, record, response_time, viewer,
};
use crate::load::rows;
use crate::support::engines::Engine;
use crate::support::sql::texts;
use otklik::domain::clock::{Clock, DAY_MS, HOUR_MS, MINUTE_MS, Millis};
use otklik::domain::event::{Detail, EventKind, NewEvent};
use otklik::domain::id::{ContactId, ContactNo, TouchNo, UserNo};
use otklik::domain::keys::KeyRing;
use otklik::domain::touch::{CallResult, Channel, Direction, Settled};
use otklik::report::asked::{ClockKind, Slice};
use otklik::report::note::Withheld;
use otklik::store::touches::{self, NewTouch};
use otklik::store::{Store, contacts, erase};
use uuid::Uuid;

/// Ten contacts write on Monday at ten, one of them at ten in the evening.
async fn ten_waits(store: &Store) -> (Vec<TouchNo>, Millis) {
    let ten = at(NOON);
    let call = |touch: &mut NewTouch| touch.result = Some(CallResult::Connected);
    let mut opened = Vec::new();
    for contact in 1..=10 {
        let when = if contact == 8 {
            ten.plus(12 * HOUR_MS)
        } else {
            ten
        };
        opened.push(
            record(store, contact, Direction::In, Channel::Email, when, |t| {
                t.words = 30;
            })
            .await,
        );
    }
    let later = |minutes: i64| ten.plus(minutes * MINUTE_MS);
    let out = Direction::Out;
    // 1: called after half an hour. 2: written to after exactly one.
    record(store, 1, out, Channel::Call, later(30), call).await;
    record(store, 2, out, Channel::Email, later(60), |t| t.words = 20).await;
    // 3: three words at once, more after two hours.
    record(store, 3, out, Channel::Email, later(10), |t| t.words = 3).await;
    record(store, 3, out, Channel::Email, later(120), |t| t.words = 40).await;
    // 4: a template as it stands answers nothing.
    record(store, 4, out, Channel::Email, later(5), |t| {
        (t.words, t.unedited) = (90, true);
    })
    .await;
    // 5: a voicemail, then a call that was taken.
    record(store, 5, out, Channel::Call, later(5), |t| {
        t.result = Some(CallResult::Voicemail);
    })
    .await;
    record(store, 5, out, Channel::Call, later(50), call).await;
    // 7: a call that we are told of a day and two hours later.
    record(store, 7, out, Channel::Call, later(15), |t| {
        t.result = Some(CallResult::Connected);
        t.recorded_at = ten.plus(26 * HOUR_MS);
        t.recorded_by = Some(UserNo(1));
    })
    .await;
    // 8: on Tuesday at half past nine. 9: by somebody else. 10: not yet.
    record(store, 8, out, Channel::Email, later(23 * 60 + 30), |t| {
        t.words = 50;
    })
    .await;
    record(store, 9, out, Channel::Meeting, later(45), |t| {
        t.rep = Some(UserNo(2));
    })
    .await;
    (opened, ten)
}

async fn settle(store: &Store, opening: TouchNo, contact: i64, how: Settled, when: Millis) {
    let event = NewEvent {
        at: when,
        kind: EventKind::Dismissed,
        delivery: None,
        contact: Some(ContactNo(contact)),
        detail: Detail::Dismissal(otklik::domain::touch::Dismissal {
            opening,
            by: UserNo(1),
            how,
        }),
    };
    append(store, &[event]).await;
}

#[tokio::test]
async fn ten_waits_come_to_the_figures_counted_by_hand() {
    for engine in Engine::BOTH {
        let store = engine.store();
        rows::library(&store, &plan()).await;
        let (opened, ten) = ten_waits(&store).await;
        settle(
            &store,
            opened[5],
            6,
            Settled::NoAnswerNeeded,
            ten.plus(20 * MINUTE_MS),
        )
        .await;
        let now = ten.plus(16 * DAY_MS);
        let report = response_time(&store, Slice::Total, ClockKind::Wall, now).await;
        let row = &report.rows[0];
        // 1, 2, 5 and 9 within the hour, of ten without the dismissed one.
        assert_eq!((row.n, row.of, row.n_eff), (4, 9, 9), "{engine:?}");
        let waits = row.waits.clone().unwrap();
        assert_eq!(
            (
                waits.waiting,
                waits.dismissed,
                waits.answered,
                waits.late,
                waits.censored
            ),
            (2, 1, 7, 1, 3)
        );
        assert_eq!((waits.in_hours_n, waits.in_hours_of), (4, 8));
        assert_eq!(waits.credited, 7);
        // Four of nine contacts, by Wilson's formula.
        assert!(near(row.rate, 0.4444) && near(row.low, 0.1888) && near(row.high, 0.7334));
        assert_eq!((row.mature_n, row.immature_n), (9, 0));
        assert_eq!(row.withheld_reason, Some(Withheld::TooFewContacts));
        // By hand: 9/10, ×7/8, ×6/7, ×5/6, ×4/5 at one hour; ×3/4 at two, ×2/3 at eleven and a half.
        assert!(
            lasted(row.p50_ms, HOUR_MS) && row.p90_ms.is_none(),
            "{row:?}"
        );
        assert!(!waits.p50_not_reached && !waits.p90_not_reached);
        let within = curve(&report, "answered_within");
        assert!(
            near(within[9], 0.6625) && near(within[10], 0.775),
            "{within:?}"
        );
        // Greenwood: 0.3375 × √(1/90 + 1/56 + 1/42 + 1/30 + 1/20 + 1/12) on either side.
        let limits = ("answered_within_low", "answered_within_high");
        assert!(near(curve(&report, limits.0)[9], 0.3526));
        assert!(near(curve(&report, limits.1)[9], 0.9724));
        assert!(near(curve(&report, "answered_in_hours")[9], 6.0 / 8.0));
        // 8/10, ×7/8, ×6/7, and after the dismissed one ×4/5: the first tries.
        assert_eq!((waits.attempted, waits.self_reported), (8, 1));
        assert!(lasted(waits.attempt_p50_ms, 30 * MINUTE_MS), "{waits:?}");
        let histogram: f64 = curve(&report, "answers").iter().flatten().sum();
        assert!((histogram - 7.0).abs() < f64::EPSILON);
        let business = response_time(&store, Slice::Total, ClockKind::Business, now).await;
        assert_eq!(
            (business.rows[0].n, business.rows[0].of),
            (5, 9),
            "the eighth took 30 working minutes"
        );
        let by_rep = response_time(&store, Slice::Rep, ClockKind::Wall, now).await;
        let credited = |name: &str| {
            by_rep
                .rows
                .iter()
                .find(|row| row.label == name)
                .unwrap()
                .waits
                .clone()
                .unwrap()
                .credited
        };
        assert_eq!((credited("Rep 001"), credited("Rep 002")), (6, 1));
        assert_eq!(report.waiting.len(), 2);
        // Half an hour after ten nobody can be judged.
        let early = response_time(
            &store,
            Slice::Total,
            ClockKind::Wall,
            ten.plus(30 * MINUTE_MS),
        )
        .await;
        assert_eq!(early.rows[0].of, 0);
        // A withdrawn call opens the first wait again; taking the dismissal back opens the sixth.
        settle(&store, opened[5], 6, Settled::TakenBack, ten.plus(HOUR_MS)).await;
        let call: String = texts(
            &store,
            "SELECT CAST(no AS TEXT) FROM touches WHERE contact_no = 1 AND direction = 1",
        )
        .await
        .remove(0);
        void(&store, &call).await;
        let after = response_time(&store, Slice::Total, ClockKind::Wall, now).await;
        assert_eq!((after.rows[0].n, after.rows[0].of), (3, 10), "{engine:?}");
        rebuilt_alike(&store).await;
        erasure_moves_nothing(&store, now).await;
    }
}

async fn void(store: &Store, no: &str) {
    let id = texts(
        store,
        &format!("SELECT CAST(no AS TEXT) FROM touches WHERE no = {no}"),
    )
    .await;
    assert_eq!(id.len(), 1);
    let (_, listed) = (
        id,
        touches::list(store, &viewer(), Some(ContactNo(1)), None, None, 10)
            .await
            .unwrap(),
    );
    let touch = listed
        .iter()
        .find(|touch| touch.no.to_string() == no)
        .unwrap();
    let mut tx = store.begin().await.unwrap();
    let stored = touches::stored(&mut tx, touch.id).await.unwrap().unwrap();
    touches::void_in(&mut tx, stored, Millis(0)).await.unwrap();
    tx.commit().await.unwrap();
}

async fn erasure_moves_nothing(store: &Store, now: Millis) {
    let before = response_time(store, Slice::Total, ClockKind::Wall, now)
        .await
        .rows
        .remove(0);
    let keys = KeyRing::parse(&KeyRing::generate([7; 32])).unwrap();
    for contact in [2, 10] {
        let id = ContactId(Uuid::parse_str(&rows::id(3, contact)).unwrap());
        let contact = contacts::lookup(store, &viewer(), id)
            .await
            .unwrap()
            .unwrap();
        erase::contact(store, &keys, &Clock::manual(now), &contact, viewer().user)
            .await
            .unwrap();
    }
    let after = response_time(store, Slice::Total, ClockKind::Wall, now)
        .await
        .rows
        .remove(0);
    assert_eq!(
        (after.n, after.of, after.n_eff),
        (before.n, before.of, before.n_eff)
    );
    let (was, is) = (before.waits.unwrap(), after.waits.unwrap());
    assert_eq!(
        (is.censored, is.waiting),
        (was.censored, was.waiting - 1),
        "who waited is censored"
    );
    rebuilt_alike(store).await;
}
