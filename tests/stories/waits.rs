//! Response time, reply latency and deliverability against counts by hand and plain SQL.

use crate::load::rows;
use crate::load::{Batch, Plan, Sending};
use crate::support::engines::Engine;
use otklik::domain::clock::{Clock, DAY_MS, HOUR_MS, MINUTE_MS, Millis};
use otklik::domain::day::Day;
use otklik::domain::event::{Detail, EventKind, NewEvent};
use otklik::domain::id::{
    ContactId, ContactNo, DeliveryNo, InboundNo, ThreadNo, TouchId, TouchNo, UserId, UserNo,
};
use otklik::domain::inbound::{BounceClass, BounceReason, Report as Told};
use otklik::domain::keys::KeyRing;
use otklik::domain::touch::{CallResult, Channel, Direction, Settled};
use otklik::domain::viewer::{ReportLevel, Role, Viewer};
use otklik::report::asked::{Asked, ClockKind, Name, Slice};
use otklik::report::{Limit, Report};
use otklik::store::rebuild::{Next, rebuild};
use otklik::store::touches::{self, NewTouch};
use otklik::store::{Store, contacts, episodes, erase, log, reports};
use uuid::Uuid;

const NOON: &str = "2026-05-04T10:00:00Z";

fn at(text: &str) -> Millis {
    Millis::parse_rfc3339(text).unwrap()
}

fn plan() -> Plan {
    Plan {
        seed: 5,
        deliveries: 1,
        reps: 4,
        contents: 2,
        templates: 2,
        contacts: 300,
        days: 1,
        start: at(NOON),
    }
}

fn viewer() -> Viewer {
    Viewer {
        user: UserId(Uuid::parse_str(&rows::id(1, 1)).unwrap()),
        role: Role::Admin,
        team: None,
        level: ReportLevel::Full,
    }
}

fn asked(name: Name, by: Slice) -> Asked {
    Asked {
        from: Day::parse("2026-05-01").unwrap(),
        to: Day::parse("2026-06-01").unwrap(),
        by,
        ..Asked::default_for(name, Day(0))
    }
}

async fn record(
    store: &Store,
    contact: i64,
    direction: Direction,
    channel: Channel,
    when: Millis,
    fill: impl FnOnce(&mut NewTouch),
) -> TouchNo {
    let mut touch = NewTouch::new(
        TouchId(Clock::System.fresh_id()),
        ContactNo(contact),
        channel,
        direction,
        when,
        when,
    );
    touch.rep = Some(UserNo(1));
    fill(&mut touch);
    let mut tx = store.begin().await.unwrap();
    let no = touches::record_in(&mut tx, &touch).await.unwrap();
    tx.commit().await.unwrap();
    no
}

async fn response_time(store: &Store, by: Slice, clock: ClockKind, now: Millis) -> Report {
    let asked = Asked {
        clock,
        ..asked(Name::ResponseTime, by)
    };
    reports::response_time(store, &viewer(), &asked, now)
        .await
        .unwrap()
}

async fn texts(store: &Store, sql: &str) -> Vec<String> {
    let sql = sqlx::AssertSqlSafe(sql.to_owned());
    match store {
        Store::Sqlite { read, .. } => sqlx::query_scalar(sql).fetch_all(read).await.unwrap(),
        Store::Postgres(pool) => sqlx::query_scalar(sql).fetch_all(pool).await.unwrap(),
    }
}

async fn run(store: &Store, sql: &str) {
    let sql = sqlx::AssertSqlSafe(sql.to_owned());
    match store {
        Store::Sqlite { write, .. } => sqlx::raw_sql(sql).execute(write).await.map(|_| ()).unwrap(),
        Store::Postgres(pool) => sqlx::raw_sql(sql).execute(pool).await.map(|_| ()).unwrap(),
    }
}

/// Every row of counts, waits and facts as text.
async fn tables(store: &Store) -> Vec<String> {
    let hex = if store.is_sqlite() {
        "hex(data)"
    } else {
        "upper(encode(data, 'hex'))"
    };
    let truth = |column: &str| format!("CASE WHEN {column} THEN 1 ELSE 0 END");
    let sql = format!(
        "SELECT 'f ' || kind || ' ' || subject || ' ' || {hex} AS line FROM facts
        UNION ALL SELECT 't ' || metric || ' ' || dim || ' ' || day || ' ' || rep || ' ' || dim_id || ' ' || shift
            || ' ' || bin || ' ' || n FROM tallies
        UNION ALL SELECT 'e ' || opening || ' ' || contact_no || ' ' || state || ' ' || opened_at || ' ' || day || ' '
            || channel || ' ' || COALESCE(owner_no, 0) || ' ' || inbounds || ' ' || {} || ' '
            || COALESCE(closed_at, 0) || ' ' || COALESCE(business_ms, -1) || ' ' || {} FROM episodes",
        truth("in_hours"),
        truth("late"),
    );
    let mut lines = texts(store, &sql).await;
    lines.sort();
    lines
}

async fn rebuilt_alike(store: &Store) {
    let before = tables(store).await;
    rebuild(store, |_| Next::Continue).await.unwrap();
    assert!(tables(store).await == before, "a rebuild gives other rows");
}

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

async fn append(store: &Store, events: &[NewEvent]) {
    let mut tx = store.begin().await.unwrap();
    log::append(&mut tx, events).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn ten_waits_come_to_the_figures_counted_by_hand() {
    for engine in Engine::BOTH {
        let store = engine.store().await;
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
        // By hand: 9/10, ×7/8, ×6/7, ×5/6, ×4/5 at one hour.
        let off = (row.p50_ms.unwrap() as f64 / HOUR_MS as f64 - 1.0).abs();
        assert!(off < 0.01 && row.p90_ms.is_none(), "{row:?}");
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

/// One wait for each of many contacts, learnt in any order, some told late, some withdrawn: the
/// same as a count of the touches in plain SQL.
#[tokio::test]
async fn waits_equal_a_recount_in_plain_sql() {
    for engine in Engine::BOTH {
        let store = engine.store().await;
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

async fn ten_letters(store: &Store, sent: Millis) {
    let sendings = (1..=10).map(|no| Sending {
        no,
        at: sent,
        rep: 1,
        contact: no,
        template: None,
        purpose: 3,
        domain: if no <= 5 {
            "outlook.com"
        } else {
            "acme.example"
        },
        tracks_clicks: true,
        links: Vec::new(),
    });
    rows::sendings(
        store,
        &Batch {
            sendings: sendings.collect(),
            ..Batch::default()
        },
    )
    .await;
    for no in 1..=10 {
        run(store, &format!("INSERT INTO threads (no, contact_no, begun_by_us, begun_at) VALUES ({no}, {no}, TRUE, 0)")).await;
    }
    run(store, "UPDATE messages SET thread_no = (SELECT d.no FROM deliveries d WHERE d.message_id = messages.id)").await;
    let events: Vec<NewEvent> = (1..=10)
        .map(|no| of_delivery(no, EventKind::Sent, sent, Detail::None))
        .collect();
    append(store, &events).await;
}

fn of_delivery(no: i64, kind: EventKind, when: Millis, detail: Detail) -> NewEvent {
    NewEvent {
        at: when,
        kind,
        delivery: Some(DeliveryNo(no)),
        contact: None,
        detail,
    }
}

fn told(class: Option<BounceClass>, reason: BounceReason, away_until: Option<Millis>) -> Detail {
    Detail::Report(Told {
        inbound: InboundNo(1),
        class,
        reason,
        code: String::new(),
        text: String::new(),
        away_until,
    })
}

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
