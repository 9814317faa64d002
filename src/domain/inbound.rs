//! What came back by mail, understood: its kind, what a report says of a delivery, how a mail was
//! matched. The words here are those of the API, the log and the pages.

use super::clock::Millis;
use super::id::InboundNo;
use serde::{Deserialize, Serialize};

/// An enum that is stored by its place and named by a word.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$each])* $variant),+ }

        impl $name {
            /// All of them, in the order of their codes.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The number that is stored.
            pub const fn code(self) -> i16 {
                self as i16
            }

            /// What is stored as `code`.
            pub fn from_code(code: i16) -> Option<Self> {
                Self::ALL.get(usize::try_from(code).ok()?).copied()
            }

            /// The word used in the API.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The one whose word is `word`.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|each| each.as_str() == word)
            }
        }
    };
}
pub(crate) use words;

words! {
    /// What kind of mail came in. A kind never needs a match with a message of ours.
    InboundKind {
        /// A person answers a message of ours.
        Reply = "reply",
        /// A person writes, and answers no message of ours.
        Enquiry = "enquiry",
        /// A machine answers, and it is none of the two below.
        AutoReply = "auto_reply",
        /// The contact is away.
        OutOfOffice = "out_of_office",
        /// A receipt for a request, or a challenge that asks the sender to prove themselves.
        Acknowledgement = "acknowledgement",
        /// A report about a delivery, whatever it says; see [`BounceClass`].
        Bounce = "bounce",
        /// Somebody pressed "spam".
        Complaint = "complaint",
        /// The contact asks for no more.
        Unsubscribe = "unsubscribe",
        /// A mailing list, a newsletter, a notification.
        List = "list",
        /// The mail was shown to somebody. Not a reply.
        ReadReceipt = "read_receipt",
        /// An answer to an invitation.
        Calendar = "calendar",
        /// Anything else.
        Other = "other",
    }
}

impl InboundKind {
    /// Whether a person wrote it to us: it starts a clock and stops what was queued.
    pub const fn is_human(self) -> bool {
        matches!(self, Self::Reply | Self::Enquiry | Self::Calendar)
    }
}

words! {
    /// What a report says became of a delivery.
    BounceClass {
        /// The address does not work and will not.
        Hard = "hard",
        /// It did not arrive this time.
        Soft = "soft",
        /// It was refused for who sent it, not for whom it was for.
        Block = "block",
        /// It is still on its way.
        Delayed = "delayed",
        /// It arrived.
        Delivered = "delivered",
    }
}

words! {
    /// Why a delivery failed, as a group that says what to do.
    BounceReason {
        /// No such address.
        UnknownUser = "unknown_user",
        /// No such domain, or it takes no mail.
        UnknownHost = "unknown_host",
        /// The person has another address or has left.
        Moved = "moved",
        /// The mailbox is full.
        MailboxFull = "mailbox_full",
        /// The mailbox is disabled or suspended.
        Inactive = "inactive",
        /// Tried until the time was over, or still being tried.
        Expired = "expired",
        /// Too many mails or connections at once.
        Throttled = "throttled",
        /// Refused by reputation or policy.
        Policy = "policy",
        /// SPF, DKIM, DMARC or the reverse name of the sender failed.
        Authentication = "authentication",
        /// Too large, a virus, or refused for what it holds.
        Content = "content",
        /// A fault on the way or at the other side.
        System = "system",
        /// The report does not say.
        Unstated = "unstated",
    }
}

words! {
    /// How an inbound mail was matched to what it answers or reports on, surest first.
    MatchedBy {
        /// Our token in an address it was sent to.
        Token = "token",
        /// `In-Reply-To` names one of our ids.
        InReplyTo = "in_reply_to",
        /// `References` names one of our ids.
        References = "references",
        /// An id inside a returned copy.
        Returned = "returned",
        /// Our own header or link inside a returned or quoted copy.
        ReturnedToken = "returned_token",
        /// Outlook's `Thread-Index`.
        ThreadIndex = "thread_index",
        /// A recipient of an open thread wrote under the same subject: probable.
        SubjectAndSender = "subject_and_sender",
    }
}

/// What a report that came as mail says of a delivery, as the log keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The stored mail.
    pub inbound: InboundNo,
    /// What became of the delivery; `None` for a complaint.
    pub class: Option<BounceClass>,
    /// Why; [`BounceReason::Unstated`] for a complaint.
    pub reason: BounceReason,
    /// The enhanced status or reply code, such as `5.1.1`; empty when none was given.
    pub code: String,
    /// A line for people; blanked on erasure.
    pub text: String,
    /// Until when the contact is away; only beside `out_of_office`.
    pub away_until: Option<Millis>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_words_come_back_as_what_they_were() {
        for kind in InboundKind::ALL {
            assert_eq!(InboundKind::from_code(kind.code()), Some(*kind));
            assert_eq!(InboundKind::from_word(kind.as_str()), Some(*kind));
        }
        for reason in BounceReason::ALL {
            assert_eq!(BounceReason::from_code(reason.code()), Some(*reason));
        }
        assert_eq!(InboundKind::from_code(99), None);
        assert_eq!(BounceClass::from_word("firm"), None);
    }
}
