//! The simulated contacts: each mail that was caught for one of them makes reactions, which are
//! done when their time has come.

use super::DemoError;
use super::answers::Answers;
use super::cast::{self, ASSETS, NAMES};
use super::found::World;
use super::habits::{self, Act};
use super::reader::{self, Offer, Reader};
use super::workdays;
use crate::ctx::Ctx;
use crate::domain::clock::{DAY_MS, Millis, SECOND_MS};
use crate::store::caught;
use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::Arc;

/// Mails looked at in one go.
const PAGE: i64 = 200;
/// From one act that history left undone to the next, for somebody who watches, at most.
const WATCHED_STEP_MS: i64 = 4 * SECOND_MS;
/// What takes longer than this is quickened for somebody who watches. Scanners mostly come before.
const WATCHED_KNEE_MS: i64 = 45 * SECOND_MS;
/// How many times as quick.
const WATCHED_TIMES: i64 = 240;

/// How fast contacts live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tempo {
    /// As people at work do: a mail is read after minutes, hours, working days.
    Real,
    /// For somebody who watches: the first seconds as they are, then an hour in a quarter of a
    /// minute.
    Watched,
}

impl Tempo {
    /// When something is done that takes a person `after_ms` from `at` on.
    fn after(self, at: Millis, after_ms: i64) -> Millis {
        match self {
            Self::Real => workdays::plus(at, after_ms),
            Self::Watched => {
                let late = (after_ms - WATCHED_KNEE_MS).max(0) / WATCHED_TIMES;
                at.plus(after_ms.min(WATCHED_KNEE_MS) + late)
            }
        }
    }
}

/// What kind of act was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Done {
    /// A letter was written, which is to be sent.
    Letter,
    /// Anything else.
    Other,
}

/// Something that will be done: when, by whom, which of their reactions.
type Due = (Millis, usize, u64, usize);

/// All contacts.
#[derive(Debug)]
pub struct Contacts {
    reader: Reader,
    seed: u64,
    /// Number and asset of each letter of the team by its Message-ID.
    letters: HashMap<String, (u64, usize)>,
    /// The last caught mail that was looked at.
    seen: i64,
    due: BTreeMap<Due, (Act, Arc<Offer>)>,
    /// What comes back as mail.
    pub(super) answers: Answers,
    /// Acts done.
    pub(super) acts: u64,
}

impl Contacts {
    /// Contacts who reach the product at `at`, and from whom `answers` come back.
    pub(super) fn new(seed: u64, at: SocketAddr, answers: Answers) -> Result<Self, DemoError> {
        Ok(Self {
            reader: Reader::new(at)?,
            seed,
            letters: HashMap::new(),
            seen: 0,
            due: BTreeMap::new(),
            answers,
            acts: 0,
        })
    }

    /// The same contacts with what they still have to do, when the product has moved to `at`.
    pub(super) fn moved_to(mut self, at: SocketAddr) -> Result<Self, DemoError> {
        self.reader = Reader::new(at)?;
        Ok(self)
    }

    /// Tells that the mail with this Message-ID is letter `number` and points to `asset`.
    pub(super) fn expect(&mut self, message_id: String, number: u64, asset: usize) {
        self.letters.insert(message_id, (number, asset));
    }

    /// Looks at what was caught since the last look.
    pub(super) async fn look(&mut self, ctx: &Ctx, tempo: Tempo) -> Result<(), DemoError> {
        let mut fresh = Vec::new();
        let mut before = None;
        loop {
            let page = caught::list(&ctx.store, None, before, PAGE).await?;
            let known = page.iter().any(|mail| mail.no <= self.seen);
            before = page.last().map(|mail| mail.no);
            fresh.extend(page.into_iter().filter(|mail| mail.no > self.seen));
            if known || before.is_none() {
                break;
            }
        }
        for mail in fresh.into_iter().rev() {
            self.seen = mail.no;
            let Some(contact) =
                (0..NAMES.len()).find(|index| cast::contact_address(*index) == mail.recipient)
            else {
                continue;
            };
            let Some(bytes) = caught::bytes(&ctx.store, mail.no).await? else {
                continue;
            };
            let offer = Arc::new(reader::read(&bytes, &ctx.settings.tracking_url));
            let letter = mail.message_id.as_ref();
            let letter = letter.and_then(|id| self.letters.remove(id));
            // An answer, or a mail of somebody who tries the product. Which of several is caught
            // first is chance, so that what comes of one is drawn by whom and when.
            let apart = (contact as u64 + 1) << 32 | mail.at.0.rem_euclid(DAY_MS).unsigned_abs();
            let (number, asset) = letter.unwrap_or((apart, contact % ASSETS.len()));
            if !self.answers.on_letter(&mail, &bytes, contact, number) {
                continue;
            }
            let seed = self.seed ^ number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let links = u16::try_from(offer.links.len()).unwrap_or(u16::MAX);
            let reactions = habits::reactions(seed, contact, asset, links);
            for (index, reaction) in reactions.into_iter().enumerate() {
                let at = tempo.after(mail.at, reaction.after_ms);
                let due = (at, contact, number, index);
                self.due.insert(due, (reaction.act, Arc::clone(&offer)));
            }
        }
        Ok(())
    }

    /// When the next act is due.
    pub(super) fn next(&self) -> Option<Millis> {
        let acts = self.due.first_key_value().map(|((at, ..), _)| *at);
        [acts, self.answers.next()].into_iter().flatten().min()
    }

    /// Does the next act.
    pub(super) async fn act(&mut self, ctx: &Ctx, world: &World) -> Result<Done, DemoError> {
        if self.answers.next() == self.next() {
            return self.answers.act(ctx, world).await;
        }
        let Some((_, (act, offer))) = self.due.pop_first() else {
            return Ok(Done::Other);
        };
        self.reader.act(&act, &offer).await?;
        self.acts += 1;
        Ok(Done::Other)
    }

    /// Brings what is still to be done nearer, for somebody who watches from `now` on: one act
    /// after the other, those of one sweep as near to each other as they were.
    pub(super) fn hurry(&mut self, now: Millis) {
        let waiting = std::mem::take(&mut self.due);
        let (mut before, mut at) = (Millis(i64::MIN), now);
        for ((due, contact, number, index), act) in waiting {
            at = at.plus(due.since(before).clamp(0, WATCHED_STEP_MS));
            before = due;
            self.due.insert((at, contact, number, index), act);
        }
    }
}
