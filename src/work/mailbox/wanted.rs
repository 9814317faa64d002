//! Mails that their owner accepted as enquiries: fetched from the place where they were seen, and
//! kept. One that is not there any more, or whose folder was numbered anew, is told and given up.

use super::folder::{arrival, fetch};
use super::one::{Halt, Work};
use crate::net::imap::{Fetched, FoundFolder, Listed, Mail};
use crate::receive::{self, ReceiveError, Wish};
use crate::store::inbound::Place;
use crate::store::inbound::gate::{self, Wanted};

/// Fetches what is wanted from `folders`.
pub(super) async fn collect(
    work: &Work,
    mail: &mut Mail,
    folders: &[FoundFolder],
) -> Result<(), Halt> {
    let store = &work.shared.ctx.store;
    for wanted in gate::wanted(store, work.mailbox.no).await? {
        let Some(folder) = folders.iter().find(|each| each.name == wanted.folder) else {
            give_up(work, &wanted).await?;
            continue;
        };
        match find(mail, folder, &wanted).await? {
            Some(listed) => keep(work, mail, folder, &wanted, listed).await?,
            None => give_up(work, &wanted).await?,
        }
    }
    Ok(())
}

async fn find(
    mail: &mut Mail,
    folder: &FoundFolder,
    wanted: &Wanted,
) -> Result<Option<Listed>, Halt> {
    let opened = mail.open(&folder.name).await?;
    if i64::from(opened.uid_validity) != wanted.uid_validity {
        return Ok(None);
    }
    let listed = mail.list(&wanted.uid.to_string()).await?;
    Ok(listed
        .into_iter()
        .find(|each| i64::from(each.uid) == wanted.uid))
}

async fn keep(
    work: &Work,
    mail: &mut Mail,
    folder: &FoundFolder,
    wanted: &Wanted,
    listed: Listed,
) -> Result<(), Halt> {
    let Fetched::Whole(raw) = fetch(work, mail, listed).await? else {
        return give_up(work, wanted).await;
    };
    let ctx = &work.shared.ctx;
    let place = Place {
        folder: folder.name.clone(),
        uid_validity: u32::try_from(wanted.uid_validity).unwrap_or(0),
        uid: listed.uid,
    };
    let arrival = arrival(work, folder, place, listed, Wish::Asked);
    let prepared = match receive::prepare(ctx, raw, arrival).await {
        Ok(prepared) => prepared,
        Err(ReceiveError::Empty | ReceiveError::TooLarge) => return give_up(work, wanted).await,
        Err(ReceiveError::Store(error)) => return Err(error.into()),
    };
    let mut tx = ctx.store.begin().await?;
    receive::store_in(&mut tx, ctx, &prepared).await?;
    gate::fetched(&mut tx, wanted.id).await?;
    tx.commit().await?;
    Ok(())
}

async fn give_up(work: &Work, wanted: &Wanted) -> Result<(), Halt> {
    tracing::warn!(mailbox.no = %work.mailbox.no, enquiry.id = %wanted.id, "an accepted enquiry is not in its folder any more");
    let mut tx = work.shared.ctx.store.begin().await?;
    gate::fetched(&mut tx, wanted.id).await?;
    tx.commit().await?;
    Ok(())
}
