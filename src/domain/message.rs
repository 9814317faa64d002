//! What a rep wrote, whoever receives it.

use serde::{Deserialize, Serialize};

/// The two classes of mail and the rules that follow from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailClass {
    /// A person's reply within 60 days of the contact's own message: no unsubscribe header, no
    /// footer.
    Correspondence,
    /// Everything else: unsubscribe header, postal address, suppression.
    Outreach,
}

impl MailClass {
    /// The number the store keeps.
    pub const fn code(self) -> i16 {
        self as i16
    }

    /// The class stored as `code`.
    pub const fn from_code(code: i16) -> Option<Self> {
        match code {
            0 => Some(Self::Correspondence),
            1 => Some(Self::Outreach),
            _ => None,
        }
    }
}

/// Why a message was written; a slice of every report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessagePurpose {
    /// Closes an episode.
    Answer,
    /// No reply yet.
    FollowUp,
    /// After a refusal.
    WinBack,
    /// The first one.
    FirstTouch,
}

impl MessagePurpose {
    /// Every purpose, in the order of their codes.
    pub const ALL: [Self; 4] = [
        Self::Answer,
        Self::FollowUp,
        Self::WinBack,
        Self::FirstTouch,
    ];

    /// The number the store keeps.
    pub const fn code(self) -> i16 {
        self as i16
    }

    /// The purpose stored as `code`.
    pub fn from_code(code: i16) -> Option<Self> {
        usize::try_from(code)
            .ok()
            .and_then(|index| Self::ALL.get(index).copied())
    }

    /// The word used in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::FollowUp => "follow_up",
            Self::WinBack => "win_back",
            Self::FirstTouch => "first_touch",
        }
    }
}

/// What becomes of a link whose visible text is itself a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UrlTextPolicy {
    /// It is tracked like any other, with a preflight finding.
    #[default]
    Track,
    /// It stays as it is.
    Keep,
}
