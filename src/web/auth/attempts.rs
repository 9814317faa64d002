//! How often a password may be tried: a token bucket per account and one per place (an IPv4
//! address or an IPv6 /64). Our own sixty lines rather than `governor`: they take the clock as an
//! argument like everything else, and forget full buckets, so that memory stays bounded.

use crate::domain::clock::Millis;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;

/// How a bucket fills.
#[derive(Debug, Clone, Copy)]
struct Rate {
    /// Tries at once.
    burst: f64,
    /// Milliseconds until one more.
    refill_ms: f64,
}

/// Ten tries, then one each 30 seconds: 2,890 a day against one account.
const ACCOUNT: Rate = Rate {
    burst: 10.0,
    refill_ms: 30_000.0,
};
/// A whole office may sit behind one address.
const PLACE: Rate = Rate {
    burst: 50.0,
    refill_ms: 3_000.0,
};
/// Buckets kept at once; beyond it the full ones go first.
const CAPACITY: usize = 20_000;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Account(String),
    Place(u64),
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    level: f64,
    at: Millis,
}

/// The buckets of one process.
#[derive(Debug, Default)]
pub struct Attempts {
    buckets: Mutex<HashMap<Key, Bucket>>,
}

impl Attempts {
    /// Takes one try; `Err` gives the seconds to wait.
    pub fn take(&self, from: Option<IpAddr>, account: &str, now: Millis) -> Result<(), u32> {
        let mut buckets = self.lock();
        if buckets.len() >= CAPACITY {
            buckets.retain(|key, bucket| level(*bucket, rate(key), now) < rate(key).burst);
            if buckets.len() >= CAPACITY {
                buckets.clear();
            }
        }
        // An account name longer than any address is one and the same bucket.
        let account: String = account.chars().take(254).collect();
        let keys = [from.map(place), Some(Key::Account(account))];
        for key in keys.into_iter().flatten() {
            let rate = rate(&key);
            let bucket = buckets.entry(key).or_insert(Bucket {
                level: rate.burst,
                at: now,
            });
            let level = level(*bucket, rate, now);
            if level < 1.0 {
                let wait_ms = (1.0 - level) * rate.refill_ms;
                return Err((wait_ms / 1_000.0).ceil() as u32);
            }
            *bucket = Bucket {
                level: level - 1.0,
                at: now,
            };
        }
        Ok(())
    }

    /// A right password makes up for wrong ones before it.
    pub fn forgive(&self, account: &str) {
        self.lock().remove(&Key::Account(account.to_owned()));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Key, Bucket>> {
        self.buckets
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

const fn rate(key: &Key) -> Rate {
    match key {
        Key::Account(_) => ACCOUNT,
        Key::Place(_) => PLACE,
    }
}

fn level(bucket: Bucket, rate: Rate, now: Millis) -> f64 {
    let gained = now.since(bucket.at).max(0) as f64 / rate.refill_ms;
    (bucket.level + gained).min(rate.burst)
}

fn place(ip: IpAddr) -> Key {
    Key::Place(match ip.to_canonical() {
        IpAddr::V4(v4) => u64::from(v4.to_bits()),
        IpAddr::V6(v6) => (v6.to_bits() >> 64) as u64,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_slowed_down_and_forgiven() {
        let attempts = Attempts::default();
        let now = Millis(0);
        for _ in 0..10 {
            assert_eq!(attempts.take(None, "a", now), Ok(()));
        }
        assert_eq!(attempts.take(None, "a", now), Err(30));
        assert_eq!(attempts.take(None, "b", now), Ok(()));
        assert_eq!(attempts.take(None, "a", now.plus(30_000)), Ok(()));
        attempts.forgive("a");
        assert_eq!(attempts.take(None, "a", now.plus(30_000)), Ok(()));
    }

    #[test]
    fn a_place_is_slowed_down_over_many_accounts() {
        let attempts = Attempts::default();
        let from = |host: u16| Some(format!("2001:db8::{host:x}").parse().unwrap());
        let refused = (0..60_u16)
            .filter(|n| attempts.take(from(*n), &n.to_string(), Millis(0)).is_err())
            .count();
        assert_eq!(refused, 10, "one /64 is one place");
    }
}
