//! Threads in an order that nobody chose: the rows of our mails, and one after the other what is
//! learnt of them.

use super::super::seeded::one_in;
use super::super::{NOON, append, at, of_delivery, record, told};
use crate::load::Sending;
use otklik::domain::clock::{DAY_MS, HOUR_MS, Millis};
use otklik::domain::event::{Detail, EventKind, NewEvent};
use otklik::domain::id::{ContactNo, DeliveryNo, ThreadNo};
use otklik::domain::inbound::{BounceClass, BounceReason};
use otklik::domain::touch::{Agency, CallResult, Channel, Direction};
use otklik::store::Store;
use std::fmt::Write as _;
use uuid::Uuid;

const CONTACTS: i64 = 80;
const DOMAINS: [&str; 4] = ["acme.example", "outlook.com", "mail.ru", "gmail.com"];

/// One thing we learn.
pub(super) enum Step {
    Event(NewEvent),
    Reply(Reply),
    Call(i64, Millis, CallResult),
}

/// A mail of theirs in a thread: contact, thread, when, the delivery it names, by whom.
pub(super) struct Reply {
    contact: i64,
    thread: i64,
    when: Millis,
    names: Option<i64>,
    by: Agency,
    colleague: bool,
}

/// What is drawn: the rows of our mails, and what is learnt.
#[derive(Default)]
pub(super) struct Drawn {
    pub(super) sendings: Vec<Sending>,
    /// Which thread a delivery stands in, and whose it is, as statements.
    pub(super) places: String,
    pub(super) steps: Vec<Step>,
}

impl Drawn {
    pub(super) fn of(rng: &mut fastrand::Rng, sqlite: bool) -> Self {
        let mut drawn = Self::default();
        let mut thread = 0;
        for contact in 1..=CONTACTS {
            for _ in 0..rng.i64(1..=2) {
                thread += 1;
                drawn.thread(rng, contact, thread);
            }
            if one_in(rng, 5) {
                let when = at(NOON).plus(rng.i64(0..50 * DAY_MS));
                let result = *rng.choice(CallResult::ALL).unwrap();
                drawn.steps.push(Step::Call(contact, when, result));
            }
            if one_in(rng, 4) {
                drawn.absence(rng, contact, sqlite);
            }
        }
        rng.shuffle(&mut drawn.steps);
        drawn
    }

    fn thread(&mut self, rng: &mut fastrand::Rng, contact: i64, thread: i64) {
        let _ = write!(
            self.places,
            "INSERT INTO threads (no, contact_no, begun_by_us, begun_at) VALUES ({thread}, {contact}, TRUE, 0);"
        );
        let mut when = at(NOON).plus(rng.i64(0..40 * DAY_MS));
        let begun = when;
        let (first, rep) = (self.sendings.len() as i64 + 1, rng.i64(1..=4));
        for _ in 0..rng.i64(1..=3) {
            let no = self.sendings.len() as i64 + 1;
            let _ = write!(
                self.places,
                "UPDATE messages SET thread_no = {thread}
                    WHERE id = (SELECT message_id FROM deliveries WHERE no = {no});"
            );
            let sent = of_delivery(no, EventKind::Sent, when.plus(700), Detail::None);
            self.steps.push(Step::Event(sent));
            if one_in(rng, 15) {
                let report = told(Some(BounceClass::Soft), BounceReason::MailboxFull, None);
                let back = of_delivery(no, EventKind::Bounced, when.plus(HOUR_MS), report);
                self.steps.push(Step::Event(back));
            }
            self.sendings.push(Sending {
                no,
                at: when,
                rep,
                contact,
                template: None,
                purpose: rng.i16(0..4),
                domain: DOMAINS[contact as usize % DOMAINS.len()],
                tracks_clicks: false,
                links: Vec::new(),
            });
            when = when.plus(rng.i64(HOUR_MS..6 * DAY_MS));
        }
        let mails = first..=self.sendings.len() as i64;
        for _ in 0..[0, 1, 1, 2, 3][rng.usize(..5)] {
            // Most soon, some before we wrote, some too late.
            let wait = (HOUR_MS as f64 * (rng.f64() * 6.5).exp()) as i64 - HOUR_MS;
            self.steps.push(Step::Reply(Reply {
                contact,
                thread,
                when: begun.plus(wait),
                names: rng.bool().then(|| rng.i64(mails.clone())),
                by: if one_in(rng, 8) {
                    Agency::Automation
                } else {
                    Agency::Person
                },
                colleague: one_in(rng, 5),
            }));
        }
    }

    fn absence(&mut self, rng: &mut fastrand::Rng, contact: i64, sqlite: bool) {
        let when = at(NOON).plus(rng.i64(0..45 * DAY_MS));
        let until = when.plus(rng.i64(HOUR_MS..25 * DAY_MS));
        let id = Uuid::from_u128(rng.u128(..)).simple();
        let bytes = if sqlite {
            format!("x'{id}', x'{id}'")
        } else {
            format!("'{id}', '\\x{id}'")
        };
        let _ = write!(
            self.places,
            "INSERT INTO inbound (id, identity, folder, received_at, stored_at, state, due_at, kind, contact_no,
                away_until)
            VALUES ({bytes}, 0, {when}, {when}, 1, 0, 3, {contact}, {});",
            until.0,
            when = when.0,
        );
        self.steps.push(Step::Event(NewEvent {
            at: when,
            kind: EventKind::OutOfOffice,
            delivery: None,
            contact: Some(ContactNo(contact)),
            detail: told(None, BounceReason::Unstated, Some(until)),
        }));
    }
}

pub(super) async fn learn(store: &Store, step: Step) {
    match step {
        Step::Event(event) => append(store, &[event]).await,
        Step::Reply(reply) => {
            let (direction, channel) = (Direction::In, Channel::Email);
            record(
                store,
                reply.contact,
                direction,
                channel,
                reply.when,
                |touch| {
                    touch.thread = Some(ThreadNo(reply.thread));
                    touch.delivery = reply.names.map(DeliveryNo);
                    touch.by = reply.by;
                    touch.colleague = reply.colleague;
                },
            )
            .await;
        }
        Step::Call(contact, when, result) => {
            let (direction, channel) = (Direction::Out, Channel::Call);
            record(store, contact, direction, channel, when, |touch| {
                touch.result = Some(result);
                // Told two days later.
                touch.recorded_at = when.plus(2 * DAY_MS);
                touch.recorded_by = touch.rep;
            })
            .await;
        }
    }
}
