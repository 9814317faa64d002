//! The client that posts: each message under a key of its own, repeated until there is an answer.

use crate::world::World;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Posts messages as far as `allowed` has come, and notes the Message-ID of each 2xx.
pub struct Client {
    pub allowed: Arc<AtomicUsize>,
}

impl Client {
    /// Posts `total` messages through `connections` workers; ends when each has its answer.
    pub async fn post_all(&self, world: &World, total: usize, connections: usize) -> Vec<String> {
        let next = Arc::new(AtomicUsize::new(0));
        let workers: Vec<_> = (0..connections)
            .map(|_| {
                let (next, allowed) = (Arc::clone(&next), Arc::clone(&self.allowed));
                let url = format!("http://{}/api/v1/messages", world.installation.listen);
                let token = world.token.clone();
                tokio::spawn(async move {
                    let http = reqwest::Client::builder()
                        .timeout(Duration::from_secs(10))
                        .build()
                        .unwrap();
                    let mut ids = Vec::new();
                    loop {
                        let n = next.fetch_add(1, Ordering::SeqCst);
                        if n >= total {
                            return ids;
                        }
                        while n >= allowed.load(Ordering::SeqCst) {
                            tokio::time::sleep(Duration::from_millis(10)).await;
                        }
                        ids.push(post(&http, &url, &token, n).await);
                    }
                })
            })
            .collect();
        let mut ids = Vec::with_capacity(total);
        for worker in workers {
            ids.extend(worker.await.unwrap());
        }
        ids
    }
}

/// Posts the `n`-th message until it is accepted. Only an answer of success counts.
async fn post(http: &reqwest::Client, url: &str, token: &str, n: usize) -> String {
    let body = json!({
        "to": format!("contact{n}@buyer.example"),
        "subject": format!("Our call, {n}"),
        "html": "<p>Here are <a href=\"https://shop.example/prices\">the prices</a>.</p>",
    });
    loop {
        let answer = http
            .post(url)
            .bearer_auth(token)
            .header("Idempotency-Key", format!("kill-{n}"))
            .json(&body)
            .send()
            .await;
        if let Ok(answer) = answer {
            let status = answer.status();
            if status.is_success() {
                if let Ok(body) = answer.json::<Value>().await {
                    return body["message_id"]
                        .as_str()
                        .expect("a Message-ID")
                        .to_owned();
                }
            } else {
                // 408: a connection that was kept too long; 409: the first try is still at work.
                assert!(
                    status.is_server_error() || matches!(status.as_u16(), 408 | 409 | 429),
                    "{status}: {}",
                    answer.text().await.unwrap_or_default()
                );
            }
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
