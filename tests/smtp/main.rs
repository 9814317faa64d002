//! Mail over sockets: our client against our receiver, against a server that misbehaves on order,
//! and against Postfix's `smtp-sink`; our receiver against raw bytes.

mod certs;
mod client;
mod fake;
mod hangs;
#[path = "../support/ports.rs"]
mod ports;
mod postfix;
mod receiver;
mod tls;

use otklik::domain::address::EmailAddress;
use otklik::net::catcher::{CatcherSettings, ReceivedEnvelope, serve};
use otklik::net::smtp::{Connector, Envelope, HelloName, PhaseTimeouts, Relay, WireBody};
use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

/// What a receiver took, in order.
type Taken = Arc<Mutex<Vec<(ReceivedEnvelope, Vec<u8>)>>>;

/// Our receiver on a port of its own; it stops when this is dropped.
struct Receiver {
    address: SocketAddr,
    taken: Taken,
    _stop: DropGuard,
}

impl Receiver {
    async fn start(settings: CatcherSettings) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, taken) = (CancellationToken::new(), Taken::default());
        let kept = Arc::clone(&taken);
        tokio::spawn(serve(
            listener,
            settings,
            stop.clone(),
            move |envelope, mail| {
                kept.lock().unwrap().push((envelope, mail));
                async { Ok(()) }
            },
        ));
        Self {
            address,
            taken,
            _stop: stop.drop_guard(),
        }
    }

    fn mails(&self) -> Vec<Vec<u8>> {
        let taken = self.taken.lock().unwrap();
        taken.iter().map(|(_, mail)| mail.clone()).collect()
    }
}

/// A connector whose every phase has ten seconds.
fn connector() -> Connector {
    with_timeouts(PhaseTimeouts::all(Duration::from_secs(10)))
}

fn with_timeouts(timeouts: PhaseTimeouts) -> Connector {
    Connector::new(HelloName::default(), timeouts)
}

/// A relay at `address` without TLS.
fn plain(address: SocketAddr) -> Relay {
    Relay::parse(&format!("smtp://{address}")).unwrap()
}

fn to(recipient: &str) -> Envelope {
    Envelope {
        sender: Some(EmailAddress::parse("rep@sender.example").unwrap()),
        recipient: EmailAddress::parse(recipient).unwrap(),
    }
}

fn mail() -> WireBody {
    WireBody::encode(b"Subject: hello\r\n\r\n.dots\r\nand words\r\n").unwrap()
}

/// `work`, or a failed test when it hangs.
async fn soon<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), work)
        .await
        .expect("it ends within 20 s")
}
