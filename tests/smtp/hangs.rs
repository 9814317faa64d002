//! A server that hangs or leaves harms only the attempt, and in the way its phase says.

use crate::fake::{Act, Fake, Manners};
use crate::{certs, mail, plain, soon, to, with_timeouts};
use otklik::deliver::{Outcome, Phase, Reason};
use otklik::net::smtp::{PhaseTimeouts, Relay, WireBody};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpSocket, TcpStream};

/// Far longer than the test may take, so that only the phase under test can end it.
fn long() -> PhaseTimeouts {
    PhaseTimeouts::all(Duration::from_hours(1))
}

const SHORT: Duration = Duration::from_millis(150);

/// The outcome of sending one mail to `relay`, however far it comes.
async fn send(relay: &Relay, timeouts: PhaseTimeouts) -> Outcome {
    let mut session = match with_timeouts(timeouts).connect(relay).await {
        Ok(session) => session,
        Err(outcome) => return outcome,
    };
    let body = mail();
    match session.begin(&to("anna@a.example"), &body).await {
        Ok(ready) => ready.send_body().await,
        Err(outcome) => outcome,
    }
}

#[tokio::test]
async fn each_phase_ends_by_its_own_time_limit() {
    for (verb, phase, timeouts) in [
        (
            "220",
            Phase::Greeting,
            PhaseTimeouts {
                greeting: SHORT,
                ..long()
            },
        ),
        (
            "EHLO",
            Phase::Ehlo,
            PhaseTimeouts {
                ehlo: SHORT,
                ..long()
            },
        ),
        (
            "AUTH",
            Phase::Auth,
            PhaseTimeouts {
                auth: SHORT,
                ..long()
            },
        ),
        (
            "MAIL",
            Phase::MailFrom,
            PhaseTimeouts {
                mail_from: SHORT,
                ..long()
            },
        ),
        (
            "RCPT",
            Phase::RcptTo,
            PhaseTimeouts {
                rcpt_to: SHORT,
                ..long()
            },
        ),
        (
            "DATA",
            Phase::Data,
            PhaseTimeouts {
                data: SHORT,
                ..long()
            },
        ),
        (
            ".",
            Phase::Body,
            PhaseTimeouts {
                after_dot: SHORT,
                ..long()
            },
        ),
    ] {
        for is_slow in [false, true] {
            let fake = Fake::start(Manners {
                offers: vec!["AUTH PLAIN"],
                acts: vec![(verb, Act::Hang)],
                is_slow,
                ..Manners::default()
            })
            .await;
            let relay = Relay::parse(&format!("smtp://u:p@{}", fake.address)).unwrap();
            let outcome = soon(send(&relay, timeouts)).await;
            let cause = outcome.cause();
            assert_eq!(
                (cause.phase, cause.reason),
                (phase, Reason::Timeout),
                "{verb}"
            );
            let is_uncertain = matches!(outcome, Outcome::Uncertain(_));
            assert_eq!(is_uncertain, phase == Phase::Body, "{verb}: {outcome:?}");
        }
    }
}

#[tokio::test]
async fn a_connection_and_a_handshake_that_never_come_end_too() {
    let (full, _kept) = full_backlog().await;
    let timeouts = PhaseTimeouts {
        connect: SHORT,
        ..long()
    };
    let outcome = soon(send(&plain(full), timeouts)).await;
    assert_eq!(outcome.cause().phase, Phase::Connect);
    assert_eq!(outcome.cause().reason, Reason::Timeout);

    // It waits for our EHLO in the clear, so our ClientHello is never answered.
    let fake = Fake::acting(&[("220", Act::Hang)]).await;
    let (port, ca) = (fake.address.port(), certs::ca_file());
    let url = format!("smtps://localhost:{port}?ca={}", ca.display());
    let timeouts = PhaseTimeouts {
        tls: SHORT,
        ..long()
    };
    let outcome = soon(send(&Relay::parse(&url).unwrap(), timeouts)).await;
    assert_eq!(outcome.cause().phase, Phase::Tls);
    assert!(matches!(outcome, Outcome::RetryConnection { .. }));
}

/// An address whose queue of connections is full, and what fills it.
async fn full_backlog() -> (SocketAddr, (tokio::net::TcpListener, Vec<TcpStream>)) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut kept = Vec::new();
    while let Ok(stream) =
        tokio::time::timeout(Duration::from_millis(300), TcpStream::connect(address)).await
    {
        kept.push(stream.unwrap());
        assert!(
            kept.len() < 64,
            "the queue of a listener that takes nobody fills up"
        );
    }
    (address, (listener, kept))
}

#[tokio::test]
async fn a_server_that_stops_reading_ends_by_the_block_limit_and_its_refusal_counts() {
    // More than any socket buffers.
    let body = WireBody::encode(&vec![b'x'; 32 * 1_024 * 1_024]).unwrap();
    for (told, is_uncertain) in [(Act::Hang, true), (Act::Say("552 5.3.4 too big"), false)] {
        let fake = Fake::acting(&[("body", told)]).await;
        let timeouts = PhaseTimeouts {
            body_block: Duration::from_millis(500),
            after_dot: Duration::from_secs(2),
            ..long()
        };
        let connector = with_timeouts(timeouts);
        let mut session = soon(connector.connect(&plain(fake.address))).await.unwrap();
        let ready = soon(session.begin(&to("anna@a.example"), &body))
            .await
            .unwrap();
        let outcome = soon(ready.send_body()).await;
        assert_eq!(
            matches!(outcome, Outcome::Uncertain(_)),
            is_uncertain,
            "{outcome:?}"
        );
        assert_eq!(matches!(outcome, Outcome::FailMessage(_)), !is_uncertain);
        assert!(!session.is_open());
    }
}

#[tokio::test]
async fn a_server_that_leaves_before_the_body_costs_a_retry_and_after_it_certainty() {
    for (verb, phase) in [
        ("220", Phase::Greeting),
        ("EHLO", Phase::Ehlo),
        ("MAIL", Phase::MailFrom),
        ("RCPT", Phase::RcptTo),
        ("DATA", Phase::Data),
        (".", Phase::Body),
    ] {
        let fake = Fake::acting(&[(verb, Act::Close)]).await;
        let outcome = soon(send(&plain(fake.address), long())).await;
        let cause = outcome.cause();
        assert_eq!(
            (cause.phase, cause.reason),
            (phase, Reason::ConnectionLost),
            "{verb}"
        );
        let is_uncertain = matches!(outcome, Outcome::Uncertain(_));
        assert_eq!(is_uncertain, phase == Phase::Body, "{verb}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_port_nobody_listens_on_is_unreachable() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let outcome = soon(send(&plain(address), long())).await;
    assert!(matches!(outcome, Outcome::RetryConnection { .. }));
    assert_eq!(outcome.cause().reason, Reason::Unreachable);
}
