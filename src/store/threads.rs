//! Exchanges of mail. A message of ours joins the thread of the message it goes on from, a mail
//! that comes in that of the message it answers; anything else begins one. Whom a thread is with
//! never changes, whoever answers in it.

use super::sql::{execute, maybe, one, statements};
use super::{Result, Tx};
use crate::domain::clock::Millis;
use crate::domain::id::{ContactNo, MessageId, ThreadNo};

statements! {
    OF_MESSAGE = "SELECT thread_no FROM messages WHERE id = $1 AND thread_no IS NOT NULL";
    BEGIN = "INSERT INTO threads (contact_no, begun_by_us, begun_at) VALUES ($1, $2, $3) RETURNING no";
    JOIN = "UPDATE messages SET thread_no = $2 WHERE id = $1";
}

/// The thread a message of ours stands in; `None` when it is older than threads are kept.
pub async fn of_message(tx: &mut Tx, message: MessageId) -> Result<Option<ThreadNo>> {
    Ok(maybe!(tx, OF_MESSAGE, (ThreadNo,); message)?.map(|(no,)| no))
}

/// The thread of a mail that came in from `contact` at `at`: that of the message of ours it
/// answers, else a new one that they began.
pub async fn of_inbound(
    tx: &mut Tx,
    answers: Option<MessageId>,
    contact: Option<ContactNo>,
    at: Millis,
) -> Result<ThreadNo> {
    if let Some(message) = answers {
        if let Some(known) = of_message(tx, message).await? {
            return Ok(known);
        }
        let (no,) = one!(&mut *tx, BEGIN, (ThreadNo,); contact, true, at)?;
        execute!(tx, JOIN; message, no)?;
        return Ok(no);
    }
    Ok(one!(tx, BEGIN, (ThreadNo,); contact, false, at)?.0)
}

/// The thread of a message that is about to be written to `contact`: that of the message it goes
/// on from, else a new one that we begin.
pub(super) async fn for_message(
    tx: &mut Tx,
    goes_on_from: Option<MessageId>,
    contact: Option<ContactNo>,
    at: Millis,
) -> Result<ThreadNo> {
    if let Some(earlier) = goes_on_from
        && let Some(known) = of_message(tx, earlier).await?
    {
        return Ok(known);
    }
    Ok(one!(tx, BEGIN, (ThreadNo,); contact, true, at)?.0)
}

/// Puts a message of ours into `thread`, for an answer to a mail that answers none of ours.
pub async fn join(tx: &mut Tx, message: MessageId, thread: ThreadNo) -> Result<bool> {
    Ok(execute!(tx, JOIN; message, thread)? == 1)
}
