//! The rules, one small function each, and the table that orders them: ourselves, headers that give
//! a machine away, mail proxies, those who declare themselves, networks, what happened around,
//! coherence, and last what speaks for a person. Pure.

mod coherence;
mod headers;
mod network;
mod ours;
mod person;
mod proxies;
mod timing;

pub(super) use coherence::attested;

use super::around::Around;
use super::decide::Finding;
use super::fanout::Fanout;
use super::group::MailContext;
use crate::domain::clock::Millis;
use crate::domain::hit::{HitFacts, HitKind, Listed, Scope};
use crate::domain::verdict::Rule;

/// One hit with all that rules may ask about.
pub(super) struct Case<'a> {
    pub(super) kind: HitKind,
    pub(super) facts: &'a HitFacts,
    /// When it happened; not known when a hit is judged by itself.
    pub(super) at: Option<Millis>,
    pub(super) mail: &'a MailContext,
    pub(super) around: Around,
    pub(super) fanout: Fanout,
}

impl<'a> Case<'a> {
    /// Whether it is a hit on a link.
    fn click(&self) -> bool {
        self.kind == HitKind::Click
    }

    /// Whether it is a hit on the pixel.
    fn open(&self) -> bool {
        self.kind == HitKind::Open
    }

    /// What the catalogue said, when that was of `scope`.
    fn listed(&self, scope: Scope) -> Option<&'a Listed> {
        self.facts
            .listed
            .as_ref()
            .filter(|listed| listed.scope == scope)
    }

    /// Milliseconds from the hand-over to the hit, negative when it came before.
    fn after_hand_over(&self) -> Option<i64> {
        Some(self.at?.since(self.mail.handed_over?))
    }
}

/// A rule: `None` when it has nothing to say.
pub(super) type Test = fn(&Case<'_>) -> Option<Finding>;

/// Every rule in the order they are asked. H-ACTION comes after them, over all hits together.
pub(super) const TABLE: [(Rule, Test); 21] = [
    (Rule::SelfNet, ours::same_browser),
    (Rule::SelfThread, ours::quoted_before),
    (Rule::PfHeader, headers::fetched_ahead),
    (Rule::MHead, headers::no_body_wanted),
    (Rule::OMpp, proxies::apple),
    (Rule::OGprefetch, proxies::gmail_ahead),
    (Rule::OGproxy, proxies::gmail),
    (Rule::OYproxy, proxies::yahoo),
    (Rule::OMsnet, proxies::microsoft),
    (Rule::OProxy, proxies::other),
    (Rule::BDeclared, network::declared),
    (Rule::BEmpty, network::silent),
    (Rule::NListed, network::listed),
    (Rule::NClicknet, network::listed_for_clicks),
    (Rule::GBurst, timing::burst),
    (Rule::GFanout, timing::fan_out),
    (Rule::TFast, timing::too_fast),
    (Rule::CStale, coherence::stale),
    (Rule::CHeaders, coherence::missing_headers),
    (Rule::Twin, coherence::twin),
    (Rule::HNav, person::navigation),
];

#[cfg(test)]
pub(super) mod tests;
