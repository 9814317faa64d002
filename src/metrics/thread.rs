//! Threads that we began: when the first mail left, whether and when a person answered, or whether
//! they were met elsewhere first.

use super::contact::{ContactFacts, MailFact, TouchFact};
use crate::domain::clock::{DAY_MS, HOUR_MS, Millis};
use crate::domain::id::ThreadNo;
use crate::domain::touch::{Agency, Channel, Direction};

/// The times within which a reply is looked for, in milliseconds.
pub const HORIZONS_MS: [i64; 5] = [HOUR_MS, DAY_MS, 3 * DAY_MS, 7 * DAY_MS, 14 * DAY_MS];
/// The last of them.
pub const LAST_MS: i64 = HORIZONS_MS[4];
/// An absence longer than this is a mistake in reading its end.
const LONGEST_ABSENCE_MS: i64 = 100 * DAY_MS;
/// Days by which horizons can start later than the cohort's.
pub const LONGEST_SHIFT_DAYS: i32 = 100;

/// One exchange that we began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// Which.
    pub no: ThreadNo,
    /// Its first mail, whose cohort it belongs to.
    pub first: MailFact,
    /// When its horizons start: at the first mail, or when the contact was back.
    pub start: Millis,
    /// How it went.
    pub end: Outcome,
    /// Whether a colleague gave the answer, within the last horizon.
    pub colleague: bool,
    /// Mails of ours that another of ours followed before any reply.
    pub superseded: i64,
    /// For each reply within the last horizon: how long after the mail that it answers.
    pub latencies: Vec<i64>,
}

/// How a thread went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nobody answered so far.
    Silent,
    /// A person answered.
    Replied(Millis),
    /// Within the last horizon we were in conversation on another way.
    Elsewhere(Millis),
}

/// The threads that follow from `facts`, in the order of their numbers.
pub fn threads(facts: &ContactFacts) -> Vec<Thread> {
    let mut numbers: Vec<ThreadNo> = facts.mails().filter_map(|mail| mail.thread).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
        .into_iter()
        .filter_map(|no| thread(facts, no))
        .collect()
}

fn thread(facts: &ContactFacts, no: ThreadNo) -> Option<Thread> {
    let mut mails: Vec<&MailFact> = facts.mails().filter(|m| m.thread == Some(no)).collect();
    mails.sort_by_key(|mail| (mail.at, mail.delivery));
    let first = *mails.first()?;
    let mut replies: Vec<&TouchFact> = facts.touches().filter(|t| is_reply(t, no)).collect();
    replies.sort_by_key(|reply| (reply.at, reply.touch.no));
    // Begun by them, or by a mail of ours that was not sent from here.
    if facts
        .touches()
        .any(|t| t.touch.thread == Some(no) && t.at < first.at)
    {
        return None;
    }
    let replied = replies.first().copied();
    let start = start(facts, first, replied);
    let elsewhere = elsewhere(facts, no, first.at, start)
        .filter(|at| replied.is_none_or(|reply| *at < reply.at));
    let end = match (elsewhere, replied) {
        (Some(at), _) => Outcome::Elsewhere(at),
        (None, Some(reply)) => Outcome::Replied(reply.at),
        (None, None) => Outcome::Silent,
    };
    let (latencies, superseded) = answers(&mails, &replies, start);
    Some(Thread {
        no,
        first: first.clone(),
        start,
        end,
        colleague: matches!(end, Outcome::Replied(at) if at.since(start) <= LAST_MS)
            && replied.is_some_and(|reply| reply.touch.colleague),
        superseded,
        latencies,
    })
}

fn is_reply(fact: &TouchFact, no: ThreadNo) -> bool {
    let touch = &fact.touch;
    touch.thread == Some(no)
        && touch.direction == Direction::In
        && touch.by == Agency::Person
        && touch.channel == Channel::Email
}

/// An absence that became known before the reply moves the start to its end, unless the reply came
/// earlier than that.
fn start(facts: &ContactFacts, first: &MailFact, replied: Option<&TouchFact>) -> Millis {
    facts
        .aways()
        .iter()
        .filter(|away| away.at >= first.at && away.until.since(first.at) <= LONGEST_ABSENCE_MS)
        .filter(|away| replied.is_none_or(|reply| away.until <= reply.at))
        // One that is learnt of when the horizon is over changes nothing any more.
        .filter(|away| away.at.since(first.at) <= LAST_MS)
        .map(|away| away.until)
        .fold(first.at, Millis::max)
}

/// The first conversation on another way after the first mail and before the last horizon.
fn elsewhere(facts: &ContactFacts, no: ThreadNo, sent: Millis, start: Millis) -> Option<Millis> {
    facts
        .touches()
        .filter(|fact| fact.touch.is_conversation() && fact.touch.thread != Some(no))
        .map(|fact| fact.at)
        .filter(|at| *at > sent && at.since(start) <= LAST_MS)
        .min()
}

/// How long each reply took after the mail it names, else after the latest before it; and how many
/// mails of ours another followed before any reply.
fn answers(mails: &[&MailFact], replies: &[&TouchFact], start: Millis) -> (Vec<i64>, i64) {
    let mut answered: Vec<&MailFact> = Vec::new();
    let mut latencies = Vec::new();
    for reply in replies {
        let named = mails
            .iter()
            .find(|mail| Some(mail.delivery) == reply.answers);
        let latest = mails.iter().rev().find(|mail| mail.at <= reply.at);
        let Some(mail) = named.or(latest) else {
            continue;
        };
        if answered.iter().any(|known| known.delivery == mail.delivery) {
            continue;
        }
        answered.push(mail);
        let from = if start <= reply.at {
            mail.at.max(start)
        } else {
            mail.at
        };
        if reply.at.since(start) <= LAST_MS {
            latencies.push(reply.at.since(from).max(0));
        }
    }
    let superseded = mails.windows(2).filter(|pair| {
        let (mail, next) = (pair[0], pair[1]);
        let is_answered = answered.iter().any(|known| known.delivery == mail.delivery);
        let between = |reply: &&TouchFact| reply.at >= mail.at && reply.at < next.at;
        !is_answered && !replies.iter().any(between)
    });
    let superseded = i64::try_from(superseded.count()).unwrap_or(i64::MAX);
    (latencies, superseded)
}
