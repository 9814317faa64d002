//! The identity of a mail: the same for every copy of it, by whatever way it came.

use super::mime::Tree;
use sha2::{Digest as _, Sha256};

/// Hashes what an author made and no server on the way touches: Message-ID, Date, From, Subject
/// and the decoded leaves. Line ends and blank lines at an end do not count, since gateways change
/// them.
pub(super) fn identity(tree: &Tree<'_>) -> [u8; 32] {
    let mut hash = Sha256::new();
    for name in ["Message-ID", "Date", "From", "Subject"] {
        hash.update(name);
        for word in tree
            .root()
            .fields
            .raw(name)
            .unwrap_or_default()
            .split(u8::is_ascii_whitespace)
        {
            if !word.is_empty() {
                hash.update(word);
                hash.update(b" ");
            }
        }
        hash.update(b"\n");
    }
    for part in tree.parts.iter().filter(|part| !part.holds_parts) {
        let bytes = part.decoded();
        for line in bytes.trim_ascii_end().split(|byte| *byte == b'\n') {
            hash.update(line.strip_suffix(b"\r").unwrap_or(line));
            hash.update(b"\n");
        }
        hash.update(b"\0");
    }
    hash.finalize().into()
}
