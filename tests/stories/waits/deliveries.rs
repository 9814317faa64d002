//! Ten deliveries and what became of them, counted by hand.

use super::{NOON, append, asked, at, of_delivery, plan, rebuilt_alike, ten_letters, told, viewer};
use crate::load::rows;
use crate::support::engines::Engine;
use otklik::domain::clock::{DAY_MS, HOUR_MS};
use otklik::domain::event::{Detail, EventKind};
use otklik::domain::inbound::{BounceClass, BounceReason};
use otklik::report::Limit;
use otklik::report::asked::{Name, Slice};
use otklik::store::reports;

#[tokio::test]
async fn ten_deliveries_come_to_the_fates_counted_by_hand() {
    for engine in Engine::BOTH {
        let store = engine.store().await;
        rows::library(&store, &plan()).await;
        let sent = at(NOON);
        ten_letters(&store, sent).await;
        let later = sent.plus(HOUR_MS);
        let bounced = |no, class, reason| {
            of_delivery(
                no,
                EventKind::Bounced,
                later,
                told(Some(class), reason, None),
            )
        };
        append(
            &store,
            &[
                bounced(1, BounceClass::Hard, BounceReason::UnknownUser),
                bounced(2, BounceClass::Soft, BounceReason::MailboxFull),
                // A soft report, and then that it is for good: once, for good.
                bounced(3, BounceClass::Soft, BounceReason::Expired),
                bounced(3, BounceClass::Hard, BounceReason::UnknownHost),
                bounced(6, BounceClass::Block, BounceReason::Policy),
                of_delivery(
                    4,
                    EventKind::Complained,
                    later,
                    told(None, BounceReason::Unstated, None),
                ),
                of_delivery(
                    4,
                    EventKind::Complained,
                    later,
                    told(None, BounceReason::Unstated, None),
                ),
                of_delivery(5, EventKind::Complained, later, Detail::None),
                of_delivery(7, EventKind::Complained, later, Detail::None),
                of_delivery(8, EventKind::Unsubscribed, later, Detail::None),
            ],
        )
        .await;
        let now = sent.plus(20 * DAY_MS);
        let look = async |by| {
            let asked = asked(Name::Deliverability, by);
            reports::deliverability(&store, &viewer(), &asked, now)
                .await
                .unwrap()
        };
        let row = look(Slice::Total).await.rows.remove(0);
        let mail = row.mail.clone().unwrap();
        assert_eq!((row.sent, row.n, row.of), (Some(10), 2, 10), "{engine:?}");
        assert_eq!(
            (mail.hard, mail.soft, mail.block, mail.failed),
            (2, 1, 1, 0)
        );
        // Two complaints of the five sent to a provider that reports them; a third came otherwise.
        assert_eq!(
            (mail.complaints, mail.complaints_of, mail.unsubscribed),
            (3, 5, 1)
        );
        assert_eq!(
            (mail.complaint_rate, mail.red),
            (Some(0.4), vec![Limit::Hard])
        );
        let reasons = look(Slice::Reason).await;
        let names: Vec<(&str, i64)> = reasons
            .rows
            .iter()
            .map(|row| (row.key.as_str(), row.n))
            .collect();
        assert_eq!(
            names,
            [
                ("mailbox_full", 1),
                ("policy", 1),
                ("unknown_host", 1),
                ("unknown_user", 1)
            ]
        );
        let domains = look(Slice::Domain).await;
        assert_eq!(
            (domains.rows[0].label.as_str(), domains.rows[0].sent),
            ("sender.example", Some(10))
        );
        let providers = look(Slice::Gateway).await;
        let unreported = providers
            .rows
            .iter()
            .find(|row| row.key == "company")
            .unwrap();
        assert_eq!(unreported.mail.as_ref().unwrap().complaint_rate, None);
        rebuilt_alike(&store).await;
    }
}
