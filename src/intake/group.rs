//! Who waits for one commit: the callers of one thread whose records travel in one batch.
//!
//! Waking a task of another thread costs a system call each, and with hundreds of waiters those
//! calls cost more than the commit. So the writer wakes one waiter of a group, and that one, back
//! on its own thread, wakes its neighbours for next to nothing.

use super::IntakeError;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

/// The waiters of one thread for one batch.
#[derive(Debug, Default)]
pub(super) struct Group(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    outcome: Option<Result<(), IntakeError>>,
    /// By the place of the waiter in the group; `None` once woken, gone, or not asked yet.
    wakers: Vec<Option<Waker>>,
}

impl Group {
    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        // A panic while the lock is held cannot leave the state half-changed: each change is one
        // assignment.
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Tells the outcome and wakes one waiter; it wakes the others.
    pub(super) fn settle(&self, outcome: Result<(), IntakeError>) {
        let first = self.with(|state| {
            state.outcome = Some(outcome);
            state.wakers.iter_mut().find_map(Option::take)
        });
        if let Some(waker) = first {
            waker.wake();
        }
    }

    /// Wakes whoever still sleeps although the outcome is there.
    fn spread(&self) {
        let rest = self.with(|state| match state.outcome {
            Some(_) => std::mem::take(&mut state.wakers),
            None => Vec::new(),
        });
        rest.into_iter().flatten().for_each(Waker::wake);
    }
}

/// Resolves when the record is durable, or known not to be. Dropping it does not take the record
/// back: the hit happened.
#[derive(Debug)]
#[must_use = "a hit may be answered only when this has resolved"]
pub struct Durable {
    group: Arc<Group>,
    place: usize,
}

impl Durable {
    pub(super) fn new(group: Arc<Group>, place: usize) -> Self {
        Self { group, place }
    }

    /// One that is settled from the start.
    pub(super) fn settled(outcome: Result<(), IntakeError>) -> Self {
        let group = Arc::new(Group::default());
        group.settle(outcome);
        Self::new(group, 0)
    }
}

impl Future for Durable {
    type Output = Result<(), IntakeError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let place = self.place;
        let outcome = self.group.with(|state| {
            if state.outcome.is_none() {
                if state.wakers.len() <= place {
                    state.wakers.resize(place + 1, None);
                }
                state.wakers[place] = Some(context.waker().clone());
            }
            state.outcome
        });
        match outcome {
            Some(outcome) => {
                self.group.spread();
                Poll::Ready(outcome)
            }
            None => Poll::Pending,
        }
    }
}

impl Drop for Durable {
    /// A waiter that leaves after it was chosen to wake the others must still do so.
    fn drop(&mut self) {
        let place = self.place;
        self.group.with(|state| {
            if let Some(waker) = state.wakers.get_mut(place) {
                *waker = None;
            }
        });
        self.group.spread();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_waiter_of_a_group_is_woken_by_one_wake() {
        let group = Arc::new(Group::default());
        let waiters: Vec<_> = (0..50)
            .map(|place| tokio::spawn(Durable::new(group.clone(), place)))
            .collect();
        tokio::task::yield_now().await;
        group.settle(Ok(()));
        for waiter in waiters {
            assert_eq!(waiter.await.unwrap(), Ok(()));
        }
    }

    #[tokio::test]
    async fn a_waiter_that_leaves_after_it_was_chosen_wakes_the_others() {
        let group = Arc::new(Group::default());
        let mut waiters: Vec<_> = (0..3)
            .map(|place| tokio::spawn(Durable::new(group.clone(), place)))
            .collect();
        tokio::task::yield_now().await;
        group.settle(Err(IntakeError::Failed));
        waiters.remove(0).abort();
        for waiter in waiters {
            assert_eq!(waiter.await.unwrap(), Err(IntakeError::Failed));
        }
    }

    #[tokio::test]
    async fn who_asks_late_is_answered_at_once() {
        assert_eq!(Durable::settled(Ok(())).await, Ok(()));
    }
}
