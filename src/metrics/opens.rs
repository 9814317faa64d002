//! Honest opens: what can be said of whether a recipient opened a mail, and the open rate over
//! those of whom it can be said. Pure; by the verdicts as they are now.

use super::delivery::DeliveryFacts;
use super::hits::Class;
use super::tally::{Change, Count, Metric, Place, Side};
use crate::domain::clock::DAY_MS;
use crate::domain::event::EventKind;
use crate::domain::verdict::{Rule, Verdict};

/// Days within which an open counts, as a click does.
pub const HORIZON_DAYS: i32 = super::click_through::HORIZON_DAYS;

/// The best that is known of one recipient. Its number is what the metric store keeps; 0 stands
/// for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Opening {
    /// Fetched by machines alone, which says nothing of the recipient.
    Machine = 1,
    /// Fetched by Apple's proxy, or by who knows whom: opened or not, nobody can tell.
    Unclear,
    /// Viewed through a mail provider's proxy: the time is right, the place is not known.
    Proxied,
    /// A person followed a link or replied, so somebody opened it, whatever the pixel saw.
    Proved,
    /// A person's own program fetched the pixel.
    Confirmed,
}

impl Opening {
    /// All of them, the least that can be known first.
    pub const ALL: [Self; 5] = [
        Self::Machine,
        Self::Unclear,
        Self::Proxied,
        Self::Proved,
        Self::Confirmed,
    ];

    /// How many numbers the metric store may hold, with 0 for nothing.
    pub const CODES: usize = Self::ALL.len() + 1;

    /// The opening stored as `code`; `None` for 0 and anything unknown.
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|one| *one as i16 == code)
    }

    /// The word used in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Machine => "machine",
            Self::Unclear => "unclear",
            Self::Proxied => "proxied",
            Self::Proved => "proved",
            Self::Confirmed => "confirmed",
        }
    }

    /// What one event says, given the verdict and the rule a hit stands under; `None` when it says
    /// nothing of an open.
    pub const fn of(kind: EventKind, judged: Option<(Verdict, Rule)>) -> Option<Self> {
        match (kind, judged) {
            (EventKind::Replied, _) => Some(Self::Proved),
            (EventKind::Clicked, Some((verdict, _))) if verdict.counts_as_human() => {
                Some(Self::Proved)
            }
            (EventKind::Opened, Some((verdict, rule))) => match verdict {
                Verdict::Human | Verdict::LikelyHuman => Some(Self::Confirmed),
                Verdict::Proxy => Some(Self::Proxied),
                Verdict::Unknown => Some(Self::Unclear),
                Verdict::Prefetch if matches!(rule, Rule::OMpp) => Some(Self::Unclear),
                Verdict::Own => None,
                _ => Some(Self::Machine),
            },
            _ => None,
        }
    }
}

/// The opens of several recipients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Opens {
    /// Recipients who got the mail with a pixel in it.
    pub delivered: i64,
    /// Of them: a person opened it, followed a link or replied.
    pub confirmed: i64,
    /// Of the confirmed: by a click or a reply alone, whatever the pixel saw.
    pub proved: i64,
    /// Viewed through a provider's proxy.
    pub proxied: i64,
    /// Apple's proxy or an unknown fetch is the only sign.
    pub unclear: i64,
    /// Machines alone.
    pub machine: i64,
}

impl Opens {
    /// Counts one recipient, with the best that is known of them.
    pub const fn add(&mut self, best: Option<Opening>) {
        self.add_many(best, 1);
    }

    /// Counts `n` recipients of whom the same is known.
    pub const fn add_many(&mut self, best: Option<Opening>, n: i64) {
        self.delivered += n;
        match best {
            Some(Opening::Confirmed) => self.confirmed += n,
            Some(Opening::Proved) => {
                self.confirmed += n;
                self.proved += n;
            }
            Some(Opening::Proxied) => self.proxied += n,
            Some(Opening::Unclear) => self.unclear += n,
            Some(Opening::Machine) => self.machine += n,
            None => {}
        }
    }

    /// Whether more was taken away than was ever added.
    pub fn is_off(self) -> bool {
        let kinds = [self.confirmed, self.proved, self.proxied, self.unclear];
        self.delivered < 0 || self.machine < 0 || kinds.iter().any(|n| *n < 0)
    }

    /// The open rate; `None` when nobody can be measured.
    pub fn rate(self) -> Option<f64> {
        let measurable = self.measurable();
        (measurable > 0).then(|| self.opened() as f64 / measurable as f64)
    }

    /// The share of recipients who can be measured; `None` when nobody got the mail.
    pub fn coverage(self) -> Option<f64> {
        let delivered = self.delivered;
        (delivered > 0).then(|| self.measurable() as f64 / delivered as f64)
    }

    /// Who surely opened it.
    pub const fn opened(self) -> i64 {
        self.confirmed + self.proxied
    }

    /// Of whom it can be said whether they opened it: the denominator of the open rate. What is
    /// missing from `delivered` is not covered.
    pub const fn measurable(self) -> i64 {
        self.delivered - self.unclear
    }
}

/// Notes that a delivery's facts went from `old` to `new`.
pub fn note(change: &mut Change, old: &DeliveryFacts, new: &DeliveryFacts) {
    let told = |facts: &DeliveryFacts| (place(facts), count(facts));
    let (before, after) = (told(old), told(new));
    if before == after {
        return;
    }
    for (told, times) in [(before, -1), (after, 1)] {
        if let (Some(place), Some(count)) = told {
            change.count(&place, &[count], times);
        }
    }
}

/// The dimensions of the whole mail; an open says nothing of one link.
fn place(facts: &DeliveryFacts) -> Option<Place> {
    let frozen = facts.frozen.as_ref()?;
    let template = frozen.template.map(|no| (Side::Template, no.0));
    let sides = [
        (Side::Purpose, i64::from(frozen.purpose.code())),
        (Side::Gateway, i64::from(frozen.gateway)),
    ];
    Some(Place {
        day: frozen.day,
        rep: Some(frozen.rep.0),
        sides: sides.into_iter().chain(template).collect(),
        shift: 0,
    })
}

/// What is known of a delivery that arrived with a pixel in it; `None` for any other.
fn count(facts: &DeliveryFacts) -> Option<Count> {
    let frozen = facts.frozen.as_ref().filter(|it| it.tracks_opens)?;
    if facts.sent.is_none() || facts.bounced.is_some() {
        return None;
    }
    let end = frozen.handed_over.plus(i64::from(HORIZON_DAYS) * DAY_MS);
    let clicked = facts.first_click(Class::Human);
    let is_proved = [clicked, facts.replied]
        .into_iter()
        .flatten()
        .any(|at| at < end);
    let best = facts
        .pixel
        .best(end)
        .max(is_proved.then_some(Opening::Proved));
    Some((Metric::Opening, best.map_or(0, |opening| opening as i16)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn open(verdict: Verdict, rule: Rule) -> Option<Opening> {
        Opening::of(EventKind::Opened, Some((verdict, rule)))
    }

    #[test]
    fn only_a_person_confirms_an_open() {
        use Opening::{Confirmed, Machine, Proxied, Unclear};
        assert_eq!(open(Verdict::Human, Rule::HNav), Some(Confirmed));
        assert_eq!(open(Verdict::Proxy, Rule::OGproxy), Some(Proxied));
        assert_eq!(open(Verdict::Prefetch, Rule::OMpp), Some(Unclear));
        assert_eq!(open(Verdict::Unknown, Rule::OMsnet), Some(Unclear));
        assert_eq!(open(Verdict::Prefetch, Rule::OGprefetch), Some(Machine));
        assert_eq!(open(Verdict::Scanner, Rule::MHead), Some(Machine));
        assert_eq!(open(Verdict::Own, Rule::SelfNet), None);
    }

    #[test]
    fn a_persons_click_and_a_reply_prove_an_open_and_a_machines_click_says_nothing() {
        let click = |verdict| Opening::of(EventKind::Clicked, Some((verdict, Rule::HNav)));
        assert_eq!(click(Verdict::LikelyHuman), Some(Opening::Proved));
        assert_eq!(click(Verdict::Scanner), None);
        let reply = Opening::of(EventKind::Replied, None);
        assert_eq!(reply, Some(Opening::Proved));
        assert_eq!(Opening::of(EventKind::Sent, None), None);
    }

    #[test]
    fn the_rate_leaves_out_whom_nobody_can_measure() {
        let mut opens = Opens::default();
        let best = [
            Some(Opening::Confirmed),
            Some(Opening::Proved),
            Some(Opening::Proxied),
            Some(Opening::Unclear),
            Some(Opening::Machine),
            None,
        ];
        for best in best {
            opens.add(best);
            let code = best.map_or(0, |opening| opening as i16);
            assert_eq!(Opening::from_code(code), best);
        }
        let counted = (opens.opened(), opens.measurable(), opens.delivered);
        assert_eq!(counted, (3, 5, 6));
        assert_eq!((opens.confirmed, opens.proved), (2, 1));
        assert_eq!(opens.rate(), Some(0.6));
        // The best sign counts.
        assert!(Opening::Confirmed > Opening::Unclear && Opening::Unclear > Opening::Machine);
    }
}
