//! The intake as its callers see it: what was answered is on disk, in order, once; files change
//! hands when their owner is gone; a disk that refuses costs hits that are counted, never answers.

use otklik::domain::clock::random_bytes;
use otklik::domain::keys::KeyRing;
use otklik::intake::{Intake, IntakeError, Limits};
use std::path::PathBuf;
use std::time::Duration;
use uuid::Uuid;

fn ring() -> KeyRing {
    KeyRing::parse(&KeyRing::generate([5; 32])).unwrap()
}

/// A folder of its own, removed when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let name = Uuid::from_bytes(random_bytes());
        Self(std::env::temp_dir().join(format!("otklik-intake-{name}")))
    }

    async fn open(&self, limits: Limits) -> Intake {
        Intake::open(&self.0, &ring(), limits).await.unwrap()
    }

    fn files(&self) -> usize {
        std::fs::read_dir(&self.0)
            .unwrap()
            .filter(|entry| {
                entry
                    .as_ref()
                    .unwrap()
                    .path()
                    .extension()
                    .is_some_and(|e| e == "db")
            })
            .count()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

async fn append_all(intake: &Intake, range: std::ops::Range<u32>) {
    let waiting: Vec<_> = range
        .map(|number| intake.append(&number.to_be_bytes()))
        .collect();
    for durable in waiting {
        assert_eq!(durable.await, Ok(()));
    }
}

async fn drain_all(intake: &Intake) -> (Vec<u32>, i64) {
    let (mut numbers, mut unrecorded) = (Vec::new(), 0);
    for source in intake.sources() {
        let mut after = 0;
        loop {
            let page = intake.drain(source.id, after, 10).await.unwrap();
            unrecorded += page.unrecorded;
            if page.through == after {
                break;
            }
            after = page.through;
            for (_, bytes) in page.records {
                numbers.push(u32::from_be_bytes(bytes.try_into().unwrap()));
            }
        }
        assert_eq!(after, source.last);
        intake.drained_through(source.id, after).await;
    }
    (numbers, unrecorded)
}

#[tokio::test]
async fn what_was_appended_is_drained_in_order_once() {
    let folder = Folder::new();
    let intake = folder.open(Limits::default()).await;
    append_all(&intake, 0..100).await;
    append_all(&intake, 100..150).await;
    assert_eq!(drain_all(&intake).await, ((0..150).collect(), 0));
    let source = intake.sources()[0];
    assert_eq!(source.last, 150);
    let page = intake.drain(source.id, 150, 10).await.unwrap();
    assert!(page.records.is_empty() && page.through == 150);
    intake.close().await;
    assert_eq!(intake.append(b"late").await, Err(IntakeError::Closed));
    assert_eq!(intake.unrecorded(), 1);
}

#[tokio::test]
async fn a_file_whose_owner_is_gone_is_adopted_by_one_and_deleted_when_drained() {
    let folder = Folder::new();
    let before = folder.open(Limits::default()).await;
    append_all(&before, 0..20).await;
    let other = folder.open(Limits::default()).await;
    assert_eq!(other.sources(), [], "its owner lives");
    before.close().await;
    other.adopt().await.unwrap();
    let third = folder.open(Limits::default()).await;
    assert_eq!(third.sources(), [], "somebody drains it");
    assert_eq!(drain_all(&other).await.0, (0..20).collect::<Vec<_>>());
    assert_eq!(folder.files(), 0);
    assert_eq!(other.sources(), []);
}

#[tokio::test]
async fn a_full_file_is_followed_by_another_and_the_cap_refuses() {
    let folder = Folder::new();
    let limits = Limits {
        cap_bytes: 2_000,
        rotate_bytes: 1,
    };
    let intake = folder.open(limits).await;
    let mut stored = 0;
    while intake.append(&[0; 400]).await.is_ok() {
        stored += 1;
    }
    assert_eq!(folder.files(), stored);
    assert_eq!(intake.append(&[0; 4]).await, Err(IntakeError::Full));
    let sources = intake.sources();
    intake.drain(sources[0].id, 0, 10).await.unwrap();
    for source in sources {
        intake.drained_through(source.id, source.last).await;
    }
    assert_eq!(intake.append(&7_u32.to_be_bytes()).await, Ok(()));
    assert_eq!(drain_all(&intake).await, (vec![7], 2), "two were refused");
}

#[tokio::test]
async fn a_disk_that_takes_no_file_loses_hits_counted_and_is_tried_again() {
    let folder = Folder::new();
    let intake = folder.open(Limits::default()).await;
    std::fs::remove_dir(&folder.0).unwrap();
    for _ in 0..3 {
        assert_eq!(intake.append(b"lost").await, Err(IntakeError::Failed));
    }
    std::fs::create_dir(&folder.0).unwrap();
    let mut lost = 3;
    while intake.append(&7_u32.to_be_bytes()).await.is_err() {
        lost += 1;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(intake.unrecorded(), lost);
    assert_eq!(drain_all(&intake).await, (vec![7], lost as i64));
}

#[tokio::test]
async fn a_file_sealed_under_a_lost_key_is_put_aside_and_counted() {
    let folder = Folder::new();
    let before = folder.open(Limits::default()).await;
    append_all(&before, 0..5).await;
    before.close().await;
    let other_ring = KeyRing::parse(&KeyRing::generate([6; 32])).unwrap();
    let intake = Intake::open(&folder.0, &other_ring, Limits::default())
        .await
        .unwrap();
    assert_eq!(drain_all(&intake).await, (vec![], 5));
    let left: Vec<_> = std::fs::read_dir(&folder.0)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(left.len(), 1);
    assert!(left[0].extension().unwrap() == "unreadable");
}
