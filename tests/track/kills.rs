//! `kill -9` of the real program at saturation, thrice over 100,000 hits (`OTKLIK_HITS_KILLS`
//! changes how often): each hit that was answered is one event afterwards, id by id, and no hit is
//! two. A hit is told from all others by its delivery and link number, which its ticket carries.

use crate::program::{Home, delivery, stop};
use otklik::domain::event::EventKind;
use otklik::domain::keys::KeyRing;
use otklik::domain::link::DestinationId;
use otklik::domain::ticket::TicketKeys;
use sqlx::Connection;
use std::collections::{HashMap, HashSet};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Child;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Hits answered before, between and after kills.
const HITS_A_LIFE: usize = 25_000;
const CLIENTS: usize = 64;
/// Links of a delivery.
const LINKS: u32 = 50;
/// No life takes this long.
const HANG: Duration = Duration::from_mins(3);
const TARGET: &str = "https://www.example.com/resources/pricing-guide?utm_source=mail&ref=anna";

/// What the clients share.
struct Run {
    address: SocketAddr,
    tickets: TicketKeys,
    /// The next hit nobody has asked for.
    next: AtomicU32,
    answered: AtomicUsize,
    enough: AtomicBool,
    numbers: Mutex<Vec<u32>>,
}

impl Run {
    fn new(home: &Home) -> Self {
        let ring = KeyRing::parse(&Home::key_text()).unwrap();
        Self {
            address: home.address,
            tickets: TicketKeys::new(&ring),
            next: AtomicU32::new(0),
            answered: AtomicUsize::new(0),
            enough: AtomicBool::new(false),
            numbers: Mutex::default(),
        }
    }

    /// Asks for one hit after another and notes those that were answered. What was under way when
    /// the connection broke is not asked again: it may be recorded or not.
    fn client(&self) {
        let mut mine = Vec::new();
        while !self.enough.load(Ordering::SeqCst) {
            let Ok(mut stream) = TcpStream::connect(self.address) else {
                std::thread::sleep(Duration::from_millis(20));
                continue;
            };
            stream.set_nodelay(true).unwrap();
            stream.set_read_timeout(Some(HANG)).unwrap();
            while !self.enough.load(Ordering::SeqCst) {
                let number = self.next.fetch_add(1, Ordering::SeqCst);
                if !self.ask(&mut stream, number) {
                    break;
                }
                mine.push(number);
                self.answered.fetch_add(1, Ordering::SeqCst);
            }
        }
        self.numbers.lock().unwrap().extend(mine);
    }

    /// Whether hit `number` was answered.
    fn ask(&self, stream: &mut TcpStream, number: u32) -> bool {
        let (no, link) = place(number);
        let to = DestinationId::of(TARGET);
        let ticket = self.tickets.sign_click(delivery(no), link, to, TARGET);
        let request = format!(
            "GET /c/{} HTTP/1.1\r\nHost: x\r\nUser-Agent: curl/8\r\n\r\n",
            ticket.unwrap()
        );
        if stream.write_all(request.as_bytes()).is_err() {
            return false;
        }
        let (mut answer, mut length) = ([0; 2_048], 0);
        loop {
            match stream.read(&mut answer[length..]) {
                Ok(0) | Err(_) => return false,
                Ok(read) => length += read,
            }
            if answer[..length].ends_with(b"\r\n\r\n") {
                assert!(answer.starts_with(b"HTTP/1.1 302"));
                return true;
            }
        }
    }

    /// Waits until `hits` are answered.
    fn reach(&self, hits: usize) {
        let begun = Instant::now();
        while self.answered.load(Ordering::SeqCst) < hits {
            assert!(begun.elapsed() < HANG, "the program no longer answers");
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

/// The delivery and link that stand for hit `number`.
fn place(number: u32) -> (u32, u16) {
    let link = u16::try_from(number % LINKS).unwrap() + 1;
    (number / LINKS + 1, link)
}

/// Loads the program while it is killed and started `kills` times. Gives its last life.
fn kill_under_load(home: &Home, run: &Run, kills: usize) -> Child {
    let mut child = home.serve();
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| run.client());
        }
        for kill in 1..=kills {
            run.reach(kill * HITS_A_LIFE);
            child.kill().unwrap();
            child.wait().unwrap();
            child = home.serve();
        }
        run.reach((kills + 1) * HITS_A_LIFE);
        run.enough.store(true, Ordering::SeqCst);
    });
    child
}

#[tokio::test]
async fn every_answered_hit_survives_kills_of_the_program_as_one_event() {
    let kills = std::env::var("OTKLIK_HITS_KILLS").map_or(3, |n| n.parse().unwrap());
    let home = Home::new();
    stop(home.serve());
    // What the clients ask without an answer is not answered later.
    let all = (kills + 1) * (HITS_A_LIFE + 10 * CLIENTS);
    home.add_deliveries(u32::try_from(all).unwrap() / LINKS + 1)
        .await;
    let run = Run::new(&home);
    let begun = Instant::now();
    let child = kill_under_load(&home, &run, kills);
    let loaded = begun.elapsed();
    let answered: HashSet<u32> = run.numbers.into_inner().unwrap().into_iter().collect();

    let mut database = home.database().await;
    let clicked = EventKind::Clicked.code();
    let (mut events, mut same) = (0_i64, 0);
    while same < 10 || events < answered.len() as i64 && begun.elapsed() < loaded + HANG {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let sql = "SELECT COUNT(*) FROM events WHERE kind = $1";
        let now: i64 = sqlx::query_scalar(sql)
            .bind(clicked)
            .fetch_one(&mut database)
            .await
            .unwrap();
        same = if now == events { same + 1 } else { 0 };
        events = now;
    }
    stop(child);
    let sql = "SELECT delivery_no, link_no, COUNT(*) FROM events WHERE kind = $1 GROUP BY 1, 2";
    let rows: Vec<(u32, u16, i64)> = sqlx::query_as(sql)
        .bind(clicked)
        .fetch_all(&mut database)
        .await
        .unwrap();
    let recorded: HashMap<(u32, u16), i64> = rows
        .into_iter()
        .map(|(no, link, n)| ((no, link), n))
        .collect();
    let sql = "SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM unrecorded";
    let unrecorded: i64 = sqlx::query_scalar(sql)
        .fetch_one(&mut database)
        .await
        .unwrap();
    database.close().await.unwrap();
    println!(
        "{} hits answered in {loaded:.1?} over {kills} kills, {events} events, {unrecorded} unrecorded",
        answered.len()
    );
    let twice: Vec<_> = recorded.iter().filter(|(_, n)| **n != 1).collect();
    assert!(twice.is_empty(), "recorded twice: {twice:?}");
    let lost: Vec<_> = answered
        .iter()
        .filter(|number| !recorded.contains_key(&place(**number)))
        .collect();
    assert!(lost.is_empty(), "answered and lost: {lost:?}");
    assert_eq!(unrecorded, 0);
    let asked = run.next.into_inner();
    let known: HashSet<_> = (0..asked).map(place).collect();
    assert!(recorded.keys().all(|place| known.contains(place)));
}
