//! The queue worked by hand, one step after the other, for tests of what may follow what.

use otklik::config::UncertainPolicy;
use otklik::ctx::Ctx;
use otklik::domain::contact::PrivacyPreset;
use otklik::domain::delivery::DeliveryState;
use otklik::domain::id::MessageId;
use otklik::store::messages::{self, Delivery};
use otklik::store::queue::{self, AttemptKey, AttemptRecord, HandOver, Lane, Settlement, Step};
use std::time::Duration;

/// Takes the lane of the first mailbox with something to do as `holder`, and clears what others
/// left. The lease has no length, so it has run out by the next millisecond.
pub async fn take(ctx: &Ctx, holder: &str) -> Option<Lane> {
    tokio::time::sleep(Duration::from_millis(5)).await;
    let mailbox = queue::lane::waiting(&ctx.store, ctx.clock.now())
        .await
        .unwrap()[0];
    let mut tx = ctx.store.begin().await.unwrap();
    let lane = queue::lane::take(&mut tx, mailbox, holder, Duration::ZERO)
        .await
        .unwrap();
    if let Some(lane) = lane {
        let now = ctx.clock.now();
        queue::lane::release_stale(&mut tx, mailbox, lane.fence, UncertainPolicy::Keep, now)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    lane
}

pub async fn claim(ctx: &Ctx, lane: Lane) -> Vec<AttemptKey> {
    let mut tx = ctx.store.begin().await.unwrap();
    let claimed = queue::claim(&mut tx, lane, ctx.clock.now(), 10)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let key = |each: &queue::Claimed| AttemptKey {
        delivery: each.no,
        number: each.attempts,
    };
    claimed.iter().map(key).collect()
}

pub async fn hand_over(ctx: &Ctx, key: AttemptKey, fence: i64) -> bool {
    let mut tx = ctx.store.begin().await.unwrap();
    let asked = [HandOver { key, fence }];
    let now = ctx.clock.now();
    let granted = queue::hand_over(&mut tx, &asked, PrivacyPreset::On, now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    granted.contains(&key.delivery)
}

pub async fn settle(ctx: &Ctx, key: AttemptKey, step: Step) -> bool {
    let mut tx = ctx.store.begin().await.unwrap();
    let settlement = Settlement {
        key,
        step,
        at: ctx.clock.now(),
        record: AttemptRecord {
            reason: "accepted".to_owned(),
            phase: Some("body"),
            code: Some(250),
            enhanced: None,
            text: "2.0.0 ok".to_owned(),
            told_id: None,
        },
    };
    let changed = queue::settle(&mut tx, &[settlement]).await.unwrap();
    tx.commit().await.unwrap();
    changed.contains(&key.delivery)
}

/// The one delivery of a message.
pub async fn delivery(ctx: &Ctx, message: MessageId) -> Delivery {
    let mut found = messages::deliveries(&ctx.store, message).await.unwrap();
    assert_eq!(found.len(), 1);
    found.remove(0)
}

pub async fn state(ctx: &Ctx, message: MessageId) -> DeliveryState {
    delivery(ctx, message).await.state
}

/// Hands the only waiting delivery over and loses the answer; gives the attempt.
pub async fn lose(ctx: &Ctx) -> AttemptKey {
    let lane = take(ctx, "node-a").await.unwrap();
    let keys = claim(ctx, lane).await;
    assert_eq!(keys.len(), 1);
    assert!(hand_over(ctx, keys[0], lane.fence).await);
    take(ctx, "node-b").await.unwrap();
    keys[0]
}
