//! Our client against Postfix's `smtp-sink`.

use crate::{connector, plain, soon, to};
use otklik::deliver::{Outcome, Phase};
use otklik::net::smtp::WireBody;
use std::net::SocketAddr;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::net::TcpStream;

/// A running `smtp-sink`; it ends with this.
struct Sink {
    child: Child,
    address: SocketAddr,
    folder: PathBuf,
}

impl Sink {
    async fn start(name: &str, options: &[&str]) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("smtp-sink-{name}"));
        // What an earlier run left is not counted.
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let address = crate::ports::free();
        let child = Command::new("/usr/sbin/smtp-sink")
            .args(as_root())
            .args(["-d", "mail."])
            .args(options)
            .args([&address.to_string(), "64"])
            .current_dir(&folder)
            .stderr(Stdio::null())
            .spawn()
            .expect("smtp-sink is installed (Debian: apt-get install postfix)");
        let sink = Self {
            child,
            address,
            folder,
        };
        soon(async {
            while TcpStream::connect(address).await.is_err() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
        .await;
        sink
    }

    /// The mails it dumped; a transaction that was not finished leaves a file without a body.
    fn mails(&self) -> Vec<String> {
        let files = std::fs::read_dir(&self.folder).unwrap();
        let texts = files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
        texts.filter(|text| text.contains("Subject:")).collect()
    }
}

/// As root `smtp-sink` wants to be told whom to run as; the files it dumps are ours.
fn as_root() -> &'static [&'static str] {
    let is_root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
    if is_root { &["-u", "root"] } else { &[] }
}

impl Drop for Sink {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn send_one(sink: &Sink) -> Outcome {
    let mut session = match soon(connector().connect(&plain(sink.address))).await {
        Ok(session) => session,
        Err(outcome) => return outcome,
    };
    let body = WireBody::encode(b"Subject: x\r\n\r\nhello\r\n").unwrap();
    match soon(session.begin(&to("a@a.example"), &body)).await {
        Ok(ready) => soon(ready.send_body()).await,
        Err(outcome) => outcome,
    }
}

#[tokio::test]
async fn fifty_mails_go_over_one_connection_each_once() {
    for (name, options) in [("pipelined", &[][..]), ("stepwise", &["-p"])] {
        let sink = Sink::start(name, options).await;
        let mut session = soon(connector().connect(&plain(sink.address)))
            .await
            .unwrap();
        for number in 0..50 {
            let text = format!("Subject: mail {number};\r\n\r\n.dot\r\n..\r\nend\r\n");
            let body = WireBody::encode(text.as_bytes()).unwrap();
            let ready = soon(session.begin(&to("a@a.example"), &body))
                .await
                .unwrap();
            let outcome = soon(ready.send_body()).await;
            assert!(
                matches!(outcome, Outcome::Accepted(_)),
                "{name}: {outcome:?}"
            );
        }
        soon(session.quit()).await;
        let mails = sink.mails();
        assert_eq!(mails.len(), 50, "{name}");
        for number in 0..50 {
            let subject = format!("Subject: mail {number};");
            let copies = mails.iter().filter(|mail| mail.contains(&subject));
            assert_eq!(copies.count(), 1, "{name}: {subject}");
        }
    }
}

#[tokio::test]
async fn refusals_and_goodbyes_of_a_real_server_come_out_by_phase() {
    for (name, options, kind, phase) in [
        (
            "hard-connect",
            ["-f", "connect"],
            "RetryConnection",
            Phase::Greeting,
        ),
        ("soft-mail", ["-r", "mail"], "RetryMessage", Phase::MailFrom),
        ("soft-rcpt", ["-r", "rcpt"], "RetryMessage", Phase::RcptTo),
        ("hard-rcpt", ["-f", "rcpt"], "FailMessage", Phase::RcptTo),
        ("soft-data", ["-r", "data"], "RetryMessage", Phase::Data),
        ("hard-dot", ["-f", "."], "FailMessage", Phase::Body),
        ("soft-dot", ["-r", "."], "RetryMessage", Phase::Body),
        (
            "busy-mail",
            ["-Q", "mail"],
            "RetryConnection",
            Phase::MailFrom,
        ),
        ("gone-rcpt", ["-q", "rcpt"], "RetryMessage", Phase::RcptTo),
        ("gone-dot", ["-q", "."], "Uncertain", Phase::Body),
    ] {
        let sink = Sink::start(name, &options).await;
        let outcome = send_one(&sink).await;
        assert!(
            format!("{outcome:?}").starts_with(kind),
            "{name}: {outcome:?}"
        );
        assert_eq!(outcome.cause().phase, phase, "{name}: {outcome:?}");
    }
}
