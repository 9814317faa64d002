//! What is in a mailbox comes in once, whatever happens on the way.

use crate::dovecot::Dovecot;
use crate::mailbox::{New, access, add, counts, mail, number, readers, until};
use crate::support::engines::Engine;
use crate::support::world::{ctx, rep, settings};
use otklik::store::inbound::gate::{self, Decision};
use otklik::store::mailbox_access::{self, AccessState};
use tokio_util::sync::CancellationToken;

#[tokio::test(flavor = "multi_thread")]
async fn mail_is_stored_once_with_its_cursor_and_nothing_is_marked_as_seen() {
    let dovecot = Dovecot::start();
    for (at, engine) in Engine::BOTH.into_iter().enumerate() {
        let user = format!("sales{at}@seller.example");
        let ctx = ctx(engine, settings(None)).await;
        let mailbox = add(&ctx, New::shared(&user, &dovecot.url())).await;
        dovecot.deliver(&user, &mail(1, "hello"));
        // Larger than one part and than one permit.
        let long = "a line of a long mail, which is not short\r\n".repeat(60_000);
        dovecot.deliver(&user, &mail(2, &long));
        let readers = readers(&ctx);
        readers.step().await.unwrap();
        assert_eq!(counts(&ctx).await, (2, 2), "{engine:?}");
        let standing = access(&ctx, &mailbox).await;
        assert_eq!(standing.state, AccessState::Connected, "{standing:?}");
        readers.step().await.unwrap();
        assert_eq!(counts(&ctx).await, (2, 2), "{engine:?}");
        let largest = "SELECT MAX(LENGTH(bytes)) FROM inbound_raw";
        let sql = match engine {
            Engine::Sqlite => largest,
            Engine::Postgres => "SELECT CAST(MAX(OCTET_LENGTH(bytes)) AS BIGINT) FROM inbound_raw",
        };
        assert_eq!(number(&ctx.store, sql).await, mail(2, &long).len() as i64);
        let seen = dovecot.doveadm(&["search", "-u", &user, "mailbox", "INBOX", "SEEN"]);
        assert_eq!(seen.trim(), "", "no flag is set");
        // Other numbers for the same mails: each arrives again, and none is new.
        dovecot.doveadm(&[
            "mailbox",
            "update",
            "-u",
            &user,
            "--uid-validity",
            "424242",
            "INBOX",
        ]);
        dovecot.deliver(&user, &mail(3, "later"));
        readers.step().await.unwrap();
        assert_eq!(counts(&ctx).await, (3, 5), "{engine:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_over_25_megabytes_is_listed_with_its_headers_alone() {
    let dovecot = Dovecot::start();
    let user = "big@seller.example";
    let ctx = ctx(Engine::Sqlite, settings(None)).await;
    let mailbox = add(&ctx, New::shared(user, &dovecot.url())).await;
    let huge = "a line of a mail that is larger than anybody reads here\r\n".repeat(480_000);
    dovecot.deliver(user, &mail(1, &huge));
    readers(&ctx).step().await.unwrap();
    assert_eq!(counts(&ctx).await, (1, 1));
    let large = mailbox_access::large_mails(&ctx.store, mailbox.no, 10).await;
    let large = large.unwrap();
    assert_eq!(large.len(), 1);
    assert!(large[0].size > 26_000_000);
    let kept = number(&ctx.store, "SELECT MAX(LENGTH(bytes)) FROM inbound_raw").await;
    assert!(kept < 1_000, "{kept}");
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_mailboxes_are_read_at_once_and_each_wakes_for_news() {
    let dovecot = Dovecot::start();
    for engine in Engine::BOTH {
        let ctx = ctx(engine, settings(None)).await;
        let users: Vec<String> = (0..20)
            .map(|n| format!("{engine:?}{n}@seller.example").to_lowercase())
            .collect();
        for (at, user) in users.iter().enumerate() {
            add(&ctx, New::shared(user, &dovecot.url())).await;
            for n in 0..5 {
                dovecot.deliver(user, &mail(at * 100 + n, "hello"));
            }
        }
        let stop = CancellationToken::new();
        let running = tokio::spawn(readers(&ctx).run(stop.clone()));
        until("the first hundred", async || {
            counts(&ctx).await == (100, 100)
        })
        .await;
        let connected = "SELECT COUNT(*) FROM mailbox_access WHERE state = 1";
        until("all stand as connected", async || {
            number(&ctx.store, connected).await == 20
        })
        .await;
        for (at, user) in users.iter().enumerate() {
            dovecot.deliver(user, &mail(at * 100 + 50, "news"));
        }
        // Without IDLE nothing would be looked at for two minutes.
        until("the news", async || counts(&ctx).await == (120, 120)).await;
        stop.cancel();
        running.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_never_read_one_mailbox() {
    use otklik::store::mailbox_access::reader::{self, Cursor};
    use std::time::Duration;
    let ctx = ctx(Engine::Postgres, settings(None)).await;
    let mailbox = add(
        &ctx,
        New::shared("one@seller.example", "imap://127.0.0.1:1"),
    )
    .await;
    let lease = Duration::from_millis(300);
    let mut tx = ctx.store.begin().await.unwrap();
    let first = reader::take(&mut tx, mailbox.no, "a:1", lease)
        .await
        .unwrap();
    let second = reader::take(&mut tx, mailbox.no, "b:1", lease)
        .await
        .unwrap();
    assert_eq!(second, None);
    tx.commit().await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let mut tx = ctx.store.begin().await.unwrap();
    let second = reader::take(&mut tx, mailbox.no, "b:1", lease)
        .await
        .unwrap();
    let cursor = Cursor {
        uid_validity: 1,
        uid: 9,
    };
    let late = reader::move_cursor(&mut tx, first.unwrap(), "INBOX", cursor).await;
    assert!(!late.unwrap(), "whose turn is over moves nothing");
    let now = reader::move_cursor(&mut tx, second.unwrap(), "INBOX", cursor).await;
    assert!(now.unwrap());
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_not_tried_for_ever() {
    let dovecot = Dovecot::start();
    let ctx = ctx(Engine::Sqlite, settings(None)).await;
    let mut new = New::shared("wrong@seller.example", &dovecot.url());
    new.password = Some("not this");
    let mailbox = add(&ctx, new).await;
    let readers = readers(&ctx);
    for state in [
        AccessState::Trouble,
        AccessState::Trouble,
        AccessState::Reconnect,
        AccessState::Reconnect,
    ] {
        readers.step().await.unwrap();
        let standing = access(&ctx, &mailbox).await;
        assert_eq!(standing.state, state, "{standing:?}");
        assert!(standing.trouble.unwrap().contains("the sign-in is refused"));
        assert!(standing.failures <= 3);
        ctx.clock.advance(3_600_000);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_be_an_enquiry_is_fetched_once_its_owner_accepts_it() {
    let dovecot = Dovecot::start();
    for (at, engine) in Engine::BOTH.into_iter().enumerate() {
        let address = format!("rita{at}@seller.example");
        let ctx = ctx(engine, settings(None)).await;
        let rita = rep(&ctx, &address).await;
        let new = New {
            owner: Some(rita.user),
            ..New::shared(&address, &dovecot.url())
        };
        add(&ctx, new).await;
        dovecot.deliver(&address, &mail(1, "What does it cost?"));
        dovecot.deliver(&address, &mail(2, "And what does the other one cost?"));
        let readers = readers(&ctx);
        readers.step().await.unwrap();
        assert_eq!(counts(&ctx).await, (0, 0), "{engine:?}: nothing is kept");
        let asked = gate::asked(&ctx.store, rita.user, None, 10).await.unwrap();
        assert_eq!(asked.len(), 2, "{engine:?}");
        let now = ctx.clock.now();
        let mut tx = ctx.store.begin().await.unwrap();
        for one in &asked {
            let accepted = gate::decide(&mut tx, rita.user, one.id, Decision::Accept, now);
            assert!(accepted.await.unwrap());
        }
        tx.commit().await.unwrap();
        // One of them is gone by then.
        dovecot.doveadm(&[
            "expunge",
            "-u",
            &address,
            "mailbox",
            "INBOX",
            "subject",
            "Question 2",
        ]);
        readers.step().await.unwrap();
        readers.step().await.unwrap();
        assert_eq!(counts(&ctx).await, (1, 1), "{engine:?}: kept, once");
        let open = "SELECT COUNT(*) FROM possible_enquiries WHERE decided = 1";
        assert_eq!(
            number(&ctx.store, open).await,
            0,
            "{engine:?}: none waits for ever"
        );
    }
}
