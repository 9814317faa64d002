//! The facts of subjects: loaded for a batch, given what is frozen at the hand-over, saved.

use super::columns::{self, Column};
use super::sql::{row, statements};
use super::tables::Tables;
use super::{Result, StoreError, Tx, zone};
use crate::domain::clock::Millis;
use crate::domain::day::Zone;
use crate::domain::delivery::RecipientRole;
use crate::domain::gateway::Gateway;
use crate::domain::id::{ContactNo, ContentNo, DeliveryNo, TemplateNo, UserNo};
use crate::domain::link::{DestinationId, LinkRole};
use crate::domain::message::{MailClass, MessagePurpose};
use crate::metrics::delivery::{DeliveryFacts, Frozen, FrozenLink};
use std::collections::BTreeMap;

statements! {
    /// One row a link, or one without a link.
    FREEZE = "SELECT d.no, d.rep_no, d.mailbox_no, d.contact_no, d.role, d.domain, d.track_opens,
            d.track_clicks, d.handed_over_at, m.class, m.purpose, m.template_no,
            l.no AS link_no, l.role AS link_role, l.content_no, l.destination
        FROM deliveries AS d
        JOIN messages AS m ON m.id = d.message_id
        LEFT JOIN links AS l ON l.delivery_no = d.no
        WHERE d.no" in_column "
        ORDER BY d.no, l.no";
}

row! {
    struct FreezeRow {
        no: DeliveryNo,
        rep_no: UserNo,
        mailbox_no: i64,
        contact_no: Option<ContactNo>,
        role: i16,
        domain: String,
        track_opens: i16,
        track_clicks: i16,
        handed_over_at: Option<Millis>,
        class: i16,
        purpose: i16,
        template_no: Option<TemplateNo>,
        link_no: Option<i16>,
        link_role: Option<i16>,
        content_no: Option<ContentNo>,
        destination: Option<DestinationId>,
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

/// Gives each delivery that was sent or given up what is frozen at its hand-over. A delivery that has no row
/// stays without, and counts nowhere.
pub(super) async fn freeze(
    tx: &mut Tx,
    facts: &mut BTreeMap<DeliveryNo, DeliveryFacts>,
) -> Result<()> {
    let fresh: Vec<i64> = facts
        .iter()
        .filter(|(_, facts)| facts.frozen.is_none())
        .filter(|(_, facts)| facts.sent.is_some() || facts.fate.failed.is_some())
        .map(|(no, _)| no.0)
        .collect();
    if fresh.is_empty() {
        return Ok(());
    }
    let zone = zone::in_tx(tx).await?;
    for row in columns::rows::<FreezeRow>(tx, &FREEZE, vec![Column::Big(fresh)]).await? {
        let Some(facts) = facts.get_mut(&row.no) else {
            continue;
        };
        let link = frozen_link(&row)?;
        if facts.frozen.is_none() {
            let left = facts.sent.or(facts.fate.failed.map(|(at, _)| at));
            facts.frozen = Some(frozen(&row, left, &zone)?);
        }
        if let Some(frozen) = &mut facts.frozen {
            frozen.links.extend(link);
        }
    }
    Ok(())
}

fn frozen(row: &FreezeRow, left: Option<Millis>, zone: &Zone) -> Result<Frozen> {
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
        gateway: Gateway::of_domain(&row.domain).code(),
        // Where only the day of the last open is kept (2), there is no open to count.
        tracks_opens: row.track_opens == 1,
        tracks_clicks: row.track_clicks != 0,
        links: Vec::new(),
    })
}

fn frozen_link(row: &FreezeRow) -> Result<Option<FrozenLink>> {
    let (Some(no), Some(role), Some(destination)) = (row.link_no, row.link_role, row.destination)
    else {
        return Ok(None);
    };
    let role = LinkRole::from_code(role)
        .ok_or_else(|| StoreError::Corrupt(format!("delivery {}: role of link {no}", row.no)))?;
    Ok(Some(FrozenLink {
        no: no.unsigned_abs(),
        role,
        content: row.content_no,
        destination,
    }))
}
