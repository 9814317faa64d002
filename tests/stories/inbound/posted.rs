//! A whole application on a clock that stands, mail handed to it over the API, and what its API
//! and pages say of it afterwards.

use crate::support::app::{Person, TestApp};
use crate::support::engines::Engine;
use crate::support::pages::Pages;
use crate::support::world::{START, Sink, letter};
use otklik::accept::{self, NewMessage};
use otklik::config::Roles;
use otklik::domain::address::EmailAddress;
use otklik::domain::clock::Clock;
use otklik::domain::event::{Event, EventKind};
use otklik::domain::id::{MessageId, Seq};
use otklik::domain::mailbox::Profile;
use otklik::net::smtp::PhaseTimeouts;
use otklik::store::Store;
use otklik::store::enqueue::read;
use otklik::store::mailboxes::{self, Mailbox, MailboxData};
use otklik::store::messages::{self, Delivery};
use otklik::store::suppressions;
use otklik::work::Progress;
use otklik::work::send::Sender;
use reqwest::Method;
use serde_json::Value;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// A message and the id in its head, without brackets.
#[derive(Debug, Clone)]
pub struct Letter {
    pub id: MessageId,
    pub header: String,
    pub to: String,
}

/// A rep with a relay that takes everything. Nothing is sent but by [`Posted::drain`].
pub struct Posted {
    pub app: TestApp,
    pub sink: Sink,
    next: AtomicU32,
}

impl Posted {
    pub async fn open(engine: Engine) -> Self {
        Self::with(engine, Sink::greedy().await).await
    }

    pub async fn with(engine: Engine, sink: Sink) -> Self {
        let url = sink.url.clone();
        let app = TestApp::with(engine, Clock::manual(START), |settings| {
            settings.roles = Roles {
                work: false,
                ..Roles::ALL
            };
            settings.smtp_url = Some(url);
        })
        .await;
        Self {
            app,
            sink,
            next: AtomicU32::new(1),
        }
    }

    pub fn number(&self) -> u32 {
        self.next.fetch_add(1, Ordering::SeqCst)
    }

    /// A message that waits in the queue.
    pub async fn write(&self, to: &str) -> Letter {
        self.accept(letter(to)).await
    }

    /// One that is due in an hour.
    pub async fn later(&self, to: &str) -> Letter {
        let mut new = letter(to);
        new.send_at = Some(self.app.ctx.clock.now().plus(3_600_000));
        self.accept(new).await
    }

    /// Any message of the rep's.
    pub async fn take(&self, new: NewMessage) -> Letter {
        self.accept(new).await
    }

    /// Makes what waits due at once, as a clock that is set would.
    pub async fn make_due(&self, letter: &Letter) {
        let sql = "UPDATE deliveries SET due_at = 0 WHERE no = $1";
        let no = self.delivery(letter).await.no.0;
        match &self.app.ctx.store {
            Store::Sqlite { write, .. } => {
                sqlx::query(sql).bind(no).execute(write).await.unwrap();
            }
            Store::Postgres(pool) => {
                sqlx::query(sql).bind(no).execute(pool).await.unwrap();
            }
        }
    }

    async fn accept(&self, new: NewMessage) -> Letter {
        let to = new.to.clone();
        let accepted = accept::accept(&self.app.ctx, &self.app.rep.viewer, new).await;
        let accepted = accepted.unwrap();
        Letter {
            id: accepted.id,
            header: accepted.message_id,
            to,
        }
    }

    /// One that has left.
    pub async fn sent(&self, to: &str) -> Letter {
        let letter = self.write(to).await;
        self.drain().await;
        letter
    }

    pub async fn drain(&self) {
        self.drain_within(Duration::from_secs(20)).await;
    }

    /// Sends what is due; a server that says nothing for so long is given up.
    pub async fn drain_within(&self, patience: Duration) {
        let sender = Sender::new(self.app.ctx.clone(), PhaseTimeouts::all(patience));
        while sender.step().await.unwrap() == Progress::More {}
    }

    /// Hands a mail over as the API takes it; gives what is answered.
    pub async fn post(&self, raw: &str) -> Value {
        let request = self
            .app
            .ask(Method::POST, "api/v1/inbound", &self.app.rep)
            .header("content-type", "message/rfc822")
            .body(raw.to_owned());
        let answer = request.send().await.unwrap();
        let (status, body) = (answer.status().as_u16(), answer.text().await.unwrap());
        assert_eq!(status, 202, "{body}");
        serde_json::from_str(&body).unwrap()
    }

    /// As [`answer`], under a number of its own.
    pub fn answer(&self, letter: &Letter, from: &str, more: &str, text: &str) -> String {
        answer(self.number(), letter, from, more, text)
    }

    /// As [`report`], under a number of its own.
    pub fn report(&self, letter: &Letter, action: &str, status: &str, words: &str) -> String {
        report(self.number(), letter, action, status, words)
    }

    /// A message as the API shows it to the rep.
    pub async fn message(&self, letter: &Letter) -> Value {
        let path = format!("api/v1/messages/{}", letter.id);
        let answer = self.app.get(&path, &self.app.rep).await;
        answer.json().await.unwrap()
    }

    /// Its state and the word of its reason.
    pub async fn state(&self, letter: &Letter) -> (String, String) {
        let shown = self.message(letter).await;
        let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
        (text(&shown["state"]), text(&shown["reason"]["code"]))
    }

    pub async fn delivery(&self, letter: &Letter) -> Delivery {
        let found = messages::deliveries(&self.app.ctx.store, letter.id).await;
        found.unwrap().remove(0)
    }

    /// A page as `person` reads it.
    pub async fn page(&self, person: &Person, path: &str) -> String {
        Pages::sign_in(&self.app, person).await.read(path).await
    }

    /// The page of a message as the rep reads it.
    pub async fn message_page(&self, letter: &Letter) -> String {
        let path = format!("messages/{}", letter.id);
        self.page(&self.app.rep, &path).await
    }

    /// The addresses on the suppression list, each with its reason, in the order of the addresses.
    pub async fn suppressed(&self) -> Vec<(String, String)> {
        let found = suppressions::list(&self.app.ctx.store, None, 100).await;
        let entries = found.unwrap().into_iter();
        let mut all: Vec<_> = entries
            .map(|one| (one.address.unwrap(), one.reason))
            .collect();
        all.sort();
        all
    }

    pub async fn events(&self, kind: EventKind) -> Vec<Event> {
        let events = otklik::store::log::after(&self.app.ctx.store, Seq(0), 100_000).await;
        let of_kind = events.unwrap().into_iter();
        of_kind.filter(|event| event.event.kind == kind).collect()
    }

    /// The rep's own mailbox, which the first message made.
    pub async fn mailbox(&self) -> Mailbox {
        let store = &self.app.ctx.store;
        let rep = read::rep(store, self.app.rep.viewer.user).await.unwrap();
        let found = read::own_mailbox(store, &rep.unwrap()).await.unwrap();
        let found = mailboxes::by_no(store, found.unwrap().no).await;
        found.unwrap().unwrap()
    }

    /// Gives the rep a mailbox of `profile` before anything is written.
    pub async fn mailbox_of(&self, profile: Profile) -> Mailbox {
        let ctx = &self.app.ctx;
        let address = EmailAddress::parse(&self.app.rep.email).unwrap();
        let data = MailboxData {
            profile,
            ..MailboxData::new(Some(self.app.rep.viewer.user), address)
        };
        let id = otklik::domain::id::MailboxId(ctx.clock.fresh_id());
        let mut tx = ctx.store.begin().await.unwrap();
        mailboxes::add(&mut tx, id, &data, ctx.clock.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        self.mailbox().await
    }

    /// Mails the relay took for `to`.
    pub fn arrived(&self, to: &str) -> usize {
        let mails = self.sink.mails();
        mails.iter().filter(|(one, _)| one == to).count()
    }
}

/// A mail of `from` that names `letter` as what it answers.
pub fn answer(n: u32, letter: &Letter, from: &str, more: &str, text: &str) -> String {
    format!(
        "From: {from}\r\nTo: rep@team.example\r\nSubject: Re: Our call\r\nDate: Mon, 04 May 2026 12:00:00 +0000\r\nMessage-ID: <in-{n}@buyer.example>\r\nIn-Reply-To: <{}>\r\n{more}Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n",
        letter.header
    )
}

/// A report of a server (RFC 3464) on `letter` that returns its head.
pub fn report(n: u32, letter: &Letter, action: &str, status: &str, words: &str) -> String {
    let (to, id) = (&letter.to, &letter.header);
    format!(
        "From: Mail Delivery System <mailer-daemon@mx.buyer.example>\r\nTo: rep@team.example\r\nSubject: Delivery Status Notification\r\nDate: Mon, 04 May 2026 12:00:00 +0000\r\nMessage-ID: <dsn-{n}@mx.buyer.example>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nThis is about your message.\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.buyer.example\r\n\r\nFinal-Recipient: rfc822; {to}\r\nAction: {action}\r\nStatus: {status}\r\nDiagnostic-Code: smtp; {words}\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{id}>\r\nSubject: Our call\r\nFrom: rep@team.example\r\nTo: {to}\r\n\r\n--b--\r\n"
    )
}

/// A feedback report (RFC 5965) of type `feedback` on `letter`; the provider blots out who it was.
pub fn feedback(n: u32, letter: &Letter, feedback: &str) -> String {
    let id = &letter.header;
    format!(
        "From: <feedback@provider.example>\r\nTo: rep@team.example\r\nSubject: FW: Our call\r\nDate: Mon, 04 May 2026 12:00:00 +0000\r\nMessage-ID: <arf-{n}@provider.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nThis is an email abuse report.\r\n\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: {feedback}\r\nUser-Agent: Provider/1.0\r\nVersion: 1\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <{id}>\r\nFrom: rep@team.example\r\nTo: redacted@provider.example\r\nSubject: Our call\r\n\r\nHello\r\n\r\n--b--\r\n"
    )
}
