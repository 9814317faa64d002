//! The public endpoints, asked by the letter and against it.

use crate::folder::Folder;
use actix_web::http::{Method, StatusCode};
use actix_web::{App, test};
use otklik::domain::clock::{Clock, Millis};
use otklik::domain::hit::{HeaderField, HitKind, HitRecord};
use otklik::domain::id::DeliveryId;
use otklik::domain::keys::KeyRing;
use otklik::domain::link::DestinationId;
use otklik::domain::ticket::TicketKeys;
use otklik::intake::{Intake, Limits};
use otklik::store::{PoolSizes, Store};
use otklik::track::destinations::{Destinations, Live};
use otklik::track::proxies::Proxies;
use otklik::web::track::{TrackState, routes};
use std::sync::Arc;
use uuid::Uuid;

const TARGET: &str = "https://example.org/a?q=%EF&f[0]=1#grün";
const DELIVERY: DeliveryId = DeliveryId(Uuid::from_bytes([9; 16]));

struct World {
    state: TrackState,
    _folder: Folder,
}

impl World {
    /// A tracking node whose database does not answer.
    async fn new() -> Self {
        let folder = Folder::new();
        let ring = KeyRing::parse(&KeyRing::generate([7; 32])).unwrap();
        let intake = folder.0.join("intake");
        let intake = Intake::open(&intake, &ring, Limits::default());
        let down = "postgres://nobody@127.0.0.1:1/none";
        let state = TrackState {
            tickets: TicketKeys::new(&ring),
            intake: intake.await.unwrap(),
            destinations: Live::default(),
            proxies: Proxies::new(vec!["127.0.0.0/8".parse().unwrap()]),
            clock: Clock::manual(Millis(1_000)),
            store: Store::open(down, PoolSizes::default()).unwrap(),
        };
        Self {
            state,
            _folder: folder,
        }
    }

    fn click(&self) -> String {
        let destination = DestinationId::of(TARGET);
        self.state
            .tickets
            .sign_click(DELIVERY, 3, destination, TARGET)
            .unwrap()
    }

    /// Status, the named header and the body of one request.
    async fn ask(&self, method: Method, path: &str, header: &str) -> (StatusCode, String, Vec<u8>) {
        self.send(method, path, "", header).await
    }

    /// As [`Self::ask`], with a body.
    async fn send(
        &self,
        method: Method,
        path: &str,
        body: &'static str,
        header: &str,
    ) -> (StatusCode, String, Vec<u8>) {
        let add_routes = routes(self.state.clone());
        let app = test::init_service(App::new().configure(|config| add_routes(config))).await;
        let request = test::TestRequest::with_uri(path)
            .method(method)
            .peer_addr("127.0.0.1:9".parse().unwrap())
            .insert_header(("user-agent", "Mozilla/5.0"))
            .insert_header(("x-forwarded-for", "203.0.113.7"))
            .set_payload(body)
            .to_request();
        let response = test::call_service(&app, request).await;
        let value = response.headers().get(header);
        let value = value.map_or("", |value| value.to_str().unwrap()).to_owned();
        let status = response.status();
        (status, value, test::read_body(response).await.to_vec())
    }

    async fn records(&self) -> Vec<HitRecord> {
        let mut records = Vec::new();
        for source in self.state.intake.sources() {
            let page = self.state.intake.drain(source.id, 0, usize::MAX).await;
            let found = page.unwrap().records.into_iter();
            records.extend(found.map(|(_, bytes)| HitRecord::from_bytes(&bytes).unwrap()));
        }
        records
    }
}

#[actix_web::test]
async fn a_click_leads_exactly_where_the_author_meant_and_is_on_disk_before_the_answer() {
    let world = World::new().await;
    let path = format!("/c/{}?url=https://evil.test/&u=//evil.test", world.click());
    let expected = "https://example.org/a?q=%EF&f[0]=1#gr%C3%BCn";
    for method in [Method::GET, Method::HEAD] {
        let (status, location, _) = world.ask(method.clone(), &path, "location").await;
        assert_eq!((status, location.as_str()), (StatusCode::FOUND, expected));
        let (_, cache, _) = world.ask(method.clone(), &path, "cache-control").await;
        assert_eq!(cache, "no-store");
        let (_, referrer, _) = world.ask(method, &path, "referrer-policy").await;
        assert_eq!(referrer, "no-referrer");
    }
    let records = world.records().await;
    assert_eq!(records.len(), 6);
    assert_eq!(records[0].kind, HitKind::Click);
    assert_eq!((records[0].delivery, records[0].link_no), (DELIVERY, 3));
    assert_eq!(records[0].client, Some("203.0.113.7".parse().unwrap()));
    assert_eq!(
        records[0].header(HeaderField::UserAgent),
        Some("Mozilla/5.0")
    );
}

#[actix_web::test]
async fn ten_thousand_broken_tickets_get_the_neutral_answers_and_leave_nothing() {
    let world = World::new().await;
    let click = world.click();
    let open = world.state.tickets.sign_open(DELIVERY);
    let leave = world.state.tickets.sign_unsubscribe(DELIVERY);
    let add_routes = routes(world.state.clone());
    let app = test::init_service(App::new().configure(|config| add_routes(config))).await;
    let image = world
        .ask(Method::GET, &format!("/o/{open}.gif"), "")
        .await
        .2;
    assert_eq!(image.len(), 43);
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut random = fastrand::Rng::with_seed(7);
    let mut page = None;
    for number in 0..10_000 {
        let (prefix, good, suffix) = match number % 3 {
            0 => ("/c/", &click, ""),
            1 => ("/o/", &open, ".gif"),
            _ => ("/u/", &leave, ""),
        };
        let mut ticket = good.clone().into_bytes();
        let at = random.usize(..ticket.len());
        match number % 4 {
            0 => ticket.truncate(at),
            1 => ticket.insert(at, *random.choice(alphabet).unwrap()),
            _ => {
                let was = ticket[at];
                ticket[at] = *alphabet
                    .iter()
                    .filter(|c| **c != was)
                    .nth(random.usize(..63))
                    .unwrap();
            }
        }
        let path = format!("{prefix}{}{suffix}", String::from_utf8(ticket).unwrap());
        let response =
            test::call_service(&app, test::TestRequest::with_uri(&path).to_request()).await;
        let status = response.status();
        let body = test::read_body(response).await;
        if prefix == "/o/" {
            assert_eq!(
                (status, body.as_ref()),
                (StatusCode::OK, image.as_slice()),
                "{path}"
            );
        } else if path.len() > prefix.len() {
            assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
            assert_eq!(page.get_or_insert(body.clone()), &body, "{path}");
        }
    }
    assert_eq!(world.records().await.len(), 1, "the good pixel alone");
}

#[actix_web::test]
async fn reading_an_unsubscribe_page_changes_nothing_and_posting_is_durable_without_the_database() {
    let world = World::new().await;
    let path = format!("/u/{}", world.state.tickets.sign_unsubscribe(DELIVERY));
    for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
        let (status, ..) = world.ask(method, &path, "").await;
        assert!(status.is_success());
    }
    assert!(world.records().await.is_empty());
    let (status, _, body) = world.ask(Method::POST, &path, "").await;
    assert_eq!(status, StatusCode::OK);
    assert!(String::from_utf8(body).unwrap().contains("unsubscribed"));
    let records = world.records().await;
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].kind, HitKind::Unsubscribe);
    let (status, _, body) = world.send(Method::POST, &path, "undo=1", "").await;
    assert_eq!(status, StatusCode::OK);
    let body = String::from_utf8(body).unwrap();
    assert!(body.contains("subscribed again"));
    assert_eq!(world.records().await[1].kind, HitKind::Resubscribe);
    world.state.intake.close().await;
    for body in ["", "undo=1"] {
        let (status, retry, _) = world.send(Method::POST, &path, body, "retry-after").await;
        assert_eq!(
            (status, retry.as_str()),
            (StatusCode::SERVICE_UNAVAILABLE, "60")
        );
    }
}

#[actix_web::test]
async fn a_blocked_link_is_dead_and_a_moved_one_leads_elsewhere_and_a_lost_hit_still_redirects() {
    let world = World::new().await;
    let path = format!("/c/{}", world.click());
    let mut all = Destinations::default();
    all.moved
        .insert(DestinationId::of(TARGET), "https://new.example/".into());
    all.abuse_contact = Some("abuse@example.org".into());
    world.state.destinations.store(Arc::new(all.clone()));
    let (status, location, _) = world.ask(Method::GET, &path, "location").await;
    assert_eq!(
        (status, location.as_str()),
        (StatusCode::FOUND, "https://new.example/")
    );
    world.state.intake.close().await;
    let (status, ..) = world.ask(Method::GET, &path, "location").await;
    assert_eq!(status, StatusCode::FOUND);
    assert_eq!(world.state.intake.unrecorded(), 1);
    all.blocked_destinations.insert(DestinationId::of(TARGET));
    world.state.destinations.store(Arc::new(all));
    let (status, location, body) = world.ask(Method::GET, &path, "location").await;
    assert_eq!((status, location.as_str()), (StatusCode::NOT_FOUND, ""));
    assert!(
        String::from_utf8(body)
            .unwrap()
            .contains("abuse@example.org")
    );
}
