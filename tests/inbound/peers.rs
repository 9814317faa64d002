//! Fetches the open material and reads its cases. Nothing of it is committed.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// Where the material lies, fetched by `tests/peers/inbound.sh`.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let done = Command::new("bash")
        .arg(root.join("tests/peers/inbound.sh"))
        .status()
        .expect("bash runs");
    assert!(done.success(), "the open material could not be fetched");
    root.join("target/peers/inbound")
});

/// One mail by others.
pub struct Mail {
    pub name: String,
    pub raw: Vec<u8>,
}

/// All files of a folder, by name.
pub fn mails(folder: &str) -> Vec<Mail> {
    let mut found: Vec<Mail> = std::fs::read_dir(FOLDER.join(folder))
        .unwrap_or_else(|error| panic!("{folder}: {error}"))
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_file())
        .map(|path| Mail {
            name: path
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned(),
            raw: std::fs::read(&path).expect("a file"),
        })
        .collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(!found.is_empty(), "{folder} is empty");
    found
}

/// A list of cases that the script wrote.
pub fn cases(file: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(FOLDER.join(file)).expect("the script wrote it");
    serde_json::from_str(&text).expect("JSON")
}
