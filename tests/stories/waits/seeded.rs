//! Things in an order that nobody chose: drawn from a seed, which is printed.

use super::append;
use otklik::domain::clock::random_bytes;
use otklik::domain::event::NewEvent;
use otklik::store::Store;

/// A generator whose seed is printed, so that a failure can be seen again: that of `OTKLIK_SEED`
/// when it is set.
pub(super) fn draw() -> fastrand::Rng {
    let asked = std::env::var("OTKLIK_SEED").ok();
    let seed = asked.map_or_else(
        || u64::from_le_bytes(random_bytes()),
        |seed| seed.parse().unwrap(),
    );
    println!("OTKLIK_SEED={seed}");
    fastrand::Rng::with_seed(seed)
}

/// Appends `events` in batches of any size.
pub(super) async fn append_in_runs(store: &Store, rng: &mut fastrand::Rng, events: &[NewEvent]) {
    let mut rest = events;
    while !rest.is_empty() {
        let (run, left) = rest.split_at(rng.usize(1..=20).min(rest.len()));
        append(store, run).await;
        rest = left;
    }
}

/// One time in `n`.
pub(super) fn one_in(rng: &mut fastrand::Rng, n: i64) -> bool {
    rng.i64(0..n) == 0
}
