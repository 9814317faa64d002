//! What follows from a mail that a person wrote.

use super::{Desk, mail};
use crate::support::engines::Engine;
use otklik::domain::delivery::DeliveryState;
use otklik::domain::event::EventKind;
use otklik::domain::inbound::{InboundKind, MatchedBy};

impl Desk {
    pub async fn state(&self, message: otklik::domain::id::MessageId) -> DeliveryState {
        self.delivery(message).await.state
    }
}

#[tokio::test]
async fn an_answer_stops_what_was_to_follow_and_opens_a_wait() {
    for engine in Engine::BOTH {
        let desk = Desk::open(engine).await;
        let follow_up = desk.waiting("anna@buyer.example").await;
        let shown = desk.take(&desk.answer(1)).await;
        assert_eq!(shown.kind, Some(InboundKind::Reply), "{engine:?}");
        assert_eq!(shown.matched_by, Some(MatchedBy::InReplyTo));
        assert_eq!(shown.rep.map(|(rep, _)| rep), Some(desk.viewer.user));
        assert_eq!(shown.contact.map(|(_, name)| name), Some("Anna".to_owned()));
        let delivery = desk.delivery(follow_up).await;
        assert_eq!(delivery.state, DeliveryState::Cancelled, "{engine:?}");
        assert_eq!(delivery.reason_code.as_deref(), Some("replied"));
        assert_eq!(desk.events(EventKind::Replied).await.len(), 1);
    }
}

#[tokio::test]
async fn a_colleagues_answer_stands_in_the_thread_under_its_real_author_and_stops_nothing() {
    for engine in Engine::BOTH {
        let desk = Desk::open(engine).await;
        let follow_up = desk.waiting("anna@buyer.example").await;
        let named = format!("In-Reply-To: <{}>\r\n", desk.message_id);
        let raw = mail(
            "Ben <ben@buyer.example>",
            &named,
            2,
            "Anna is on leave, I can help.",
        );
        let shown = desk.take(&raw).await;
        assert_eq!(shown.sender, "ben@buyer.example");
        assert_eq!(shown.message, Some(desk.message));
        assert!(shown.found.colleague, "{engine:?}");
        assert_eq!(desk.state(follow_up).await, DeliveryState::Scheduled);
        assert_eq!(desk.events(EventKind::Replied).await.len(), 1);
    }
}

#[tokio::test]
async fn a_likeness_is_shown_as_one_and_a_stranger_becomes_a_suggested_contact() {
    for engine in Engine::BOTH {
        let desk = Desk::open(engine).await;
        let follow_up = desk.waiting("anna@buyer.example").await;
        let raw = mail(
            "Nora <nora@new.example>",
            "",
            3,
            "What does it cost for fifty people?",
        );
        let shown = desk.take(&raw).await;
        assert_eq!(shown.kind, Some(InboundKind::Enquiry), "{engine:?}");
        assert_eq!(shown.contact.map(|(_, name)| name), Some("Nora".to_owned()));
        assert_eq!(desk.events(EventKind::Touched).await.len(), 1);
        assert_eq!(desk.state(follow_up).await, DeliveryState::Scheduled);
    }
}

#[tokio::test]
async fn who_answers_a_likeness_proves_no_more_than_that_and_an_id_of_ours_proves_it() {
    for engine in Engine::BOTH {
        let desk = Desk::open(engine).await;
        let follow_up = desk.waiting("anna@buyer.example").await;
        let anna = "Anna <anna@buyer.example>";
        let first = desk.take(&mail(anna, "", 70, "Which day suits you?")).await;
        assert_eq!(first.matched_by, Some(MatchedBy::SubjectAndSender));
        assert!(first.found.probable, "{engine:?}");
        // Under another subject, so that the mail before is all that leads anywhere.
        let answers = "In-Reply-To: <in-70@buyer.example>\r\n";
        for (n, subject) in [(71, "Re: Our call"), (72, "Something else")] {
            let raw = mail(anna, answers, n, "Unsubscribe");
            let raw = raw.replace("Subject: Re: Our call", &format!("Subject: {subject}"));
            let shown = desk.take(&raw).await;
            assert_eq!(shown.kind, Some(InboundKind::Unsubscribe), "{engine:?}");
            assert_eq!(shown.matched_by, Some(MatchedBy::SubjectAndSender));
            assert!(shown.found.probable && shown.found.unproven, "{engine:?}");
            assert_eq!(shown.message, Some(desk.message), "{engine:?}");
            assert_eq!(desk.is_suppressed("anna@buyer.example").await, None);
            assert_eq!(desk.state(follow_up).await, DeliveryState::Scheduled);
        }
        let named = format!("{answers}References: <{}>\r\n", desk.message_id);
        let shown = desk.take(&mail(anna, &named, 73, "Unsubscribe")).await;
        assert_eq!(shown.matched_by, Some(MatchedBy::References), "{engine:?}");
        assert!(!shown.found.probable && !shown.found.unproven, "{engine:?}");
        let reason = desk.is_suppressed("anna@buyer.example").await;
        assert_eq!(reason.as_deref(), Some("unsubscribed"), "{engine:?}");
    }
}
