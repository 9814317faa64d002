//! The facts of subjects: loaded for a batch, given what is frozen at the hand-over, saved.

use super::columns::{self, Column};
use super::sql::{row, statements};
use super::tables::Tables;
use super::{Result, StoreError, Tx, zone};
use crate::domain::clock::Millis;
use crate::domain::day::Zone;
use crate::domain::delivery::RecipientRole;
use crate::domain::gateway::Gateway;
use crate::domain::id::{ContactNo, ContentNo, DeliveryNo, TemplateNo, ThreadNo, UserNo};
use crate::domain::link::{DestinationId, LinkRole};
use crate::domain::message::{MailClass, MessagePurpose};
use crate::metrics::delivery::{DeliveryFacts, Frozen, FrozenLink};
use std::collections::BTreeMap;

statements! {
    /// What of a delivery and its mail is frozen at the hand-over. What was never handed over has
    /// the gateway of when it was written.
    SENDINGS = "SELECT d.no, d.rep_no, d.mailbox_no, d.contact_no, d.role, d.domain, d.track_opens,
            d.track_clicks, d.handed_over_at, d.zone, m.class, m.purpose, m.template_no, m.words,
            m.attached, m.unedited, m.thread_no, t.contact_no AS thread_contact,
            COALESCE(d.gateway, (SELECT g.gateway FROM gateways AS g
                WHERE g.domain = d.domain AND g.since <= COALESCE(d.handed_over_at, d.created_at)
                ORDER BY g.since DESC LIMIT 1)) AS gateway
        FROM deliveries AS d
            JOIN messages AS m ON m.id = d.message_id
            LEFT JOIN threads AS t ON t.no = m.thread_no
        WHERE d.no" in_column "";
    LINKS = "SELECT delivery_no, no, role, content_no, destination FROM links
        WHERE delivery_no" in_column "
        ORDER BY delivery_no, no";
}

row! {
    /// A delivery and its mail as they were handed over.
    pub(super) struct Sending {
        pub(super) no: DeliveryNo,
        rep_no: UserNo,
        mailbox_no: i64,
        contact_no: Option<ContactNo>,
        role: i16,
        domain: String,
        track_opens: i16,
        track_clicks: i16,
        handed_over_at: Option<Millis>,
        pub(super) zone: Option<String>,
        class: i16,
        purpose: i16,
        template_no: Option<TemplateNo>,
        pub(super) words: i64,
        pub(super) attached: bool,
        pub(super) unedited: bool,
        pub(super) thread_no: Option<ThreadNo>,
        pub(super) thread_contact: Option<ContactNo>,
        gateway: Option<i16>,
    }
}

impl Sending {
    /// What stands in front of the mailbox, as far as the domain tells.
    fn told(&self) -> Gateway {
        match Gateway::of_domain(&self.domain) {
            Gateway::Unknown => self
                .gateway
                .and_then(Gateway::from_code)
                .unwrap_or(Gateway::Unknown),
            known => known,
        }
    }
}

row! {
    struct LinkRow {
        delivery_no: DeliveryNo,
        no: i16,
        role: i16,
        content_no: Option<ContentNo>,
        destination: DestinationId,
    }
}

/// The facts of `deliveries`, in their order, as far as there are any.
pub(super) async fn load(
    tx: &mut Tx,
    tables: &Tables,
    deliveries: impl Iterator<Item = DeliveryNo>,
) -> Result<BTreeMap<DeliveryNo, DeliveryFacts>> {
    let asked = vec![Column::Big(deliveries.map(|no| no.0).collect())];
    columns::rows(tx, &tables.load_facts, asked)
        .await?
        .into_iter()
        .map(|(no, bytes): (DeliveryNo, Vec<u8>)| {
            DeliveryFacts::from_bytes(&bytes)
                .map(|facts| (no, facts))
                .ok_or_else(|| {
                    StoreError::Corrupt(format!(
                        "facts of delivery {no} are of another version; run rebuild-metrics"
                    ))
                })
        })
        .collect()
}

/// Writes the facts.
pub(super) async fn save(
    tx: &mut Tx,
    tables: &Tables,
    facts: &BTreeMap<DeliveryNo, DeliveryFacts>,
) -> Result<()> {
    if facts.is_empty() {
        return Ok(());
    }
    let saved = vec![
        Column::Big(facts.keys().map(|no| no.0).collect()),
        Column::Bytes(facts.values().map(DeliveryFacts::to_bytes).collect()),
    ];
    columns::execute(tx, &tables.save_facts, saved).await?;
    Ok(())
}

/// Gives each delivery that was sent or given up what is frozen at its hand-over; gives back what
/// was read of these. A delivery that has no row stays without, and counts nowhere.
pub(super) async fn freeze(
    tx: &mut Tx,
    facts: &mut BTreeMap<DeliveryNo, DeliveryFacts>,
) -> Result<Vec<Sending>> {
    let fresh: Vec<DeliveryNo> = facts
        .iter()
        .filter(|(_, facts)| facts.frozen.is_none())
        .filter(|(_, facts)| facts.sent.is_some() || facts.fate.failed.is_some())
        .map(|(no, _)| *no)
        .collect();
    if fresh.is_empty() {
        return Ok(Vec::new());
    }
    let zone = zone::in_tx(tx).await?;
    let sendings = sendings(tx, &fresh).await?;
    for sending in &sendings {
        if let Some(facts) = facts.get_mut(&sending.no) {
            let left = facts.sent.or(facts.fate.failed.map(|(at, _)| at));
            facts.frozen = Some(frozen(sending, left, &zone)?);
        }
    }
    let asked = Column::Big(fresh.iter().map(|no| no.0).collect());
    for row in columns::rows::<LinkRow>(tx, &LINKS, vec![asked]).await? {
        let frozen = facts
            .get_mut(&row.delivery_no)
            .map(|facts| &mut facts.frozen);
        if let Some(Some(frozen)) = frozen {
            frozen.links.push(frozen_link(&row)?);
        }
    }
    Ok(sendings)
}

/// Gives each delivery whose gateway is not known the one that its domain told meanwhile; gives the
/// rows that were read.
pub(super) async fn learn_gateways(
    tx: &mut Tx,
    facts: &mut BTreeMap<DeliveryNo, DeliveryFacts>,
) -> Result<Vec<Sending>> {
    let is_unknown = |facts: &DeliveryFacts| {
        let frozen = facts.frozen.as_ref();
        frozen.is_some_and(|frozen| frozen.gateway == Gateway::Unknown.code())
    };
    let asked = facts.iter().filter(|(_, facts)| is_unknown(facts));
    let asked: Vec<DeliveryNo> = asked.map(|(no, _)| *no).collect();
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let sendings = sendings(tx, &asked).await?;
    for sending in &sendings {
        let facts = facts.get_mut(&sending.no);
        if let Some(frozen) = facts.and_then(|facts| facts.frozen.as_mut()) {
            frozen.gateway = sending.told().code();
        }
    }
    Ok(sendings)
}

/// The rows of `deliveries` and of their mails.
pub(super) async fn sendings(tx: &mut Tx, deliveries: &[DeliveryNo]) -> Result<Vec<Sending>> {
    let asked = Column::Big(deliveries.iter().map(|no| no.0).collect());
    columns::rows(tx, &SENDINGS, vec![asked]).await
}

fn frozen(row: &Sending, left: Option<Millis>, zone: &Zone) -> Result<Frozen> {
    let corrupt = |what: &str| StoreError::Corrupt(format!("delivery {}: {what}", row.no));
    let handed_over = row
        .handed_over_at
        .or(left)
        .ok_or_else(|| corrupt("time of hand-over"))?;
    Ok(Frozen {
        handed_over,
        day: zone.day_of(handed_over),
        rep: row.rep_no,
        mailbox: row.mailbox_no,
        template: row.template_no,
        purpose: MessagePurpose::from_code(row.purpose).ok_or_else(|| corrupt("purpose"))?,
        class: MailClass::from_code(row.class).ok_or_else(|| corrupt("class"))?,
        contact: row.contact_no,
        role: RecipientRole::from_code(row.role).ok_or_else(|| corrupt("role"))?,
        gateway: row.told().code(),
        // Where only the day of the last open is kept (2), there is no open to count.
        tracks_opens: row.track_opens == 1,
        tracks_clicks: row.track_clicks != 0,
        links: Vec::new(),
    })
}

fn frozen_link(row: &LinkRow) -> Result<FrozenLink> {
    let role = LinkRole::from_code(row.role).ok_or_else(|| {
        let (delivery, no) = (row.delivery_no, row.no);
        StoreError::Corrupt(format!("delivery {delivery}: role of link {no}"))
    })?;
    Ok(FrozenLink {
        no: row.no.unsigned_abs(),
        role,
        content: row.content_no,
        destination: row.destination,
    })
}
