//! A real Postfix that delivers to the listener: what it may not have is refused for good and comes
//! back to its sender, what cannot be taken now stays in the queue, and each mail comes once.

use crate::ports;
use crate::postfix::Postfix;
use crate::support::engines::Engine;
use crate::support::process::{HANG, Installation};
use otklik::domain::id::UserId;
use otklik::domain::inbound::{BounceClass, InboundKind};
use otklik::domain::viewer::{ReportLevel, Role, Viewer};
use otklik::net::catcher::{ReceivedEnvelope, Refusal};
use otklik::net::lmtp;
use otklik::store::inbound::read::{self, Filter, Shown, State};
use otklik::store::{PoolSizes, Store};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Everybody at the domain is delivered to `address`.
fn delivers_to(address: SocketAddr) -> String {
    format!(
        "virtual_mailbox_domains = team.example
virtual_mailbox_maps = static:known
virtual_transport = lmtp:inet:{address}"
    )
}

/// Gives a mail to Postfix.
fn submit(postfix: &Postfix, from: &str, to: &[&str], mail: &str) {
    let mut stream = BufReader::new(TcpStream::connect(postfix.address).unwrap());
    let mut say = |text: &str, code: &str| {
        stream.get_mut().write_all(text.as_bytes()).unwrap();
        let mut line = String::new();
        while line.as_bytes().get(3) != Some(&b' ') {
            line.clear();
            assert_ne!(stream.read_line(&mut line).unwrap(), 0, "{text}");
        }
        assert!(line.starts_with(code), "{text}: {line}");
    };
    say("", "220");
    say("EHLO client.example\r\n", "250");
    say(&format!("MAIL FROM:<{from}>\r\n"), "250");
    for to in to {
        say(&format!("RCPT TO:<{to}>\r\n"), "250");
    }
    say("DATA\r\n", "354");
    let stuffed = mail.replace("\r\n.", "\r\n..");
    say(&format!("{stuffed}\r\n.\r\n"), "250");
    say("QUIT\r\n", "221");
}

fn letter(n: u32, text: &str) -> String {
    format!(
        "From: Cy <cy@buyer{n}.example>\r\nTo: sales@team.example\r\nSubject: Number {n}\r\nMessage-ID: <{n}@buyer.example>\r\nDate: Mon, 04 May 2026 12:00:00 +0000\r\n\r\n{text}"
    )
}

async fn until(what: &str, postfix: &Postfix, mut done: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !done().await {
        assert!(begun.elapsed() < HANG, "{what}: {}", postfix.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The mails that are stored and understood, oldest first.
async fn understood(store: &Store) -> Vec<Shown> {
    let viewer = Viewer {
        user: UserId(Uuid::nil()),
        role: Role::Admin,
        team: None,
        level: ReportLevel::Full,
    };
    let all = read::list(store, &viewer, Filter::default(), None, 100).await;
    let mut all = all.unwrap();
    all.retain(|one| one.state == State::Understood);
    all.sort_by_key(|one| one.no);
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn postfix_delivers_each_mail_once_keeps_what_cannot_be_taken_and_returns_what_may_not() {
    for engine in Engine::BOTH {
        let address = ports::free();
        let postfix = Postfix::start(&delivers_to(address));
        // Nobody listens yet.
        submit(
            &postfix,
            "cy@buyer1.example",
            &["sales@team.example"],
            &letter(1, "How much is it?"),
        );
        until("it is kept", &postfix, async || {
            postfix.log().contains("status=deferred")
        })
        .await;
        let installation =
            Installation::fresh(engine).set("OTKLIK_LMTP_LISTEN", &address.to_string());
        let _serving = installation.serve();
        let store = Store::open(&installation.database_url, PoolSizes::default()).unwrap();
        until("it is delivered", &postfix, async || {
            understood(&store).await.len() == 1
        })
        .await;
        let both = ["sales@team.example", "info@team.example"];
        submit(
            &postfix,
            "cy@buyer2.example",
            &both,
            &letter(2, "And for fifty people?"),
        );
        until("the next", &postfix, async || {
            understood(&store).await.len() == 2
        })
        .await;
        // Larger than the listener takes: Postfix returns it, and the return comes in as a mail.
        let large = letter(3, &"a line that is repeated too often\r\n".repeat(800_000));
        submit(&postfix, "cy@team.example", &["sales@team.example"], &large);
        until("the return", &postfix, async || {
            understood(&store).await.len() == 3
        })
        .await;

        let all = understood(&store).await;
        let subjects: Vec<_> = all.iter().map(|one| one.subject.as_str()).collect();
        assert_eq!(subjects[..2], ["Number 1", "Number 2"], "{engine:?}");
        for one in &all[..2] {
            assert_eq!(one.kind, Some(InboundKind::Enquiry), "{engine:?}");
            let arrivals = read::arrivals(&store, one.no).await.unwrap();
            assert_eq!(
                arrivals.len(),
                1,
                "{engine:?}: once, for all of its recipients"
            );
            assert_eq!(arrivals[0].way, 1, "by LMTP");
        }
        let returned = &all[2];
        assert_eq!(returned.kind, Some(InboundKind::Bounce), "{engine:?}");
        let (class, ..) = returned.bounce.clone().unwrap();
        assert_eq!(
            class,
            BounceClass::Soft,
            "{engine:?}: nobody's address is wrong"
        );
        assert!(returned.found.unproven, "it is about no mail of ours");
        assert!(postfix.log().contains("status=bounced"));
    }
}

type Taken = Arc<Mutex<Vec<(ReceivedEnvelope, String)>>>;

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_of_451_is_asked_again_and_one_of_554_is_not() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (asked, stop) = (Taken::default(), CancellationToken::new());
    let seen = Arc::clone(&asked);
    let accept = move |envelope: ReceivedEnvelope, mail: Vec<u8>| {
        let seen = Arc::clone(&seen);
        async move {
            let mail = String::from_utf8(mail).unwrap();
            let mut seen = seen.lock().unwrap();
            let is_first = !seen.iter().any(|(_, earlier)| *earlier == mail);
            let answer = if mail.contains("Subject: Number 2\r\n") {
                Err(Refusal::ForGood("never".to_owned()))
            } else if is_first && mail.contains("Subject: Number 1\r\n") {
                Err(Refusal::ForNow("later".to_owned()))
            } else {
                Ok(())
            };
            seen.push((envelope, mail));
            answer
        }
    };
    let serving = tokio::spawn(lmtp::serve(listener, 1_000_000, stop.clone(), accept));
    let postfix = Postfix::start(&delivers_to(address));
    let dots = ".a line with a dot\r\n..two\r\nthe end";
    submit(
        &postfix,
        "cy@team.example",
        &["sales@team.example"],
        &letter(1, dots),
    );
    submit(
        &postfix,
        "cy@team.example",
        &["sales@team.example"],
        &letter(2, "x"),
    );
    // Number 1 twice, number 2 once, and the return of number 2.
    until("all is settled", &postfix, async || {
        asked.lock().unwrap().len() == 4
    })
    .await;
    let all = asked.lock().unwrap().clone();
    let of = |subject: &str| {
        let subject = format!("Subject: {subject}\r\n");
        let own = |mail: &str| mail.split("\r\n\r\n").next().unwrap().contains(&subject);
        all.iter()
            .filter(|(_, mail)| own(mail))
            .cloned()
            .collect::<Vec<_>>()
    };
    let first = of("Number 1");
    assert_eq!(first.len(), 2, "{}", postfix.log());
    assert!(
        first[1].1.ends_with("..two\r\nthe end\r\n"),
        "{}",
        first[1].1
    );
    assert_eq!(first[1].0.sender.as_deref(), Some("cy@team.example"));
    assert_eq!(of("Number 2").len(), 1, "{}", postfix.log());
    let returned = all
        .iter()
        .find(|(envelope, _)| envelope.sender.is_none())
        .unwrap();
    assert_eq!(returned.0.recipients, ["cy@team.example"]);
    assert!(returned.1.contains("never"), "{}", returned.1);
    stop.cancel();
    serving.await.unwrap();
}
