//! What leaves, checked by programs that are not ours: an HTML5 parser and a URL parser (node,
//! parse5) over a corpus of real pages, and a DKIM verifier (dkimpy). Golden files keep the bytes.
//!
//! The programs come from `tests/peers/mail.sh`, which `tests/run` calls.

mod corpus;
mod dkim;
mod golden;
mod mail;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The folder of the independent programs.
fn peers() -> PathBuf {
    let peers = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/peers/mail");
    assert!(peers.join("stamp").exists(), "run tests/peers/mail.sh");
    peers
}

/// A folder of this test's own below the peers', so that node finds its modules from it.
fn workplace(name: &str) -> PathBuf {
    let folder = peers().join(format!("work-{name}"));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Runs `command` and fails with what it printed.
fn run(command: &mut Command) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().expect("the program starts");
    let (stdout, stderr) = (
        String::from_utf8_lossy(&stdout),
        String::from_utf8_lossy(&stderr),
    );
    assert!(status.success(), "{stdout}\n{stderr}");
    stdout.into_owned()
}
