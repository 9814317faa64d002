//! Honest opens: what can be said of whether a recipient opened a mail, and the open rate over
//! those of whom it can be said. Pure; by the verdicts as they are now.

use crate::domain::event::EventKind;
use crate::domain::verdict::{Rule, Verdict};

/// The best that is known of one recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Opening {
    /// Fetched by machines alone, which says nothing of the recipient.
    Machine,
    /// Fetched by Apple's proxy, or by who knows whom: opened or not, nobody can tell.
    Unclear,
    /// Viewed through a mail provider's proxy: the time is right, the place is not known.
    Proxied,
    /// A person opened it, followed a link or replied.
    Confirmed,
}

impl Opening {
    /// The word used in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Machine => "machine",
            Self::Unclear => "unclear",
            Self::Proxied => "proxied",
            Self::Confirmed => "confirmed",
        }
    }

    /// What one event says, given the verdict and the rule a hit stands under; `None` when it says
    /// nothing of an open.
    pub const fn of(kind: EventKind, judged: Option<(Verdict, Rule)>) -> Option<Self> {
        match (kind, judged) {
            (EventKind::Replied, _) => Some(Self::Confirmed),
            (EventKind::Opened | EventKind::Clicked, Some((verdict, _)))
                if verdict.counts_as_human() =>
            {
                Some(Self::Confirmed)
            }
            (EventKind::Opened, Some((verdict, rule))) => match verdict {
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
    /// Of them: a person opened it.
    pub confirmed: i64,
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
        self.delivered += 1;
        match best {
            Some(Opening::Confirmed) => self.confirmed += 1,
            Some(Opening::Proxied) => self.proxied += 1,
            Some(Opening::Unclear) => self.unclear += 1,
            Some(Opening::Machine) => self.machine += 1,
            None => {}
        }
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
        assert_eq!(click(Verdict::LikelyHuman), Some(Opening::Confirmed));
        assert_eq!(click(Verdict::Scanner), None);
        let reply = Opening::of(EventKind::Replied, None);
        assert_eq!(reply, Some(Opening::Confirmed));
        assert_eq!(Opening::of(EventKind::Sent, None), None);
    }

    #[test]
    fn the_rate_leaves_out_whom_nobody_can_measure() {
        let mut opens = Opens::default();
        let best = [
            Some(Opening::Confirmed),
            Some(Opening::Proxied),
            Some(Opening::Unclear),
            Some(Opening::Machine),
            None,
        ];
        for best in best {
            opens.add(best);
        }
        let counted = (opens.opened(), opens.measurable(), opens.delivered);
        assert_eq!(counted, (2, 4, 5));
        // The best sign counts.
        assert!(Opening::Confirmed > Opening::Unclear && Opening::Unclear > Opening::Machine);
    }
}
