//! The fold of contacts: their touches and our mails to them into waits and threads, and what
//! these, and the fate of each delivery, add to the counts. It runs inside the fold of deliveries,
//! under the same lock.

pub(super) mod tables;
mod write;

use super::columns::{Column, rows};
use super::facts::{self, Sending};
use super::sql::statements;
use super::{Result, StoreError, Tx, calendars, zone};
use crate::domain::calendar::Calendars;
use crate::domain::day::Zone;
use crate::domain::delivery::RecipientRole;
use crate::domain::event::NewEvent;
use crate::domain::id::{ContactNo, DeliveryNo, Seq};
use crate::metrics::contact::{ContactFacts, MailFact, concerns};
use crate::metrics::delivery::{DeliveryFacts, Frozen};
use crate::metrics::episode::episodes;
use crate::metrics::tally::Change;
use crate::metrics::thread::{Thread, threads};
use crate::metrics::waits::Wait;
use crate::metrics::{deliverability, opens, replies};
use std::collections::{BTreeMap, BTreeSet};
use tables::Tables;

statements! {
    CONTACTS = "SELECT no, contact_no FROM deliveries
        WHERE contact_no IS NOT NULL AND no" in_column "";
}

type Deliveries = BTreeMap<DeliveryNo, DeliveryFacts>;
type Contacts = BTreeMap<ContactNo, ContactFacts>;

/// A batch of events and what it made of the deliveries.
pub(super) struct Batch<'a> {
    /// The number of the first event.
    pub first: Seq,
    /// The events.
    pub events: &'a [NewEvent],
    /// The facts of their deliveries before.
    pub old: &'a Deliveries,
    /// The facts that changed, after.
    pub new: &'a Deliveries,
    /// What was read of those that were frozen with this batch.
    pub frozen: Vec<Sending>,
}

/// Folds the batch into `tables`.
pub(super) async fn fold(tx: &mut Tx, tables: &Tables, mut batch: Batch<'_>) -> Result<()> {
    let mut change = Change::default();
    let unknown = DeliveryFacts::default();
    for (no, new) in batch.new {
        let old = batch.old.get(no).unwrap_or(&unknown);
        deliverability::note(&mut change, old, new);
        opens::note(&mut change, old, new);
    }
    let told = told(tx, &batch).await?;
    let mails = mails(tx, &mut batch).await?;
    if !told.is_empty() || !mails.is_empty() {
        fold_contacts(tx, tables, &batch, told, mails, &mut change).await?;
    }
    write::tallies(tx, tables, &change).await
}

async fn fold_contacts(
    tx: &mut Tx,
    tables: &Tables,
    batch: &Batch<'_>,
    told: Vec<(ContactNo, usize)>,
    mails: Vec<(ContactNo, MailFact)>,
    change: &mut Change,
) -> Result<()> {
    let mut numbers: Vec<ContactNo> = told.iter().map(|(no, _)| *no).collect();
    numbers.extend(mails.iter().map(|(no, _)| *no));
    numbers.sort_unstable();
    numbers.dedup();
    let old = load(tx, tables, &numbers).await?;
    let mut new = old.clone();
    for (contact, place) in told {
        let seq = Seq(batch.first.0 + i64::try_from(place).unwrap_or(0));
        new.entry(contact)
            .or_default()
            .apply(seq, &batch.events[place]);
    }
    for (contact, mail) in mails {
        new.entry(contact).or_default().take_mail(mail);
    }
    let unknown = ContactFacts::default();
    new.retain(|contact, facts| old.get(contact).unwrap_or(&unknown) != facts);
    write::contacts(tx, tables, &new).await?;
    let measure = Measure::load(tx).await?;
    let mut episodes = write::Episodes::default();
    for (contact, facts) in &new {
        let before = measure.derive(old.get(contact).unwrap_or(&unknown));
        let after = measure.derive(facts);
        note(change, &before, &after);
        episodes.note(*contact, &before.waits, &after.waits);
    }
    episodes.write(tx, tables).await
}

/// What follows from a contact's facts.
struct Derived {
    waits: Vec<Wait>,
    threads: Vec<Thread>,
}

fn note(change: &mut Change, before: &Derived, after: &Derived) {
    let (waits_before, waits_after) = differing(&before.waits, &after.waits);
    let (threads_before, threads_after) = differing(&before.threads, &after.threads);
    for (waits, threads, times) in [
        (waits_before, threads_before, -1),
        (waits_after, threads_after, 1),
    ] {
        for wait in waits {
            wait.add_to(change, times);
        }
        for thread in threads {
            replies::add_to(thread, change, times);
        }
    }
}

/// What is left of both without what they begin and end with alike: of a long history little
/// changes.
fn differing<'a, T: PartialEq>(before: &'a [T], after: &'a [T]) -> (&'a [T], &'a [T]) {
    let alike = |(one, other): &(&T, &T)| one == other;
    let start = before.iter().zip(after).take_while(alike).count();
    let (before, after) = (&before[start..], &after[start..]);
    let pairs = before.iter().rev().zip(after.iter().rev());
    let end = pairs.take_while(alike).count();
    (&before[..before.len() - end], &after[..after.len() - end])
}

/// What waits are measured with.
struct Measure {
    zone: Zone,
    calendars: Calendars,
}

impl Measure {
    async fn load(tx: &mut Tx) -> Result<Self> {
        let zone = zone::in_tx(tx).await?;
        let calendars = calendars::all_in(tx, &zone).await?;
        Ok(Self { zone, calendars })
    }

    fn derive(&self, facts: &ContactFacts) -> Derived {
        let waits = episodes(facts).into_iter().map(|episode| {
            let owner = episode.owner.map(|no| no.0);
            let calendar = self.calendars.of(owner, episode.opened_at);
            let mut wait = Wait {
                day: self.zone.day_of(episode.opened_at),
                in_hours: calendar.is_open(episode.opened_at),
                business_ms: None,
                episode,
            };
            let opened = wait.episode.opened_at;
            wait.business_ms = wait.closed_at().map(|at| calendar.between(opened, at));
            wait
        });
        Derived {
            waits: waits.collect(),
            threads: threads(facts),
        }
    }
}

/// The contacts that events tell of, each with the place of the event.
async fn told(tx: &mut Tx, batch: &Batch<'_>) -> Result<Vec<(ContactNo, usize)>> {
    let concerned = || {
        batch
            .events
            .iter()
            .enumerate()
            .filter(|(_, event)| concerns(event))
    };
    let by_delivery: Vec<DeliveryNo> = concerned()
        .filter(|(_, event)| event.contact.is_none())
        .filter_map(|(_, event)| event.delivery)
        .collect();
    let mut contacts: BTreeMap<DeliveryNo, ContactNo> = BTreeMap::new();
    if !by_delivery.is_empty() {
        let asked = Column::Big(by_delivery.iter().map(|no| no.0).collect());
        let found: Vec<(DeliveryNo, ContactNo)> = rows(&mut *tx, &CONTACTS, vec![asked]).await?;
        contacts.extend(found);
    }
    Ok(concerned()
        .filter_map(|(place, event)| {
            let named = event.delivery.and_then(|no| contacts.get(&no).copied());
            Some((event.contact.or(named)?, place))
        })
        .collect())
}

/// Mails that left, came back or became known to go through a gateway, for whom they were for and
/// whom their thread is with.
async fn mails(tx: &mut Tx, batch: &mut Batch<'_>) -> Result<Vec<(ContactNo, MailFact)>> {
    let state = |facts: &DeliveryFacts| {
        let gateway = facts.frozen.as_ref().map(|frozen| frozen.gateway);
        (facts.sent.is_some(), facts.bounced.is_some(), gateway)
    };
    let before = |no: &DeliveryNo| batch.old.get(no).map_or((false, false, None), state);
    let mut moved: BTreeSet<DeliveryNo> = batch
        .new
        .iter()
        .filter(|(no, facts)| facts.sent.is_some() && state(facts) != before(no))
        .filter(|(_, facts)| {
            facts
                .frozen
                .as_ref()
                .is_some_and(|f| f.role == RecipientRole::To)
        })
        .map(|(no, _)| *no)
        .collect();
    if moved.is_empty() {
        return Ok(Vec::new());
    }
    let zone = zone::in_tx(tx).await?;
    let mut mails = Vec::with_capacity(moved.len());
    let mut found = std::mem::take(&mut batch.frozen);
    found.retain(|row| moved.remove(&row.no));
    if !moved.is_empty() {
        let earlier: Vec<DeliveryNo> = moved.into_iter().collect();
        found.extend(facts::sendings(tx, &earlier).await?);
    }
    for row in found {
        let Some(facts) = batch.new.get(&row.no) else {
            continue;
        };
        let Some(frozen) = &facts.frozen else {
            continue;
        };
        let mail = mail(&row, facts, frozen, &zone);
        let whose = row.thread_contact.or(frozen.contact);
        if let Some(contact) = frozen.contact.filter(|contact| Some(*contact) != whose) {
            let elsewhere = MailFact {
                thread: None,
                ..mail.clone()
            };
            mails.push((contact, elsewhere));
        }
        mails.extend(whose.map(|contact| (contact, mail)));
    }
    Ok(mails)
}

fn mail(row: &Sending, facts: &DeliveryFacts, frozen: &Frozen, zone: &Zone) -> MailFact {
    let theirs = row.zone.as_deref().and_then(Zone::parse);
    MailFact {
        delivery: row.no,
        at: frozen.handed_over,
        day: frozen.day,
        rep: frozen.rep,
        thread: row.thread_no,
        words: u32::try_from(row.words).unwrap_or(0),
        attachment: row.attached,
        unedited: row.unedited,
        purpose: frozen.purpose,
        template: frozen.template.map(|no| no.0),
        gateway: frozen.gateway,
        slot: theirs
            .as_ref()
            .unwrap_or(zone)
            .hour_of_week(frozen.handed_over),
        returned: facts.bounced.is_some(),
    }
}

async fn load(tx: &mut Tx, tables: &Tables, numbers: &[ContactNo]) -> Result<Contacts> {
    let asked = Column::Big(numbers.iter().map(|no| no.0).collect());
    let found: Vec<(ContactNo, Vec<u8>)> = rows(tx, &tables.load_contacts, vec![asked]).await?;
    found
        .into_iter()
        .map(|(no, bytes)| {
            let facts = ContactFacts::from_bytes(&bytes).ok_or_else(|| {
                StoreError::Corrupt(format!(
                    "facts of contact {no} are of another version; run rebuild-metrics"
                ))
            })?;
            Ok((no, facts))
        })
        .collect()
}
