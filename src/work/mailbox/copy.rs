//! Copies in Sent, where we file them. A copy is what the recipient got without pixel, tickets and
//! signature, so that the rep's own look at it is no hit of the contact's. It is looked for by its
//! Message-ID first: a crash between filing and noting files nothing twice.

use super::one::{Halt, Work};
use crate::accept::assemble::{self, Common};
use crate::domain::clock::{MINUTE_MS, Millis, SECOND_MS};
use crate::domain::contact::{OpenTracking, Tracking};
use crate::domain::mailbox::SentPolicy;
use crate::domain::message::MailClass;
use crate::faults::{self, Point};
use crate::net::imap::{FolderRole, FoundFolder, ImapError, Mail, Trouble};
use crate::render::render;
use crate::store::mailbox_access::copies::{self, Copy};
use crate::store::rendered;
use std::collections::HashSet;

/// Copies filed in one go.
const AT_ONCE: i64 = 50;
/// After this a server has ended an APPEND whose connection broke.
const BREATH_MS: i64 = 10 * SECOND_MS;
/// The wait after a refusal, times the number of tries.
const WAIT_MS: i64 = 5 * MINUTE_MS;
/// Then it is given up and shown.
const MOST_TRIES: i64 = 12;

/// Files what is due for this mailbox.
pub(super) async fn file(
    work: &mut Work,
    mail: &mut Mail,
    folders: &[FoundFolder],
) -> Result<(), Halt> {
    if work.access.data.sent != Some(SentPolicy::Append) {
        return Ok(());
    }
    let ctx = work.shared.ctx.clone();
    let due = copies::due(&ctx.store, work.mailbox.no, ctx.clock.now(), AT_ONCE).await?;
    let sent = folders
        .iter()
        .find(|folder| folder.role == FolderRole::Sent);
    for copy in due {
        let now = ctx.clock.now();
        let mut tx = ctx.store.begin().await?;
        let Some(sent) = sent else {
            let text = "the mailbox has no folder for sent mail";
            copies::failed(&mut tx, copy.message_id, text, again(&copy, now)).await?;
            tx.commit().await?;
            continue;
        };
        copies::trying(&mut tx, copy.message_id, now.plus(BREATH_MS)).await?;
        tx.commit().await?;
        let outcome = one(work, mail, &sent.name, &copy).await?;
        let mut tx = ctx.store.begin().await?;
        match outcome {
            Filed::There => copies::filed(&mut tx, copy.message_id, ctx.clock.now()).await?,
            Filed::Refused(text) => {
                copies::failed(&mut tx, copy.message_id, &text, again(&copy, now)).await?;
            }
            Filed::Never(text) => copies::failed(&mut tx, copy.message_id, &text, None).await?,
        }
        tx.commit().await?;
    }
    Ok(())
}

enum Filed {
    There,
    Refused(String),
    Never(String),
}

async fn one(work: &Work, mail: &mut Mail, sent: &str, copy: &Copy) -> Result<Filed, Halt> {
    // With a fresh look: a session sees what came into an open folder only when it is told.
    mail.open(sent).await?;
    if !mail.find(&copy.rfc822_id).await?.is_empty() {
        return Ok(Filed::There);
    }
    let bytes = match untracked(work, copy).await? {
        Ok(bytes) => bytes,
        Err(text) => return Ok(Filed::Never(text)),
    };
    match mail.append(sent, &bytes).await {
        Ok(()) => {
            faults::at(Point::Appended);
            Ok(Filed::There)
        }
        Err(ImapError {
            trouble: Trouble::Refused,
            text,
        }) => Ok(Filed::Refused(text)),
        Err(error) => Err(error.into()),
    }
}

fn again(copy: &Copy, now: Millis) -> Option<Millis> {
    (copy.tries < MOST_TRIES).then(|| now.plus(WAIT_MS * (copy.tries + 1)))
}

/// The copy's bytes, or why there can be none.
async fn untracked(work: &Work, copy: &Copy) -> Result<Result<Vec<u8>, String>, Halt> {
    let ctx = &work.shared.ctx;
    let sources = rendered::sources(&ctx.store, &[copy.delivery_no]).await?;
    let setup = assemble::setup(ctx).await?;
    let Some(source) = sources.deliveries.first() else {
        return Ok(Err("its message is gone".to_owned()));
    };
    let recipients: Vec<_> = sources.recipients.iter().collect();
    let files: Vec<_> = sources.files.iter().collect();
    let common = Common::new(&ctx.settings, HashSet::new(), copy.made_at);
    let mut input = match assemble::input(source, &recipients, &files, &common) {
        Ok(input) => input,
        Err(unfit) => return Ok(Err(unfit.to_string())),
    };
    input.tracking = Tracking {
        opens: OpenTracking::Off,
        clicks: false,
    };
    // As correspondence it carries no unsubscribe ticket either: whoever opened that in Sent would
    // speak for the contact.
    input.class = MailClass::Correspondence;
    Ok(render(&input, &setup)
        .map(|mail| mail.bytes)
        .map_err(|error| error.to_string()))
}
