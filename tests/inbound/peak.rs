//! The peak of a process's resident memory between two moments (Linux: `clear_refs`, `VmHWM`).

use std::path::PathBuf;

/// Watches one process.
pub struct Peak {
    folder: PathBuf,
    before: usize,
}

impl Peak {
    /// From now on, of the process `id`; `None` is this one.
    pub fn of(id: Option<u32>) -> Self {
        let name = id.map_or_else(|| "self".to_owned(), |id| id.to_string());
        let folder = PathBuf::from("/proc").join(name);
        std::fs::write(folder.join("clear_refs"), "5").expect("the peak can be forgotten");
        let mut peak = Self { folder, before: 0 };
        peak.before = peak.bytes("VmRSS:");
        peak
    }

    /// By how many bytes the peak since then was above what it held then.
    pub fn grown(&self) -> usize {
        self.bytes("VmHWM:").saturating_sub(self.before)
    }

    fn bytes(&self, name: &str) -> usize {
        let text = std::fs::read_to_string(self.folder.join("status")).expect("it is alive");
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        let kibibytes = line.and_then(|rest| rest.trim().strip_suffix("kB"));
        let kibibytes: usize = kibibytes
            .and_then(|number| number.trim().parse().ok())
            .expect("a number of kB");
        kibibytes * 1_024
    }
}
