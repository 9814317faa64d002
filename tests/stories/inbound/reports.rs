//! Reports and machines: what they prove has consequences, what they claim has none.

use super::{Desk, mail};
use crate::support::engines::Engine;
use otklik::domain::address::EmailAddress;
use otklik::domain::delivery::DeliveryState;
use otklik::domain::event::EventKind;
use otklik::domain::inbound::InboundKind;
use otklik::domain::suppression::AddressHasher;
use otklik::store::suppressions;

impl Desk {
    /// Why an address is on the list, if it is.
    pub async fn is_suppressed(&self, address: &str) -> Option<String> {
        let address = EmailAddress::parse(address).unwrap();
        let hash = AddressHasher::new(&self.ctx.keys).hash(&address);
        let found = suppressions::lookup(&self.ctx.store, hash).await.unwrap();
        found.map(|entry| entry.reason)
    }
}

/// A report on the mail to Anna, about `recipient`, returning the head `returned`.
fn report(recipient: &str, status: &str, returned: &str) -> String {
    format!(
        "From: Mail Delivery System <mailer-daemon@mx.buyer.example>\r\nTo: rita@seller.example\r\nSubject: Undelivered Mail Returned to Sender\r\nDate: Mon, 04 May 2026 12:00:00 +0000\r\nMessage-ID: <dsn-{status}@mx.buyer.example>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nI could not deliver it.\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.buyer.example\r\n\r\nFinal-Recipient: rfc822; {recipient}\r\nAction: failed\r\nStatus: {status}\r\nDiagnostic-Code: smtp; 550 {status} <{recipient}>: user unknown\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n{returned}Subject: Our call\r\nFrom: rita@seller.example\r\nTo: anna@buyer.example\r\n\r\n--b--\r\n"
    )
}

#[tokio::test]
async fn a_machine_that_answers_stops_nothing() {
    for engine in Engine::BOTH {
        let desk = Desk::open(engine).await;
        let follow_up = desk.waiting("anna@buyer.example").await;
        let named = format!(
            "In-Reply-To: <{}>\r\nAuto-Submitted: auto-replied\r\n",
            desk.message_id
        );
        let raw = mail(
            "Anna <anna@buyer.example>",
            &named,
            4,
            "We received your mail.",
        );
        let shown = desk.take(&raw).await;
        let kind = shown.kind.unwrap();
        assert!(!kind.is_human(), "{engine:?}: {kind:?}");
        assert_eq!(desk.state(follow_up).await, DeliveryState::Scheduled);
        assert!(desk.events(EventKind::Replied).await.is_empty());
        // Nothing is ever answered by itself, so that no two installations talk to each other.
        let before = desk.sink.mails().len();
        desk.drain().await;
        assert_eq!(desk.sink.mails().len(), before);
    }
}

#[tokio::test]
async fn a_report_that_names_our_message_and_its_recipient_suppresses_the_address() {
    for engine in Engine::BOTH {
        let desk = Desk::open(engine).await;
        let follow_up = desk.waiting("anna@buyer.example").await;
        let returned = format!("Message-ID: <{}>\r\n", desk.message_id);
        let shown = desk
            .take(&report("anna@buyer.example", "5.1.1", &returned))
            .await;
        assert_eq!(shown.kind, Some(InboundKind::Bounce), "{engine:?}");
        assert_eq!(shown.message, Some(desk.message));
        let suppressed = desk.is_suppressed("anna@buyer.example").await;
        assert_eq!(suppressed.as_deref(), Some("hard_bounce"), "{engine:?}");
        assert_eq!(desk.state(desk.message).await, DeliveryState::Bounced);
        assert_eq!(desk.state(follow_up).await, DeliveryState::Cancelled);
        assert_eq!(desk.events(EventKind::Bounced).await.len(), 1);
    }
}

#[tokio::test]
async fn a_forged_report_is_shown_and_suppresses_nobody() {
    for engine in Engine::BOTH {
        let desk = Desk::open(engine).await;
        let ours = format!("Message-ID: <{}>\r\n", desk.message_id);
        for (recipient, status, returned) in [
            (
                "anna@buyer.example",
                "5.1.2",
                "Message-ID: <guess@seller.example>\r\n",
            ),
            ("anna@buyer.example", "5.1.3", ""),
            // Our message, and somebody it never went to.
            ("ceo@buyer.example", "5.1.1", ours.as_str()),
        ] {
            let shown = desk.take(&report(recipient, status, returned)).await;
            assert_eq!(shown.kind, Some(InboundKind::Bounce), "{engine:?}");
            assert!(shown.found.unproven, "{engine:?} {status}");
            assert_eq!(desk.is_suppressed(recipient).await, None);
        }
        assert_eq!(desk.state(desk.message).await, DeliveryState::Sent);
        assert!(desk.events(EventKind::Bounced).await.is_empty());
    }
}
