//! The network catalogue of this process: the lists that come with the program and the operator's
//! own files, read again when they change. A set of files that cannot be read is told once, and
//! what was read before stays in force.

use crate::track::catalogue::{Catalogue, SHIPPED};
use arc_swap::ArcSwap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::SystemTime;

static LISTS: LazyLock<Arc<Catalogue>> = LazyLock::new(|| Arc::new(Catalogue::shipped()));

/// The catalogue as it is now; cheap to clone.
#[derive(Debug, Clone)]
pub struct Networks {
    now: Arc<ArcSwap<Catalogue>>,
    /// The files as they were when they were last looked at.
    seen: Arc<Mutex<Seen>>,
}

type Seen = Vec<(PathBuf, Option<SystemTime>, u64)>;

/// Why the operator's files are not in force.
#[derive(Debug, thiserror::Error)]
pub enum NetworksError {
    /// A line cannot be read.
    #[error(transparent)]
    Line(#[from] crate::track::catalogue::CatalogueError),
    /// A file or the folder cannot be read.
    #[error("{path} cannot be read: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl Default for Networks {
    fn default() -> Self {
        Self {
            now: Arc::new(ArcSwap::new(Arc::clone(&LISTS))),
            seen: Arc::default(),
        }
    }
}

impl Networks {
    /// What is in force now.
    pub fn now(&self) -> Arc<Catalogue> {
        self.now.load_full()
    }

    /// Looks at `folder`; when a file there is new, changed or gone, reads all of them.
    /// `Ok(true)` when another catalogue is in force.
    pub fn refresh(&self, folder: &Path) -> Result<bool, NetworksError> {
        let files = files(folder)?;
        {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            if *seen == files {
                return Ok(false);
            }
            // Told once: a broken file is read again when it is changed.
            seen.clone_from(&files);
        }
        let fresh = read(&files)?;
        let is_other = fresh.version() != self.now().version();
        self.now.store(Arc::new(fresh));
        Ok(is_other)
    }
}

/// What the lists in `folder` and our own come to.
pub fn load(folder: &Path) -> Result<Catalogue, NetworksError> {
    read(&files(folder)?)
}

/// The lists in `folder`, by name. No folder is no files.
fn files(folder: &Path) -> Result<Seen, NetworksError> {
    let failed = |source| NetworksError::File {
        path: folder.to_owned(),
        source,
    };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Seen::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut found = Seen::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        let is_list = path
            .extension()
            .is_some_and(|it| it == "tsv" || it == "txt");
        if let Ok(data) = std::fs::metadata(&path)
            && is_list
            && data.is_file()
        {
            found.push((path, data.modified().ok(), data.len()));
        }
    }
    found.sort();
    Ok(found)
}

fn read(files: &Seen) -> Result<Catalogue, NetworksError> {
    let mut texts = Vec::new();
    for (path, ..) in files {
        let text = std::fs::read_to_string(path).map_err(|source| NetworksError::File {
            path: path.clone(),
            source,
        })?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        texts.push((name.into_owned(), text));
    }
    let own = texts
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()));
    Ok(Catalogue::parse(SHIPPED.into_iter().chain(own))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operators_file_comes_into_force_and_a_broken_one_leaves_what_was() {
        let folder = std::env::temp_dir().join(format!("otklik-networks-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let networks = Networks::default();
        assert!(!networks.refresh(&folder).unwrap());
        let found = |networks: &Networks| networks.now().find("192.0.2.9".parse().unwrap());
        assert_eq!(found(&networks), None);
        let file = folder.join("own.tsv");
        let line = "192.0.2.0/24\tall\tcertain\tOur scanner\tus\t2026-11-01\n";
        std::fs::write(&file, line).unwrap();
        assert!(networks.refresh(&folder).unwrap());
        assert_eq!(found(&networks).unwrap().label, "Our scanner");
        assert!(!networks.refresh(&folder).unwrap(), "nothing changed");
        std::fs::write(&file, "192.0.2.0/24 all\n").unwrap();
        let error = networks.refresh(&folder).unwrap_err().to_string();
        assert!(error.contains("own.tsv, line 1"), "{error}");
        assert!(!networks.refresh(&folder).unwrap(), "told once");
        assert!(found(&networks).is_some(), "the old one stays");
        std::fs::remove_file(&file).unwrap();
        assert!(networks.refresh(&folder).unwrap());
        assert_eq!(found(&networks), None);
        assert_eq!(load(&folder).unwrap().version(), networks.now().version());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
