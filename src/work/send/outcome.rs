//! What an outcome means for its delivery. Pure but for its caller's clock and draw.

use crate::config::UncertainPolicy;
use crate::deliver::{Cause, Outcome, Reason, told_id};
use crate::domain::clock::Millis;
use crate::queue::retry::{NextAttempt, is_expired, next_attempt};
use crate::store::queue::{AttemptRecord, Step};

/// What is known of a delivery's tries so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tries {
    /// Those before this one that counted.
    pub(super) counted: i64,
    /// When the first began.
    pub(super) first_at: Millis,
}

/// The step that follows from `outcome` at `now`. `relay_ready_at` is when the relay may be asked
/// again, `draw` a random number in `0.0..1.0`.
pub(super) fn step(
    outcome: &Outcome,
    tries: Tries,
    policy: UncertainPolicy,
    relay_ready_at: Millis,
    now: Millis,
    draw: f64,
) -> Step {
    let again = |wait_ms| {
        let number = u32::try_from(tries.counted + 1).unwrap_or(u32::MAX);
        match next_attempt(number, tries.first_at, now, wait_ms, draw) {
            NextAttempt::Retry(at) => Step::Deferred(at),
            NextAttempt::GiveUp => Step::Failed,
        }
    };
    match outcome {
        Outcome::Accepted(_) => Step::Sent,
        Outcome::FailMessage(_) => Step::Failed,
        Outcome::RetryMessage { wait_ms, .. } => again(*wait_ms),
        Outcome::RetryConnection { .. } if is_expired(tries.first_at, now) => Step::Failed,
        Outcome::RetryConnection { .. } => Step::Postponed(relay_ready_at.max(now)),
        Outcome::PauseMailbox(_) => Step::Postponed(now),
        Outcome::Uncertain(_) => match policy {
            UncertainPolicy::Keep => Step::Uncertain,
            UncertainPolicy::Retry => again(None),
        },
    }
}

/// What is kept of an attempt that ended with `cause`.
pub(super) fn record(cause: &Cause) -> AttemptRecord {
    AttemptRecord {
        reason: cause.reason.as_str().to_owned(),
        phase: Some(cause.phase.as_str()),
        code: cause.code,
        enhanced: cause.enhanced.map(|enhanced| enhanced.to_string()),
        text: cause.text.clone(),
        told_id: (cause.reason == Reason::Accepted)
            .then(|| told_id(&cause.text).map(str::to_owned))
            .flatten(),
    }
}

/// What is kept of an attempt that ended on our side.
pub(super) fn own_record(reason: &str, text: String) -> AttemptRecord {
    AttemptRecord {
        reason: reason.to_owned(),
        phase: None,
        code: None,
        enhanced: None,
        text,
        told_id: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::{Answer, Phase, Reply, outcome};
    use crate::domain::clock::{DAY_MS, MINUTE_MS};

    const FIRST: Tries = Tries {
        counted: 0,
        first_at: Millis(0),
    };

    fn after(phase: Phase, answer: Answer, policy: UncertainPolicy, now: Millis) -> Step {
        let outcome = outcome(phase, answer);
        step(&outcome, FIRST, policy, Millis(30_000), now, 0.0)
    }

    #[test]
    fn silence_after_the_body_is_uncertain_unless_the_operator_prefers_a_double() {
        use UncertainPolicy::{Keep, Retry};
        let lost = |policy| after(Phase::Body, Answer::Lost, policy, Millis(0));
        assert_eq!(lost(Keep), Step::Uncertain);
        assert_eq!(lost(Retry), Step::Deferred(Millis(5 * MINUTE_MS)));
    }

    #[test]
    fn a_relay_that_is_away_costs_no_try_and_still_ends_after_three_days() {
        let away = |now| after(Phase::Connect, Answer::Timeout, UncertainPolicy::Keep, now);
        assert_eq!(away(Millis(0)), Step::Postponed(Millis(30_000)));
        assert_eq!(away(Millis(3 * DAY_MS)), Step::Failed);
    }

    #[test]
    fn what_a_server_cannot_carry_fails_at_once() {
        let answer = Answer::CannotCarry(Reason::TooBig, String::new());
        let step = after(Phase::MailFrom, answer, UncertainPolicy::Keep, Millis(0));
        assert_eq!(step, Step::Failed);
    }

    #[test]
    fn an_id_is_learnt_from_the_answer_that_takes_a_mail_and_from_no_other() {
        let told = |code| {
            let text = "2.0.0 OK <a@b.example> [Hostname=b.example]";
            let outcome = outcome(Phase::Body, Answer::Reply(Reply::new(code, text)));
            record(outcome.cause()).told_id
        };
        assert_eq!(told(250).as_deref(), Some("a@b.example"));
        assert_eq!(told(451), None);
    }
}
