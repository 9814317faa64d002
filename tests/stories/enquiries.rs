//! Possible enquiries over the pages: what a stranger wrote into a rep's own mailbox is shown to
//! that rep alone, as address and subject, until they decide.

use crate::support::app::{Person, TestApp};
use crate::support::engines::Engine;
use crate::support::pages::Pages;
use crate::support::world::START;
use otklik::config::Roles;
use otklik::domain::address::EmailAddress;
use otklik::domain::clock::Clock;
use otklik::domain::id::{MailboxId, MailboxNo};
use otklik::domain::mailbox::{AuthMethod, Profile};
use otklik::receive::{self, Arrival, Folder, KeptOut, Received, Way, Wish};
use otklik::store::inbound::Place;
use otklik::store::inbound::gate;
use otklik::store::mailboxes::{self, MailboxData};

async fn quiet(engine: Engine) -> TestApp {
    TestApp::with(engine, Clock::manual(START), |settings| {
        settings.roles = Roles {
            work: false,
            ..Roles::ALL
        };
    })
    .await
}

async fn own_mailbox(app: &TestApp, person: &Person) -> MailboxNo {
    let data = MailboxData {
        user: Some(person.viewer.user),
        name: String::new(),
        address: EmailAddress::parse(&person.email).unwrap(),
        profile: Profile::Generic,
        auth: AuthMethod::Password,
        envelope: None,
        smtp_url: None,
        secret: None,
        daily_cap: None,
        gap_ms: 0,
        paused_reason: None,
    };
    let ctx = &app.ctx;
    let mut tx = ctx.store.begin().await.unwrap();
    let id = MailboxId(ctx.clock.fresh_id());
    let no = mailboxes::add(&mut tx, id, &data, ctx.clock.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    no
}

fn mail(name: &str, to: &str) -> Vec<u8> {
    format!(
        "From: {name} <{name}@new.example>\r\nTo: {to}\r\nMessage-ID: <{name}@new.example>\r\n\
         Date: Mon, 4 May 2026 08:00:00 +0000\r\nSubject: A price for {name}\r\n\r\n\
         The words that {name} wrote, which nobody else reads.\r\n"
    )
    .into_bytes()
}

async fn takes(app: &TestApp, name: &str, way: Way, wish: Wish) -> Received {
    let to = app.rep.email.clone();
    let envelope_to = match way {
        Way::Lmtp => vec![to.clone()],
        _ => Vec::new(),
    };
    let arrival = Arrival {
        way,
        folder: Folder::Inbox,
        received_at: app.ctx.clock.now(),
        envelope_from: None,
        envelope_to,
        wish,
    };
    receive::take(&app.ctx, mail(name, &to), arrival)
        .await
        .unwrap()
}

fn seen_at(mailbox: MailboxNo, uid: u32) -> Way {
    Way::Imap {
        mailbox,
        place: Place {
            folder: "INBOX".to_owned(),
            uid_validity: 1,
            uid,
        },
    }
}

/// Where the form of the mail with this subject leads.
fn form_of(page: &str, name: &str) -> String {
    let (_, row) = page
        .split_once(&format!("{name}@new.example"))
        .expect("it is listed");
    let (_, rest) = row.split_once("action=\"/").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_be_an_enquiry_stands_in_its_owners_inbox_alone_until_they_decide() {
    for engine in Engine::BOTH {
        let app = quiet(engine).await;
        let mailbox = own_mailbox(&app, &app.rep).await;
        for (uid, name) in [(1, "nora"), (2, "omar")] {
            let received = takes(&app, name, seen_at(mailbox, uid), Wish::None).await;
            assert_eq!(
                received,
                Received::KeptOut(KeptOut::Asking),
                "{engine:?} {name}"
            );
        }
        for person in [&app.stranger, &app.manager, &app.admin] {
            let other = Pages::sign_in(&app, person).await;
            let page = other.read("inbox").await;
            assert!(!page.contains("new.example"), "{engine:?} {}", person.email);
        }
        let rep = Pages::sign_in(&app, &app.rep).await;
        let page = rep.read("inbox").await;
        assert!(page.contains("Perhaps enquiries") && page.contains("A price for omar"));
        assert!(
            !page.contains("The words that"),
            "sender and subject, no more"
        );
        let stranger = Pages::sign_in(&app, &app.stranger).await;
        let (nora, omar) = (form_of(&page, "nora"), form_of(&page, "omar"));
        let theirs = stranger.post(&nora, &[("do", "accept")]).await;
        assert_eq!(theirs.status(), 404, "{engine:?}");

        rep.send(&omar, &[("do", "dismiss")]).await;
        let page = rep.read("inbox").await;
        assert!(!page.contains("omar"), "{engine:?}: nothing is kept");
        assert_eq!(rep.post(&omar, &[("do", "accept")]).await.status(), 404);
        rep.send(&nora, &[("do", "accept")]).await;
        let page = rep.read("inbox").await.replace('\u{a0}', " ");
        assert!(page.contains("on the way from the mailbox: 1 mail"));

        // As the mailbox's reader does.
        let store = &app.ctx.store;
        assert_eq!(gate::calling(store).await.unwrap(), [mailbox]);
        let wanted = gate::wanted(store, mailbox).await.unwrap();
        assert_eq!((wanted.len(), wanted[0].uid), (1, 1), "{engine:?}");
        let Received::Stored { no, .. } =
            takes(&app, "nora", seen_at(mailbox, 1), Wish::Asked).await
        else {
            panic!("it is wanted");
        };
        let mut tx = store.begin().await.unwrap();
        gate::fetched(&mut tx, wanted[0].id).await.unwrap();
        tx.commit().await.unwrap();
        receive::understand(&app.ctx, no).await.unwrap();
        let page = rep.read("inbox").await;
        assert!(page.contains("waits for your answer"), "{engine:?}: {page}");
        assert!(page.contains("The words that nora wrote"), "{engine:?}");
        assert!(!page.contains("Perhaps enquiries"), "{engine:?}");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_was_delivered_past_the_mailbox_can_be_made_a_contact() {
    for engine in Engine::BOTH {
        let app = quiet(engine).await;
        own_mailbox(&app, &app.rep).await;
        let received = takes(&app, "pia", Way::Lmtp, Wish::None).await;
        assert_eq!(received, Received::KeptOut(KeptOut::Asking), "{engine:?}");
        let rep = Pages::sign_in(&app, &app.rep).await;
        let page = rep.read("inbox").await;
        assert!(
            !page.contains("value=\"accept\""),
            "there is no text to fetch"
        );
        let path = "contacts/new?emails=pia%40new.example";
        assert!(page.contains(path), "{engine:?}: {page}");
        let form = rep.read(path).await;
        assert!(form.contains("pia@new.example"));
        let fields = [("name", "Pia"), ("emails", "pia@new.example")];
        rep.send("contacts/new", &fields).await;
        let Received::Stored { .. } = takes(&app, "pia", Way::Lmtp, Wish::None).await else {
            panic!("{engine:?}: a contact's mail is kept");
        };
        app.stop().await;
    }
}
