//! A folder of its own, removed when the test ends.

use otklik::domain::clock::random_bytes;
use std::path::PathBuf;
use uuid::Uuid;

pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Self {
        let name = Uuid::from_bytes(random_bytes());
        let path = std::env::temp_dir().join(format!("otklik-track-{name}"));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}
