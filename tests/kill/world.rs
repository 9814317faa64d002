//! An installation with a rep, its sink, and what is accepted into it; and the count at the end.

use crate::node::Installation;
use crate::sink::Sink;
use crate::support::engines::{Engine, folder};
use crate::support::world::letter;
use otklik::accept;
use otklik::config::Settings;
use otklik::ctx::Ctx;
use otklik::domain::clock::Clock;
use otklik::domain::delivery::DeliveryState;
use otklik::domain::keys::KeyRing;
use otklik::domain::viewer::Viewer;
use otklik::store::settings::{self, Setting};
use otklik::store::{PoolSizes, Store};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub struct World {
    pub installation: Installation,
    pub sink: Sink,
    pub ctx: Ctx,
    pub viewer: Viewer,
    pub token: String,
}

/// The three sets of the count, as sizes.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub accepted: usize,
    pub lost: usize,
    pub duplicates: usize,
    pub unknown: usize,
    pub uncertain: usize,
    pub failed: usize,
}

impl World {
    pub async fn new(engine: Engine, connections: usize, longest_wait_ms: u64) -> Self {
        let sink = Sink::start(&folder().join("sink.log"), longest_wait_ms);
        let installation = Installation::new(engine, sink.address, connections);
        installation.run(&["migrate"]);
        let store = Store::open(&installation.database_url, PoolSizes::default()).unwrap();
        let own = Settings {
            data_dir: installation.data_dir.clone(),
            ..crate::support::world::settings(None)
        };
        let ctx = Ctx {
            networks: otklik::networks::Networks::default(),
            settings: Arc::new(own),
            store,
            keys: Arc::new(KeyRing::parse(&installation.key).unwrap()),
            clock: Clock::System,
            node: "test".into(),
        };
        let mut tx = ctx.store.begin().await.unwrap();
        settings::set(
            &mut tx,
            Setting::PostalAddress,
            "1 Main Street",
            ctx.clock.now(),
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        let viewer = crate::support::world::rep(&ctx, "rita@seller.example").await;
        let user = ["--user", "rita@seller.example", "--name", "kill"];
        let token = installation.run(&[&["token", "create"], user.as_slice()].concat());
        Self {
            installation,
            sink,
            ctx,
            viewer,
            token,
        }
    }

    /// Accepts `count` messages while the process is down, and gives their Message-IDs.
    pub async fn fill(&self, count: usize) -> Vec<String> {
        let mut ids = Vec::with_capacity(count);
        for n in 0..count {
            let new = letter(&format!("contact{n}@buyer.example"));
            ids.push(
                accept::accept(&self.ctx, &self.viewer, new)
                    .await
                    .unwrap()
                    .message_id,
            );
        }
        ids
    }

    /// Message-IDs by state.
    pub async fn states(&self) -> BTreeMap<DeliveryState, HashSet<String>> {
        const TEXT: &str = "SELECT m.message_id, d.state
            FROM deliveries d JOIN messages m ON m.id = d.message_id";
        let rows: Vec<(String, i16)> = match &self.ctx.store {
            Store::Sqlite { read, .. } => sqlx::query_as(TEXT).fetch_all(read).await.unwrap(),
            Store::Postgres(pool) => sqlx::query_as(TEXT).fetch_all(pool).await.unwrap(),
        };
        let mut states: BTreeMap<_, HashSet<String>> = BTreeMap::new();
        for (id, state) in rows {
            let state = DeliveryState::from_code(state).unwrap();
            states.entry(state).or_default().insert(id);
        }
        states
    }

    /// Waits until nothing is on its way any more.
    pub async fn settle(&self, limit: Duration) {
        let deadline = Instant::now() + limit;
        loop {
            let states = self.states().await;
            let open: usize = states
                .iter()
                .filter(|(state, _)| !state.is_settled() && **state != DeliveryState::Held)
                .map(|(_, ids)| ids.len())
                .sum();
            if open == 0 {
                return;
            }
            let sizes: Vec<_> = states
                .iter()
                .map(|(state, ids)| (state, ids.len()))
                .collect();
            assert!(
                Instant::now() < deadline,
                "still on the way: {sizes:?}\n{}",
                self.installation.log()
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// accepted − (sink ∪ uncertain ∪ failed), doubles in the sink, sink − accepted.
    pub async fn count(&self, accepted: &HashSet<String>) -> Count {
        let mut states = self.states().await;
        let uncertain = states.remove(&DeliveryState::Uncertain).unwrap_or_default();
        let failed = states.remove(&DeliveryState::Failed).unwrap_or_default();
        let copies = self.sink.copies();
        let is_lost = |id: &&String| {
            !copies.contains_key(*id) && !uncertain.contains(*id) && !failed.contains(*id)
        };
        Count {
            accepted: accepted.len(),
            lost: accepted.iter().filter(is_lost).count(),
            duplicates: copies.values().filter(|copies| **copies > 1).count(),
            unknown: copies.keys().filter(|id| !accepted.contains(*id)).count(),
            uncertain: uncertain.len(),
            failed: failed.len(),
        }
    }
}
