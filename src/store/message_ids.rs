//! The ids under which a message of ours is known: its own, and those that it got on the way,
//! since a provider may put its own in the place of ours. A reader's answer names whichever came
//! to them.

use super::sql::{execute, maybe, rows, statements};
use super::{Result, Tx};
use crate::domain::id::{DeliveryNo, MessageId};
use serde_json::json;

statements! {
    OWN = "SELECT id FROM messages WHERE message_id = $1";
    /// Two rows where the id is not one delivery's alone.
    OTHER = "SELECT d.no, d.message_id FROM message_ids i JOIN deliveries d ON d.no = i.delivery_no
        WHERE i.message_id = $1 ORDER BY d.no LIMIT 2";
    ADD = "INSERT INTO message_ids (message_id, delivery_no, source) VALUES ($1, $2, $3)
        ON CONFLICT (message_id, delivery_no) DO NOTHING";
    /// `[delivery, id]`. A server that left the message its own id tells nothing new.
    ADD_TOLD = sqlite "INSERT INTO message_ids (message_id, delivery_no, source)
        SELECT j.value ->> 1, d.no, 0
        FROM json_each($1) AS j
        JOIN deliveries d ON d.no = j.value ->> 0
        JOIN messages m ON m.id = d.message_id
        WHERE m.message_id <> j.value ->> 1
        ON CONFLICT (message_id, delivery_no) DO NOTHING"
        postgres "INSERT INTO message_ids (message_id, delivery_no, source)
        SELECT j.value ->> 1, d.no, 0
        FROM jsonb_array_elements($1::JSONB) AS j(value)
        JOIN deliveries d ON d.no = (j.value ->> 0)::BIGINT
        JOIN messages m ON m.id = d.message_id
        WHERE m.message_id <> j.value ->> 1
        ON CONFLICT (message_id, delivery_no) DO NOTHING";
}

/// Where an id of a message was learnt. The relay's answer is 0.
const FROM_SENT: i16 = 1;

/// The message of ours that has this id, without brackets, and the delivery where the id is one
/// delivery's alone. Amazon SES tells a bare id and sends it with the domain of a region behind
/// it; either leads here.
pub async fn lookup(tx: &mut Tx, id: &str) -> Result<Option<(Option<DeliveryNo>, MessageId)>> {
    if let Some((message,)) = maybe!(&mut *tx, OWN, (MessageId,); id)? {
        return Ok(Some((None, message)));
    }
    let bare = id.split_once('@').filter(|(_, domain)| is_ses(domain));
    for id in std::iter::once(id).chain(bare.map(|(bare, _)| bare)) {
        let found = rows!(&mut *tx, OTHER, (DeliveryNo, MessageId); id)?;
        if let Some((delivery, message)) = found.first() {
            return Ok(Some(((found.len() == 1).then_some(*delivery), *message)));
        }
    }
    Ok(None)
}

fn is_ses(domain: &str) -> bool {
    let domain = domain.to_ascii_lowercase();
    domain == "amazonses.com" || domain.ends_with(".amazonses.com")
}

/// Notes the id that the copy in Sent has.
pub async fn add_from_sent(tx: &mut Tx, id: &str, delivery: DeliveryNo) -> Result<()> {
    execute!(tx, ADD; id, delivery, FROM_SENT)?;
    Ok(())
}

/// Notes ids that relays told of deliveries when they took them.
pub(super) async fn add_told(
    tx: &mut Tx,
    told: impl Iterator<Item = (DeliveryNo, &str)>,
) -> Result<()> {
    let rows: Vec<_> = told.map(|(delivery, id)| (delivery.0, id)).collect();
    if !rows.is_empty() {
        execute!(tx, ADD_TOLD; json!(rows).to_string())?;
    }
    Ok(())
}
