//! When may what go. Pure: time and random draws come in as arguments, the lane keeps the state
//! and asks. [`retry`] says when a message is tried again, [`backoff`] how long a relay is left
//! alone, [`pace`] what caps and gaps leave room for. A mail may go at the latest of the three.

pub mod backoff;
pub mod pace;
pub mod retry;

/// `base_ms` and up to a fifth more, by `draw` in `0.0..1.0`. Jitter only ever adds, so that a
/// stated wait is always kept.
fn jittered(base_ms: i64, draw: f64) -> i64 {
    let draw = if draw.is_finite() {
        draw.clamp(0.0, 1.0)
    } else {
        0.0
    };
    base_ms.saturating_add((base_ms as f64 * 0.2 * draw) as i64)
}
