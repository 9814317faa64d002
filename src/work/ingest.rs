//! From the intake into the log: drain, reduce, check privacy again, judge, append. Events and the
//! place in the source are written in one transaction, so a hit is an event once. What may not be
//! recorded (any more) is gone with the drain; nothing of the raw request is stored.

use super::Progress;
use super::own::{OwnPlaces, REMEMBERED_MS};
use super::retention::first_salted_day;
use crate::classify::judge;
use crate::ctx::Ctx;
use crate::domain::clock::{DAY_MS, random_bytes};
use crate::domain::contact::OpenTracking;
use crate::domain::event::{Detail, EventKind, NewEvent};
use crate::domain::hit::{HitFacts, HitKind, HitRecord};
use crate::domain::id::{ContactNo, DeliveryId, SuppressionId};
use crate::domain::keys::Purpose;
use crate::intake::{Intake, IntakeError, Page, Source};
use crate::store::hits::{self, Objected, Subject};
use crate::store::{StoreError, Tx, log, own_places, salts, unsubscribe};
use crate::track::catalogue::Catalogue;
use crate::track::{ClientKey, objects, reduce};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::time::Duration;

/// Hits taken in one transaction; the last batch may go over it.
const HITS_AT_ONCE: usize = 4_096;

/// How long a runner should rest when nothing waits: a click is on its page within a second.
pub const IDLE: Duration = Duration::from_millis(250);

/// Why a step could not finish; nothing of it was written.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The intake.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// The intake's folder.
    #[error("the intake's folder cannot be read: {0}")]
    Folder(#[from] std::io::Error),
}

/// Takes one page of one source. When nothing waits anywhere, looks for files whose owners are
/// gone and lets drained ones be deleted. A file that cannot be read holds up no other.
pub async fn step(ctx: &Ctx, intake: &Intake) -> Result<Progress, IngestError> {
    for source in intake.sources() {
        match take(ctx, intake, source).await {
            Ok(true) => return Ok(Progress::More),
            Ok(false) | Err(IngestError::Intake(IntakeError::Unreadable)) => {}
            Err(error) => return Err(error),
        }
    }
    intake.adopt().await?;
    Ok(Progress::Idle)
}

/// Takes all that had arrived when this was called: unsubscribes that the store could not take at
/// once must stand before the queue is claimed from. A file that cannot be read holds up no other;
/// it is told at the end, unless somebody else has drained it meanwhile.
pub async fn through(ctx: &Ctx, intake: &Intake) -> Result<(), IngestError> {
    let mut unreadable = Vec::new();
    for source in intake.sources() {
        match all_of(ctx, intake, source).await {
            Ok(()) => {}
            Err(IngestError::Intake(_)) => unreadable.push(source.id),
            Err(error) => return Err(error),
        }
    }
    let is_there = |source: Source| unreadable.contains(&source.id);
    if intake.sources().into_iter().any(is_there) {
        return Err(IntakeError::Unreadable.into());
    }
    Ok(())
}

async fn all_of(ctx: &Ctx, intake: &Intake, source: Source) -> Result<(), IngestError> {
    while hits::place(&ctx.store, source.id).await? < source.last {
        if !take(ctx, intake, source).await? {
            break;
        }
    }
    Ok(())
}

/// Takes a page of `source`; `false` when there is nothing new in it.
async fn take(ctx: &Ctx, intake: &Intake, source: Source) -> Result<bool, IngestError> {
    let place = hits::place(&ctx.store, source.id).await?;
    let waiting = source.last.saturating_sub(place).max(0);
    metrics::gauge!("otklik_intake_waiting", "source" => source.id.to_string()).set(waiting as f64);
    if place >= source.last {
        intake.drained_through(source.id, place).await;
        return Ok(false);
    }
    let page = match intake.drain(source.id, place, HITS_AT_ONCE).await {
        Ok(page) => page,
        Err(IntakeError::GivenUp) => {
            give_up(ctx, intake, source, place).await?;
            return Ok(true);
        }
        Err(error) => return Err(error.into()),
    };
    if page.through == place {
        return Ok(false);
    }
    let mut tx = ctx.store.begin().await?;
    let taken = write(ctx, &mut tx, source, place, &page).await?;
    if !taken {
        // Somebody else took it; the next step goes on from where they are.
        tx.rollback().await?;
        return Ok(true);
    }
    tx.commit().await?;
    if let Some(oldest) = page
        .records
        .first()
        .and_then(|(_, bytes)| HitRecord::from_bytes(bytes))
    {
        let lag_ms = ctx.clock.now().since(oldest.at).max(0);
        metrics::gauge!("otklik_ingest_lag_seconds").set(lag_ms as f64 / 1_000.0);
    }
    metrics::counter!("otklik_hits_ingested_total").increment(page.records.len() as u64);
    if page.through >= source.last {
        intake.drained_through(source.id, page.through).await;
    }
    Ok(true)
}

/// Counts what `source` still holds as unrecorded and has it put aside.
async fn give_up(ctx: &Ctx, intake: &Intake, source: Source, place: i64) -> Result<(), StoreError> {
    let lost = source.last - place;
    let mut tx = ctx.store.begin().await?;
    log::append(&mut tx, &[]).await?;
    if !hits::advance(&mut tx, source.id, place, source.last).await? {
        return tx.rollback().await;
    }
    hits::add_unrecorded(&mut tx, source.id, ctx.clock.now(), lost).await?;
    tx.commit().await?;
    tracing::error!(intake.source = %source.id, hits = lost, "an intake file is given up and put aside; its hits are counted as unrecorded");
    intake.drained_through(source.id, source.last).await;
    Ok(())
}

async fn write(
    ctx: &Ctx,
    tx: &mut Tx,
    source: Source,
    place: i64,
    page: &Page,
) -> Result<bool, StoreError> {
    let records: Vec<HitRecord> = page
        .records
        .iter()
        .filter_map(|(number, bytes)| {
            let record = HitRecord::from_bytes(bytes);
            if record.is_none() {
                tracing::error!(intake.source = %source.id, intake.number = number, "a record has a form this program does not know; it is counted as unrecorded");
            }
            record
        })
        .collect();
    let unknown = page.records.len() - records.len();
    // The log's row lock makes ingest one at a time, whatever the number of nodes.
    log::append(tx, &[]).await?;
    if !hits::advance(tx, source.id, place, page.through).await? {
        return Ok(false);
    }
    let deliveries: HashSet<DeliveryId> = records.iter().map(|record| record.delivery).collect();
    let deliveries: Vec<DeliveryId> = deliveries.into_iter().collect();
    let subjects = hits::subjects(tx, &deliveries, ctx.settings.privacy).await?;
    let own = own_places(tx, &records).await?;
    let keys = client_keys(ctx, tx, &records, &own).await?;
    let known = Lookups {
        keys: &keys,
        own: &own,
        catalogue: &ctx.networks.now(),
    };
    let taken = sort(&records, &subjects, &known);
    log::append(tx, &taken.events).await?;
    let last_opens: Vec<_> = taken.last_opens.into_iter().collect();
    hits::note_last_opens(tx, &last_opens).await?;
    for ((day, kind), n) in taken.objections {
        hits::add_objections(tx, day, kind, n).await?;
    }
    for record in taken.wishes {
        let (delivery, at) = (record.delivery, record.at);
        if record.kind == HitKind::Resubscribe {
            unsubscribe::undo_in(tx, delivery, at).await?;
        } else {
            let id = SuppressionId(ctx.clock.fresh_id());
            unsubscribe::apply_in(tx, delivery, id, at).await?;
        }
    }
    let lost = page.unrecorded + unknown as i64;
    if lost > 0 {
        let at = records.first().map_or(ctx.clock.now(), |record| record.at);
        hits::add_unrecorded(tx, source.id, at, lost).await?;
    }
    Ok(true)
}

/// The keys of the days on which `records` were made, for as long as these days have salts.
async fn client_keys(
    ctx: &Ctx,
    tx: &mut Tx,
    records: &[HitRecord],
    own: &OwnPlaces,
) -> Result<ClientKeys, StoreError> {
    let (_, secret) = ctx.keys.signing(Purpose::Client);
    let first = first_salted_day(ctx);
    let mut days: BTreeSet<i64> = records.iter().map(day_of).collect();
    if !own.is_empty() {
        let before: Vec<i64> = days.iter().map(|day| day - 1).collect();
        days.extend(before);
    }
    let mut keys = ClientKeys::new();
    for day in days.into_iter().filter(|day| *day >= first) {
        let salt = salts::of_day(tx, day, random_bytes()).await?;
        keys.insert(day, ClientKey::new(&secret, &salt));
    }
    Ok(keys)
}

/// Where people of ours were seen in the day before the first of `records`.
async fn own_places(tx: &mut Tx, records: &[HitRecord]) -> Result<OwnPlaces, StoreError> {
    let Some(first) = records.iter().map(|record| record.at).min() else {
        return Ok(OwnPlaces::default());
    };
    let found = own_places::since(tx, first.plus(-REMEMBERED_MS)).await?;
    Ok(OwnPlaces::of(found))
}

/// What the facts of a hit are looked up in.
struct Lookups<'a> {
    keys: &'a ClientKeys,
    own: &'a OwnPlaces,
    catalogue: &'a Catalogue,
}

/// The UTC day of a record, counted since 1970.
fn day_of(record: &HitRecord) -> i64 {
    record.at.0.div_euclid(DAY_MS)
}

/// The key of each day.
type ClientKeys = HashMap<i64, ClientKey>;

/// What becomes of a page's records.
#[derive(Default)]
struct Taken<'a> {
    events: Vec<NewEvent>,
    /// Contacts of whom only the day of the last open may be known.
    last_opens: HashMap<ContactNo, i64>,
    /// Hits whose browser objects, by day.
    objections: BTreeMap<(i64, Objected), i64>,
    /// Unsubscribes that the store could not take at once, and such taken back, in order.
    wishes: Vec<&'a HitRecord>,
}

/// Decides it, record by record.
fn sort<'a>(
    records: &'a [HitRecord],
    subjects: &HashMap<DeliveryId, Subject>,
    known: &Lookups<'_>,
) -> Taken<'a> {
    let mut taken = Taken::default();
    for record in records {
        let (kind, objected) = match record.kind {
            HitKind::Unsubscribe | HitKind::Resubscribe => {
                taken.wishes.push(record);
                continue;
            }
            HitKind::Click => (EventKind::Clicked, Objected::Click),
            HitKind::Open => (EventKind::Opened, Objected::Open),
        };
        let day = day_of(record);
        let Some(subject) = subjects.get(&record.delivery) else {
            continue;
        };
        let kept = match objected {
            Objected::Click if subject.tracking.clicks => OpenTracking::Events,
            Objected::Click => OpenTracking::Off,
            Objected::Open => subject.tracking.opens,
        };
        match (kept, subject.contact) {
            (OpenTracking::Off, _) | (OpenTracking::LastDay, None) => {}
            _ if objects(record) => *taken.objections.entry((day, objected)).or_default() += 1,
            (OpenTracking::LastDay, Some(contact)) => {
                let last = taken.last_opens.entry(contact).or_insert(day);
                *last = day.max(*last);
            }
            (OpenTracking::Events, _) => {
                let facts = known.facts(record);
                taken.events.push(event(record, kind, subject, facts));
            }
        }
    }
    taken
}

impl Lookups<'_> {
    fn facts(&self, record: &HitRecord) -> HitFacts {
        let own = self.own.find(record, self.keys);
        reduce(record, self.keys.get(&day_of(record)), self.catalogue, own)
    }
}

fn event(record: &HitRecord, kind: EventKind, subject: &Subject, facts: HitFacts) -> NewEvent {
    let judgement = judge(record.kind, &facts);
    NewEvent {
        at: record.at,
        kind,
        delivery: Some(subject.delivery),
        contact: subject.contact,
        detail: Detail::Hit {
            link_no: record.link_no,
            facts,
            judgement,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::Millis;
    use crate::domain::contact::Tracking;
    use crate::domain::hit::{HeaderField, Method};
    use crate::domain::id::DeliveryNo;
    use crate::domain::link::DestinationId;
    use uuid::Uuid;

    fn record(kind: HitKind, headers: Vec<(HeaderField, String)>) -> HitRecord {
        HitRecord {
            at: Millis(3 * DAY_MS + 5),
            kind,
            delivery: DeliveryId(Uuid::from_bytes([1; 16])),
            link_no: 2,
            destination: DestinationId(0),
            method: Method::Get,
            client: None,
            headers,
        }
    }

    fn nothing() -> Lookups<'static> {
        static EMPTY: std::sync::LazyLock<(ClientKeys, OwnPlaces, Catalogue)> =
            std::sync::LazyLock::new(Default::default);
        let (keys, own, catalogue) = &*EMPTY;
        Lookups {
            keys,
            own,
            catalogue,
        }
    }

    fn sorted(records: &[HitRecord], opens: OpenTracking, clicks: bool) -> Taken<'_> {
        let subject = Subject {
            delivery: DeliveryNo(9),
            contact: Some(ContactNo(4)),
            tracking: Tracking { opens, clicks },
        };
        let subjects = HashMap::from([(DeliveryId(Uuid::from_bytes([1; 16])), subject)]);
        sort(records, &subjects, &nothing())
    }

    #[test]
    fn what_may_be_recorded_becomes_an_event_and_nothing_else_does() {
        let records = [
            record(HitKind::Open, vec![]),
            record(HitKind::Click, vec![]),
            record(HitKind::Unsubscribe, vec![]),
            record(HitKind::Click, vec![(HeaderField::SecGpc, "1".into())]),
        ];
        let taken = sorted(&records, OpenTracking::Events, true);
        let kinds: Vec<EventKind> = taken.events.iter().map(|event| event.kind).collect();
        assert_eq!(kinds, [EventKind::Opened, EventKind::Clicked]);
        assert_eq!(
            taken.objections,
            BTreeMap::from([((3, Objected::Click), 1)])
        );
        assert_eq!(taken.wishes.len(), 1);

        let taken = sorted(&records, OpenTracking::LastDay, false);
        assert!(taken.events.is_empty());
        assert_eq!(taken.last_opens, HashMap::from([(ContactNo(4), 3)]));

        let taken = sorted(&records, OpenTracking::Off, false);
        assert!(taken.events.is_empty() && taken.last_opens.is_empty());
        assert!(taken.objections.is_empty());
        assert_eq!(taken.wishes.len(), 1, "leaving needs no consent");
    }

    #[test]
    fn hits_on_a_delivery_that_is_gone_are_dropped() {
        let records = [record(HitKind::Click, vec![])];
        let taken = sort(&records, &HashMap::new(), &nothing());
        assert!(taken.events.is_empty());
    }
}
