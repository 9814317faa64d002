//! How the nouns stand in columns: ids as UUID (PostgreSQL) or 16-byte BLOB (SQLite), numbers and
//! times as 64-bit integers.

use crate::domain::clock::Millis;
use crate::domain::id::{
    AccountId, AttachmentId, CalendarId, ContactId, ContactNo, ContentId, ContentNo, DeliveryId,
    DeliveryNo, InboundId, InboundNo, MailboxId, MailboxNo, MessageId, Seq, SessionId,
    SuppressionId, TeamId, TemplateId, TemplateNo, ThreadNo, TokenId, TouchId, TouchNo, UserId,
    UserNo,
};
use crate::domain::link::DestinationId;
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::{Database, Decode, Encode, Type};
use uuid::Uuid;

macro_rules! transparent {
    ($inner:ty: $($name:ident),+ $(,)?) => {$(
        impl<DB: Database> Type<DB> for $name
        where
            $inner: Type<DB>,
        {
            fn type_info() -> DB::TypeInfo {
                <$inner>::type_info()
            }
            fn compatible(info: &DB::TypeInfo) -> bool {
                <$inner>::compatible(info)
            }
        }

        impl<'q, DB: Database> Encode<'q, DB> for $name
        where
            $inner: Encode<'q, DB>,
        {
            fn encode_by_ref(
                &self,
                buffer: &mut <DB as Database>::ArgumentBuffer,
            ) -> Result<IsNull, BoxDynError> {
                self.0.encode_by_ref(buffer)
            }
        }

        impl<'r, DB: Database> Decode<'r, DB> for $name
        where
            $inner: Decode<'r, DB>,
        {
            fn decode(value: <DB as Database>::ValueRef<'r>) -> Result<Self, BoxDynError> {
                <$inner>::decode(value).map($name)
            }
        }
    )+};
}

transparent!(Uuid: UserId, TeamId, TokenId, SessionId, ContactId, AccountId, MailboxId, MessageId,
    DeliveryId, TemplateId, ContentId, SuppressionId, AttachmentId, InboundId, TouchId, CalendarId);
transparent!(i64: UserNo, ContactNo, MailboxNo, TemplateNo, ContentNo, DeliveryNo, Seq, Millis, DestinationId,
    InboundNo, TouchNo, ThreadNo);
