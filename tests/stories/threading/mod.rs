//! What an answer belongs to: each way to find it, in their order, and every id under which a mail
//! of ours is known.

mod ids;

use crate::inbound::Desk;
use crate::support::engines::Engine;
use crate::support::world::letter;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use otklik::accept::{self, Content};
use otklik::ctx::Ctx;
use otklik::domain::address::EmailAddress;
use otklik::domain::clock::{DAY_MS, MINUTE_MS};
use otklik::domain::id::{DeliveryId, MessageId};
use otklik::domain::inbound::{InboundKind, MatchedBy};
use otklik::domain::link::DestinationId;
use otklik::domain::ticket::TicketKeys;
use otklik::domain::verp::VerpKeys;
use otklik::store::messages;
use std::sync::atomic::{AtomicU32, Ordering};

const ANNA: &str = "Anna <anna@buyer.example>";

/// A message of ours that has left.
struct Left {
    message: MessageId,
    /// Its Message-ID without brackets.
    id: String,
    delivery: DeliveryId,
    /// The whole mail as the relay got it.
    raw: String,
}

impl Left {
    fn field(&self, name: &str) -> String {
        let head = self
            .raw
            .split("\r\n\r\n")
            .next()
            .unwrap()
            .replace("\r\n ", " ");
        let start = format!("{name}: ");
        let line = head.lines().find_map(|line| line.strip_prefix(&start));
        line.unwrap_or_else(|| panic!("no {name} in {head}"))
            .to_owned()
    }

    /// As Outlook makes it of ours when it answers.
    fn thread_index(&self) -> String {
        let mut bytes = STANDARD.decode(self.field("Thread-Index")).unwrap();
        bytes.extend([0, 1, 2, 3, 0x10]);
        format!("Thread-Index: {}\r\n", STANDARD.encode(bytes))
    }
}

async fn left(ctx: &Ctx, message: MessageId, id: String, raw: &[u8]) -> Left {
    let deliveries = messages::deliveries(&ctx.store, message).await.unwrap();
    Left {
        message,
        id,
        delivery: deliveries[0].id,
        raw: String::from_utf8(raw.to_vec()).unwrap(),
    }
}

/// A mail of its own to Rita: `more` are header lines, `body` begins with those of its type.
fn mail(from: &str, subject: &str, more: &str, body: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let n = NEXT.fetch_add(1, Ordering::SeqCst);
    format!(
        "From: {from}\r\nTo: Rita <rita@seller.example>\r\nSubject: {subject}\r\nDate: Mon, 04 May 2026 12:00:00 +0000\r\nMessage-ID: <theirs-{n}@mail.buyer.example>\r\n{more}{body}"
    )
}

fn text() -> String {
    "Content-Type: text/plain; charset=utf-8\r\n\r\nYes, Tuesday at ten suits us very well.\r\n"
        .to_owned()
}

/// A mail passed on, with `head` as the head of the copy inside.
fn passed_on(head: &str) -> String {
    format!(
        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nWhat you sent us, see below.\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n{head}From: rita@seller.example\r\n\r\nHello\r\n--b--\r\n"
    )
}

/// One way to find a mail, each with a weaker key that would lead elsewhere.
struct Path {
    name: &'static str,
    by: Option<MatchedBy>,
    message: Option<MessageId>,
    mail: String,
}

impl Path {
    fn to(message: &Left, by: MatchedBy, name: &'static str, mail: String) -> Self {
        Self {
            name,
            by: Some(by),
            message: Some(message.message),
            mail,
        }
    }
}

/// A subject that leads nowhere.
const ODD: &str = "About something";

/// By our tag, or by an id that the head names.
fn by_head(desk: &Desk, call: &Left, prices: &Left) -> Vec<Path> {
    use MatchedBy::{InReplyTo, References, Token};
    let rita = EmailAddress::parse("rita@seller.example").unwrap();
    let keys = VerpKeys::new(&desk.ctx.keys);
    let tagged = keys.sign(&rita, call.delivery).unwrap();
    let (a, b) = (&call.id, &prices.id);
    let with = |more: &str| mail(ANNA, ODD, more, &text());
    let tag = with(&format!("Cc: <{tagged}>\r\nIn-Reply-To: <{b}>\r\n"));
    let answers = with(&format!("References: <{b}>\r\nIn-Reply-To: <{a}>\r\n"));
    let newest = with(&format!("References: <{b}>\r\n <{a}> <new@x.example>\r\n"));
    let copy = passed_on(&format!("Message-ID: <{b}>\r\n"));
    let copied = mail(ANNA, ODD, &format!("References: <{a}>\r\n"), &copy);
    vec![
        Path::to(call, Token, "a tag in an address before In-Reply-To", tag),
        Path::to(call, InReplyTo, "In-Reply-To before References", answers),
        Path::to(call, References, "the newest of References", newest),
        Path::to(call, References, "References before a copy", copied),
    ]
}

/// By what is left of our mail in theirs, or by how it looks.
fn by_remains(desk: &Desk, call: &Left, prices: &Left) -> Vec<Path> {
    use MatchedBy::{Returned, ReturnedToken, SubjectAndSender, ThreadIndex};
    let tickets = TicketKeys::new(&desk.ctx.keys);
    let leave = |of: &Left| {
        let ticket = tickets.sign_unsubscribe(of.delivery);
        format!("List-Unsubscribe: <https://t.example.org/u/{ticket}>\r\n")
    };
    let target = "https://shop.example/prices";
    let click = tickets.sign_click(call.delivery, 1, DestinationId::of(target), target);
    let click = format!("https%3A%2F%2Ft.example.org%2Fc%2F{}", click.unwrap());
    let quote = format!(
        "Content-Type: text/html\r\n\r\n<p>Yes, gladly.</p><blockquote type=cite><a href=\"https://eur01.safelinks.protection.outlook.com/?url={click}&amp;data=05\">the prices</a></blockquote>\r\n"
    );
    let copy = passed_on(&format!("Message-ID: <{}>\r\n{}", call.id, leave(prices)));
    let id = mail(ANNA, ODD, "", &copy);
    let copy = passed_on(&format!("Message-ID: <a@x.example>\r\n{}", leave(call)));
    let token = mail(ANNA, ODD, &prices.thread_index(), &copy);
    let quoted = mail(ANNA, ODD, &prices.thread_index(), &quote);
    let index = mail(ANNA, "RE: Prices", &call.thread_index(), &text());
    let foreign = "Thread-Index: AdzMyBWRAAAAAAAAAAAAAAAAAAAAAA==\r\n";
    let subject = mail(ANNA, "AW: Prices", foreign, &text());
    vec![
        Path::to(call, Returned, "an id in a copy before its token", id),
        Path::to(
            call,
            ReturnedToken,
            "a token in a copy before Thread-Index",
            token,
        ),
        Path::to(
            call,
            ReturnedToken,
            "a wrapped link in the quoted text",
            quoted,
        ),
        Path::to(call, ThreadIndex, "Thread-Index before the subject", index),
        Path::to(
            prices,
            SubjectAndSender,
            "the subject under the same person",
            subject,
        ),
        Path {
            name: "nothing but the company",
            by: None,
            message: None,
            mail: mail("Ben <ben@buyer.example>", "Prices", "", &text()),
        },
    ]
}

async fn second(desk: &Desk) -> Left {
    desk.ctx.clock.advance(MINUTE_MS);
    let mut new = letter("anna@buyer.example");
    if let Content::Own { subject, .. } = &mut new.content {
        "Prices".clone_into(subject);
    }
    let sent = accept::accept(&desk.ctx, &desk.viewer, new).await.unwrap();
    desk.drain().await;
    let raw = desk.sink.mails().pop().unwrap().1;
    left(&desk.ctx, sent.id, sent.message_id, &raw).await
}

#[tokio::test]
async fn each_way_to_find_a_thread_comes_before_the_weaker_ones() {
    for engine in Engine::BOTH {
        let desk = Desk::open(engine).await;
        let raw = desk.sink.mails().pop().unwrap().1;
        let call = left(&desk.ctx, desk.message, desk.message_id.clone(), &raw).await;
        let prices = second(&desk).await;
        desk.ctx.clock.advance(MINUTE_MS);
        let mut paths = by_head(&desk, &call, &prices);
        paths.extend(by_remains(&desk, &call, &prices));
        for way in paths {
            let shown = desk.take(&way.mail).await;
            let name = way.name;
            assert_eq!(shown.matched_by, way.by, "{engine:?}: {name}");
            assert_eq!(shown.message, way.message, "{engine:?}: {name}");
            let is_likeness = way.by == Some(MatchedBy::SubjectAndSender);
            assert_eq!(shown.found.probable, is_likeness, "{engine:?}: {name}");
            let is_reply = way.by.is_some();
            assert_eq!(shown.kind == Some(InboundKind::Reply), is_reply, "{name}");
            // Somebody else at the company is a suggestion for a person, and no match.
            let suggested = (!is_reply).then_some(prices.message);
            assert_eq!(shown.found.same_company, suggested, "{engine:?}: {name}");
        }
        desk.ctx.clock.advance(91 * DAY_MS);
        let late = mail(ANNA, "Re: Prices", "", &text());
        assert_eq!(desk.take(&late).await.matched_by, None, "{engine:?}");
        let late = mail(ANNA, "Re: Prices", &prices.thread_index(), &text());
        let late = desk.take(&late).await;
        assert_eq!(late.matched_by, Some(MatchedBy::ThreadIndex), "{engine:?}");
    }
}

#[tokio::test]
async fn whoever_a_mail_was_passed_on_to_cannot_unsubscribe_its_reader() {
    for engine in Engine::BOTH {
        let desk = Desk::open(engine).await;
        let delivery = desk.delivery(desk.message).await.id;
        let ticket = TicketKeys::new(&desk.ctx.keys).sign_unsubscribe(delivery);
        let quoting = format!(
            "Content-Type: text/plain\r\n\r\nPlease unsubscribe me.\r\n\r\n> Leave: https://t.example.org/u/{ticket}\r\n"
        );
        let raw = mail("Ben <ben@buyer.example>", "Re: Our call", "", &quoting);
        let shown = desk.take(&raw).await;
        assert_eq!(
            shown.matched_by,
            Some(MatchedBy::ReturnedToken),
            "{engine:?}"
        );
        assert_eq!(shown.kind, Some(InboundKind::Unsubscribe));
        assert!(shown.found.unproven && shown.found.suppressed.is_empty());
        let raw = mail(ANNA, "Re: Our call", "", &quoting);
        let shown = desk.take(&raw).await;
        assert_eq!(shown.found.suppressed, ["anna@buyer.example"], "{engine:?}");
    }
}
