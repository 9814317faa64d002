//! `kill -9` in the middle of appending, thrice over 100,000 hits: whatever was answered is there
//! afterwards, once. The victim is this test binary itself, started again to run [`victim`].

use crate::folder::Folder;
use otklik::domain::keys::KeyRing;
use otklik::intake::{Intake, Limits};
use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

const FOLDER: &str = "OTKLIK_TEST_INTAKE";
const FIRST: &str = "OTKLIK_TEST_FIRST";
const HITS: u32 = 100_000;
const KILLS_AFTER: [u32; 3] = [10_000, 40_000, 70_000];
const CALLERS: usize = 64;

fn ring() -> KeyRing {
    KeyRing::parse(&KeyRing::generate([5; 32])).unwrap()
}

fn limits() -> Limits {
    Limits {
        // Small enough that files change under load.
        rotate_bytes: 256 << 10,
        ..Limits::default()
    }
}

/// Not a test of its own: what the victim runs. Each number is printed once it is durable.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn victim() {
    let (Ok(folder), Ok(first)) = (std::env::var(FOLDER), std::env::var(FIRST)) else {
        return;
    };
    let intake = Intake::open(folder.as_ref(), &ring(), limits())
        .await
        .unwrap();
    let next = std::sync::Arc::new(AtomicU32::new(first.parse().unwrap()));
    let callers: Vec<_> = (0..CALLERS)
        .map(|_| {
            let (intake, next) = (intake.clone(), next.clone());
            tokio::spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    if number >= HITS {
                        return;
                    }
                    intake.append(&number.to_be_bytes()).await.unwrap();
                    // One write a line, so that a kill leaves no half of one but the last.
                    let line = format!("answered {number}\n");
                    std::io::stdout().lock().write_all(line.as_bytes()).unwrap();
                }
            })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap();
    }
}

/// Runs a victim from number `first` until it has answered `kill_after`, or to its end. Gives the
/// numbers it answered.
fn run_victim(folder: &Folder, first: u32, kill_after: Option<u32>) -> Vec<u32> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kills::victim", "--nocapture"])
        .env(FOLDER, &folder.0)
        .env(FIRST, first.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut answered = Vec::new();
    let mut killed = false;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        // The test harness writes around our lines.
        let number = line
            .rsplit_once("answered ")
            .and_then(|(_, number)| number.parse::<u32>().ok());
        answered.extend(number);
        if !killed && kill_after.is_some_and(|limit| first + answered.len() as u32 >= limit) {
            child.kill().unwrap();
            killed = true;
        }
    }
    let status = child.wait().unwrap();
    assert_eq!(status.success(), !killed);
    answered
}

#[tokio::test]
async fn every_answered_hit_of_100_000_survives_three_kills_once() {
    let folder = Folder::new();
    let mut answered = HashSet::new();
    let mut first = 0;
    for kill_after in KILLS_AFTER.into_iter().map(Some).chain([None]) {
        let seen = run_victim(&folder, first, kill_after);
        // Numbers under way at the kill may be durable without their answer: they are not asked
        // again, so the next victim begins well behind them.
        first = seen.iter().max().unwrap() + CALLERS as u32 + 1;
        answered.extend(seen);
    }
    assert!(answered.len() > HITS as usize * 9 / 10);
    let intake = Intake::open(&folder.0, &ring(), limits()).await.unwrap();
    let mut stored = Vec::new();
    for source in intake.sources() {
        let mut after = 0;
        while after < source.last {
            let page = intake.drain(source.id, after, 4_096).await.unwrap();
            assert!(page.through > after);
            assert_eq!(page.unrecorded, 0);
            after = page.through;
            let numbers = page
                .records
                .into_iter()
                .map(|(_, bytes)| u32::from_be_bytes(bytes.try_into().unwrap()));
            stored.extend(numbers);
        }
    }
    let distinct: HashSet<u32> = stored.iter().copied().collect();
    assert_eq!(distinct.len(), stored.len(), "a hit is there twice");
    let lost: Vec<_> = answered.difference(&distinct).collect();
    assert!(lost.is_empty(), "answered and lost: {lost:?}");
    intake.close().await;
}

/// A limit on file sizes stands for a full disk, without being root: the write fails half way.
#[test]
fn a_disk_that_fills_costs_counted_hits_and_another_file_goes_on() {
    let folder = Folder::new();
    let me = std::env::current_exe().unwrap();
    let script = format!(
        "trap '' XFSZ; ulimit -f 1024; exec '{}' --exact kills::writer_on_a_full_disk --nocapture",
        me.display()
    );
    let status = Command::new("sh")
        .args(["-c", &script])
        .env(FOLDER, &folder.0)
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
}

/// Not a test of its own: what runs under the limit.
#[tokio::test]
async fn writer_on_a_full_disk() {
    let Ok(folder) = std::env::var(FOLDER) else {
        return;
    };
    if std::env::var(FIRST).is_ok() {
        return;
    }
    let intake = Intake::open(folder.as_ref(), &ring(), Limits::default())
        .await
        .unwrap();
    let (mut kept, mut lost) = (0_i64, 0_i64);
    while lost < 3 || kept < 1_000 {
        match intake.append(&[7; 4_000]).await {
            Ok(()) => kept += 1,
            Err(_) => lost += 1,
        }
        assert!(kept + lost < 20_000, "it went on and failed for a while");
    }
    while intake.append(&[8; 100]).await.is_err() {
        lost += 1;
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let (mut found, mut counted) = (0, 0);
    for source in intake.sources() {
        let page = intake.drain(source.id, 0, usize::MAX).await.unwrap();
        found += page.records.len() as i64;
        counted += page.unrecorded;
    }
    assert_eq!(counted, lost, "every loss is counted, once");
    assert!(found > kept, "every kept hit is there");
    intake.close().await;
}
