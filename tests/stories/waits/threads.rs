//! Ten threads, counted by hand.

use super::{
    NOON, append, asked, at, of_delivery, plan, rebuilt_alike, record, ten_letters, told, viewer,
};
use crate::load::rows;
use crate::support::engines::Engine;
use otklik::domain::clock::{DAY_MS, HOUR_MS, MINUTE_MS, Millis};
use otklik::domain::event::EventKind;
use otklik::domain::id::{DeliveryNo, ThreadNo};
use otklik::domain::inbound::{BounceClass, BounceReason};
use otklik::domain::touch::{CallResult, Channel, Direction};
use otklik::report::asked::{Name, Slice};
use otklik::store::reports;

#[tokio::test]
async fn ten_threads_come_to_the_figures_counted_by_hand() {
    for engine in Engine::BOTH {
        let store = engine.store().await;
        rows::library(&store, &plan()).await;
        let sent = at(NOON);
        ten_letters(&store, sent).await;
        let reply = async |contact: i64, after: i64, colleague: bool| {
            record(
                &store,
                contact,
                Direction::In,
                Channel::Email,
                sent.plus(after),
                |t| {
                    t.thread = Some(ThreadNo(contact));
                    t.delivery = Some(DeliveryNo(contact));
                    t.colleague = colleague;
                },
            )
            .await;
        };
        // 1 within the hour, 2 within the day, by a colleague, 3 on the tenth day, 4 on the fifteenth.
        reply(1, 30 * MINUTE_MS, false).await;
        reply(2, 5 * HOUR_MS, true).await;
        reply(3, 10 * DAY_MS - HOUR_MS, false).await;
        reply(4, 15 * DAY_MS, false).await;
        // 5 is called on the second day. 6 is away for twenty days and answers the day after.
        record(
            &store,
            5,
            Direction::Out,
            Channel::Call,
            sent.plus(DAY_MS + HOUR_MS),
            |t| t.result = Some(CallResult::Connected),
        )
        .await;
        let back = sent.plus(20 * DAY_MS);
        append(
            &store,
            &[of_delivery(
                6,
                EventKind::OutOfOffice,
                sent.plus(MINUTE_MS),
                told(None, BounceReason::Unstated, Some(back)),
            )],
        )
        .await;
        reply(6, 20 * DAY_MS + 12 * HOUR_MS, false).await;
        // 7 comes back: nobody can answer. 8 to 10 are silent.
        append(
            &store,
            &[of_delivery(
                7,
                EventKind::Bounced,
                sent.plus(MINUTE_MS),
                told(Some(BounceClass::Hard), BounceReason::UnknownUser, None),
            )],
        )
        .await;
        let look = async |now: Millis| {
            let asked = asked(Name::ReplyLatency, Slice::Total);
            reports::reply_latency(&store, &viewer(), &asked, now)
                .await
                .unwrap()
                .rows
                .remove(0)
        };
        let row = look(sent.plus(60 * DAY_MS)).await;
        let threads = row.threads.clone().unwrap();
        let shares: Vec<(i64, i64)> = threads.horizons.iter().map(|h| (h.n, h.of)).collect();
        // Nine threads; the fifth leaves the denominators of 3, 7 and 14 days.
        assert_eq!(
            shares,
            [(1, 9), (3, 9), (3, 8), (3, 8), (4, 8)],
            "{engine:?}"
        );
        assert_eq!(
            (threads.elsewhere, threads.colleague, threads.restarted),
            (1, 1, 1)
        );
        // Twenty days after sending, the sixth has only begun.
        let young = look(sent.plus(20 * DAY_MS)).await;
        assert_eq!((young.of, young.immature_n), (7, 1), "{engine:?}");
        rebuilt_alike(&store).await;
    }
}
