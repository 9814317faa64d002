//! A mail whose reading breaks: in a personal mailbox nobody can tell whether it is private, so
//! nothing of it is stored; an administrator learns all the same that one came.

use super::place;
use super::posted::Posted;
use crate::support::engines::Engine;
use otklik::domain::address::EmailAddress;
use otklik::domain::clock::MINUTE_MS;
use otklik::domain::id::{MailboxId, MailboxNo};
use otklik::domain::verp::VerpKeys;
use otklik::faults::UNREADABLE;
use otklik::receive::{self, Arrival, Folder, KeptOut, Received, Way, Wish};
use otklik::store::inbound::pending;
use otklik::store::inbound::read::{self, Filter, Shown, State};
use otklik::store::mailboxes::{self, MailboxData};
use otklik::work::{self, Progress};

fn broken() -> Vec<u8> {
    let head = String::from_utf8(UNREADABLE.to_vec()).unwrap();
    format!("{head}\r\nFrom: Doctor <x@doctor.example>\r\nTo: rep@team.example\r\nSubject: Your results\r\n\r\nThey are private.\r\n").into()
}

impl Posted {
    async fn receive(&self, way: Way, to: &[&str], wish: Wish) -> Received {
        let arrival = Arrival {
            way,
            folder: Folder::Inbox,
            received_at: self.app.ctx.clock.now(),
            envelope_from: (!to.is_empty()).then(|| "x@doctor.example".to_owned()),
            envelope_to: to.iter().map(|one| (*one).to_owned()).collect(),
            wish,
        };
        receive::take(&self.app.ctx, broken(), arrival)
            .await
            .unwrap()
    }

    /// All that is parked, as the administrator sees it.
    async fn parked(&self) -> Vec<Shown> {
        let filter = Filter {
            state: Some(State::Parked),
            ..Filter::default()
        };
        let (store, admin) = (&self.app.ctx.store, &self.app.admin.viewer);
        read::list(store, admin, filter, None, 10).await.unwrap()
    }

    async fn shared_mailbox(&self) -> MailboxNo {
        let ctx = &self.app.ctx;
        let address = EmailAddress::parse("sales@team.example").unwrap();
        let id = MailboxId(ctx.clock.fresh_id());
        let mut tx = ctx.store.begin().await.unwrap();
        let data = MailboxData::new(None, address);
        let no = mailboxes::add(&mut tx, id, &data, ctx.clock.now()).await;
        tx.commit().await.unwrap();
        no.unwrap()
    }
}

fn imap(mailbox: MailboxNo) -> Way {
    Way::Imap {
        mailbox,
        place: place(1, 7),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_mail_that_cannot_be_read_is_not_stored_and_an_administrator_learns_of_it() {
    for engine in Engine::BOTH {
        let desk = Posted::open(engine).await;
        desk.sent("anna@buyer.example").await;
        let store = &desk.app.ctx.store;
        let own = desk.mailbox().await.no;
        let out = Received::KeptOut(KeptOut::Unreadable);
        for _ in 0..2 {
            assert_eq!(desk.receive(imap(own), &[], Wish::None).await, out);
        }
        let lmtp = desk.receive(Way::Lmtp, &["rep@team.example"], Wish::None);
        assert_eq!(lmtp.await, out, "{engine:?}");

        let parked = desk.parked().await;
        assert_eq!(parked.len(), 1, "{engine:?}: once");
        let one = &parked[0];
        assert_eq!((one.sender.as_str(), one.subject.as_str()), ("", ""));
        assert!(
            one.fault
                .as_deref()
                .unwrap()
                .contains("nothing of it is kept")
        );
        assert_eq!(read::raw(store, one.no).await.unwrap(), None, "{engine:?}");
        let arrived = read::arrivals(store, one.no).await.unwrap();
        assert_eq!(arrived.len(), 2, "{engine:?}");
        assert_eq!(arrived[0].mailbox.as_deref(), Some("rep@team.example"));
        let stored = pending::load(store, one.no).await.unwrap().unwrap();
        assert_eq!(stored.envelope_from, None, "{engine:?}: it names people");
        assert!(stored.envelope_to.is_empty());

        let words = "could not be read";
        assert!(
            desk.page(&desk.app.admin, "").await.contains(words),
            "{engine:?}"
        );
        assert!(!desk.page(&desk.app.rep, "").await.contains(words));
        let now = desk.app.ctx.clock.now();
        let mut tx = store.begin().await.unwrap();
        let again = pending::unpark(&mut tx, one.id, now).await.unwrap();
        assert!(!again, "{engine:?}: there is nothing to read again");
        read::withdraw(&mut tx, one.no, now).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(pending::parked(store).await.unwrap(), 0, "{engine:?}");
        desk.app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_private_mail_is_kept_and_parked_though_it_cannot_be_read() {
    for engine in Engine::BOTH {
        let desk = Posted::open(engine).await;
        let letter = desk.sent("anna@buyer.example").await;
        let ctx = &desk.app.ctx;
        let rep = EmailAddress::parse("rep@team.example").unwrap();
        let delivery = desk.delivery(&letter).await.id;
        let token = VerpKeys::new(&ctx.keys).sign(&rep, delivery).unwrap();
        let shared = imap(desk.shared_mailbox().await);
        for (way, to, wish) in [
            (shared, vec![], Wish::None),
            (Way::Lmtp, vec![token.as_str()], Wish::None),
            (imap(desk.mailbox().await.no), vec![], Wish::Asked),
        ] {
            let received = desk.receive(way.clone(), &to, wish).await;
            let Received::Stored { no, .. } = received else {
                panic!("{engine:?} {way:?}: {received:?}");
            };
            let raw = read::raw(&ctx.store, no).await.unwrap();
            assert_eq!(raw, Some(broken()), "{engine:?} {way:?}");
        }
        for _ in 0..pending::MOST_TRIES {
            ctx.clock.advance(2 * MINUTE_MS);
            let step = work::understand::step(ctx).await.unwrap();
            assert_eq!(step, Progress::More, "{engine:?}");
        }
        assert_eq!(
            desk.parked().await.len(),
            1,
            "{engine:?}: one mail, three ways"
        );
        desk.app.stop().await;
    }
}
