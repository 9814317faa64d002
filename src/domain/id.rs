//! Ids. At the edge they are UUIDv7; inside the log and the metric store the same subjects are
//! known by dense integers (`…No`), which keep rows small and indexes in order.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! uuid_ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )+};
}

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

uuid_ids! {
    /// A user of the product: rep, marketer, manager or administrator.
    UserId,
    /// A team of users.
    TeamId,
    /// An API token.
    TokenId,
    /// A signed-in session.
    SessionId,
    /// A person outside.
    ContactId,
    /// A company outside.
    AccountId,
    /// A sender address with its relay, profile and lane.
    MailboxId,
    /// What a rep wrote, once, whoever receives it.
    MessageId,
    /// One message for one recipient.
    DeliveryId,
    /// A reusable mail with versions.
    TemplateId,
    /// A library asset: a page, a deck, a price list.
    ContentId,
    /// One entry of the suppression list.
    SuppressionId,
    /// One file attached to a message.
    AttachmentId,
    /// One stored piece of inbound mail.
    InboundId,
    /// One touch: an interaction on one channel.
    TouchId,
    /// One wait of a contact for us.
    EpisodeId,
    /// A calendar of working hours and holidays.
    CalendarId,
}

numbers! {
    /// A user in the log and the metric store.
    UserNo,
    /// A contact in the log.
    ContactNo,
    /// A mailbox in the queue.
    MailboxNo,
    /// A template in the metric store.
    TemplateNo,
    /// A content asset in the metric store.
    ContentNo,
    /// A delivery in the log, the queue and the metric store.
    DeliveryNo,
    /// A piece of inbound mail in the log.
    InboundNo,
    /// A touch in the log.
    TouchNo,
    /// The mails of one exchange, in the log and the metric store.
    ThreadNo,
    /// A position in the event log, in commit order, starting at 1.
    Seq,
}
