//! From due deliveries to mails ready for a connection: claim, render, store the bytes. Three
//! short steps for many deliveries at once, none of them with a server.

use super::outcome::{Tries, own_record};
use crate::accept::assemble::{self, Common, Unfit};
use crate::ctx::Ctx;
use crate::domain::address::EmailAddress;
use crate::domain::contact::Tracking;
use crate::domain::id::{ContentNo, DeliveryNo};
use crate::domain::link::DestinationId;
use crate::faults::{self, Point};
use crate::net::smtp::{Envelope, WireBody};
use crate::render::{RenderError, Rendered, Setup, render};
use crate::store::enqueue::read;
use crate::store::queue::{self, AttemptKey, Begun, Claimed, Lane, Settlement, Step};
use crate::store::rendered::{self, BytesRow, SourceRow, Sources};
use crate::store::{Result, StoreError};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// A mail that a connection can take.
#[derive(Debug)]
pub(super) struct Mail {
    pub(super) key: AttemptKey,
    pub(super) tries: Tries,
    pub(super) domain: String,
    pub(super) envelope: Envelope,
    pub(super) body: WireBody,
    /// The mail as it stands in the store, for the catcher.
    pub(super) bytes: Arc<[u8]>,
}

/// What a claim brought.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) mails: Vec<Mail>,
    /// What cannot be made into a mail, already with its end.
    pub(super) failed: Vec<Settlement>,
    /// Whether anything was claimed.
    pub(super) claimed: usize,
}

/// Claims up to `limit` due deliveries of `lane` and makes them ready.
pub(super) async fn take(ctx: &Ctx, setup: &Arc<Setup>, lane: Lane, limit: i64) -> Result<Batch> {
    let now = ctx.clock.now();
    let mut tx = ctx.store.begin().await?;
    let claimed = queue::claim(&mut tx, lane, now, limit).await?;
    if claimed.is_empty() {
        // A suppressed delivery may have been cancelled on the way.
        tx.commit().await?;
        return Ok(Batch::default());
    }
    tx.commit().await?;
    faults::at(Point::Claimed);
    let mut batch = Batch {
        claimed: claimed.len(),
        ..Batch::default()
    };
    let stored = stored(ctx, &claimed).await?;
    let fresh: Vec<DeliveryNo> = claimed
        .iter()
        .filter(|each| !stored.contains_key(&each.no))
        .map(|each| each.no)
        .collect();
    let mut made = make(ctx, setup, &fresh).await?;
    keep(ctx, &made).await?;
    faults::at(Point::Begun);
    let mut stored = stored;
    for each in claimed {
        let key = AttemptKey {
            delivery: each.no,
            number: each.attempts,
        };
        let row = match (stored.remove(&each.no), made.remove(&each.no)) {
            (Some(row), _) => Ok(row),
            (None, Some(Made::Mail(mail))) => Ok(BytesRow {
                envelope_from: mail.envelope_from,
                address: each.address.clone(),
                bytes: mail.bytes,
            }),
            (None, Some(Made::Nothing(reason))) => Err(reason),
            (None, None) => Err("its message is gone".to_owned()),
        };
        match row.and_then(|row| mail(key, &each, row)) {
            Ok(mail) => batch.mails.push(mail),
            Err(reason) => batch.failed.push(Settlement {
                key,
                step: Step::Failed,
                at: now,
                record: own_record("render", reason),
            }),
        }
    }
    Ok(batch)
}

fn mail(key: AttemptKey, claimed: &Claimed, row: BytesRow) -> std::result::Result<Mail, String> {
    let bytes: Arc<[u8]> = Arc::from(row.bytes);
    let address = |text: &str| EmailAddress::parse(text).map_err(|error| error.to_string());
    Ok(Mail {
        key,
        tries: Tries {
            counted: claimed.tries,
            first_at: claimed.first_attempt_at,
        },
        domain: claimed.domain.clone(),
        envelope: Envelope {
            sender: Some(address(&row.envelope_from)?),
            recipient: address(&row.address)?,
        },
        body: WireBody::encode(&bytes).map_err(|error| error.to_string())?,
        bytes,
    })
}

/// The bytes of those that were made for an earlier attempt.
async fn stored(ctx: &Ctx, claimed: &[Claimed]) -> Result<HashMap<DeliveryNo, BytesRow>> {
    let mut found = HashMap::new();
    for each in claimed.iter().filter(|each| each.attempts > 1) {
        if let Some(row) = rendered::bytes(&ctx.store, each.no).await? {
            found.insert(each.no, row);
        }
    }
    Ok(found)
}

enum Made {
    Mail(Box<Begun>),
    Nothing(String),
}

/// Renders `fresh` on threads of their own: it is work for the processor and may be much.
async fn make(
    ctx: &Ctx,
    setup: &Arc<Setup>,
    fresh: &[DeliveryNo],
) -> Result<HashMap<DeliveryNo, Made>> {
    if fresh.is_empty() {
        return Ok(HashMap::new());
    }
    let sources = Arc::new(rendered::sources(&ctx.store, fresh).await?);
    let assets = read::destinations(&ctx.store).await?;
    let assets: Arc<HashMap<DestinationId, ContentNo>> =
        Arc::new(assets.into_iter().map(|(no, id)| (id, no)).collect());
    let contents = assets.keys().copied().collect();
    let common = Arc::new(Common::new(&ctx.settings, contents, ctx.clock.now()));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let chunk = sources.deliveries.len().div_ceil(threads).max(1);
    let mut parts = Vec::new();
    let mut start = 0;
    while start < sources.deliveries.len() {
        let range = start..(start + chunk).min(sources.deliveries.len());
        start = range.end;
        let (sources, assets) = (Arc::clone(&sources), Arc::clone(&assets));
        let (common, setup) = (Arc::clone(&common), Arc::clone(setup));
        parts.push(tokio::task::spawn_blocking(move || {
            let one =
                |source: &SourceRow| (source.no, one(source, &sources, &common, &setup, &assets));
            sources.deliveries[range]
                .iter()
                .map(one)
                .collect::<Vec<_>>()
        }));
    }
    let mut made = HashMap::new();
    for part in parts {
        let part = part
            .await
            .map_err(|_| StoreError::Corrupt("rendering was interrupted".to_owned()))?;
        made.extend(part);
    }
    Ok(made)
}

/// Renders one delivery. What panics here is one mail's trouble and not the lane's.
fn one(
    source: &SourceRow,
    sources: &Sources,
    common: &Common,
    setup: &Setup,
    assets: &HashMap<DestinationId, ContentNo>,
) -> Made {
    let done = catch_unwind(AssertUnwindSafe(|| {
        rendered_mail(source, sources, common, setup)
    }));
    match done {
        Ok(Ok((mail, tracking))) => {
            let links = mail.links.into_iter().map(|link| {
                let asset = assets.get(&link.destination).copied();
                (link, asset)
            });
            Made::Mail(Box::new(Begun {
                delivery: source.no,
                envelope_from: mail.envelope_from.as_str().to_owned(),
                links: links.collect(),
                bytes: mail.bytes,
                tracking,
            }))
        }
        Ok(Err(error)) => Made::Nothing(error.to_string()),
        Err(_) => Made::Nothing("making the mail failed in an unforeseen way".to_owned()),
    }
}

#[derive(Debug, thiserror::Error)]
enum CannotMake {
    #[error(transparent)]
    Unfit(#[from] Unfit),
    #[error(transparent)]
    Render(#[from] RenderError),
}

fn rendered_mail(
    source: &SourceRow,
    sources: &Sources,
    common: &Common,
    setup: &Setup,
) -> std::result::Result<(Rendered, Tracking), CannotMake> {
    let recipients: Vec<_> = sources
        .recipients
        .iter()
        .filter(|each| each.message == source.message)
        .collect();
    let files: Vec<_> = sources
        .files
        .iter()
        .filter(|each| each.message == source.message)
        .collect();
    let input = assemble::input(source, &recipients, &files, common)?;
    Ok((render(&input, setup)?, input.tracking))
}

async fn keep(ctx: &Ctx, made: &HashMap<DeliveryNo, Made>) -> Result<()> {
    let begun: Vec<&Begun> = made
        .values()
        .filter_map(|made| match made {
            Made::Mail(mail) => Some(&**mail),
            Made::Nothing(_) => None,
        })
        .collect();
    if begun.is_empty() {
        return Ok(());
    }
    let mut tx = ctx.store.begin().await?;
    queue::begin(&mut tx, &begun, ctx.clock.now()).await?;
    tx.commit().await
}
