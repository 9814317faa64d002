//! Working time over the API: zones, hours, holidays and the day from which they hold; and who
//! answers for whom.

use super::site::{Person, Site, id};
use crate::support::engines::Engine;
use crate::support::world::START;
use otklik::domain::clock::{Clock, Millis};
use serde_json::{Value, json};
use uuid::Uuid;

fn at(text: &str) -> Millis {
    Millis::parse_rfc3339(text).unwrap()
}

/// Moves the clock on to this moment.
fn until(site: &Site, text: &str) {
    let left = at(text).since(site.ctx.clock.now());
    assert!(left >= 0, "{text} is over");
    site.ctx.clock.advance(left);
}

async fn touch(site: &Site, contact: Uuid, person: &Person, body: Value) -> Value {
    let mut body = body;
    body["contact"] = json!(contact);
    let (status, made) = site.post("/touches", person, &body).await;
    assert_eq!(status, 201, "{made}");
    made
}

/// They write to us now; whether that is in the working hours of whose contact they are.
async fn writes(site: &Site, contact: Uuid) -> (Value, bool) {
    let body = json!({"channel": "email", "direction": "in", "words": 12});
    let made = touch(site, contact, &site.admin, body).await;
    let path = format!("/episodes/{}", id(&made));
    let (status, wait) = site.get(&path, &site.admin).await;
    assert_eq!(status, 200, "{wait}");
    (made, wait["in_hours"].as_bool().unwrap())
}

/// They write; we answer at `when`.
async fn answered_at(site: &Site, contact: Uuid, when: &str) -> bool {
    let (_, in_hours) = writes(site, contact).await;
    until(site, when);
    touch(
        site,
        contact,
        &site.rep,
        json!({"channel": "call", "result": "connected"}),
    )
    .await;
    in_hours
}

/// Answered within an hour, of how many, by that clock; and of those begun in working hours, by the
/// wall clock.
async fn counted(site: &Site, clock: &str) -> [i64; 4] {
    let path = format!("/reports/response-time?from=2026-05-01&to=2026-06-01&clock={clock}");
    let (status, report) = site.get(&path, &site.admin).await;
    assert_eq!(status, 200, "{report}");
    let row = &report["rows"][0];
    ["n", "of", "in_hours_n", "in_hours_of"].map(|name| row[name].as_i64().unwrap())
}

fn week(from: &str, to: &str) -> Value {
    let day = json!([[from, to]]);
    json!([day, day, day, day, day, [], []])
}

fn field(problem: &Value) -> &str {
    problem["errors"][0]["field"].as_str().unwrap_or("")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_holds_from_its_day_on_and_nothing_measured_changes() {
    for engine in Engine::BOTH {
        // Monday at eight in UTC, an hour before the usual day begins.
        let site = Site::on(engine, Clock::manual(START)).await;
        let anna = site.contact(&site.rep, "anna@client.example").await;
        let before_work = answered_at(&site, anna, "2026-05-04T09:20:00Z").await;
        assert!(!before_work, "{engine:?}");
        until(&site, "2026-05-04T10:00:00Z");
        assert_eq!(counted(&site, "wall").await, [0, 1, 0, 0]);
        assert_eq!(
            counted(&site, "business").await,
            [1, 1, 0, 0],
            "20 working minutes"
        );

        let early = json!({"name": "Early", "zone": "Europe/Berlin", "hours": week("07:00", "15:00"),
            "users": [site.rep.id()]});
        for (change, wrong) in [
            (json!({"from": "2026-05-04"}), "from"),
            (json!({"from": "2026-05-01"}), "from"),
            (json!({"zone": "Europe/Atlantis"}), "zone"),
            (json!({"hours": week("15:00", "07:00")}), "hours"),
            (json!({"hours": [[["09:00", "12:00"]]]}), "hours"),
            (json!({"holidays": ["2026-02-30"]}), "holidays"),
            (json!({"users": [site.stranger.id()]}), "users"),
            (json!({"everybody": true}), "everybody"),
        ] {
            let mut body = early.clone();
            body.as_object_mut()
                .unwrap()
                .extend(change.as_object().unwrap().clone());
            let (status, problem) = site.post("/calendars", &site.manager, &body).await;
            assert_eq!(
                (status, field(&problem)),
                (422, wrong),
                "{change}: {problem}"
            );
        }
        let (status, made) = site.post("/calendars", &site.manager, &early).await;
        assert_eq!(status, 201, "{made}");
        // Tomorrow in Berlin.
        assert_eq!(made["versions"][0]["since"], "2026-05-04T22:00:00.000Z");
        assert_eq!(made["versions"][0]["hours"], week("07:00", "15:00"));
        let owner = json!({"user": site.rep.id(), "since": "2026-05-04T22:00:00.000Z"});
        assert_eq!(made["users"], json!([owner]));

        // Still the old day; measured to its end, whatever holds when we answer.
        until(&site, "2026-05-04T16:00:00Z");
        assert!(answered_at(&site, anna, "2026-05-05T05:30:00Z").await);
        until(&site, "2026-05-05T06:30:00Z");
        assert_eq!(
            counted(&site, "business").await,
            [2, 2, 0, 1],
            "60 minutes until five"
        );
        holidays_and_versions(&site, anna, &made).await;
    }
}

async fn holidays_and_versions(site: &Site, anna: Uuid, made: &Value) {
    // Half past eight in Berlin is work, half past three is not.
    assert!(answered_at(site, anna, "2026-05-05T06:40:00Z").await);
    until(site, "2026-05-05T13:30:00Z");
    assert!(!answered_at(site, anna, "2026-05-06T05:10:00Z").await);
    until(site, "2026-05-06T08:00:00Z");
    assert_eq!(counted(site, "business").await, [4, 4, 1, 2]);
    assert_eq!(counted(site, "wall").await, [1, 4, 1, 2]);

    let path = format!("/calendars/{}", id(made));
    let closed = json!({"holidays": ["2026-05-14"], "from": "2026-05-08"});
    let (status, changed) = site.patch(&path, &site.manager, &closed).await;
    assert_eq!(status, 200, "{changed}");
    let versions = changed["versions"].as_array().unwrap();
    assert_eq!(versions.len(), 2);
    assert_eq!(
        (&versions[0]["holidays"], &versions[1]["holidays"]),
        (&json!([]), &closed["holidays"])
    );
    assert_eq!(versions[1]["hours"], versions[0]["hours"], "the rest stays");
    let (status, problem) = site.patch(&path, &site.manager, &closed).await;
    assert_eq!(
        (status, field(&problem)),
        (422, "from"),
        "one version a day"
    );

    // Ascension Day: the hour begins on Friday at seven.
    until(site, "2026-05-14T08:00:00Z");
    assert!(!answered_at(site, anna, "2026-05-15T05:30:00Z").await);
    until(site, "2026-05-15T07:00:00Z");
    assert_eq!(counted(site, "business").await, [5, 5, 1, 2]);

    // Out of the list, and still theirs.
    assert_eq!(site.delete(&path, &site.manager).await.0, 204);
    assert_eq!(site.get(&path, &site.manager).await.0, 404);
    assert_eq!(
        site.get("/calendars", &site.rep).await.1["items"],
        json!([])
    );
    until(site, "2026-05-15T13:30:00Z");
    assert!(!writes(site, anna).await.1);
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_without_a_calendar_has_that_of_all() {
    for engine in Engine::BOTH {
        let site = Site::on(engine, Clock::manual(START)).await;
        let anna = site.contact(&site.rep, "anna@client.example").await;
        let boris = site.contact(&site.manager, "boris@client.example").await;
        let india = json!({"name": "All", "zone": "Asia/Kolkata", "hours": week("09:30", "18:00"), "everybody": true});
        let (status, made) = site.post("/calendars", &site.admin, &india).await;
        assert_eq!(
            (status, &made["users"][0]["user"]),
            (201, &Value::Null),
            "{made}"
        );
        let own = json!({"name": "Own", "zone": "America/New_York", "hours": week("09:00", "17:00"),
            "users": [site.rep.id()]});
        assert_eq!(site.post("/calendars", &site.manager, &own).await.0, 201);
        // Half past ten in India, one in the night in New York; ten in the morning there, half past
        // seven in the evening in India.
        for (when, rep, manager) in [
            ("2026-05-06T05:00:00Z", false, true),
            ("2026-05-06T14:00:00Z", true, false),
        ] {
            until(&site, when);
            for (contact, expected) in [(anna, rep), (boris, manager)] {
                let (opening, in_hours) = writes(&site, contact).await;
                assert_eq!(in_hours, expected, "{engine:?} {when}");
                let done = json!({"state": "dismissed"});
                let path = format!("/episodes/{}", id(&opening));
                assert_eq!(site.patch(&path, &site.admin, &done).await.0, 200);
            }
        }
    }
}

/// The names of those who wait for a person, each with whose turn it is and who stands in.
async fn waiting(site: &Site, person: &Person) -> Vec<(Value, Value)> {
    let (status, list) = site.get("/episodes", person).await;
    assert_eq!(status, 200, "{list}");
    let items = list["items"].as_array().unwrap().iter();
    items
        .map(|wait| (wait["owner"].clone(), wait["deputy"].clone()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deputy_sees_who_waits_takes_it_and_answers() {
    for engine in Engine::BOTH {
        let site = Site::on(engine, Clock::manual(START)).await;
        let anna = site.contact(&site.rep, "anna@client.example").await;
        let away = json!({"deputy": site.stranger.id(), "since": "2026-05-05T00:00:00Z", "until": "2026-05-08T00:00:00Z"});
        let (status, problem) = site.post("/deputies", &site.rep, &away).await;
        assert_eq!(
            (status, field(&problem)),
            (422, "deputy"),
            "of another team"
        );
        let path = format!("/users/{}", site.stranger.id());
        let team = json!({"team": site.rep.viewer.team.unwrap().to_string()});
        assert_eq!(site.patch(&path, &site.admin, &team).await.0, 200);
        let mate = &site.stranger;
        for (change, wrong) in [
            (json!({"deputy": site.rep.id()}), "deputy"),
            (json!({"user": site.marketer.id()}), "user"),
            (json!({"until": "2026-05-05T00:00:00Z"}), "until"),
        ] {
            let mut body = away.clone();
            body.as_object_mut()
                .unwrap()
                .extend(change.as_object().unwrap().clone());
            let (status, problem) = site.post("/deputies", &site.rep, &body).await;
            assert_eq!((status, field(&problem)), (422, wrong), "{problem}");
        }
        let (status, entry) = site.post("/deputies", &site.rep, &away).await;
        assert_eq!(
            (status, &entry["user"]),
            (201, &json!(site.rep.id())),
            "{entry}"
        );
        assert_eq!(site.get("/deputies", mate).await.1["items"], json!([entry]));

        writes(&site, anna).await;
        assert_eq!(waiting(&site, mate).await, [], "not away yet");
        until(&site, "2026-05-05T10:00:00Z");
        let both = [(json!(site.rep.id()), json!(mate.id()))];
        assert_eq!(waiting(&site, mate).await, both, "{engine:?}");
        assert_eq!(waiting(&site, &site.rep).await, both);
        let (_, report) = site
            .get(
                "/reports/response-time?from=2026-05-01&to=2026-06-01",
                &site.admin,
            )
            .await;
        let listed = &report["waiting"][0];
        assert_eq!(
            (&listed["owner"], &listed["deputy"]),
            (&json!("rep"), &json!("stranger"))
        );
        until(&site, "2026-05-08T00:00:00Z");
        assert_eq!(waiting(&site, mate).await, [], "back again");
        takes_it_and_answers(&site, anna).await;
    }
}

async fn takes_it_and_answers(site: &Site, anna: Uuid) {
    let mate = &site.stranger;
    let again = json!({"user": site.rep.id(), "deputy": mate.id(), "since": "2026-05-08T00:00:00Z",
        "until": "2026-05-20T00:00:00Z"});
    let (status, entry) = site.post("/deputies", &site.manager, &again).await;
    assert_eq!(status, 201, "{entry}");
    let (_, list) = site.get("/episodes", mate).await;
    let wait = format!("/episodes/{}", id(&list["items"][0]));
    let contact = format!("/contacts/{anna}");
    assert_eq!(
        site.get(&contact, mate).await.0,
        404,
        "to see is not to open"
    );
    let (status, taken) = site.patch(&wait, mate, &json!({"owner": mate.id()})).await;
    assert_eq!(
        (status, &taken["owner"]),
        (200, &json!(mate.id())),
        "{taken}"
    );
    assert_eq!(
        site.get(&contact, mate).await.0,
        200,
        "who looks after a wait"
    );
    touch(
        site,
        anna,
        mate,
        json!({"channel": "call", "result": "connected"}),
    )
    .await;
    assert_eq!(waiting(site, mate).await, []);
    assert_eq!(site.get(&contact, mate).await.0, 404, "until it ends");
    let path = format!("/deputies/{}", id(&entry));
    assert_eq!(site.delete(&path, mate).await.0, 404, "not theirs to end");
    assert_eq!(site.delete(&path, &site.rep).await.0, 204);
    assert_eq!(site.get("/deputies", &site.rep).await.1["items"], json!([]));

    // Charged to the owner at its beginning, credited to who answered; one's own is always shown.
    let path = "/reports/response-time?from=2026-05-01&to=2026-06-01&by=rep";
    for (person, of, credited) in [(&site.rep, 1, 0), (mate, 0, 1)] {
        let (_, report) = site.get(path, person).await;
        let rows = report["rows"].as_array().unwrap();
        let own = rows.iter().find(|row| row["key"] == person.id()).unwrap();
        assert_eq!(
            (&own["of"], &own["credited"]),
            (&json!(of), &json!(credited)),
            "{report}"
        );
    }
}
