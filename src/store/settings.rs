//! Settings that live in the database, since every node must agree on them.

use super::sql::{execute, maybe, statements};
use super::{Result, Store, Tx};
use crate::domain::clock::Millis;

/// A setting by its name in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// Fingerprints of the key ring, comma-separated, the suppression key's last.
    KeyFingerprints,
    /// The organisation's name.
    OrganisationName,
    /// The organisation's IANA time zone.
    Zone,
    /// The postal address that outreach must carry.
    PostalAddress,
    /// Where abuse of a link is reported.
    AbuseContact,
    /// The rate at or above which content works, as a share such as `0.02`; unset means half the
    /// pooled rate.
    ContentFloor,
    /// Mails of one mailbox to one recipient domain in any hour; unset is no limit.
    DomainPerHour,
    /// Seconds between two mails of one mailbox to one recipient domain; unset is none.
    DomainGapSeconds,
    /// Set in a demonstration alone: its password and who signs in with it, as JSON.
    Demo,
    /// How our domains stood in the DNS when last looked at, as JSON.
    DnsPosture,
    /// Set while the queue waits for a person: the reason.
    QueueHold,
}

impl Setting {
    const fn name(self) -> &'static str {
        match self {
            Self::KeyFingerprints => "key_fingerprints",
            Self::OrganisationName => "organisation_name",
            Self::Zone => "zone",
            Self::PostalAddress => "postal_address",
            Self::AbuseContact => "abuse_contact",
            Self::ContentFloor => "content_floor",
            Self::DomainPerHour => "domain_per_hour",
            Self::DomainGapSeconds => "domain_gap_seconds",
            Self::Demo => "demo",
            Self::DnsPosture => "dns_posture",
            Self::QueueHold => "queue_hold",
        }
    }
}

statements! {
    GET = "SELECT value FROM settings WHERE name = $1";
    SET = "INSERT INTO settings (name, value, changed_at) VALUES ($1, $2, $3)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at";
    CLEAR = "DELETE FROM settings WHERE name = $1";
}

/// The setting's value, `None` when it was never set.
pub async fn get(store: &Store, setting: Setting) -> Result<Option<String>> {
    Ok(maybe!(store, GET, (String,); setting.name())?.map(|(value,)| value))
}

/// Sets it.
pub async fn set(tx: &mut Tx, setting: Setting, value: &str, now: Millis) -> Result<()> {
    execute!(tx, SET; setting.name(), value, now)?;
    Ok(())
}

/// Removes it.
pub async fn clear(tx: &mut Tx, setting: Setting) -> Result<()> {
    execute!(tx, CLEAR; setting.name())?;
    Ok(())
}
