//! Named points at which a test makes the process die or misbehave. Without the `faults` feature
//! every function here is empty or a constant.
//!
//! `OTKLIK_FAULT=<point>[:<n>]` ends the process, without any clean-up, when it comes to the point
//! for the n-th time. `OTKLIK_FAULT_MUTANT=<name>` breaks one rule on purpose, so that a test can show
//! that it would notice.

/// A place between two steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// Claimed and committed; no bytes yet.
    Claimed,
    /// The bytes are stored; nothing was said to the server.
    Begun,
    /// The server said 354; the hand-over is not committed.
    Before,
    /// The hand-over is committed; no byte of the body has left.
    HandedOver,
    /// The server said 250; nothing is settled.
    Answered,
    /// The settlement is committed.
    Settled,
    /// A mail that came in is stored; what it means is not.
    Received,
    /// What a mail means and all that follows from it is written and not committed.
    Followed,
    /// It is committed.
    Understood,
    /// What late judgement found is written and not committed.
    Judged,
    /// It is committed; the clicks are held.
    Held,
    /// What fires is decided and not committed.
    Decided,
    /// It is committed.
    Fired,
    /// A copy is filed in Sent; that is not noted.
    Appended,
}

impl Point {
    /// The points of late judgement, in the order a click comes to them.
    pub const LEDGER: [Self; 4] = [Self::Judged, Self::Held, Self::Decided, Self::Fired];

    /// Every point of sending, in the order a mail comes to them.
    pub const ALL: [Self; 6] = [
        Self::Claimed,
        Self::Begun,
        Self::Before,
        Self::HandedOver,
        Self::Answered,
        Self::Settled,
    ];

    /// Its name in `OTKLIK_FAULT`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Claimed => "claimed",
            Self::Begun => "begun",
            Self::Before => "before_hand_over",
            Self::HandedOver => "handed_over",
            Self::Answered => "answered",
            Self::Settled => "settled",
            Self::Received => "received",
            Self::Followed => "followed",
            Self::Understood => "understood",
            Self::Judged => "judged",
            Self::Held => "held",
            Self::Decided => "decided",
            Self::Fired => "fired",
            Self::Appended => "appended",
        }
    }
}

/// A rule broken on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutant {
    /// Says "sent" before the body has left.
    SettleBeforeBody,
    /// Sends what was handed over again.
    RetryHandedOver,
}

impl Mutant {
    /// Its name in `OTKLIK_FAULT_MUTANT`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SettleBeforeBody => "settle_before_body",
            Self::RetryHandedOver => "retry_handed_over",
        }
    }
}

/// A mail with these bytes near its beginning breaks its reading, with the `faults` feature alone.
pub const UNREADABLE: &[u8] = b"X-Fault: unreadable";

/// Panics if a test asked for it by what `raw` holds.
///
/// # Panics
/// That is what it is for.
#[cfg(feature = "faults")]
pub fn reading(raw: &[u8]) {
    let head = &raw[..raw.len().min(1_024)];
    let is_asked = head
        .windows(UNREADABLE.len())
        .any(|some| some == UNREADABLE);
    assert!(!is_asked, "a test asked for a mail that cannot be read");
}

/// Panics never.
#[cfg(not(feature = "faults"))]
pub const fn reading(_raw: &[u8]) {}

/// Dies here if a test asked for it.
#[cfg(feature = "faults")]
pub fn at(point: Point) {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU32, Ordering};
    static ASKED: OnceLock<Option<(String, u32)>> = OnceLock::new();
    static SEEN: AtomicU32 = AtomicU32::new(0);
    let asked = ASKED.get_or_init(|| {
        let text = std::env::var("OTKLIK_FAULT").ok()?;
        Some(match text.split_once(':') {
            Some((name, n)) => (name.to_owned(), n.parse().unwrap_or(1)),
            None => (text, 1),
        })
    });
    let Some((name, n)) = asked else { return };
    if name == point.name() && SEEN.fetch_add(1, Ordering::SeqCst) + 1 == *n {
        std::process::abort();
    }
}

/// Dies nowhere.
#[cfg(not(feature = "faults"))]
pub const fn at(_point: Point) {}

/// Whether a test asked for `mutant`.
#[cfg(feature = "faults")]
pub fn is(mutant: Mutant) -> bool {
    use std::sync::OnceLock;
    static ASKED: OnceLock<Option<String>> = OnceLock::new();
    ASKED
        .get_or_init(|| std::env::var("OTKLIK_FAULT_MUTANT").ok())
        .as_deref()
        == Some(mutant.name())
}

/// Never.
#[cfg(not(feature = "faults"))]
pub const fn is(_mutant: Mutant) -> bool {
    false
}
