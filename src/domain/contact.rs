//! A person outside, and what they allow us to record.

use super::clock::Millis;
use serde::{Deserialize, Serialize};

/// A contact's own word on one kind of tracking; unset means the organisation's preset decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TrackingChoice {
    /// Whether opens may be recorded.
    pub opens: Option<bool>,
    /// Whether clicks may be recorded.
    pub clicks: Option<bool>,
}

/// Where a consent came from, kept as proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// When it was given or withdrawn.
    pub at: Millis,
    /// Where: a form, a call, a contract.
    pub source: String,
    /// The words agreed to.
    pub wording: String,
}

/// The organisation's preset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PrivacyPreset {
    /// Opens and clicks are recorded unless somebody objects.
    #[default]
    On,
    /// Nothing is recorded without consent.
    Consent,
    /// Clicks as in `on`; of opens only the date of the last one is kept.
    Hygiene,
    /// Nothing is recorded.
    Off,
}

/// What may be recorded for one delivery: the strictest of organisation, contact and message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tracking {
    /// How opens are recorded.
    pub opens: OpenTracking,
    /// Whether clicks are recorded.
    pub clicks: bool,
}

/// How opens are recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenTracking {
    /// Each one, as an event.
    Events,
    /// Only the day of the last one, on the contact.
    LastDay,
    /// Not at all: no pixel in the bytes.
    Off,
}

impl Tracking {
    /// The strictest of the organisation's preset, the contact's choice and the message's own
    /// switches.
    pub fn resolve(
        preset: PrivacyPreset,
        contact: TrackingChoice,
        message: TrackingChoice,
    ) -> Self {
        let message_allows = |own: Option<bool>| own != Some(false);
        let contact_allows = |own: Option<bool>| match preset {
            PrivacyPreset::Off => false,
            PrivacyPreset::Consent => own == Some(true),
            PrivacyPreset::On | PrivacyPreset::Hygiene => own != Some(false),
        };
        let opens = message_allows(message.opens) && contact_allows(contact.opens);
        Self {
            opens: match (opens, preset) {
                (false, _) => OpenTracking::Off,
                (true, PrivacyPreset::Hygiene) => OpenTracking::LastDay,
                (true, _) => OpenTracking::Events,
            },
            clicks: message_allows(message.clicks) && contact_allows(contact.clicks),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNSET: TrackingChoice = TrackingChoice {
        opens: None,
        clicks: None,
    };
    const YES: TrackingChoice = TrackingChoice {
        opens: Some(true),
        clicks: Some(true),
    };
    const NO: TrackingChoice = TrackingChoice {
        opens: Some(false),
        clicks: Some(false),
    };

    #[test]
    fn the_strictest_of_three_wins() {
        let on = Tracking::resolve(PrivacyPreset::On, UNSET, UNSET);
        assert_eq!(
            on,
            Tracking {
                opens: OpenTracking::Events,
                clicks: true
            }
        );
        let off = Tracking {
            opens: OpenTracking::Off,
            clicks: false,
        };
        assert_eq!(Tracking::resolve(PrivacyPreset::On, NO, UNSET), off);
        assert_eq!(Tracking::resolve(PrivacyPreset::On, YES, NO), off);
        assert_eq!(Tracking::resolve(PrivacyPreset::Consent, UNSET, YES), off);
        assert_eq!(Tracking::resolve(PrivacyPreset::Consent, YES, UNSET), on);
        assert_eq!(Tracking::resolve(PrivacyPreset::Off, YES, YES), off);
        assert_eq!(
            Tracking::resolve(PrivacyPreset::Hygiene, UNSET, UNSET),
            Tracking {
                opens: OpenTracking::LastDay,
                clicks: true
            }
        );
    }
}
