//! The rows a load needs beside its events, written in bulk: the library and the people once, then
//! messages, deliveries and links with each batch.

use super::{Batch, Plan};
use otklik::store::Store;
use serde_json::{Value, json};

/// The id of the `no`th thing of a kind: in the order of the numbers, as UUIDv7 would be.
pub fn id(kind: u8, no: i64) -> String {
    format!("{kind:02x}{no:030x}")
}

const USER: u8 = 1;
const MAILBOX: u8 = 2;
const CONTACT: u8 = 3;
const TEMPLATE: u8 = 4;
const CONTENT: u8 = 5;
const MESSAGE: u8 = 6;
const DELIVERY: u8 = 7;

/// One bulk insert: `columns` of `table` from the fields of each array in `rows`, where a field is
/// `i` a number, `t` text, `u` an id or `b` bytes, the last two in hexadecimal.
async fn insert(store: &Store, table: &str, columns: &str, kinds: &str, rows: &[Value]) {
    if rows.is_empty() {
        return;
    }
    let json = serde_json::to_string(rows).unwrap();
    let field = |(place, kind): (usize, char)| match (store.is_sqlite(), kind) {
        (true, 'u' | 'b') => format!("unhex(value ->> {place})"),
        (false, 'u') => format!("(value ->> {place})::UUID"),
        (false, 'b') => format!("decode(value ->> {place}, 'hex')"),
        (false, 'i') => format!("(value ->> {place})::BIGINT"),
        _ => format!("value ->> {place}"),
    };
    let fields: Vec<String> = kinds.chars().enumerate().map(field).collect();
    let from = if store.is_sqlite() {
        "json_each($1)"
    } else {
        "jsonb_array_elements($1::JSONB)"
    };
    let sql = format!(
        "INSERT INTO {table} ({columns}) SELECT {} FROM {from}",
        fields.join(", ")
    );
    let sql = sqlx::AssertSqlSafe(sql);
    match store {
        Store::Sqlite { write, .. } => {
            sqlx::query(sql).bind(json).execute(write).await.unwrap();
        }
        Store::Postgres(pool) => {
            sqlx::query(sql).bind(json).execute(pool).await.unwrap();
        }
    }
}

/// Users, mailboxes, contacts, templates, content and destinations.
pub async fn library(store: &Store, plan: &Plan) {
    let users: Vec<Value> = (1..=plan.reps)
        .map(|no| {
            json!([
                no,
                id(USER, no),
                format!("rep{no}@sender.example"),
                format!("Rep {no:03}"),
                "rep",
                0
            ])
        })
        .collect();
    insert(
        store,
        "users",
        "no, id, email, name, role, created_at",
        "iuttti",
        &users,
    )
    .await;
    let mailboxes: Vec<Value> = (1..=plan.reps)
        .map(|no| {
            json!([
                no,
                id(MAILBOX, no),
                "m",
                format!("rep{no}@sender.example"),
                "generic",
                "password",
                0
            ])
        })
        .collect();
    insert(
        store,
        "mailboxes",
        "no, id, name, address, profile, auth, created_at",
        "iutttti",
        &mailboxes,
    )
    .await;
    for first in (1..=plan.contacts).step_by(20_000) {
        let contacts: Vec<Value> = (first..=plan.contacts.min(first + 19_999))
            .map(|no| json!([no, id(CONTACT, no), format!("Contact {no}"), 0, 0]))
            .collect();
        insert(
            store,
            "contacts",
            "no, id, name, created_at, updated_at",
            "iutii",
            &contacts,
        )
        .await;
    }
    let named = |kind, count: i64, name: &str| -> Vec<Value> {
        (1..=count)
            .map(|no| json!([no, id(kind, no), format!("{name} {no}"), 0]))
            .collect()
    };
    insert(
        store,
        "templates",
        "no, id, name, created_at",
        "iuti",
        &named(TEMPLATE, plan.templates, "Template"),
    )
    .await;
    let contents: Vec<Value> = (1..=plan.contents)
        .map(|no| {
            json!([
                no,
                id(CONTENT, no),
                format!("Content {no}"),
                format!("https://c.example/{no}"),
                no,
                0
            ])
        })
        .collect();
    insert(
        store,
        "content",
        "no, id, name, url, destination, created_at",
        "iuttii",
        &contents,
    )
    .await;
    let destinations: Vec<Value> = (1..=plan.contents)
        .chain(10_000..10_050)
        .chain([20_000])
        .map(|no| json!([no, format!("https://c.example/{no}")]))
        .collect();
    insert(store, "destinations", "id, url", "it", &destinations).await;
}

/// The messages, deliveries, links and verdict revisions of a batch.
pub async fn sendings(store: &Store, batch: &Batch) {
    let messages: Vec<Value> = batch
        .sendings
        .iter()
        .map(|s| {
            json!([
                id(MESSAGE, s.no),
                s.rep,
                s.rep,
                1,
                s.purpose,
                s.template,
                "Subject",
                "Subject",
                format!("{}@sender.example", s.no),
                s.at.0
            ])
        })
        .collect();
    insert(
        store,
        "messages",
        "id, rep_no, mailbox_no, class, purpose, template_no, subject, subject_source, message_id, created_at",
        "uiiiiittti",
        &messages,
    )
    .await;
    let deliveries: Vec<Value> = batch
        .sendings
        .iter()
        .map(|s| {
            json!([
                s.no,
                id(DELIVERY, s.no),
                id(MESSAGE, s.no),
                s.rep,
                s.rep,
                s.contact,
                0,
                format!("c{}@{}", s.contact, s.domain),
                s.domain,
                "00",
                7,
                s.at.0,
                i16::from(s.tracks_clicks),
                s.at.0,
                s.at.0
            ])
        })
        .collect();
    insert(store, "deliveries", "no, id, message_id, mailbox_no, rep_no, contact_no, role, address, domain, address_hash, state, due_at, track_clicks, created_at, handed_over_at", "iuuiiiittbiiiii", &deliveries).await;
    let links: Vec<Value> = batch
        .sendings
        .iter()
        .flat_map(|s| {
            s.links.iter().map(|(no, role, content, destination)| {
                json!([s.no, no, destination, role, content, "here"])
            })
        })
        .collect();
    insert(
        store,
        "links",
        "delivery_no, no, destination, role, content_no, label",
        "iiiiit",
        &links,
    )
    .await;
    let revisions: Vec<Value> = batch
        .revisions
        .iter()
        .map(|(hit, number, at, verdict)| json!([hit, number, at, verdict, 0, "[]"]))
        .collect();
    insert(
        store,
        "verdict_revisions",
        "hit, number, at, verdict, rule, params",
        "iiiiit",
        &revisions,
    )
    .await;
}
