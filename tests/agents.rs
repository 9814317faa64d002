//! Agents that others collected against ours: crawlers that declare themselves, and the browsers of
//! people. `tests/peers/agents.sh` fetches both.

use otklik::classify::judge;
use otklik::domain::clock::Millis;
use otklik::domain::hit::{HeaderField, HitKind, HitRecord, Method};
use otklik::domain::id::DeliveryId;
use otklik::domain::link::DestinationId;
use otklik::domain::verdict::Verdict;
use otklik::track::catalogue::Catalogue;
use otklik::track::reduce;
use std::path::Path;
use std::process::Command;
use uuid::Uuid;

/// The agents of `file`.
fn agents(file: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let status = Command::new("bash")
        .arg(root.join("tests/peers/agents.sh"))
        .status()
        .expect("bash runs");
    assert!(status.success(), "tests/peers/agents.sh failed");
    let text = std::fs::read(root.join("target/peers/agents").join(file)).unwrap();
    serde_json::from_slice(&text).unwrap()
}

/// The verdict on a request by `agent` that has every header of a person's click, so that the agent
/// alone can give it away.
fn verdict(kind: HitKind, agent: &str) -> Verdict {
    let headers = [
        (HeaderField::UserAgent, agent),
        (HeaderField::Accept, "text/html,application/xhtml+xml"),
        (HeaderField::AcceptLanguage, "en"),
        (HeaderField::SecFetchMode, "navigate"),
        (HeaderField::SecFetchDest, "document"),
        (HeaderField::SecFetchUser, "?1"),
        (HeaderField::Scheme, "https"),
    ];
    let record = HitRecord {
        at: Millis(0),
        kind,
        delivery: DeliveryId(Uuid::nil()),
        link_no: 1,
        destination: DestinationId(1),
        method: Method::Get,
        client: None,
        headers: headers
            .map(|(field, value)| (field, value.to_owned()))
            .to_vec(),
    };
    judge(kind, &reduce(&record, None, &Catalogue::default(), None)).verdict
}

#[test]
fn crawlers_that_declare_themselves_are_not_people() {
    let agents = agents("crawlers.json");
    let missed: Vec<&String> = agents
        .iter()
        .filter(|agent| verdict(HitKind::Click, agent).counts_as_human())
        .collect();
    println!("{} of {} taken for people", missed.len(), agents.len());
    assert!(agents.len() > 2_000);
    assert!(missed.len() * 100 <= agents.len(), "{missed:#?}");
}

#[test]
fn peoples_browsers_are_not_machines() {
    let agents = agents("people.json");
    assert_eq!(agents.len(), 5_000);
    let machine = |kind, agent: &str| {
        matches!(
            verdict(kind, agent),
            Verdict::Scanner | Verdict::Preview | Verdict::Prefetch
        )
    };
    let accused: Vec<&String> = agents
        .iter()
        .filter(|agent| machine(HitKind::Click, agent) || machine(HitKind::Open, agent))
        .collect();
    println!("{} of {} taken for machines", accused.len(), agents.len());
    assert!(accused.len() <= 1, "{accused:#?}");
    let missed = agents
        .iter()
        .filter(|agent| !verdict(HitKind::Click, agent).counts_as_human())
        .count();
    println!("{missed} of {} not taken for people", agents.len());
    assert!(missed * 100 <= agents.len());
}
