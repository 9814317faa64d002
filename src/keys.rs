//! Where the key ring comes from, and that it is the one this database knows. The keys live
//! outside the database on purpose: who copies one does not have the other.

use crate::config::Loaded;
use crate::domain::clock::{Millis, random_bytes};
use crate::domain::keys::{KeyError, KeyRing};
use crate::store::settings::{self, Setting};
use crate::store::{Store, StoreError};
use secrecy::ExposeSecret;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The file's name in the data folder.
pub const KEY_FILE: &str = "secret.key";

/// Why there is no usable key ring.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The text is no key ring.
    #[error("the secret key from {origin} cannot be used: {source}")]
    Unreadable {
        /// The file or the variable.
        origin: String,
        /// What is wrong with it.
        source: KeyError,
    },
    /// A server database and no key: one made here would be unknown to the other nodes.
    #[error(
        "no secret key is set, and with a PostgreSQL database none is made by itself, since every \
         node needs the same one. Set OTKLIK_SECRET_KEY on every node, for example to\n  \
         1:$(head -c 32 /dev/urandom | base64)\nand keep a copy outside the database"
    )]
    Missing,
    /// The file could not be read or made.
    #[error("the key file {path} cannot be used: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The ring is not the one this database was used with.
    #[error(
        "the secret key does not fit this database: {reason}. Links in sent mail, sealed passwords \
         and the suppression list depend on it. Put back the key that was used before \
         (OTKLIK_SECRET_KEY, or the file secret.key of the data folder); to change keys, put the \
         new one in front and keep the old ones: 2:NEW,1:OLD"
    )]
    Foreign {
        /// Which key is missing or different.
        reason: String,
    },
    /// The database could not say.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The ring that the operator set, or that of the data folder; on SQLite it is made there when
/// there is none.
pub fn open(loaded: &Loaded) -> Result<KeyRing, KeysError> {
    let settings = &loaded.settings;
    if let Some(text) = &loaded.secret_key {
        return parse(text.expose_secret(), "OTKLIK_SECRET_KEY");
    }
    let path = settings.data_dir.join(KEY_FILE);
    match std::fs::read_to_string(&path) {
        Ok(text) => parse(&text, &path.display().to_string()),
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(KeysError::File {
            path,
            source: error,
        }),
        Err(_) if !settings.is_sqlite() => Err(KeysError::Missing),
        Err(_) => {
            let text = KeyRing::generate(random_bytes());
            match write_new(&path, &text) {
                Ok(()) => parse(&text, &path.display().to_string()),
                // Another command made it in the same moment: that one counts.
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => open(loaded),
                Err(source) => Err(KeysError::File { path, source }),
            }
        }
    }
}

fn parse(text: &str, origin: &str) -> Result<KeyRing, KeysError> {
    KeyRing::parse(text.trim()).map_err(|source| KeysError::Unreadable {
        origin: origin.to_owned(),
        source,
    })
}

/// Whole and on disk, or not there: a half-written key would lock the operator out for good.
fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let draft = path.with_extension(format!("key-{}", std::process::id()));
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)?;
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    // A link, unlike a rename, never replaces a key that is already there.
    let linked = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft)?;
    linked?;
    std::fs::File::open(folder)?.sync_all()
}

/// Checks `ring` against what the database remembers, and leaves it at that.
pub async fn fit(store: &Store, ring: &KeyRing) -> Result<(), KeysError> {
    let known = settings::get(store, Setting::KeyFingerprints).await?;
    let ours = ring.fingerprints();
    let known: Vec<&str> = known.iter().flat_map(|list| list.split(',')).collect();
    if known.is_empty() {
        return Ok(());
    }
    match mismatch(&known, &ours) {
        Some(reason) => Err(KeysError::Foreign { reason }),
        None => Ok(()),
    }
}

/// Checks `ring` against what the database remembers, and lets it remember new keys.
pub async fn check(store: &Store, ring: &KeyRing, now: Millis) -> Result<(), KeysError> {
    fit(store, ring).await?;
    let known = settings::get(store, Setting::KeyFingerprints).await?;
    let ours = ring.fingerprints().join(",");
    if known.as_deref() != Some(&*ours) {
        let mut tx = store.begin().await?;
        settings::set(&mut tx, Setting::KeyFingerprints, &ours, now).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Why `ours` cannot serve what was written under `known`; `None` when it can.
fn mismatch(known: &[&str], ours: &[String]) -> Option<String> {
    for key in known {
        let id = key.split(':').next().unwrap_or_default();
        if ours.iter().any(|own| own == key) {
            continue;
        }
        let is_other = ours.iter().any(|own| own.split(':').next() == Some(id));
        return Some(if is_other {
            format!("key {id} is another one than before")
        } else {
            format!("key {id} is missing")
        });
    }
    let last = known.last().copied();
    (ours.last().map(String::as_str) != last)
        .then(|| "the oldest key must stay the last of the list".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(list: &[&str]) -> Vec<String> {
        list.iter().map(|item| (*item).to_owned()).collect()
    }

    #[test]
    fn a_new_key_may_come_in_front_and_no_old_one_may_go() {
        assert_eq!(mismatch(&["1:aa"], &owned(&["1:aa"])), None);
        assert_eq!(mismatch(&["1:aa"], &owned(&["2:bb", "1:aa"])), None);
        let missing = mismatch(&["2:bb", "1:aa"], &owned(&["2:bb"])).unwrap();
        assert_eq!(missing, "key 1 is missing");
        let other = mismatch(&["1:aa"], &owned(&["1:cc"])).unwrap();
        assert_eq!(other, "key 1 is another one than before");
        assert!(mismatch(&["1:aa"], &owned(&["1:aa", "2:bb"])).is_some());
    }

    #[test]
    fn a_key_file_is_never_overwritten_and_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = std::env::temp_dir().join(format!("otklik-keys-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(KEY_FILE);
        write_new(&path, "1:first").unwrap();
        let again = write_new(&path, "1:second").unwrap_err();
        assert_eq!(again.kind(), std::io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "1:first\n");
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
