//! Hostile mails: each is understood within two seconds and in bounded memory. Each in a process of
//! its own, since what one mail freed another may take without a trace.

use super::hostile_mails::HOSTILE;
use super::peak::Peak;
use super::{corpus, mutate, understood};
use std::process::Command;
use std::time::{Duration, Instant};

/// Two seconds in a release build. In a debug build on a busy machine it only tells a hang.
pub const LIMIT: Duration = Duration::from_secs(if cfg!(debug_assertions) { 300 } else { 2 });

/// Most bytes that the memory of a process may grow by while it understands `size` bytes.
const fn most_grown(size: usize) -> usize {
    4 * size + 32 * 1_024 * 1_024
}

const NAME: &str = "OTKLIK_HOSTILE_MAIL";
const MUTATED: &str = "1,000 mutated mails";

#[test]
fn hostile_mails_are_understood_in_time_and_memory() {
    println!(
        "{:<28} {:>9} {:>9} {:>7}",
        "mail", "bytes", "grown by", "ms"
    );
    for name in HOSTILE.iter().map(|(name, _)| *name).chain([MUTATED]) {
        let child = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "hostile::one_of_them_in_this_process"])
            .args(["--ignored", "--nocapture"])
            .env(NAME, name)
            .output()
            .expect("it runs");
        let text = String::from_utf8_lossy(&child.stdout);
        assert!(child.status.success(), "{name}: {text}");
        let line = text.lines().find_map(|line| line.strip_prefix("measured "));
        println!("{}", line.expect("the child says what it measured"));
    }
}

#[test]
#[ignore = "run by the test above, once for each mail"]
fn one_of_them_in_this_process() {
    let name = std::env::var(NAME).expect("the name of a mail");
    let raws: Vec<Vec<u8>> = if name == MUTATED {
        let (mails, mut random) = (corpus::mails(), fastrand::Rng::with_seed(4_711));
        (0..1_000)
            .map(|_| mutate::mutated(&mails, &mut random))
            .collect()
    } else {
        let (_, make) = HOSTILE
            .iter()
            .find(|(known, _)| *known == name)
            .expect("a known mail");
        vec![make()]
    };
    // What is made once and kept, such as lists of words, is not of the mail.
    understood(b"Subject: x\n\nx");
    let largest = raws.iter().map(Vec::len).max().unwrap_or(0);
    let (peak, mut slowest) = (Peak::of(None), Duration::ZERO);
    for raw in &raws {
        let start = Instant::now();
        let found = understood(raw);
        if let Some(html) = &found.html {
            otklik::inbound::safe_html(html, &super::ours());
        }
        slowest = slowest.max(start.elapsed());
    }
    let grown = peak.grown();
    println!(
        "measured {name:<28} {largest:>9} {grown:>9} {:>7}",
        slowest.as_millis()
    );
    assert!(slowest < LIMIT, "{name} took {slowest:?}");
    assert!(
        grown <= most_grown(largest),
        "{name}: {grown} for {largest}"
    );
}

#[test]
fn html_is_made_safe_in_time() {
    for (name, html) in [
        ("nested", "<div><b><i><font color=x>".repeat(50_000)),
        ("tables", "<table><tr><td><a href=x>".repeat(50_000)),
        ("unclosed", "<p><b>x</p>".repeat(90_000)),
        ("svg", "<svg><style><img src=x>".repeat(50_000)),
    ] {
        let start = Instant::now();
        let safe = otklik::inbound::safe_html(&html, &super::ours());
        let took = start.elapsed();
        println!(
            "{name:<28} {:>9} bytes {:>7} ms, {} out",
            html.len(),
            took.as_millis(),
            safe.len()
        );
        assert!(took < LIMIT, "{name} took {took:?}");
    }
}
