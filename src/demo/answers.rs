//! What comes back. Contacts answer, are away, have left or want no more; strangers ask; reps answer
//! or let them wait, and call. All of it takes the ways of the product: mail comes in by its LMTP
//! listener, answers leave through `accept`, calls are logged as the page logs them.
//!
//! `words` and `mail` are pure functions of a seeded draw; this file keeps the time.

mod deeds;
mod mail;
mod words;

use super::cast::{self, MEMBERS, REPS};
use super::contacts::Done;
use super::found::World;
use super::{DemoError, workdays};
use crate::ctx::Ctx;
use crate::domain::clock::{DAY_MS, HOUR_MS, MINUTE_MS, Millis, SECOND_MS};
use crate::domain::id::{ContactId, InboundId};
use crate::domain::touch::CallResult;
use crate::net::hand_in::hand_in;
use crate::store::caught::Caught;
use crate::store::inbound::read::{self, Filter};
use crate::work::{Progress, understand};
use fastrand::Rng;
use mail::Letter;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use words::Comeback;

/// Where strangers write to.
const SALES: &str = "sales@northlight.example";
/// Between two enquiries, in working days.
const ENQUIRY_EVERY_DAYS: i64 = 6;
/// How many mails in a hundred a rep answers by telephone.
const BY_CALL: u32 = 30;
/// Office hours, in hours of the day in UTC.
const OFFICE: (i64, i64) = (6, 15);
/// For somebody who watches: an hour passes in half a minute.
const WATCHED: i64 = 120;

/// Something that will happen.
#[derive(Debug, Clone)]
enum Deed {
    /// A mail comes in, and a rep will have to answer it.
    Mail {
        from: String,
        to: String,
        text: String,
        answerer: Option<usize>,
    },
    /// A rep answers a mail.
    Answer {
        rep: usize,
        inbound: InboundId,
        to: String,
        subject: String,
    },
    /// A rep says that no answer is needed.
    Dismiss { rep: usize, contact: ContactId },
    /// A rep calls its author instead.
    Call {
        rep: usize,
        contact: ContactId,
        result: CallResult,
    },
}

/// Everything that comes back.
#[derive(Debug)]
pub(super) struct Answers {
    seed: u64,
    /// Where the product takes mail; without it nothing comes back.
    lmtp: Option<SocketAddr>,
    /// By time and a draw of its own, so that chance in the order of planning changes nothing.
    due: BTreeMap<(Millis, u64), Deed>,
    is_watched: bool,
}

impl Answers {
    /// Answers of a history from `begin` to `end`, which has its enquiries already.
    pub(super) fn new(seed: u64, lmtp: Option<SocketAddr>, begin: Millis, end: Millis) -> Self {
        let mut answers = Self {
            seed,
            lmtp,
            due: BTreeMap::new(),
            is_watched: false,
        };
        answers.strangers(begin, end);
        answers
    }

    /// The same when the product has moved, for somebody who watches from `now` on. What reps had
    /// still to answer is left to the watcher, and one enquiry comes soon.
    pub(super) fn watched(&mut self, lmtp: Option<SocketAddr>, now: Millis) {
        self.lmtp = lmtp;
        self.is_watched = true;
        let waiting = std::mem::take(&mut self.due);
        let mails = waiting
            .into_iter()
            .filter(|(_, deed)| matches!(deed, Deed::Mail { .. }));
        for (place, ((_, draw), deed)) in (1..).zip(mails.take(8)) {
            self.plan(now.plus(place * 15 * SECOND_MS), draw, deed);
        }
        let stranger = self.stranger(now.plus(20 * SECOND_MS), now, 7, SALES);
        self.plan(now.plus(20 * SECOND_MS), 7, stranger);
    }

    fn plan(&mut self, at: Millis, draw: u64, deed: Deed) {
        self.due.insert((at, draw), deed);
    }

    /// Enquiries of people nobody knows, the last of them into a rep's own mailbox.
    fn strangers(&mut self, begin: Millis, end: Millis) {
        let mut number = 0;
        loop {
            let days = i64::from(number as u32) * ENQUIRY_EVERY_DAYS * DAY_MS;
            let at = workdays::plus(begin, days + 8 * HOUR_MS + days % (97 * MINUTE_MS));
            if at >= Millis(end.0 - DAY_MS) {
                break;
            }
            let deed = self.stranger(at, end, number, SALES);
            self.plan(at, number, deed);
            number += 1;
        }
        let at = Millis(end.0 - 10 * HOUR_MS);
        let own = cast::member_address(&MEMBERS[0]);
        let deed = self.stranger(at, at, number, &own);
        self.plan(at, number, deed);
        let at = Millis(end.0 - 9 * HOUR_MS);
        let deed = self.stranger(at, at, number + 1, SALES);
        self.plan(at, number + 1, deed);
    }

    /// `number` of all; one that comes at `last` or later waits for whoever watches.
    fn stranger(&self, at: Millis, last: Millis, number: u64, to: &str) -> Deed {
        let is_last = at >= last;
        let mut rng = Rng::with_seed(self.seed ^ number.wrapping_mul(0xD6E8_FEB8_6659_FD93));
        let letter = words::ENQUIRIES[number as usize % words::ENQUIRIES.len()];
        let (name, from) = words::STRANGERS[number as usize % words::STRANGERS.len()];
        Deed::Mail {
            text: mail::enquiry((name, from), to, letter, at, rng.u64(..)),
            from: from.to_owned(),
            to: to.to_owned(),
            answerer: (to == SALES && !is_last).then(|| rng.usize(..REPS)),
        }
    }

    /// A mail to contact `index` was caught: plans what comes back on it, if anything does. Gives
    /// whether its reader will look at it; a mail that bounces has none.
    pub(super) fn on_letter(
        &mut self,
        caught: &Caught,
        bytes: &[u8],
        index: usize,
        number: u64,
    ) -> bool {
        let mut rng = Rng::with_seed(self.seed ^ number.wrapping_mul(0xA076_1D64_78BD_642F));
        let Some((after_ms, kind)) = words::comeback(&mut rng) else {
            return true;
        };
        let Some(letter) = Letter::read(bytes, &caught.sender, &caught.recipient) else {
            return true;
        };
        let is_person = matches!(kind, Comeback::Reply(_) | Comeback::NoMore | Comeback::Spam);
        let at = self.after(caught.at, after_ms, is_person, &mut rng);
        let deed = deeds::comeback(&letter, kind, index, at, &mut rng);
        self.plan(at, rng.u64(..), deed);
        !matches!(kind, Comeback::Gone | Comeback::Full)
    }

    /// When something is done that takes `ms` from `at` on; people do it in office hours.
    fn after(&self, at: Millis, ms: i64, is_person: bool, rng: &mut Rng) -> Millis {
        if self.is_watched {
            return at.plus(4 * SECOND_MS + (ms / WATCHED).min(5 * MINUTE_MS));
        }
        let at = workdays::plus(at, ms);
        let hour = at.0.rem_euclid(DAY_MS) / HOUR_MS;
        if !is_person || (OFFICE.0..OFFICE.1).contains(&hour) {
            return at;
        }
        let midnight = Millis(at.0 - at.0.rem_euclid(DAY_MS));
        let days = i64::from(hour >= OFFICE.1);
        workdays::plus(
            midnight,
            days * DAY_MS + OFFICE.0 * HOUR_MS + rng.i64(0..HOUR_MS),
        )
    }

    /// When the next deed is due.
    pub(super) fn next(&self) -> Option<Millis> {
        self.due.first_key_value().map(|((at, _), _)| *at)
    }

    /// Does the next deed.
    pub(super) async fn act(&mut self, ctx: &Ctx, world: &World) -> Result<Done, DemoError> {
        let Some(((at, number), deed)) = self.due.pop_first() else {
            return Ok(Done::Other);
        };
        let done = if matches!(deed, Deed::Answer { .. }) {
            Done::Letter
        } else {
            Done::Other
        };
        self.carry_out(ctx, world, deed, (at, number)).await?;
        Ok(done)
    }

    async fn carry_out(
        &mut self,
        ctx: &Ctx,
        world: &World,
        deed: Deed,
        (at, number): (Millis, u64),
    ) -> Result<(), DemoError> {
        match deed {
            Deed::Mail {
                from,
                to,
                text,
                answerer,
            } => {
                let Some(lmtp) = self.lmtp else { return Ok(()) };
                let broke = |error| DemoError::Work(format!("mail could not come in: {error}"));
                hand_in(lmtp, &from, &to, text.as_bytes())
                    .await
                    .map_err(broke)?;
                while understand::step(ctx).await? == Progress::More {}
                if let Some(rep) = answerer.filter(|_| !self.is_watched) {
                    self.turn_of(ctx, world, rep, &from, number).await?;
                }
                Ok(())
            }
            Deed::Answer {
                rep,
                inbound,
                to,
                subject,
            } => deeds::answer(ctx, world, rep, inbound, (&to, &subject), number).await,
            Deed::Dismiss { rep, contact } => deeds::dismiss(ctx, world, rep, contact).await,
            Deed::Call {
                rep,
                contact,
                result,
            } => deeds::call(ctx, world, rep, contact, result, at).await,
        }
    }

    /// A mail from `from` has come for `rep`: plans whether and how they answer.
    async fn turn_of(
        &mut self,
        ctx: &Ctx,
        world: &World,
        rep: usize,
        from: &str,
        number: u64,
    ) -> Result<(), DemoError> {
        let mut rng = Rng::with_seed(self.seed ^ number.wrapping_mul(0xE703_7ED1_A0B4_28DB));
        let viewer = &world.members[rep];
        let newest = read::list(&ctx.store, viewer, Filter::default(), None, 5).await?;
        let Some(mail) = newest.into_iter().find(|mail| mail.sender == from) else {
            return Ok(());
        };
        let wait = words::wait(&mut rng, rep);
        let at = wait.unwrap_or_else(|| rng.i64(HOUR_MS..2 * DAY_MS));
        let at = self.after(ctx.clock.now(), at, true, &mut rng);
        if let (None, Some((contact, _))) = (wait, &mail.contact) {
            self.plan(
                at,
                rng.u64(..),
                Deed::Dismiss {
                    rep,
                    contact: *contact,
                },
            );
            return Ok(());
        }
        let by_call = rng.u32(..100) < BY_CALL;
        match mail.contact {
            Some((contact, _)) if by_call => {
                let result = *rng.choice(words::RESULTS).unwrap_or(&CallResult::Connected);
                self.plan(
                    at,
                    rng.u64(..),
                    Deed::Call {
                        rep,
                        contact,
                        result,
                    },
                );
                if result == CallResult::Connected {
                    return Ok(());
                }
            }
            _ => {}
        }
        let at = if by_call { at.plus(20 * MINUTE_MS) } else { at };
        let deed = Deed::Answer {
            rep,
            inbound: mail.id,
            to: mail.sender,
            subject: mail.subject,
        };
        self.plan(at, rng.u64(..), deed);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_write_in_office_hours_and_machines_at_once() {
        let noon = Millis::parse_rfc3339("2026-11-20T12:00:00Z").unwrap();
        let answers = Answers::new(1, None, Millis(noon.0 - 30 * DAY_MS), noon);
        assert!(answers.due.len() >= 5, "{}", answers.due.len());
        let mut rng = Rng::with_seed(1);
        let late = answers.after(noon, 9 * HOUR_MS, true, &mut rng);
        let monday = Millis::parse_rfc3339("2026-11-23T06:00:00Z").unwrap();
        assert!((0..HOUR_MS).contains(&late.since(monday)), "{late:?}");
        let at_once = answers.after(noon, 9 * HOUR_MS, false, &mut rng);
        assert_eq!(at_once, noon.plus(9 * HOUR_MS));
    }
}
