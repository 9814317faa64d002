//! Copies in Sent where filing them is ours to do: untracked, once, also across a crash.

use crate::dovecot::Dovecot;
use crate::mailbox::{New, add, number, readers, until};
use crate::support::engines::Engine;
use crate::support::process::{Installation, key};
use crate::support::world::{Sink, ctx, letter, rep, settings};
use otklik::accept;
use otklik::ctx::Ctx;
use otklik::domain::clock::Clock;
use otklik::domain::keys::KeyRing;
use otklik::domain::mailbox::{Profile, SentPolicy};
use otklik::domain::viewer::Viewer;
use otklik::faults::Point;
use otklik::net::smtp::PhaseTimeouts;
use otklik::store::mailbox_access::copies;
use otklik::store::settings::{self as kept, Setting};
use otklik::store::{PoolSizes, Store};
use otklik::work::send::Sender;
use std::sync::Arc;
use std::time::Duration;

const RITA: &str = "rita@seller.example";

/// A letter of Rita's from a mailbox that files in `dovecot`; gives its Message-ID.
async fn written(ctx: &Ctx, viewer: &Viewer, sink: &Sink, dovecot: &Dovecot) -> String {
    let mut tx = ctx.store.begin().await.unwrap();
    copies::collect(&mut tx, ctx.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    let new = New {
        address: RITA,
        owner: Some(viewer.user),
        profile: Profile::Generic,
        smtp_url: Some(sink.url.clone()),
        imap_url: Some(dovecot.url()),
        password: Some(crate::dovecot::PASSWORD),
        sent: Some(SentPolicy::Append),
        excluded: &[],
    };
    let mailbox = add(ctx, new).await;
    let mut new = letter("Anna <anna@buyer.example>");
    new.cc = vec!["ben@buyer.example".to_owned()];
    new.mailbox = Some(mailbox.id);
    accept::accept(ctx, viewer, new).await.unwrap().message_id
}

/// The one copy in Sent, which is that of `message_id` and tells on nobody.
fn check(dovecot: &Dovecot, message_id: &str) {
    let filed = dovecot.mails(RITA, "Gesendet");
    assert_eq!(filed.len(), 1, "once");
    let copy = &filed[0];
    assert!(copy.contains(message_id), "{copy}");
    assert!(copy.contains("https://shop.example/prices"), "{copy}");
    for trace in ["/c/", "/o/", "/u/", "List-Unsubscribe", "t.example.org"] {
        assert!(!copy.contains(trace), "{trace} stands in {copy}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_untracked_copy_of_a_message_is_filed_whoever_it_went_to() {
    for engine in Engine::BOTH {
        let dovecot = Dovecot::start();
        let sink = Sink::greedy().await;
        let ctx = ctx(engine, settings(None)).await;
        let viewer = rep(&ctx, RITA).await;
        let message_id = written(&ctx, &viewer, &sink, &dovecot).await;
        let readers = readers(&ctx);
        readers.step().await.unwrap();
        assert!(
            dovecot.mails(RITA, "Gesendet").is_empty(),
            "nothing has gone"
        );
        let send = Sender::new(ctx.clone(), PhaseTimeouts::all(Duration::from_secs(5)));
        send.step().await.unwrap();
        assert_eq!(sink.mails().len(), 2, "{engine:?}");
        assert!(String::from_utf8_lossy(&sink.mails()[0].1).contains("/c/"));
        for _ in 0..3 {
            readers.step().await.unwrap();
            check(&dovecot, &message_id);
        }
        let filed = "SELECT COUNT(*) FROM sent_copies WHERE state = 1";
        assert_eq!(number(&ctx.store, filed).await, 1);
        let seen = dovecot.doveadm(&["search", "-u", RITA, "mailbox", "Gesendet", "SEEN"]);
        assert_eq!(seen.lines().count(), 1, "it is not shown as unread");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_filing_and_noting_files_nothing_twice() {
    for engine in Engine::BOTH {
        let dovecot = Dovecot::start();
        let sink = Sink::greedy().await;
        let installation = Installation::fresh(engine).set("OTKLIK_SECRET_KEY", &key(7));
        assert!(installation.run(&["migrate"]).status.success());
        let ctx = Ctx {
            settings: Arc::new(settings(None)),
            store: Store::open(&installation.database_url, PoolSizes::default()).unwrap(),
            keys: Arc::new(KeyRing::parse(&key(7)).unwrap()),
            clock: Clock::System,
            node: "test".into(),
            networks: otklik::networks::Networks::default(),
        };
        let mut tx = ctx.store.begin().await.unwrap();
        let (setting, now) = (Setting::PostalAddress, ctx.clock.now());
        kept::set(&mut tx, setting, "1 Main Street", now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let viewer = rep(&ctx, RITA).await;
        let message_id = written(&ctx, &viewer, &sink, &dovecot).await;
        let dies = installation
            .clone()
            .set("OTKLIK_FAULT", Point::Appended.name());
        let mut serving = dies.serve();
        until("it dies after filing", async || !serving.is_running()).await;
        assert_eq!(dovecot.mails(RITA, "Gesendet").len(), 1);
        let filed = "SELECT COUNT(*) FROM sent_copies WHERE state = 1";
        assert_eq!(number(&ctx.store, filed).await, 0, "it is not noted");
        let serving = installation.serve();
        until("it is noted", async || number(&ctx.store, filed).await == 1).await;
        check(&dovecot, &message_id);
        drop(serving);
    }
}
