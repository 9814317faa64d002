//! What preflight has to say about a mail before it leaves.

use serde::{Deserialize, Serialize};

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The mail must not leave like this.
    Blocker,
    /// It may leave, and its author should look first.
    Warning,
    /// Good to know.
    Note,
}

macro_rules! findings {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $severity:ident, $text:literal;)+) => {
        /// What was found. The word is stable and part of the API.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum FindingCode {
            $($(#[$doc])* $name,)+
        }

        impl FindingCode {
            /// Every code, heaviest first.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The stable word.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }

            /// How much it weighs.
            pub const fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)+ }
            }

            /// One sentence in English, without the detail.
            pub const fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
        }
    };
}

findings! {
    /// The merge failed; the detail names the field or the error, with its line.
    MergeFailed = "merge_failed", Blocker, "The template cannot be filled in";
    /// The subject after merging cannot be a header.
    SubjectInvalid = "subject_invalid", Blocker, "The subject holds a line break or a control character, or is too long";
    /// Neither HTML nor text.
    BodyEmpty = "body_empty", Blocker, "The mail has no content";
    /// CAN-SPAM, 15 U.S.C. 7704(a)(5).
    PostalAddressMissing = "postal_address_missing", Blocker, "Outreach needs the postal address of the organisation, and none is configured";
    /// The MIME builder refused; the detail says why.
    BuildFailed = "build_failed", Blocker, "The mail cannot be built";
    /// No subject.
    SubjectEmpty = "subject_empty", Warning, "The subject is empty";
    /// Mostly capitals, or more than one exclamation mark.
    SubjectShouting = "subject_shouting", Warning, "The subject shouts";
    /// Gmail cuts a mail at 102 KB of HTML and hides what follows, the pixel with it.
    SizeClipped = "size_clipped", Warning, "Gmail will cut this mail: its HTML is over 102 KB";
    /// Nothing to read with images off.
    ImageOnly = "image_only", Warning, "The mail is all image: with images off there is nothing to read";
    /// A type that many gateways refuse.
    AttachmentRefused = "attachment_refused", Warning, "Many mail servers refuse attachments of this type";
    /// Over 10 MB together.
    AttachmentsBig = "attachments_big", Warning, "The attachments are over 10 MB together";
    /// Over the length a ticket holds.
    LinkTooLong = "link_too_long", Warning, "The link is longer than 1,500 bytes and stays untracked";
    /// No browser opens it.
    LinkInvalid = "link_invalid", Warning, "The link is no address a browser can open";
    /// Leads nowhere from a mail.
    LinkRelative = "link_relative", Warning, "The link is relative and leads nowhere from a mail";
    /// A merge field nobody filled.
    LinkUnfilled = "link_unfilled", Warning, "The link still holds a merge field";
    /// Two scripts in one host label.
    LinkMixedScript = "link_mixed_script", Warning, "The link's host mixes two scripts, as look-alike addresses do";
    /// The text shows one address and the link leads through ours.
    LinkUrlText = "link_url_text", Warning, "The link's visible text is itself an address; some filters distrust that in a tracked link";
    /// Not one of the five roles.
    RoleUnknown = "role_unknown", Warning, "data-otklik-role must be booking, signature, footer, content or other";
    /// More links than can be numbered.
    LinksTooMany = "links_too_many", Warning, "The mail holds more than 65,535 links; the rest stays untracked";
    /// `{{` or `{%` left in text the recipient sees.
    FieldUnfilled = "field_unfilled", Warning, "The mail still holds a merge field";
    /// Several failures paused the address; the detail names it and the day the pause ends.
    RecipientPaused = "recipient_paused", Warning, "Mail to this address failed several times, so it waits until the pause is over";
    /// The detail names the domain.
    DomainNotFound = "domain_not_found", Warning, "Mail to this domain came back because the domain was not found";
    /// As their own notice said; the detail names the address and the day they are back.
    RecipientAway = "recipient_away", Note, "The recipient is away";
    /// No HTML, so no pixel and no tracked link.
    NothingTracked = "nothing_tracked", Note, "The mail is plain text, so neither opens nor clicks can be seen";
    /// The text part was made from the HTML.
    TextDerived = "text_derived", Note, "The plain text part is made from the HTML";
    /// The mailbox's local part leaves no room for a tag.
    ReturnAddressPlain = "return_address_plain", Note, "The return address cannot name this mail; a failure report is matched by its content";
}

/// One finding, with what it is about: a URL, a field, a file name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    /// What was found.
    pub code: FindingCode,
    /// What it is about, at most 200 characters of it; empty when the code says it all.
    pub detail: String,
}

impl Finding {
    /// A finding about the mail as a whole.
    pub const fn new(code: FindingCode) -> Self {
        Self {
            code,
            detail: String::new(),
        }
    }

    /// A finding about `detail`.
    pub fn about(code: FindingCode, detail: &str) -> Self {
        Self {
            code,
            detail: detail.chars().take(200).collect(),
        }
    }

    /// Whether the mail must not leave like this.
    pub const fn blocks(&self) -> bool {
        matches!(self.code.severity(), Severity::Blocker)
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code.text())?;
        if self.detail.is_empty() {
            return Ok(());
        }
        write!(f, ": {}", self.detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_stand_heaviest_first_and_their_words_are_what_the_api_says() {
        assert!(FindingCode::ALL.is_sorted_by(|a, b| a.severity() <= b.severity()));
        for code in FindingCode::ALL {
            let word = serde_json::to_value(code).unwrap();
            assert_eq!(word, code.as_str());
        }
    }
}
