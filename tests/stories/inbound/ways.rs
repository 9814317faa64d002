//! The same mail by every way is one row with several arrivals, also after a crash between the
//! two commits; and what breaks is parked.

use super::{Desk, mail, place, stored};
use crate::support::engines::Engine;
use crate::support::process::Installation;
use otklik::domain::clock::MINUTE_MS;
use otklik::domain::event::EventKind;
use otklik::domain::inbound::InboundKind;
use otklik::receive::{self, Received, Way, Wish};
use otklik::store::inbound::pending;
use otklik::store::inbound::read::{self, State};
use otklik::work::{self, Progress};

/// The ways of [`Way`], and the mailbox read anew after its UIDs changed.
async fn ways(desk: &Desk) -> Vec<Way> {
    let mailbox = desk.mailbox().await;
    let imap = |uid_validity, uid| Way::Imap {
        mailbox,
        place: place(uid_validity, uid),
    };
    vec![Way::Api, imap(1, 7), Way::Lmtp, imap(2, 1), Way::File]
}

#[tokio::test]
async fn the_same_mail_by_every_way_is_one_row_and_has_one_consequence() {
    for engine in Engine::BOTH {
        let desk = Desk::open(engine).await;
        let mut seen = Vec::new();
        for (n, way) in ways(&desk).await.into_iter().enumerate() {
            for again in [false, true] {
                // The transfer differs, the mail does not.
                let trace = format!("Received: by hop{n}\r\nX-Hop: {again}\r\n");
                let raw = format!("{trace}{}", desk.answer(1));
                let mut arrival = desk.arrival(way.clone());
                arrival.wish = Wish::None;
                if way == Way::Lmtp {
                    arrival.envelope_to = vec!["rita@seller.example".to_owned()];
                }
                let received = receive::take(&desk.ctx, raw.into(), arrival).await.unwrap();
                let Received::Stored { no, is_new, .. } = received else {
                    panic!("{received:?}");
                };
                assert_eq!(is_new, seen.is_empty(), "{engine:?} {way:?}");
                seen.push(no);
                // A crash comes between the two commits of the first ways; a worker goes on.
                if n == 2 {
                    desk.ctx.clock.advance(5 * MINUTE_MS);
                    while work::understand::step(&desk.ctx).await.unwrap() == Progress::More {}
                }
            }
        }
        seen.dedup();
        assert_eq!(seen.len(), 1, "{engine:?}: one row");
        receive::understand(&desk.ctx, seen[0]).await.unwrap();
        let arrivals = read::arrivals(&desk.ctx.store, seen[0]).await.unwrap();
        let ways: Vec<i16> = arrivals.iter().map(|one| one.way).collect();
        assert_eq!(ways, [2, 0, 1, 0, 3], "{engine:?}");
        let shown = desk.shown(seen[0]).await;
        assert_eq!(shown.kind, Some(InboundKind::Reply));
        assert_eq!(shown.message, Some(desk.message));
        assert_eq!(desk.events(EventKind::Replied).await.len(), 1, "{engine:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_understood_is_parked_after_three_tries_and_can_be_tried_again() {
    for engine in Engine::BOTH {
        let desk = Desk::open(engine).await;
        let raw = mail("Bea <bea@buyer.example>", "", 9, "Hello");
        let received = receive::take(&desk.ctx, raw.into(), desk.arrival(Way::Lmtp)).await;
        let no = stored(received.unwrap());
        // Each try counts before it begins; a process that dies of it says nothing more.
        for _ in 0..pending::MOST_TRIES {
            let mut tx = desk.ctx.store.begin().await.unwrap();
            let now = desk.ctx.clock.now();
            let due = pending::claim(&mut tx, now, now.plus(1), 10).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(due, [no], "{engine:?}");
            desk.ctx.clock.advance(MINUTE_MS);
        }
        assert_eq!(
            work::understand::step(&desk.ctx).await.unwrap(),
            Progress::Idle
        );
        let shown = desk.shown(no).await;
        assert_eq!(
            (shown.state, shown.kind),
            (State::Parked, None),
            "{engine:?}"
        );
        assert_eq!(pending::parked(&desk.ctx.store).await.unwrap(), 1);

        let mut tx = desk.ctx.store.begin().await.unwrap();
        let now = desk.ctx.clock.now();
        assert!(pending::unpark(&mut tx, shown.id, now).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(
            work::understand::step(&desk.ctx).await.unwrap(),
            Progress::More
        );
        assert_eq!(desk.shown(no).await.kind, Some(InboundKind::Enquiry));
    }
}

#[tokio::test]
async fn a_mail_that_is_empty_or_too_large_is_refused_and_anything_else_is_stored() {
    let desk = Desk::open(Engine::Sqlite).await;
    for wrong in [Vec::new(), vec![b'x'; receive::LARGEST_BYTES + 1]] {
        let arrival = desk.arrival(Way::Api);
        assert!(receive::take(&desk.ctx, wrong, arrival).await.is_err());
    }
    for odd in [
        &b"\0"[..],
        b"\xff\xfe\xfd",
        b"\r\n\r\n",
        b"Content-Type: multipart/mixed; boundary=\r\n\r\n--\r\n",
        b"From: \0\0<x\0@y>\r\nSubject: \0\r\n\r\n\0",
    ] {
        let raw = String::from_utf8_lossy(odd).into_owned();
        assert_eq!(desk.take(&raw).await.state, State::Understood, "{odd:?}");
    }
}

#[test]
fn a_mailbox_file_is_taken_in_once_and_each_mail_is_reported() {
    for engine in Engine::BOTH {
        let installation = Installation::fresh(engine);
        assert!(installation.run(&["migrate"]).status.success());
        let (one, two) = (
            mail("Bea <bea@new.example>", "", 1, "What does it cost?"),
            mail(
                "Cem <cem@new.example>",
                "Auto-Submitted: auto-replied\r\n",
                2,
                "Received.",
            ),
        );
        let mbox = format!("From bea Mon\n{one}\nFrom cem Mon\n{two}\n");
        for news in ["new", "known"] {
            let run = installation.run_with(&["ingest", "-"], &mbox);
            assert_eq!(run.status.code(), Some(0), "{engine:?} {run:?}");
            let out = String::from_utf8(run.stdout).unwrap();
            let lines: Vec<Vec<&str>> =
                out.lines().map(|line| line.split('\t').collect()).collect();
            assert_eq!(lines.len(), 2, "{engine:?} {out}");
            assert_eq!((lines[0][1], lines[0][2]), ("enquiry", news), "{out}");
            assert_eq!(lines[1][2], news, "{out}");
        }
        let run = installation.run(&["ingest", "no-such-file"]);
        assert_eq!(run.status.code(), Some(1), "{engine:?}");
    }
}
