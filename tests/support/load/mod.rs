//! A year of an organisation's mail, drawn from a seed: deliveries in the order they leave, and the
//! events that follow in the order they happen. Tests take a few thousand, benchmarks millions.

pub mod rows;

use otklik::domain::clock::{DAY_MS, HOUR_MS, MINUTE_MS, Millis};
use otklik::domain::event::{Detail, EventKind, NewEvent, Revision};
use otklik::domain::hit::{Agent, AgentClass, HeaderBits, HitFacts, Method, Network};
use otklik::domain::id::{DeliveryNo, Seq};
use otklik::domain::verdict::{Judgement, Rule, Verdict};
use otklik::store::{Store, log};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::{Duration, Instant};

/// How much of what.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    pub seed: u64,
    pub deliveries: i64,
    pub reps: i64,
    pub contents: i64,
    pub templates: i64,
    pub contacts: i64,
    pub days: i64,
    /// When the first mail leaves.
    pub start: Millis,
}

/// One delivery with its links.
#[derive(Debug, Clone)]
pub struct Sending {
    pub no: i64,
    pub at: Millis,
    pub rep: i64,
    pub contact: i64,
    pub template: Option<i64>,
    pub purpose: i16,
    pub domain: &'static str,
    pub tracks_clicks: bool,
    /// Number, role, content, destination.
    pub links: Vec<(i16, i16, Option<i64>, i64)>,
}

/// What is written together.
#[derive(Debug, Default)]
pub struct Batch {
    pub sendings: Vec<Sending>,
    pub events: Vec<NewEvent>,
    /// Hit, number, time, verdict.
    pub revisions: Vec<(i64, i32, i64, i16)>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Happening {
    Plain(EventKind),
    Open(Verdict),
    Click(u16, Verdict),
    Revised(Seq, Millis, u16, Verdict),
}

type Due = Reverse<(Millis, i64, Happening)>;

/// Draws batches until the plan is used up.
pub struct Simulation {
    plan: Plan,
    rng: fastrand::Rng,
    next: i64,
    seq: i64,
    due: BinaryHeap<Due>,
}

impl Simulation {
    pub fn new(plan: Plan) -> Self {
        Self {
            plan,
            rng: fastrand::Rng::with_seed(plan.seed),
            next: 1,
            seq: 0,
            due: BinaryHeap::new(),
        }
    }

    /// The next `events` events or fewer, with the deliveries they need; `None` at the end.
    pub fn batch(&mut self, events: usize) -> Option<Batch> {
        let mut batch = Batch::default();
        while batch.events.len() < events {
            let leaves = self.leaves(self.next);
            let more = self.next <= self.plan.deliveries;
            match self.due.peek() {
                Some(Reverse((at, ..))) if !more || *at <= leaves => {
                    let Reverse((at, no, happening)) = self.due.pop().unwrap();
                    self.happen(at, no, happening, &mut batch);
                }
                _ if more => {
                    let sending = self.send(leaves);
                    batch.sendings.push(sending);
                }
                _ => break,
            }
        }
        (!batch.events.is_empty()).then_some(batch)
    }

    fn leaves(&self, no: i64) -> Millis {
        let step = self.plan.days * DAY_MS / self.plan.deliveries;
        self.plan.start.plus((no - 1) * step)
    }

    fn one_in(&mut self, n: i64) -> bool {
        self.rng.i64(0..n) == 0
    }

    fn skewed(&mut self, below: i64) -> i64 {
        let x = self.rng.f64();
        1 + (x * x * below as f64) as i64
    }

    fn send(&mut self, at: Millis) -> Sending {
        const DOMAINS: [&str; 6] = [
            "acme.example",
            "gmail.com",
            "outlook.com",
            "mail.ru",
            "gmx.de",
            "firm.example",
        ];
        let no = self.next;
        self.next += 1;
        let content = self.skewed(self.plan.contents);
        let mut links = vec![(1, 0, Some(content), content)];
        if self.one_in(3) {
            let other = self.skewed(self.plan.contents);
            links.push((2, 0, Some(other), other));
        }
        if self.one_in(2) {
            links.push((3, 2, None, 10_000 + self.rng.i64(0..50)));
        }
        links.push((4, 3, None, 20_000));
        let sending = Sending {
            no,
            at,
            rep: self.rng.i64(1..=self.plan.reps),
            contact: self.rng.i64(1..=self.plan.contacts),
            template: (!self.one_in(4)).then(|| self.rng.i64(1..=self.plan.templates)),
            purpose: self.rng.i16(0..4),
            domain: DOMAINS[self.rng.usize(..DOMAINS.len())],
            tracks_clicks: !self.one_in(20),
            links,
        };
        self.plan_hits(&sending);
        sending
    }

    fn push(&mut self, at: Millis, no: i64, happening: Happening) {
        self.due.push(Reverse((at, no, happening)));
    }

    fn plan_hits(&mut self, sending: &Sending) {
        let (no, at) = (sending.no, sending.at);
        self.push(at.plus(-MINUTE_MS), no, Happening::Plain(EventKind::Queued));
        self.push(at.plus(700), no, Happening::Plain(EventKind::Sent));
        if self.one_in(50) {
            self.push(
                at.plus(20 * MINUTE_MS),
                no,
                Happening::Plain(EventKind::Bounced),
            );
            return;
        }
        for _ in 0..self.rng.i64(0..3) {
            let wait = self.rng.i64(1_000..3 * DAY_MS);
            self.push(at.plus(wait), no, Happening::Open(Verdict::Proxy));
        }
        if !sending.tracks_clicks {
            return;
        }
        if self.one_in(6) {
            for (link, ..) in &sending.links {
                let wait = self.rng.i64(2_000..2 * MINUTE_MS);
                self.push(
                    at.plus(wait),
                    no,
                    Happening::Click(link.unsigned_abs(), Verdict::Scanner),
                );
            }
        }
        // Some content earns ten times the clicks of other content.
        let interest = 4 + sending.links[0].3 % 37;
        while self.one_in(interest) {
            let link = sending.links[self.rng.usize(..sending.links.len())].0;
            let wait = (MINUTE_MS as f64 * (self.rng.f64() * 10.2).exp()) as i64;
            for again in 0..=self.rng.i64(0..3) {
                let wait = wait + again * 2 * HOUR_MS;
                self.push(
                    at.plus(wait),
                    no,
                    Happening::Click(link.unsigned_abs(), Verdict::LikelyHuman),
                );
            }
        }
    }

    fn happen(&mut self, at: Millis, no: i64, happening: Happening, batch: &mut Batch) {
        self.seq += 1;
        let seq = Seq(self.seq);
        let (kind, detail) = match happening {
            Happening::Plain(kind) => (kind, Detail::None),
            Happening::Open(verdict) => (EventKind::Opened, self.hit(0, verdict)),
            Happening::Click(link, verdict) => {
                if self.one_in(100) {
                    let other = match verdict {
                        Verdict::LikelyHuman => Verdict::Scanner,
                        _ => Verdict::LikelyHuman,
                    };
                    self.push(
                        at.plus(30_000),
                        no,
                        Happening::Revised(seq, at, link, other),
                    );
                }
                (EventKind::Clicked, self.hit(link, verdict))
            }
            Happening::Revised(hit, hit_at, link_no, verdict) => {
                batch.revisions.push((hit.0, 1, at.0, verdict.code()));
                let revision = Revision {
                    hit,
                    hit_at,
                    hit_kind: EventKind::Clicked,
                    link_no,
                    number: 1,
                    was: Verdict::Unknown,
                    judgement: judgement(verdict),
                };
                (EventKind::Revised, Detail::Revision(revision))
            }
        };
        batch.events.push(NewEvent {
            at,
            kind,
            delivery: Some(DeliveryNo(no)),
            contact: None,
            detail,
        });
    }

    fn hit(&mut self, link_no: u16, verdict: Verdict) -> Detail {
        let facts = HitFacts {
            method: Method::Get,
            network: Network::V4([198, 51, self.rng.u8(..)]),
            client: Some(self.rng.u64(..)),
            agent: Agent {
                class: AgentClass::Browser,
                family: "Chrome".to_owned(),
                major: 140,
                system: "Windows".to_owned(),
            },
            bits: HeaderBits(HeaderBits::NAVIGATE | HeaderBits::DOCUMENT | HeaderBits::HTML),
            listed: None,
            own: None,
        };
        Detail::Hit {
            link_no,
            facts,
            judgement: judgement(verdict),
        }
    }
}

fn judgement(verdict: Verdict) -> Judgement {
    let rule = match verdict {
        Verdict::LikelyHuman => Rule::HNav,
        _ => Rule::BDeclared,
    };
    Judgement {
        verdict,
        rule,
        params: vec!["Chrome".to_owned()],
    }
}

/// What a load cost.
#[derive(Debug, Default, Clone, Copy)]
pub struct Loaded {
    pub events: i64,
    pub deliveries: i64,
    /// Spent in append, fold and commit alone.
    pub appending: Duration,
}

/// Loads `plan` into an empty store through the product's own append, in batches of `size`.
/// `each` is told after every batch.
pub async fn load(
    store: &Store,
    plan: Plan,
    size: usize,
    mut each: impl FnMut(&Loaded, &Batch),
) -> Loaded {
    rows::library(store, &plan).await;
    let mut simulation = Simulation::new(plan);
    let mut loaded = Loaded::default();
    while let Some(batch) = simulation.batch(size) {
        rows::sendings(store, &batch).await;
        let begun = Instant::now();
        let mut tx = store.begin().await.unwrap();
        log::append(&mut tx, &batch.events).await.unwrap();
        tx.commit().await.unwrap();
        loaded.appending += begun.elapsed();
        loaded.events += batch.events.len() as i64;
        loaded.deliveries += batch.sendings.len() as i64;
        each(&loaded, &batch);
    }
    loaded
}
