//! Of a personal mailbox only what belongs to a thread or a known contact is stored; what may be
//! an enquiry is shown to its owner alone; what was stored can be withdrawn and is erased.

use super::{Desk, mail, place, stored};
use crate::support::engines::Engine;
use otklik::domain::address::EmailAddress;
use otklik::domain::id::ContactId;
use otklik::domain::touch::{Agency, Direction};
use otklik::domain::verp::VerpKeys;
use otklik::receive::{self, Arrival, Folder, KeptOut, Received, Way, Wish};
use otklik::store::inbound::gate::{self, Decision};
use otklik::store::inbound::read;
use otklik::store::{contacts, erase, touches};

impl Desk {
    /// Reads a mail from the rep's own mailbox.
    async fn read(&self, raw: &str, uid: u32, wish: Wish, folder: Folder) -> Received {
        let way = Way::Imap {
            mailbox: self.mailbox().await,
            place: place(1, uid),
        };
        let arrival = Arrival {
            wish,
            folder,
            ..self.arrival(way)
        };
        receive::take(&self.ctx, raw.into(), arrival).await.unwrap()
    }

    async fn inbox(&self, raw: &str, uid: u32) -> Received {
        self.read(raw, uid, Wish::None, Folder::Inbox).await
    }
}

#[tokio::test]
async fn a_personal_mailbox_keeps_its_private_mail() {
    for engine in Engine::BOTH {
        let desk = Desk::open(engine).await;
        let mailbox = desk.mailbox().await;
        let mut tx = desk.ctx.store.begin().await.unwrap();
        gate::exclude(&mut tx, mailbox, &["doctor.example".to_owned()])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let private = [
            ("Doctor <x@doctor.example>", "", KeptOut::Excluded),
            ("Boss <boss@seller.example>", "", KeptOut::Internal),
            (
                "News <n@shop.example>",
                "List-Id: <x.shop.example>\r\n",
                KeptOut::Private,
            ),
            ("Stranger <s@else.example>", "", KeptOut::Asking),
        ];
        for (n, (from, more, why)) in (10..).zip(private) {
            let raw = mail(from, more, n, "Something of no concern to anybody else.");
            let received = desk.inbox(&raw, n).await;
            assert_eq!(received, Received::KeptOut(why), "{engine:?} {from}");
        }
        let all = read::list(
            &desk.ctx.store,
            &desk.viewer,
            read::Filter::default(),
            None,
            10,
        );
        assert!(
            all.await.unwrap().is_empty(),
            "{engine:?}: nothing is stored"
        );
        let known = mail("Anna <anna@buyer.example>", "", 20, "Another thing.");
        stored(desk.inbox(&known, 20).await);
        stored(desk.inbox(&desk.answer(21), 21).await);
    }
}

#[tokio::test]
async fn nobodys_wish_to_be_left_alone_is_kept_out() {
    for engine in Engine::BOTH {
        for by_token in [true, false] {
            let desk = Desk::open(engine).await;
            let mailbox = desk.mailbox().await;
            let mut tx = desk.ctx.store.begin().await.unwrap();
            let domains = ["buyer.example".to_owned(), "robot.example".to_owned()];
            gate::exclude(&mut tx, mailbox, &domains).await.unwrap();
            tx.commit().await.unwrap();
            let wish = |from: &str, more: &str, n| mail(from, more, n, "Unsubscribe");
            for (n, raw) in [
                (80, desk.answer(80)),
                // It is about nothing of ours, or proves that of nobody we wrote to.
                (81, wish("Anna <anna@buyer.example>", "", 81)),
                (
                    82,
                    wish(
                        "Eve <eve@robot.example>",
                        &format!("In-Reply-To: <{}>\r\n", desk.message_id),
                        82,
                    ),
                ),
            ] {
                let received = desk.inbox(&raw, n).await;
                assert_eq!(received, Received::KeptOut(KeptOut::Excluded), "{raw}");
            }
            let raw = if by_token {
                let rita = EmailAddress::parse("rita@seller.example").unwrap();
                let delivery = desk.delivery(desk.message).await.id;
                let keys = VerpKeys::new(&desk.ctx.keys);
                let at = keys.sign_unsubscribe(&rita, delivery).unwrap();
                let to = format!("To: <{at}>");
                wish("Robot <x@robot.example>", "", 83)
                    .replace("To: Rita <rita@seller.example>", &to)
            } else {
                let named = format!("In-Reply-To: <{}>\r\n", desk.message_id);
                wish("Anna <anna@buyer.example>", &named, 83)
            };
            let no = stored(desk.inbox(&raw, 83).await);
            receive::understand(&desk.ctx, no).await.unwrap();
            let reason = desk.is_suppressed("anna@buyer.example").await;
            assert_eq!(
                reason.as_deref(),
                Some("unsubscribed"),
                "{engine:?} {by_token}"
            );
        }
    }
}

#[tokio::test]
async fn a_possible_enquiry_is_shown_to_its_owner_until_they_decide() {
    for engine in Engine::BOTH {
        let desk = Desk::open(engine).await;
        let store = &desk.ctx.store;
        let raw = mail("Nora <nora@new.example>", "", 30, "What does it cost?");
        assert_eq!(
            desk.inbox(&raw, 30).await,
            Received::KeptOut(KeptOut::Asking)
        );
        assert_eq!(
            desk.inbox(&raw, 30).await,
            Received::KeptOut(KeptOut::Asking)
        );
        let asked = gate::asked(store, desk.viewer.user, None, 10)
            .await
            .unwrap();
        assert_eq!(asked.len(), 1, "{engine:?}");
        assert_eq!(asked[0].sender, "nora@new.example");
        let other = crate::support::world::rep(&desk.ctx, "otto@seller.example").await;
        assert!(
            gate::asked(store, other.user, None, 10)
                .await
                .unwrap()
                .is_empty()
        );

        let mut tx = store.begin().await.unwrap();
        let (id, now) = (asked[0].id, desk.ctx.clock.now());
        let not_theirs = gate::decide(&mut tx, other.user, id, Decision::Accept, now);
        assert!(!not_theirs.await.unwrap());
        let theirs = gate::decide(&mut tx, desk.viewer.user, id, Decision::Accept, now);
        assert!(theirs.await.unwrap());
        tx.commit().await.unwrap();
        let wanted = gate::wanted(store, desk.mailbox().await).await.unwrap();
        assert_eq!((wanted.len(), wanted[0].uid), (1, 30), "{engine:?}");
        let no = stored(desk.read(&raw, 30, Wish::Asked, Folder::Inbox).await);
        receive::understand(&desk.ctx, no).await.unwrap();
        assert_eq!(desk.shown(no).await.sender, "nora@new.example");
    }
}

#[tokio::test]
async fn what_a_rep_writes_elsewhere_is_their_touch_and_a_copy_of_ours_is_none() {
    for engine in Engine::BOTH {
        let desk = Desk::open(engine).await;
        let sent = |id: &str, n: u32| {
            mail(
                "Rita <rita@seller.example>",
                "",
                n,
                "As promised, the figures for May.",
            )
            .replace(
                "To: Rita <rita@seller.example>",
                "To: Anna <anna@buyer.example>",
            )
            .replace(&format!("<in-{n}@buyer.example>"), &format!("<{id}>"))
        };
        for (n, id) in [
            (40, desk.message_id.clone()),
            (41, "own@phone.example".to_owned()),
        ] {
            let received = desk.read(&sent(&id, n), n, Wish::None, Folder::Sent).await;
            receive::understand(&desk.ctx, stored(received))
                .await
                .unwrap();
        }
        let found = touches::list(&desk.ctx.store, &desk.viewer, None, None, None, 10).await;
        let found = found.unwrap();
        let out: Vec<_> = found
            .iter()
            .filter(|one| one.direction == Direction::Out)
            .collect();
        assert_eq!(out.len(), 1, "{engine:?}");
        assert!(matches!(out[0].by, Agency::Person | Agency::Unknown));
        // To nobody we know: none of ours.
        let raw = sent("friend@phone.example", 42).replace("anna@buyer", "friend@home");
        let received = desk.read(&raw, 42, Wish::None, Folder::Sent).await;
        assert_eq!(received, Received::KeptOut(KeptOut::Private));
    }
}

#[tokio::test]
async fn a_copy_to_the_log_address_is_the_reps_touch_with_a_new_contact() {
    for engine in Engine::BOTH {
        let desk = Desk::open(engine).await;
        let log = receive::log_address_of(&desk.ctx, &desk.viewer)
            .await
            .unwrap()
            .unwrap();
        let raw = mail(
            "Rita <rita@seller.example>",
            "",
            50,
            "Good to meet you today.",
        )
        .replace(
            "To: Rita <rita@seller.example>",
            "To: Nils <nils@new.example>",
        );
        let mut arrival = desk.arrival(Way::Lmtp);
        arrival.wish = Wish::None;
        arrival.envelope_to = vec![log];
        let no = stored(receive::take(&desk.ctx, raw.into(), arrival).await.unwrap());
        receive::understand(&desk.ctx, no).await.unwrap();
        let shown = desk.shown(no).await;
        assert_eq!(
            shown.contact.map(|(_, name)| name),
            Some("Nils".to_owned()),
            "{engine:?}"
        );
        assert_eq!(shown.rep.map(|(rep, _)| rep), Some(desk.viewer.user));
    }
}

#[tokio::test]
async fn what_was_stored_can_be_withdrawn_and_is_erased_with_its_contact() {
    for engine in Engine::BOTH {
        let desk = Desk::open(engine).await;
        let store = &desk.ctx.store;
        let first = desk.take(&desk.answer(60)).await;
        let mut tx = store.begin().await.unwrap();
        assert!(
            read::withdraw(&mut tx, first.no, desk.ctx.clock.now())
                .await
                .unwrap()
        );
        tx.commit().await.unwrap();
        let gone = desk.shown(first.no).await;
        assert_eq!(
            (gone.text.as_str(), gone.sender.as_str()),
            ("", ""),
            "{engine:?}"
        );
        assert!(gone.withdrawn_at.is_some() && gone.received_at == first.received_at);
        assert_eq!(read::raw(store, first.no).await.unwrap(), None);

        let second = desk.take(&desk.answer(61)).await;
        assert!(read::raw(store, second.no).await.unwrap().is_some());
        let anna = EmailAddress::parse("anna@buyer.example").unwrap();
        let id: ContactId = contacts::by_address(store, &anna).await.unwrap().unwrap();
        let contact = contacts::lookup(store, &desk.viewer, id)
            .await
            .unwrap()
            .unwrap();
        let (keys, clock) = (&desk.ctx.keys, &desk.ctx.clock);
        erase::contact(store, keys, clock, &contact, desk.viewer.user)
            .await
            .unwrap();
        let gone = desk.shown(second.no).await;
        assert_eq!(
            (gone.text.as_str(), gone.sender.as_str()),
            ("", ""),
            "{engine:?}"
        );
        assert_eq!(
            read::raw(store, second.no).await.unwrap(),
            None,
            "{engine:?}"
        );
    }
}
