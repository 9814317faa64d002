//! Waits and threads whatever the order in which their events are learnt.

use super::*;
use crate::domain::clock::HOUR_MS;
use crate::domain::event::{Detail, EventKind, NewEvent};
use crate::domain::id::{ContactNo, Seq};
use crate::domain::touch::{Dismissal, Touch};
use crate::metrics::thread::threads;
use proptest::prelude::*;

fn touch(no: i64, at: i64, direction: Direction, channel: Channel, words: u32) -> NewEvent {
    let touch = Touch {
        no: TouchNo(no),
        inbound: None,
        thread: Some(ThreadNo(1)),
        channel,
        direction,
        by: Agency::Person,
        rep: Some(UserNo(1)),
        recorded_at: Millis(at),
        result: (channel == Channel::Call && direction == Direction::Out)
            .then_some(CallResult::Connected),
        words,
        attachment: false,
        unedited: false,
        colleague: false,
        self_reported: false,
        void: false,
    };
    event(at, Detail::Touch(touch))
}

fn event(at: i64, detail: Detail) -> NewEvent {
    NewEvent {
        at: Millis(at),
        kind: EventKind::Touched,
        delivery: None,
        contact: Some(ContactNo(1)),
        detail,
    }
}

fn fold(events: &[(Seq, NewEvent)]) -> ContactFacts {
    let mut facts = ContactFacts::default();
    for (seq, event) in events {
        facts.apply(*seq, event);
    }
    facts
}

fn log(events: Vec<NewEvent>) -> Vec<(Seq, NewEvent)> {
    (1..).map(Seq).zip(events).collect()
}

#[test]
fn a_short_answer_counts_when_the_contact_goes_on_and_opens_a_new_wait() {
    let facts = fold(&log(vec![
        touch(1, 0, Direction::In, Channel::Email, 9),
        touch(2, HOUR_MS, Direction::Out, Channel::Email, 4),
        touch(3, 3 * HOUR_MS, Direction::In, Channel::Email, 9),
    ]));
    let waits = episodes(&facts);
    assert_eq!(waits.len(), 2);
    assert!(matches!(waits[0].end, End::Answered { at, .. } if at == Millis(3 * HOUR_MS)));
    assert_eq!((waits[1].opening, waits[1].end), (TouchNo(3), End::Open));
}

fn anything() -> impl Strategy<Value = Vec<NewEvent>> {
    let one = (1_i64..9, 0_i64..200, 0_u8..5, 0_u32..30).prop_map(|(no, at, what, words)| {
        let at = at * HOUR_MS / 4;
        match what {
            0 | 1 => touch(no, at, Direction::In, Channel::Email, words),
            2 => touch(no, at, Direction::Out, Channel::Email, words),
            3 => touch(no, at, Direction::Out, Channel::Call, 0),
            _ => event(
                at,
                Detail::Dismissal(Dismissal {
                    opening: TouchNo(no),
                    by: UserNo(1),
                    how: Settled::NoAnswerNeeded,
                }),
            ),
        }
    });
    proptest::collection::vec(one, 0..25)
}

proptest! {
    #[test]
    fn order_and_repetition_leave_no_trace(events in anything(), seed in any::<u64>()) {
        let told = log(events);
        let facts = fold(&told);
        let mut shuffled: Vec<_> = told.iter().chain(&told).cloned().collect();
        fastrand::Rng::with_seed(seed).shuffle(&mut shuffled);
        let again = fold(&shuffled);
        prop_assert_eq!(&again, &facts);
        prop_assert_eq!(ContactFacts::from_bytes(&facts.to_bytes()), Some(facts.clone()));
        let waits = episodes(&facts);
        prop_assert_eq!(&episodes(&again), &waits);
        prop_assert_eq!(threads(&again), threads(&facts));
        // One wait at a time, and only the last may be open.
        for pair in waits.windows(2) {
            prop_assert!(pair[0].end != End::Open && pair[0].opened_at <= pair[1].opened_at);
        }
    }
}
