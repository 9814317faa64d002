//! Ten deliveries and one that never left, and what became of them, counted by hand: every figure.

use super::{
    NOON, append, asked, at, near, of_delivery, plan, rebuilt_alike, ten_letters, told, viewer,
    write,
};
use crate::load::rows;
use crate::support::engines::Engine;
use otklik::domain::clock::{DAY_MS, HOUR_MS, Millis};
use otklik::domain::event::{Detail, EventKind, NewEvent};
use otklik::domain::inbound::{BounceClass, BounceReason};
use otklik::report::asked::{Name, Slice};
use otklik::report::note::Withheld;
use otklik::report::{Limit, Report};
use otklik::store::{Store, reports};

/// What is learnt an hour after sending. The first five went to a provider that reports complaints.
fn fates(sent: Millis) -> Vec<NewEvent> {
    let later = sent.plus(HOUR_MS);
    let event = |no, kind, detail| of_delivery(no, kind, later, detail);
    let bounced = |no, class, reason| {
        let report = told(Some(class), reason, None);
        event(no, EventKind::Bounced, report)
    };
    let complained = |no| {
        let report = told(None, BounceReason::Unstated, None);
        event(no, EventKind::Complained, report)
    };
    let given_up = Detail::Reason {
        code: "no_such_user".to_owned(),
        text: String::new(),
    };
    vec![
        bounced(1, BounceClass::Hard, BounceReason::UnknownUser),
        bounced(2, BounceClass::Soft, BounceReason::MailboxFull),
        // A soft report, and then that it is for good: once, for good.
        bounced(3, BounceClass::Soft, BounceReason::Expired),
        bounced(3, BounceClass::Hard, BounceReason::UnknownHost),
        bounced(6, BounceClass::Block, BounceReason::Policy),
        complained(3),
        complained(4),
        complained(4),
        event(5, EventKind::Complained, Detail::None),
        // Told in another way, by somebody whose provider reports nothing.
        event(7, EventKind::Complained, Detail::None),
        event(8, EventKind::Unsubscribed, Detail::None),
        event(11, EventKind::Failed, given_up),
    ]
}

async fn look(store: &Store, by: Slice, now: Millis) -> Report {
    let asked = asked(Name::Deliverability, by);
    reports::deliverability(store, &viewer(), &asked, now)
        .await
        .unwrap()
}

#[tokio::test]
async fn ten_deliveries_come_to_the_fates_counted_by_hand() {
    for engine in Engine::BOTH {
        let store = engine.store();
        rows::library(&store, &plan()).await;
        let sent = at(NOON);
        ten_letters(&store, sent).await;
        write(&store, 11, 10, sent).await;
        append(&store, &fates(sent)).await;
        let now = sent.plus(20 * DAY_MS);
        let report = look(&store, Slice::Total, now).await;
        let row = &report.rows[0];
        let mail = row.mail.as_ref().unwrap();
        assert_eq!((row.sent, row.n, row.of), (Some(10), 2, 10), "{engine:?}");
        // Two of ten contacts, by Wilson's formula.
        assert!(near(row.rate, 0.2) && near(row.low, 0.0567) && near(row.high, 0.5098));
        assert_eq!((row.n_eff, row.mature_n, row.immature_n), (10, 10, 0));
        assert_eq!(row.withheld_reason, Some(Withheld::TooFewContacts));
        let returned = (mail.hard, mail.soft, mail.block, mail.failed);
        assert_eq!(returned, (2, 1, 1, 1));
        // Three complaints of the five sent to a provider that reports them; a fourth came otherwise.
        let complaints = (mail.complaints, mail.complaints_of, mail.complaint_rate);
        assert_eq!(complaints, (4, 5, Some(0.6)));
        assert_eq!(mail.unsubscribed, 1);
        assert_eq!(mail.red, [Limit::Hard, Limit::Complaints]);
        let young = look(&store, Slice::Total, sent.plus(3 * DAY_MS)).await;
        let row = &young.rows[0];
        assert_eq!((row.n, row.of, row.rate, row.immature_n), (0, 0, None, 10));
        assert_eq!(row.withheld_reason, Some(Withheld::NothingMeasured));
        let late = look(&store, Slice::Total, sent.plus(300 * DAY_MS)).await;
        assert_eq!(late.rows, report.rows, "a month read as one");
        told_apart(&store, now).await;
        rebuilt_alike(&store).await;
    }
}

async fn told_apart(store: &Store, now: Millis) {
    let reasons = look(store, Slice::Reason, now).await;
    let seen = |row: &otklik::report::Row| (row.key.clone(), row.n, row.of);
    let reasons: Vec<_> = reasons.rows.iter().map(seen).collect();
    let expected = [
        ("mailbox_full", 1),
        ("policy", 1),
        ("unknown_host", 1),
        ("unknown_user", 2),
    ];
    let expected = expected.map(|(reason, n)| (reason.to_owned(), n, 5));
    assert_eq!(reasons, expected);
    let domains = look(store, Slice::Domain, now).await;
    let [domain] = &domains.rows[..] else {
        panic!("{domains:?}");
    };
    assert_eq!(
        (domain.label.as_str(), domain.sent, domain.n_eff),
        ("sender.example", Some(10), 10)
    );
    let providers = look(store, Slice::Gateway, now).await;
    let of = |key: &str| providers.rows.iter().find(|row| row.key == key).unwrap();
    let (silent, open) = (of("unknown"), of("microsoft"));
    assert_eq!((silent.sent, silent.n_eff), (Some(5), 0));
    assert_eq!(silent.mail.as_ref().unwrap().complaint_rate, None);
    assert_eq!(open.mail.as_ref().unwrap().complaint_rate, Some(0.6));
}
