//! Records on their way to the next commit, in one lane a thread, so that the threads that answer
//! requests do not contend. The writer takes all lanes at once; that is a batch.

use super::IntakeError;
use super::group::{Durable, Group};
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;

/// More threads than this share lanes, which is correct and a little slower.
const LANES: usize = 16;

/// Waiting bytes over all lanes beyond which records are refused: the disk is not keeping up, and
/// memory is bounded.
const MAX_WAITING_BYTES: usize = 32 << 20;

/// Records that wait for a commit.
#[derive(Debug)]
pub(super) struct Queue {
    lanes: [Mutex<Lane>; LANES],
    waiting_bytes: AtomicUsize,
    /// Whether the writer has been told that something waits.
    told: AtomicBool,
    tell: Notify,
    closed: AtomicBool,
}

#[derive(Debug, Default)]
struct Lane {
    /// Each record with its length in front.
    bytes: Vec<u8>,
    count: usize,
    group: Option<Arc<Group>>,
}

/// What the writer commits in one go.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// Records, each with its length (4 bytes, big endian) in front.
    pub(super) bytes: Vec<u8>,
    /// How many.
    pub(super) count: usize,
    groups: Vec<Arc<Group>>,
}

impl Batch {
    /// Tells everybody who waits for this batch.
    pub(super) fn settle(self, outcome: Result<(), IntakeError>) {
        for group in self.groups {
            group.settle(outcome);
        }
    }
}

impl Queue {
    pub(super) fn new() -> Self {
        Self {
            lanes: std::array::from_fn(|_| Mutex::default()),
            waiting_bytes: AtomicUsize::new(0),
            told: AtomicBool::new(false),
            tell: Notify::new(),
            closed: AtomicBool::new(false),
        }
    }

    /// Queues `record` for the next commit.
    pub(super) fn push(&self, record: &[u8]) -> Result<Durable, IntakeError> {
        let size = record.len() + 4;
        if self.waiting_bytes.fetch_add(size, Ordering::Relaxed) + size > MAX_WAITING_BYTES {
            self.waiting_bytes.fetch_sub(size, Ordering::Relaxed);
            return Err(IntakeError::Overloaded);
        }
        let durable = {
            let mut lane = self.lane(lane_of_this_thread());
            // Asked under the lane's lock: the writer looks at this flag before it takes the
            // lanes for the last time, so no record is left behind.
            if self.is_closed() {
                self.waiting_bytes.fetch_sub(size, Ordering::Relaxed);
                return Err(IntakeError::Closed);
            }
            lane.push(record)
        };
        if !self.told.swap(true, Ordering::AcqRel) {
            self.tell.notify_one();
        }
        Ok(durable)
    }

    fn lane(&self, index: usize) -> std::sync::MutexGuard<'_, Lane> {
        self.lanes[index]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes all that waits; empty when nothing does.
    pub(super) fn take(&self) -> Batch {
        self.told.store(false, Ordering::Release);
        let mut batch = Batch::default();
        for index in 0..LANES {
            let lane = std::mem::take(&mut *self.lane(index));
            if let Some(group) = lane.group {
                batch.bytes.extend_from_slice(&lane.bytes);
                batch.count += lane.count;
                batch.groups.push(group);
            }
        }
        self.waiting_bytes
            .fetch_sub(batch.bytes.len(), Ordering::Relaxed);
        batch
    }

    /// Waits until something was queued or [`Self::nudge`] called since the last [`Self::take`].
    pub(super) async fn told(&self) {
        self.tell.notified().await;
    }

    /// Wakes the writer for something else than a record.
    pub(super) fn nudge(&self) {
        self.tell.notify_one();
    }

    /// Refuses records from now on; what waits is still taken.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.nudge();
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }
}

impl Lane {
    fn push(&mut self, record: &[u8]) -> Durable {
        let length = u32::try_from(record.len()).expect("a record is far below 4 GiB");
        self.bytes.extend_from_slice(&length.to_be_bytes());
        self.bytes.extend_from_slice(record);
        let place = self.count;
        self.count += 1;
        let group = self.group.get_or_insert_default();
        Durable::new(group.clone(), place)
    }
}

/// The lane of the calling thread: threads take turns as they first ask.
fn lane_of_this_thread() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static LANE: Cell<Option<usize>> = const { Cell::new(None) };
    }
    LANE.with(|lane| {
        let index = lane
            .get()
            .unwrap_or_else(|| NEXT.fetch_add(1, Ordering::Relaxed) % LANES);
        lane.set(Some(index));
        index
    })
}

/// Splits what [`Batch::bytes`] holds into records; `None` when it is not that.
pub(super) fn split(mut bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut records = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (record, rest) = rest.split_at_checked(length)?;
        records.push(record.to_vec());
        bytes = rest;
    }
    Some(records)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_holds_what_was_pushed_and_splits_into_it() {
        let queue = Queue::new();
        let waiting: Vec<_> = [b"one".as_slice(), b"", b"three"]
            .map(|record| queue.push(record).unwrap())
            .into();
        let batch = queue.take();
        assert_eq!(batch.count, 3);
        let records = split(&batch.bytes).unwrap();
        assert_eq!(records, [b"one".to_vec(), b"".to_vec(), b"three".to_vec()]);
        assert_eq!(queue.take().count, 0);
        drop(waiting);
    }

    #[test]
    fn bytes_that_are_no_batch_are_refused() {
        assert_eq!(split(&[0, 0, 0]), None);
        assert_eq!(split(&[0, 0, 0, 2, 1]), None);
        assert_eq!(split(&[]), Some(Vec::new()));
    }

    #[tokio::test]
    async fn memory_is_bounded_and_a_closed_queue_refuses() {
        let queue = Queue::new();
        let megabyte = vec![0_u8; 1 << 20];
        let waiting: Vec<_> = (0..31).map(|_| queue.push(&megabyte).unwrap()).collect();
        assert_eq!(queue.push(&megabyte).unwrap_err(), IntakeError::Overloaded);
        queue.take().settle(Ok(()));
        for durable in waiting {
            assert_eq!(durable.await, Ok(()));
        }
        queue.close();
        assert_eq!(queue.push(b"late").unwrap_err(), IntakeError::Closed);
    }
}
