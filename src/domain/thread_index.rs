//! Outlook's `Thread-Index` (MS-OXOMSG, 2.2.1.3): 22 bytes that name a thread, its time and a GUID,
//! then five for each answer. Outlook adds to what it answers and keeps the 22, also where nothing
//! else of a thread survives.
//!
//! Ours is a function of the mail that began the thread: its id is the GUID, and the time is the
//! one inside that id (UUIDv7). So one that comes back tells by itself whether it is ours.

use super::clock::Millis;
use uuid::Uuid;

/// Bytes that are the same in the whole thread.
pub const HEAD_BYTES: usize = 22;
/// From 1601, where Windows begins to count, to 1970.
const EPOCHS_APART_MS: u64 = 11_644_473_600_000;
/// Windows counts in 100 ns.
const TICKS_A_MS: u64 = 10_000;

/// The 22 bytes of the thread that the mail with the id `root` began; `None` when that is no
/// `UUIDv7` and so no id of ours.
pub fn head(root: Uuid) -> Option<[u8; HEAD_BYTES]> {
    let mut head = [0; HEAD_BYTES];
    head[..6].copy_from_slice(&ticks(made_at(root)?).to_be_bytes()[..6]);
    head[6..].copy_from_slice(root.as_bytes());
    Some(head)
}

/// The id of the mail that began the thread, if `head` is one that we make.
pub fn root(head: &[u8; HEAD_BYTES]) -> Option<Uuid> {
    let (_, id) = head.split_last_chunk::<16>()?;
    let id = Uuid::from_bytes(*id);
    (self::head(id)? == *head).then_some(id)
}

/// The whole value for the mail with the id `id` that leaves at `at`, in the thread begun by
/// `root`: the head alone when that is this mail, else with one block for the answer.
pub fn value(root: Uuid, id: Uuid, at: Millis) -> Option<Vec<u8>> {
    let mut value = head(root)?.to_vec();
    if root != id {
        value.extend(block(made_at(root)?, at, id));
    }
    Some(value)
}

/// The time since the thread began in 31 bits, coarser after 1.7 years, under a bit that says
/// which; then four bits that tell apart answers of one moment, and four that stay 0.
fn block(began: Millis, at: Millis, id: Uuid) -> [u8; 5] {
    // The head holds the time without its last 16 bits.
    let since = ticks(at).saturating_sub(ticks(began) >> 16 << 16);
    let coarse = since >> 49 != 0;
    let time = since >> if coarse { 23 } else { 18 };
    let bits = u32::try_from(time & 0x7fff_ffff).unwrap_or_default() | u32::from(coarse) << 31;
    let [a, b, c, d] = bits.to_be_bytes();
    [a, b, c, d, id.as_bytes()[15] & 0xf0]
}

fn made_at(id: Uuid) -> Option<Millis> {
    // RFC 9562, 5.7: the first 48 bits are milliseconds.
    let ms = i64::try_from(id.as_u128() >> 80).ok()?;
    (id.get_version_num() == 7).then_some(Millis(ms))
}

fn ticks(at: Millis) -> u64 {
    let ms = at.0.max(0).unsigned_abs();
    ms.saturating_add(EPOCHS_APART_MS)
        .saturating_mul(TICKS_A_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-05-04T08:00:00Z.
    const MADE: Millis = Millis(1_777_881_600_000);

    fn id(last: u8) -> Uuid {
        let random = [last; 10];
        let made = MADE.0.unsigned_abs();
        uuid::Builder::from_unix_timestamp_millis(made, &random).into_uuid()
    }

    #[test]
    fn it_is_laid_out_as_outlook_lays_it_out() {
        let value = value(id(1), id(1), MADE).unwrap();
        assert_eq!(value.len(), HEAD_BYTES);
        // 134,223,552,000,000,000 ticks of 100 ns since 1601, the first six of eight bytes.
        let ticks: u64 = (11_644_473_600 + 1_777_881_600) * 10_000_000;
        assert_eq!(value[..6], ticks.to_be_bytes()[..6]);
        assert_eq!(value[0], 1, "the reserved byte");
        assert_eq!(&value[6..], id(1).as_bytes());
    }

    #[test]
    fn an_answer_adds_five_bytes_with_the_time_since_the_thread_began() {
        let minute = Millis(MADE.0 + 60_000);
        let whole = value(id(1), id(0x25), minute).unwrap();
        assert_eq!(whole[..HEAD_BYTES], head(id(1)).unwrap());
        let block = &whole[HEAD_BYTES..];
        let bits = u32::from_be_bytes(block[..4].try_into().unwrap());
        // 600,000,000 ticks are 2,288.8 units of 2^18; the head's cut time makes it a unit more
        // at most.
        assert!((2_288..=2_289).contains(&bits), "{bits}");
        assert_eq!(block[4], 0x20);
        let late = Millis(MADE.0 + 2 * 365 * 86_400_000);
        let late = value(id(1), id(2), late).unwrap();
        assert_eq!(late[HEAD_BYTES] >> 7, 1, "coarser after 1.7 years");
    }

    #[test]
    fn what_comes_back_is_ours_to_the_bit_or_not_at_all() {
        let ours = head(id(1)).unwrap();
        assert_eq!(root(&ours), Some(id(1)));
        for at in 0..HEAD_BYTES {
            let mut other = ours;
            other[at] ^= 1;
            assert_ne!(root(&other), Some(id(1)), "byte {at}");
        }
        let mut other_time = ours;
        other_time[5] ^= 1;
        assert_eq!(root(&other_time), None);
        assert_eq!(head(Uuid::from_bytes([9; 16])), None);
        assert_eq!(root(&[0; HEAD_BYTES]), None);
    }
}
