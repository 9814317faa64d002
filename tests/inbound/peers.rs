//! Fetches the open material and reads its cases. Nothing of it is committed.

use serde_json::Value;
use std::collections::BTreeMap;
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

/// What a mail is, as somebody who read it says.
pub struct Label {
    /// `hard`, `soft`, `block`, `delayed`, several parted by commas, or `auto` or `human`.
    pub class: String,
    /// A reason, several, or `-`.
    pub reason: String,
}

/// The labels of a set, by the name of the mail.
pub fn labels(set: &str) -> BTreeMap<String, Label> {
    let lines = include_str!("labels.tsv").lines();
    let rows = lines.filter(|line| !line.starts_with('#')).map(|line| {
        let mut cells = line.split('\t').map(str::to_owned);
        std::array::from_fn(|_| cells.next().expect("four cells"))
    });
    rows.filter(|[of, ..]: &[String; 4]| of == set)
        .map(|[_, name, class, reason]| (name, Label { class, reason }))
        .collect()
}

/// The name of a file, the extensions of mails left out.
fn name_of(path: &Path) -> String {
    let name = path.file_name().expect("a name").to_string_lossy();
    let bare = [".txt", ".msg", ".eml"]
        .iter()
        .find_map(|end| name.strip_suffix(end));
    bare.unwrap_or(&name).to_owned()
}

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
            name: name_of(&path),
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
