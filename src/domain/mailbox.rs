//! Mailboxes: the address a rep writes from, and what its provider allows.

use serde::{Deserialize, Serialize};

/// A kind of provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// Gmail and Google Workspace.
    Google,
    /// Exchange Online and Outlook.com.
    Microsoft,
    /// Amazon SES.
    Ses,
    /// Any other submission server or relay.
    #[default]
    Generic,
}

/// What stands in MAIL FROM.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnvelopePolicy {
    /// The mailbox's own address, since the provider insists.
    Own,
    /// The own address with a `+` tag that names the delivery.
    Plus,
    /// A return address at a domain of ours that names the delivery.
    Verp,
}

/// Who puts a copy into Sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SentPolicy {
    /// The provider does.
    Provider,
    /// We append one.
    Append,
    /// Nobody.
    None,
}

impl SentPolicy {
    /// The word used in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Append => "append",
            Self::None => "none",
        }
    }

    /// The policy called `word`.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "provider" => Some(Self::Provider),
            "append" => Some(Self::Append),
            "none" => Some(Self::None),
            _ => None,
        }
    }
}

/// Who gives tokens for mailboxes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// Gmail and Google Workspace.
    Google,
    /// Exchange Online and Outlook.com.
    Microsoft,
}

impl Provider {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Google, Self::Microsoft];

    /// The word used in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Google => "google",
            Self::Microsoft => "microsoft",
        }
    }

    /// The provider called `word`.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|each| each.as_str() == word)
    }
}

/// How we sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// User name and password, or none where the URL has none.
    #[default]
    Password,
    /// An OAuth 2 access token.
    Xoauth2,
}

/// Why receivers refuse a mailbox as a sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Block {
    /// For its reputation, or by a policy.
    Policy,
    /// SPF, DKIM or DMARC fails.
    Authentication,
}

impl Block {
    /// The word used in logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Policy => "policy",
            Self::Authentication => "authentication",
        }
    }

    /// How the reason of the pause begins.
    const fn text(self) -> &'static str {
        match self {
            Self::Policy => "receivers refuse mail from here by its reputation or a policy",
            Self::Authentication => {
                "receivers refuse mail from here since SPF, DKIM or DMARC fails"
            }
        }
    }

    /// The reason of the pause, with what the server said.
    pub fn told(self, said: &str) -> String {
        let said = said.replace(char::is_control, " ");
        match said.trim() {
            "" => self.text().to_owned(),
            said => format!("{}: {said}", self.text()),
        }
    }

    /// The block that a mailbox is paused for, if it is one.
    pub fn of_reason(reason: &str) -> Option<Self> {
        [Self::Policy, Self::Authentication]
            .into_iter()
            .find(|block| reason.starts_with(block.text()))
    }
}

impl Profile {
    /// The word used in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Google => "google",
            Self::Microsoft => "microsoft",
            Self::Ses => "ses",
            Self::Generic => "generic",
        }
    }

    /// The profile called `word`.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "google" => Some(Self::Google),
            "microsoft" => Some(Self::Microsoft),
            "ses" => Some(Self::Ses),
            "generic" => Some(Self::Generic),
            _ => None,
        }
    }

    /// What stands in MAIL FROM unless the mailbox says otherwise. Google and Microsoft rewrite or
    /// refuse any other address; SES takes a verified domain.
    pub const fn envelope(self) -> EnvelopePolicy {
        match self {
            Self::Google => EnvelopePolicy::Plus,
            Self::Microsoft | Self::Generic => EnvelopePolicy::Own,
            Self::Ses => EnvelopePolicy::Verp,
        }
    }

    /// Who files Sent unless the mailbox says otherwise.
    pub const fn sent(self) -> SentPolicy {
        match self {
            Self::Google | Self::Microsoft => SentPolicy::Provider,
            Self::Ses | Self::Generic => SentPolicy::None,
        }
    }

    /// Who gives tokens for it.
    pub const fn provider(self) -> Option<Provider> {
        match self {
            Self::Google => Some(Provider::Google),
            Self::Microsoft => Some(Provider::Microsoft),
            Self::Ses | Self::Generic => None,
        }
    }

    /// Where its mail is handed over, unless the mailbox or the installation says otherwise.
    pub const fn smtp_url(self) -> Option<&'static str> {
        match self {
            Self::Google => Some("smtps://smtp.gmail.com:465"),
            Self::Microsoft => Some("smtp://smtp.office365.com:587"),
            Self::Ses | Self::Generic => None,
        }
    }

    /// Where it is read, unless the mailbox says otherwise.
    pub const fn imap_url(self) -> Option<&'static str> {
        match self {
            Self::Google => Some("imaps://imap.gmail.com:993"),
            Self::Microsoft => Some("imaps://outlook.office365.com:993"),
            Self::Ses | Self::Generic => None,
        }
    }

    /// Recipients a day unless the mailbox says otherwise. Google: 2,000 a day for Workspace;
    /// Microsoft: 10,000 a day for Exchange Online. SES and others: what the operator sets.
    pub const fn daily_cap(self) -> Option<u32> {
        match self {
            Self::Google => Some(2_000),
            Self::Microsoft => Some(10_000),
            Self::Ses | Self::Generic => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Block;

    #[test]
    fn the_reason_of_a_pause_tells_the_block_and_what_was_said() {
        for block in [Block::Policy, Block::Authentication] {
            let reason = block.told("550 5.7.1\r\nblocked");
            assert_eq!(Block::of_reason(&reason), Some(block));
            assert!(reason.ends_with("550 5.7.1  blocked"), "{reason}");
            assert_eq!(Block::of_reason(&block.told(" ")), Some(block));
        }
        assert_eq!(Block::of_reason("paused by Ada"), None);
    }
}
