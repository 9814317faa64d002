//! Waits of a contact for us. One opens at the first human inbound with none open, later ones join
//! it, and it closes at the real answer, or because a rep says that none is needed.

use super::contact::{ContactFacts, MailFact, TouchFact};
use crate::domain::clock::{DAY_MS, Millis};
use crate::domain::id::{ThreadNo, TouchNo, UserNo};
use crate::domain::touch::{Agency, CallResult, Channel, Direction, Settled};

/// Words of its own from which a reply is an answer by itself.
pub const ANSWER_WORDS: u32 = 15;
/// A touch that was told to us later than this after it happened is not an answer within the hour.
const LATE_MS: i64 = DAY_MS;

/// One wait of a contact for us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Episode {
    /// The touch that opened it, by which it is known.
    pub opening: TouchNo,
    /// When.
    pub opened_at: Millis,
    /// On which channel.
    pub channel: Channel,
    /// Who owned the contact then: whom it is charged to.
    pub owner: Option<UserNo>,
    /// The exchange of mails it opened in.
    pub thread: Option<ThreadNo>,
    /// How often the contact wrote before it closed.
    pub inbounds: i64,
    /// The first outbound touch, whatever came of it.
    pub attempted_at: Option<Millis>,
    /// How it stands.
    pub end: End,
}

/// How a wait stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The contact still waits.
    Open,
    /// We answered.
    Answered {
        /// When.
        at: Millis,
        /// Who did.
        by: Option<UserNo>,
        /// Told to us more than a day after it happened.
        late: bool,
        /// A person told us of it.
        self_reported: bool,
    },
    /// No answer was needed.
    Dismissed(Millis),
    /// The contact was erased while waiting.
    Erased(Millis),
}

/// What one move of ours is worth to who waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Worth {
    /// An answer by itself.
    Answer,
    /// An answer once more follows.
    Short,
    /// No answer.
    Attempt,
}

/// A move of ours.
#[derive(Debug, Clone, Copy)]
struct Ours {
    worth: Worth,
    by: Option<UserNo>,
    late: bool,
    self_reported: bool,
}

enum Move<'a> {
    Theirs(&'a TouchFact),
    Ours(Ours),
    Settled(TouchNo, Settled),
}

/// The waits that follow from `facts`, in the order in which they opened.
pub fn episodes(facts: &ContactFacts) -> Vec<Episode> {
    let mut done = Vec::new();
    let mut open: Option<Open> = None;
    for (at, step) in moves(facts) {
        match step {
            Move::Theirs(touch) => {
                if let Some(short) = open.as_ref().and_then(|open| open.short) {
                    done.extend(open.take().map(|open| open.close(answered(at, short))));
                }
                open.get_or_insert_with(|| Open::by(touch, at)).join(touch);
            }
            Move::Ours(ours) => {
                let Some(waiting) = &mut open else { continue };
                waiting.episode.attempted_at.get_or_insert(at);
                match ours.worth {
                    Worth::Answer => {
                        done.extend(open.take().map(|open| open.close(answered(at, ours))));
                    }
                    Worth::Short => waiting.short = Some(waiting.short.unwrap_or(ours)),
                    Worth::Attempt => {}
                }
            }
            Move::Settled(opening, how) => {
                let is_meant = |open: &Open| open.touches.contains(&opening);
                if open.as_ref().is_some_and(is_meant) {
                    let end = match how {
                        Settled::NoAnswerNeeded => End::Dismissed(at),
                        Settled::Erased => End::Erased(at),
                        Settled::TakenBack => continue,
                    };
                    done.extend(open.take().map(|open| open.close(end)));
                }
            }
        }
    }
    done.extend(open.map(|open| open.episode));
    done
}

const fn answered(at: Millis, ours: Ours) -> End {
    End::Answered {
        at,
        by: ours.by,
        late: ours.late,
        self_reported: ours.self_reported,
    }
}

struct Open {
    episode: Episode,
    touches: Vec<TouchNo>,
    /// The first answer too short to count by itself.
    short: Option<Ours>,
}

impl Open {
    fn by(fact: &TouchFact, at: Millis) -> Self {
        let touch = &fact.touch;
        Self {
            episode: Episode {
                opening: touch.no,
                opened_at: at,
                channel: touch.channel,
                owner: touch.rep,
                thread: touch.thread,
                inbounds: 0,
                attempted_at: None,
                end: End::Open,
            },
            touches: Vec::new(),
            short: None,
        }
    }

    fn join(&mut self, fact: &TouchFact) {
        self.episode.inbounds += 1;
        self.touches.push(fact.touch.no);
    }

    fn close(mut self, end: End) -> Episode {
        self.episode.end = end;
        self.episode
    }
}

/// Everything that moves a wait, in the order of its time; where times are equal the contact comes
/// first.
fn moves(facts: &ContactFacts) -> Vec<(Millis, Move<'_>)> {
    let mut moves: Vec<(Millis, u8, i64, Move<'_>)> = Vec::new();
    for fact in facts.touches() {
        let (no, touch) = (fact.touch.no.0, &fact.touch);
        match touch.direction {
            Direction::In if opens(fact) => moves.push((fact.at, 0, no, Move::Theirs(fact))),
            Direction::In if spoke(fact) => {
                moves.push((fact.at, 1, no, Move::Ours(told(fact, Worth::Answer))));
            }
            Direction::Out if touch.by != Agency::Automation => {
                let worth = worth(fact, answered_on(facts, fact));
                moves.push((fact.at, 1, no, Move::Ours(told(fact, worth))));
            }
            _ => {}
        }
    }
    for mail in facts.mails() {
        moves.push((mail.at, 2, mail.delivery.0, Move::Ours(written(mail))));
    }
    for (opening, fact) in facts.dismissals() {
        let step = Move::Settled(opening, fact.dismissal.how);
        moves.push((fact.at, 3, opening.0, step));
    }
    moves.sort_by_key(|(at, rank, no, _)| (*at, *rank, *no));
    moves
        .into_iter()
        .map(|(at, _, _, step)| (at, step))
        .collect()
}

/// Whether a person outside now waits for us.
fn opens(fact: &TouchFact) -> bool {
    let touch = &fact.touch;
    let missed = !matches!(touch.result, None | Some(CallResult::Connected));
    touch.by == Agency::Person
        && match touch.channel {
            Channel::Call => missed,
            Channel::Meeting => false,
            _ => true,
        }
}

/// Whether they reached us: a call that was taken, a meeting.
fn spoke(fact: &TouchFact) -> bool {
    fact.touch.by == Agency::Person
        && matches!(fact.touch.channel, Channel::Call | Channel::Meeting)
}

/// Whether the contact moved on the same channel after `fact`.
fn answered_on(facts: &ContactFacts, fact: &TouchFact) -> bool {
    let (channel, at) = (fact.touch.channel, fact.at);
    facts.touches().any(|other| {
        other.touch.direction == Direction::In
            && other.touch.by == Agency::Person
            && other.touch.channel == channel
            && other.at > at
    })
}

fn worth(fact: &TouchFact, is_answered: bool) -> Worth {
    let touch = &fact.touch;
    if touch.by != Agency::Person {
        return Worth::Attempt;
    }
    match touch.channel {
        Channel::Call if touch.result == Some(CallResult::Connected) => Worth::Answer,
        Channel::Meeting => Worth::Answer,
        Channel::Social if is_answered => Worth::Answer,
        Channel::Call | Channel::Form | Channel::Social => Worth::Attempt,
        Channel::Email | Channel::Chat => composed(touch.unedited, touch.words, touch.attachment),
    }
}

const fn composed(unedited: bool, words: u32, attachment: bool) -> Worth {
    match (unedited, words) {
        (true, _) => Worth::Attempt,
        _ if attachment || words >= ANSWER_WORDS => Worth::Answer,
        (false, 0) => Worth::Attempt,
        (false, _) => Worth::Short,
    }
}

fn told(fact: &TouchFact, worth: Worth) -> Ours {
    let touch = &fact.touch;
    Ours {
        worth,
        by: touch.rep,
        late: touch.self_reported && touch.recorded_at.since(fact.at) > LATE_MS,
        self_reported: touch.self_reported,
    }
}

const fn written(mail: &MailFact) -> Ours {
    Ours {
        worth: composed(mail.unedited, mail.words, mail.attachment),
        by: Some(mail.rep),
        late: false,
        self_reported: false,
    }
}

#[cfg(test)]
mod tests;
