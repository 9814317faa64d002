//! Disks that refuse. A hit is reported as recorded only when the disk said so: neither a failed
//! write (a full disk) nor a failed sync (EIO) is ever taken for success, and each loss is counted.
//! The writer is this test binary itself, started again under a file size limit, or with a library
//! in front of the system's that makes syncing fail.

use crate::folder::Folder;
use otklik::domain::keys::KeyRing;
use otklik::intake::{Intake, IntakeError, Limits};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

const FOLDER: &str = "OTKLIK_TEST_INTAKE";
/// Names a file: while it exists, nothing that ends in `.db` or `.db-wal` can be synced.
const NO_SYNC: &str = "OTKLIK_TEST_NO_SYNC";

fn ring() -> KeyRing {
    KeyRing::parse(&KeyRing::generate([5; 32])).unwrap()
}

async fn open(folder: &Path) -> Intake {
    Intake::open(folder, &ring(), Limits::default())
        .await
        .unwrap()
}

/// A limit on file sizes stands for a full disk, without being root: the write fails half way.
#[test]
fn a_disk_that_fills_costs_counted_hits_and_another_file_goes_on() {
    let folder = Folder::new();
    let me = std::env::current_exe().unwrap();
    let script = format!(
        "trap '' XFSZ; ulimit -f 1024; exec '{}' --exact disk::writer_on_a_full_disk --nocapture",
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
    if std::env::var(NO_SYNC).is_ok() {
        return;
    }
    let intake = open(folder.as_ref()).await;
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
        tokio::time::sleep(Duration::from_millis(20)).await;
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

/// Stands in front of the system's `fsync` and `fdatasync`.
const SHIM: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static int refused(int fd) {
    const char *flag = getenv("OTKLIK_TEST_NO_SYNC");
    char link[64], path[4096];
    if (!flag || access(flag, F_OK)) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n < 0) return 0;
    path[n] = 0;
    return strstr(path, ".db") != 0;
}
static int sync_with(const char *name, int fd) {
    if (refused(fd)) { errno = EIO; return -1; }
    return ((int (*)(int))dlsym(RTLD_NEXT, name))(fd);
}
int fsync(int fd) { return sync_with("fsync", fd); }
int fdatasync(int fd) { return sync_with("fdatasync", fd); }
"#;

fn shim(folder: &Path) -> PathBuf {
    let (source, library) = (folder.join("shim.c"), folder.join("shim.so"));
    std::fs::write(&source, SHIM).unwrap();
    let status = Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .args([&library, &source])
        .arg("-ldl")
        .status()
        .unwrap();
    assert!(status.success());
    library
}

#[test]
fn a_sync_that_fails_is_never_reported_as_recorded() {
    let folder = Folder::new();
    let intake = folder.0.join("intake");
    let status = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "disk::writer_on_a_disk_that_does_not_sync",
            "--nocapture",
        ])
        .env("LD_PRELOAD", shim(&folder.0))
        .env(FOLDER, &intake)
        .env(NO_SYNC, folder.0.join("refuse"))
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
}

/// Not a test of its own: what runs with the library in front.
#[tokio::test]
async fn writer_on_a_disk_that_does_not_sync() {
    let (Ok(folder), Ok(refuse)) = (std::env::var(FOLDER), std::env::var(NO_SYNC)) else {
        return;
    };
    let intake = open(folder.as_ref()).await;
    let (mut kept, mut lost) = (HashSet::new(), 0_i64);
    let mut numbers = 0_u32..;
    for _ in 0..20 {
        std::fs::write(&refuse, "").unwrap();
        let tried: Vec<_> = numbers
            .by_ref()
            .take(5)
            .map(|number| intake.append(&number.to_be_bytes()))
            .collect();
        for durable in tried {
            assert_eq!(durable.await, Err(IntakeError::Failed));
            lost += 1;
        }
        std::fs::remove_file(&refuse).unwrap();
        loop {
            let number = numbers.next().unwrap();
            if intake.append(&number.to_be_bytes()).await.is_ok() {
                kept.insert(number);
                break;
            }
            lost += 1;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    assert_eq!(intake.unrecorded(), lost as u64);
    intake.close().await;
    let again = open(folder.as_ref()).await;
    let mut found = Vec::new();
    for source in again.sources() {
        let page = again.drain(source.id, 0, usize::MAX).await.unwrap();
        let records = page.records.into_iter();
        found.extend(records.map(|(_, bytes)| u32::from_be_bytes(bytes.try_into().unwrap())));
    }
    let distinct: HashSet<u32> = found.iter().copied().collect();
    assert_eq!(distinct.len(), found.len(), "a hit is there twice");
    assert!(kept.is_subset(&distinct), "every kept hit is there");
    again.close().await;
}
