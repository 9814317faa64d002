//! Caps and gaps: when a mailbox may send its next mail, and to which domain. One [`Pace`] belongs
//! to one mailbox lane, so what it counts holds for the mailbox across all nodes; a lane that is
//! taken over fills a fresh one from the attempts of the last day, oldest first.

use crate::domain::clock::{DAY_MS, HOUR_MS, MINUTE_MS, Millis};
use crate::domain::mailbox::Profile;
use std::collections::{HashMap, VecDeque};

/// A window is kept in this many slots; a mail leaves it up to one slot late, never early.
const SLOTS: i64 = 24;
/// Domains remembered before the idle ones are dropped.
const DOMAINS_KEPT: usize = 1_024;

/// What a mailbox may send. `None` and 0 mean no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PaceLimits {
    /// Least time between two mails of the mailbox, in milliseconds.
    pub gap_ms: i64,
    /// Mails in any minute.
    pub per_minute: Option<u32>,
    /// Mails in any 24 hours.
    pub per_day: Option<u32>,
    /// Least time between two mails to one domain, in milliseconds.
    pub domain_gap_ms: i64,
    /// Mails to one domain in any hour.
    pub domain_per_hour: Option<u32>,
}

impl PaceLimits {
    /// What a provider allows unless the mailbox says otherwise. Exchange Online takes 30 messages
    /// a minute from a mailbox ("Exchange Online limits", message rate limit).
    pub const fn of_profile(profile: Profile) -> Self {
        Self {
            gap_ms: 0,
            per_minute: match profile {
                Profile::Microsoft => Some(30),
                Profile::Google | Profile::Ses | Profile::Generic => None,
            },
            per_day: profile.daily_cap(),
            domain_gap_ms: 0,
            domain_per_hour: None,
        }
    }
}

/// What a mailbox has sent lately.
#[derive(Debug, Clone)]
pub struct Pace {
    limits: PaceLimits,
    minute: Window,
    day: Window,
    last: Option<Millis>,
    domains: HashMap<String, DomainPace>,
}

#[derive(Debug, Clone)]
struct DomainPace {
    last: Millis,
    hour: Window,
}

impl Pace {
    /// A mailbox that has sent nothing.
    pub fn new(limits: PaceLimits) -> Self {
        Self {
            limits,
            minute: Window::new(MINUTE_MS),
            day: Window::new(DAY_MS),
            last: None,
            domains: HashMap::new(),
        }
    }

    /// The earliest time, `now` or later, at which a mail to `domain` may begin.
    pub fn next_at(&self, domain: &str, now: Millis) -> Millis {
        let limits = &self.limits;
        let mut at = self
            .mailbox_next_at(now)
            .max(self.minute.free_at(limits.per_minute, now))
            .max(self.day.free_at(limits.per_day, now));
        if let Some(domain) = self.domains.get(domain) {
            at = at
                .max(domain.last.plus(limits.domain_gap_ms))
                .max(domain.hour.free_at(limits.domain_per_hour, now));
        }
        at
    }

    /// Whether it is the domain's limits, and not the mailbox's own, that a mail to `domain` waits
    /// for the longest.
    pub fn waits_for_domain(&self, domain: &str, now: Millis) -> bool {
        // No other domain has a pace under the empty name.
        self.next_at(domain, now) > self.next_at("", now)
    }

    fn mailbox_next_at(&self, now: Millis) -> Millis {
        self.last
            .map_or(now, |last| now.max(last.plus(self.limits.gap_ms)))
    }

    /// A mail to `domain` began at `at`. Count it when it starts and not when it ends, so that
    /// several connections of a lane share one pace.
    pub fn record(&mut self, domain: &str, at: Millis) {
        self.last = self.last.max(Some(at));
        self.minute.record(at);
        self.day.record(at);
        if self.limits.domain_gap_ms == 0 && self.limits.domain_per_hour.is_none() {
            return;
        }
        if self.domains.len() >= DOMAINS_KEPT {
            self.domains
                .retain(|_, domain| at.since(domain.last) < HOUR_MS * (SLOTS + 1) / SLOTS);
        }
        let domain = self.domains.entry(domain.to_owned()).or_insert(DomainPace {
            last: at,
            hour: Window::new(HOUR_MS),
        });
        domain.last = domain.last.max(at);
        domain.hour.record(at);
    }
}

/// Mails in a sliding span of time, counted in slots.
#[derive(Debug, Clone)]
struct Window {
    span_ms: i64,
    /// Start of each slot that holds something, ascending, with its count.
    slots: VecDeque<(i64, u32)>,
}

impl Window {
    const fn new(span_ms: i64) -> Self {
        Self {
            span_ms,
            slots: VecDeque::new(),
        }
    }

    const fn slot_ms(&self) -> i64 {
        self.span_ms / SLOTS
    }

    fn record(&mut self, at: Millis) {
        let start = at.0 - at.0.rem_euclid(self.slot_ms());
        match self.slots.back_mut() {
            // A clock that stepped back counts into the newest slot: late, never early.
            Some((newest, count)) if *newest >= start => *count += 1,
            _ => self.slots.push_back((start, 1)),
        }
        while let Some(&(oldest, _)) = self.slots.front()
            && self.leaves_at(oldest) <= at.0
        {
            self.slots.pop_front();
        }
    }

    /// When everything of the slot that begins at `start` is out of the window.
    const fn leaves_at(&self, start: i64) -> i64 {
        start + self.slot_ms() + self.span_ms
    }

    /// The earliest time, `now` or later, at which fewer than `cap` mails are in the window. A cap
    /// of 0 never frees; it is read as one span from now, so that a changed cap is seen.
    fn free_at(&self, cap: Option<u32>, now: Millis) -> Millis {
        let Some(cap) = cap else { return now };
        if cap == 0 {
            return now.plus(self.span_ms);
        }
        let live = self
            .slots
            .iter()
            .filter(|slot| self.leaves_at(slot.0) > now.0);
        let mut count: u64 = live.clone().map(|slot| u64::from(slot.1)).sum();
        let mut at = now;
        for &(start, mails) in live {
            if count < u64::from(cap) {
                break;
            }
            count -= u64::from(mails);
            at = Millis(self.leaves_at(start));
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends as fast as allowed and returns when each mail went.
    fn run(limits: PaceLimits, domains: &[&str], mails: usize) -> Vec<i64> {
        let mut pace = Pace::new(limits);
        let mut now = Millis(0);
        (0..mails)
            .map(|n| {
                let domain = domains[n % domains.len()];
                now = pace.next_at(domain, now);
                pace.record(domain, now);
                now.0
            })
            .collect()
    }

    #[test]
    fn without_limits_everything_goes_at_once() {
        assert_eq!(run(PaceLimits::default(), &["a.example"], 3), [0, 0, 0]);
    }

    #[test]
    fn gaps_hold_for_the_mailbox_and_longer_ones_for_a_domain() {
        let limits = PaceLimits {
            gap_ms: 1_000,
            domain_gap_ms: 5_000,
            ..PaceLimits::default()
        };
        let times = run(limits, &["a.example", "b.example"], 4);
        assert_eq!(times, [0, 1_000, 5_000, 6_000]);
    }

    #[test]
    fn no_span_ever_holds_more_than_its_cap() {
        let limits = PaceLimits {
            per_minute: Some(30),
            per_day: Some(100),
            domain_per_hour: Some(40),
            ..PaceLimits::default()
        };
        let times = run(limits, &["a.example"], 250);
        for (span, cap) in [(MINUTE_MS, 30), (HOUR_MS, 40), (DAY_MS, 100)] {
            for (n, from) in times.iter().enumerate() {
                let inside = times[n..].iter().take_while(|at| **at - from < span);
                assert!(inside.count() <= cap, "{span}");
            }
        }
        assert!(*times.last().unwrap() <= 2 * (DAY_MS + DAY_MS / SLOTS) + 2 * HOUR_MS);
    }

    #[test]
    fn a_cap_of_zero_stops_the_mailbox() {
        let limits = PaceLimits {
            per_day: Some(0),
            ..PaceLimits::default()
        };
        let now = Millis(5);
        assert_eq!(
            Pace::new(limits).next_at("a.example", now),
            now.plus(DAY_MS)
        );
    }
}
