//! Lanes side by side: a server that hangs holds up its own mailbox, a mail that cannot be made
//! holds up itself.

use super::lane::state;
use super::lifecycle::until;
use crate::support::engines::Engine;
use crate::support::world::{Answer, Sink, ctx, letter, rep, settings};
use otklik::accept;
use otklik::ctx::Ctx;
use otklik::domain::address::EmailAddress;
use otklik::domain::delivery::DeliveryState as S;
use otklik::domain::id::{MailboxId, MessageId};
use otklik::domain::mailbox::{AuthMethod, Profile};
use otklik::domain::viewer::Viewer;
use otklik::net::smtp::PhaseTimeouts;
use otklik::store::Store;
use otklik::store::mailboxes::{self, MailboxData};
use otklik::store::messages::{self, Filter};
use otklik::work::Progress;
use otklik::work::send::Sender;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const HANGING: usize = 60;
const BUSY: usize = 200;

async fn mailbox(ctx: &Ctx, viewer: &Viewer, address: &str, relay: &str) -> MailboxId {
    let id = MailboxId(ctx.clock.fresh_id());
    let data = MailboxData {
        user: Some(viewer.user),
        name: String::new(),
        address: EmailAddress::parse(address).unwrap(),
        profile: Profile::Generic,
        auth: AuthMethod::Password,
        envelope: None,
        smtp_url: Some(relay.to_owned()),
        secret: None,
        daily_cap: None,
        gap_ms: 0,
        paused_reason: None,
    };
    let mut tx = ctx.store.begin().await.unwrap();
    mailboxes::add(&mut tx, id, &data, ctx.clock.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

async fn states(ctx: &Ctx, viewer: &Viewer) -> HashMap<S, usize> {
    let filter = Filter::default();
    let list = messages::list(&ctx.store, viewer, &filter, None, 1_000);
    let mut states = HashMap::new();
    for listed in list.await.unwrap() {
        *states.entry(listed.state).or_default() += 1;
    }
    states
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_hangs_after_the_body_holds_up_its_own_lane_alone() {
    for engine in Engine::BOTH {
        let hung = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&hung);
        let deaf = Sink::start(Arc::new(move |_, _| {
            count.fetch_add(1, Ordering::SeqCst);
            Answer::Hang(Duration::from_mins(10))
        }))
        .await;
        let good = Sink::greedy().await;
        let ctx = ctx(engine, settings(None)).await;
        let connections = usize::from(ctx.settings.connections_per_mailbox);
        let viewer = rep(&ctx, "rita@seller.example").await;
        for (address, relay, count) in [
            ("deaf@seller.example", &deaf.url, HANGING),
            ("good@seller.example", &good.url, BUSY),
        ] {
            let from = mailbox(&ctx, &viewer, address, relay).await;
            for n in 0..count {
                let mut new = letter(&format!("contact{n}@buyer.example"));
                new.mailbox = Some(from);
                accept::accept(&ctx, &viewer, new).await.unwrap();
            }
        }
        let (stop, cut) = (CancellationToken::new(), CancellationToken::new());
        let sender = Sender::new(ctx.clone(), PhaseTimeouts::default());
        let running = tokio::spawn(sender.run(stop.clone(), cut.clone()));
        until("the busy lane's end", async || {
            (good.mails().len() == BUSY).then_some(())
        })
        .await;
        let tasks = tokio::runtime::Handle::current()
            .metrics()
            .num_alive_tasks();
        assert_eq!(hung.load(Ordering::SeqCst), connections, "{engine:?}");
        // Each connection has a task here and one in its sink.
        assert!(tasks < connections * 6 + 40, "{engine:?}: {tasks} tasks");
        until("the records", async || {
            (states(&ctx, &viewer).await.get(&S::Sent) == Some(&BUSY)).then_some(())
        })
        .await;
        stop.cancel();
        cut.cancel();
        running.await.unwrap();
        let states = states(&ctx, &viewer).await;
        assert_eq!(states[&S::Uncertain], connections, "{engine:?} {states:?}");
        assert_eq!(states[&S::Queued], HANGING - connections, "{engine:?}");
    }
}

/// Writes a name into a contact that no edge of ours would take.
async fn poison(ctx: &Ctx, address: &str) {
    const TEXT: &str = "UPDATE contacts SET name = $1
        WHERE no = (SELECT contact_no FROM contact_emails WHERE address = $2)";
    let name = "A\r\nBcc: victim@buyer.example";
    let changed = match &ctx.store {
        Store::Sqlite { write, .. } => {
            let query = sqlx::query(TEXT).bind(name).bind(address);
            query.execute(write).await.unwrap().rows_affected()
        }
        Store::Postgres(pool) => {
            let query = sqlx::query(TEXT).bind(name).bind(address);
            query.execute(pool).await.unwrap().rows_affected()
        }
    };
    assert_eq!(changed, 1);
}

#[tokio::test]
async fn a_mail_that_cannot_be_made_fails_and_the_next_hundred_go() {
    for engine in Engine::BOTH {
        let sink = Sink::greedy().await;
        let ctx = ctx(engine, settings(Some(sink.url.clone()))).await;
        let viewer = rep(&ctx, "rita@seller.example").await;
        let mut messages: Vec<MessageId> = Vec::new();
        for n in 0..=100 {
            let new = letter(&format!("contact{n}@buyer.example"));
            messages.push(accept::accept(&ctx, &viewer, new).await.unwrap().id);
        }
        poison(&ctx, "contact0@buyer.example").await;
        let sender = Sender::new(ctx.clone(), PhaseTimeouts::all(Duration::from_secs(20)));
        while sender.step().await.unwrap() == Progress::More {}
        assert_eq!(state(&ctx, messages[0]).await, S::Failed, "{engine:?}");
        let found = messages::deliveries(&ctx.store, messages[0]).await.unwrap();
        assert_eq!(found[0].reason_code.as_deref(), Some("render"));
        let mails = sink.mails();
        assert_eq!(mails.len(), 100, "{engine:?}");
        assert!(mails.iter().all(|(to, _)| !to.contains("victim")));
    }
}
