//! Ten threads, counted by hand: every figure, at the end and on the way.

use super::{
    NOON, append, asked, at, curve, lasted, near, of_delivery, plan, rebuilt_alike, record,
    ten_letters, told, viewer, write,
};
use crate::load::rows;
use crate::support::engines::Engine;
use otklik::domain::clock::{DAY_MS, HOUR_MS, MINUTE_MS, Millis};
use otklik::domain::event::{Detail, EventKind};
use otklik::domain::id::{DeliveryNo, ThreadNo};
use otklik::domain::inbound::{BounceClass, BounceReason};
use otklik::domain::touch::{CallResult, Channel, Direction};
use otklik::report::Report;
use otklik::report::asked::{Name, Slice};
use otklik::report::note::Withheld;
use otklik::store::{Store, reports};

/// Who answers when: contact, minutes after the mail, whether a colleague does.
const REPLIES: [(i64, i64, bool); 7] = [
    (1, 20, false),
    (2, 5 * 60, true),
    // On the tenth day.
    (3, 239 * 60, false),
    // After the last horizon.
    (4, 15 * 24 * 60, false),
    // Half a day after the end of an absence of twenty days.
    (6, (20 * 24 + 12) * 60, false),
    (8, 90, false),
    (9, 84 * 60, false),
];

/// Ten letters; seven answers; 5 is called on the second day; 6 is away; 7 comes back; 10 is written
/// to again after two days.
async fn ten_threads(store: &Store, sent: Millis) {
    ten_letters(store, sent).await;
    for (contact, minutes, colleague) in REPLIES {
        let when = sent.plus(minutes * MINUTE_MS);
        record(
            store,
            contact,
            Direction::In,
            Channel::Email,
            when,
            |touch| {
                touch.thread = Some(ThreadNo(contact));
                touch.delivery = Some(DeliveryNo(contact));
                touch.colleague = colleague;
            },
        )
        .await;
    }
    let called = sent.plus(DAY_MS + HOUR_MS);
    record(store, 5, Direction::Out, Channel::Call, called, |touch| {
        touch.result = Some(CallResult::Connected);
    })
    .await;
    let back = Some(sent.plus(20 * DAY_MS));
    let away = told(None, BounceReason::Unstated, back);
    let lost = told(Some(BounceClass::Hard), BounceReason::UnknownUser, None);
    let soon = sent.plus(MINUTE_MS);
    let again = sent.plus(2 * DAY_MS);
    write(store, 11, 10, again).await;
    append(
        store,
        &[
            of_delivery(6, EventKind::OutOfOffice, soon, away),
            of_delivery(7, EventKind::Bounced, soon, lost),
            of_delivery(11, EventKind::Sent, again, Detail::None),
        ],
    )
    .await;
}

async fn look(store: &Store, now: Millis) -> Report {
    let asked = asked(Name::ReplyLatency, Slice::Total);
    reports::reply_latency(store, &viewer(), &asked, now)
        .await
        .unwrap()
}

#[tokio::test]
async fn ten_threads_come_to_the_figures_counted_by_hand() {
    for engine in Engine::BOTH {
        let store = engine.store();
        rows::library(&store, &plan()).await;
        let sent = at(NOON);
        ten_threads(&store, sent).await;
        let report = look(&store, sent.plus(60 * DAY_MS)).await;
        let row = &report.rows[0];
        let threads = row.threads.as_ref().unwrap();
        let shares: Vec<(i64, i64)> = threads.horizons.iter().map(|h| (h.n, h.of)).collect();
        // Nine threads; the fifth leaves the denominators of 3, 7 and 14 days.
        assert_eq!(
            shares,
            [(1, 9), (4, 9), (4, 8), (5, 8), (6, 8)],
            "{engine:?}"
        );
        let others = (threads.elsewhere, threads.superseded);
        assert_eq!(
            (others, threads.colleague, threads.restarted),
            ((1, 1), 1, 1)
        );
        // Six of eight contacts and one of nine, by Wilson's formula.
        assert!(near(row.rate, 0.75) && near(row.low, 0.4093) && near(row.high, 0.9285));
        let hour = &threads.horizons[0];
        assert!(near(hour.rate, 0.1111) && near(hour.low, 0.0199) && near(hour.high, 0.4350));
        assert_eq!((row.n_eff, row.mature_n, row.immature_n), (8, 9, 0));
        assert_eq!(row.withheld_reason, Some(Withheld::TooFewContacts));
        // Of 20 and 90 minutes, 5 and 12 hours, 3.5 and 10 days: the third. No p90 of six.
        assert!(lasted(row.p50_ms, 5 * HOUR_MS), "{row:?}");
        assert_eq!(row.p90_ms, None);
        let curve = curve(&report, "replied_within");
        // Kaplan-Meier: the fifth leaves after a day, so that four are left: 5/9, then by 3/4 and 2/3.
        for (place, share) in [(0, 0.0), (2, 1.0 / 9.0), (5, 3.0 / 9.0), (7, 4.0 / 9.0)] {
            assert!(near(curve[place], share), "{place}: {curve:?}");
        }
        for (place, share) in [(9, 0.5833), (12, 0.5833), (14, 0.7222)] {
            assert!(near(curve[place], share), "{place}: {curve:?}");
        }
        let week = report.series.iter().find(|series| series.name == "week");
        assert!(
            week.unwrap().y.iter().all(Option::is_none),
            "under 20 in a cell"
        );
        // Most of a year later the month is read as one.
        let late = look(&store, sent.plus(300 * DAY_MS)).await;
        assert_eq!((&late.rows, &late.series), (&report.rows, &report.series));
        // Twenty days after sending, the sixth has only begun.
        let young = look(&store, sent.plus(20 * DAY_MS)).await.rows.remove(0);
        assert_eq!((young.n, young.of), (5, 7), "{engine:?}");
        assert_eq!((young.mature_n, young.immature_n), (8, 1));
        assert_eq!(young.p50_ms, None, "five answers are too few");
        rebuilt_alike(&store).await;
    }
}
