//! Mutations of our own mails: whatever comes, it is understood, in time. Prints its seed, so that
//! a failure replays.

use super::{corpus, ours, understood};
use otklik::domain::clock::random_bytes;
use otklik::inbound::safe_html;
use std::time::{Duration, Instant};

#[test]
fn mutated_mails_are_understood() {
    let number = |name: &str| {
        std::env::var(name)
            .ok()
            .and_then(|text| text.parse::<u64>().ok())
    };
    let seed = number("OTKLIK_MUTATE_SEED").unwrap_or_else(|| u64::from_le_bytes(random_bytes()));
    let seconds = number("OTKLIK_MUTATE_SECONDS").unwrap_or(15);
    println!("seed {seed}: replay with OTKLIK_MUTATE_SEED={seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let (mails, ours) = (corpus::mails(), ours());
    let start = Instant::now();
    let (mut count, mut slowest) = (0_u64, Duration::ZERO);
    // At least a thousand, whatever the time.
    while count < 1_000 || start.elapsed() < Duration::from_secs(seconds) {
        let raw = mutated(&mails, &mut random);
        let from = Instant::now();
        let found = understood(&raw);
        if let Some(html) = &found.html {
            safe_html(html, &ours);
        }
        let took = from.elapsed();
        slowest = slowest.max(took);
        assert!(
            took < Duration::from_secs(10),
            "seed {seed}, mail {count} took {took:?}"
        );
        // Not every database takes it in a text. A backslash of the mail itself stands doubled.
        let shown = format!("{found:?}").replace("\\\\", "");
        if let Some(at) = shown.find("\\0") {
            let before: String = shown[..at].chars().rev().take(200).collect();
            let before: String = before.chars().rev().collect();
            panic!("seed {seed}, mail {count} has a NUL behind {before}");
        }
        for part in &found.new_text.parts {
            assert!(
                found.full_text.get(part.clone()).is_some(),
                "seed {seed}, mail {count}"
            );
        }
        let has_text = !found.full_text.trim().is_empty();
        assert!(
            !has_text || !found.new_text.text.trim().is_empty(),
            "seed {seed}, mail {count}"
        );
        count += 1;
    }
    println!("{count} mails, the slowest took {slowest:?}");
}

/// One mail with some bytes changed, lines moved, doubled or lost, a piece of another put in, or
/// its end cut off.
pub fn mutated(mails: &[(String, Vec<u8>)], random: &mut fastrand::Rng) -> Vec<u8> {
    let mut raw = mails[random.usize(..mails.len())].1.clone();
    for _ in 0..random.usize(1..12) {
        let length = raw.len().max(1);
        let at = random.usize(..length).min(raw.len());
        match random.u8(..7) {
            0 if at < raw.len() => raw[at] = random.u8(..),
            1 => raw.truncate(at),
            2 => raw.insert(at, random.u8(..)),
            3 => {
                let end = (at + random.usize(..200)).min(raw.len());
                raw.drain(at..end);
            }
            4 => {
                let end = (at + random.usize(..400)).min(raw.len());
                let piece = raw[at..end].repeat(random.usize(1..6));
                raw.splice(at..at, piece);
            }
            5 => {
                let other = &mails[random.usize(..mails.len())].1;
                let from = random.usize(..other.len());
                let end = (from + random.usize(..600)).min(other.len());
                raw.splice(at..at, other[from..end].iter().copied());
            }
            _ => {
                let mut lines: Vec<Vec<u8>> = raw
                    .split_inclusive(|byte| *byte == b'\n')
                    .map(<[u8]>::to_vec)
                    .collect();
                if lines.len() > 1 {
                    let (a, b) = (random.usize(..lines.len()), random.usize(..lines.len()));
                    lines.swap(a, b);
                }
                raw = lines.concat();
            }
        }
    }
    raw
}
