//! What is known of one contact: every touch with them in its last telling, the mails of ours that
//! left for them, when they said they were away, which of their waits need no answer. A function
//! of the set of events: their order and repetition leave no trace. Waits and threads are derived
//! from it.

use crate::domain::clock::Millis;
use crate::domain::day::Day;
use crate::domain::event::{Detail, EventKind, NewEvent};
use crate::domain::id::{DeliveryNo, Seq, ThreadNo, TouchNo, UserNo};
use crate::domain::message::MessagePurpose;
use crate::domain::touch::{Dismissal, Touch};
use serde::{Deserialize, Serialize};

/// Stands in front of stored facts; another layout needs another number and a rebuild.
const ENCODING_VERSION: u8 = 1;

/// The facts of one contact.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ContactFacts {
    touches: Vec<TouchFact>,
    mails: Vec<MailFact>,
    aways: Vec<AwayFact>,
    dismissals: Vec<DismissalFact>,
}

/// A touch as it was last told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TouchFact {
    /// The event that told it.
    seq: Seq,
    /// When it happened.
    pub at: Millis,
    /// The delivery it answers.
    pub answers: Option<DeliveryNo>,
    /// The rest.
    pub touch: Touch,
}

/// A mail of ours that was handed over with the contact as its `to`, or in a thread with them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailFact {
    /// Which delivery.
    pub delivery: DeliveryNo,
    /// When it was handed over.
    pub at: Millis,
    /// That day in the organisation's zone.
    pub day: Day,
    /// Its author.
    pub rep: UserNo,
    /// The thread it stands in, if that is with this contact.
    pub thread: Option<ThreadNo>,
    /// Words of the author's own.
    pub words: u32,
    /// Whether files came with it.
    pub attachment: bool,
    /// Whether it was a template as it stands.
    pub unedited: bool,
    /// Why it was written.
    pub purpose: MessagePurpose,
    /// The template it was made from.
    pub template: Option<i64>,
    /// The code of the recipient's gateway.
    pub gateway: i16,
    /// The hour of the week in the contact's zone, 0 for Monday from midnight to one.
    pub slot: u8,
    /// Whether it came back: nobody can have read it.
    pub returned: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct AwayFact {
    seq: Seq,
    pub(super) at: Millis,
    pub(super) until: Millis,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DismissalFact {
    seq: Seq,
    pub(super) at: Millis,
    pub(super) dismissal: Dismissal,
}

/// Whether `event` can change the facts of a contact, beside those of a delivery that was sent or
/// came back.
pub const fn concerns(event: &NewEvent) -> bool {
    match (event.kind, &event.detail) {
        (_, Detail::Touch(_) | Detail::Dismissal(_)) => true,
        (EventKind::OutOfOffice, Detail::Report(report)) => report.away_until.is_some(),
        _ => false,
    }
}

impl ContactFacts {
    /// Takes one event of this contact, in any order, any number of times.
    pub fn apply(&mut self, seq: Seq, event: &NewEvent) {
        match &event.detail {
            Detail::Touch(touch) => self.take_touch(TouchFact {
                seq,
                at: event.at,
                answers: event.delivery,
                touch: touch.clone(),
            }),
            Detail::Dismissal(dismissal) => self.take_dismissal(DismissalFact {
                seq,
                at: event.at,
                dismissal: dismissal.clone(),
            }),
            Detail::Report(report) if event.kind == EventKind::OutOfOffice => {
                let Some(until) = report.away_until else {
                    return;
                };
                let at = event.at;
                if let Err(place) = self.aways.binary_search_by_key(&seq, |away| away.seq) {
                    self.aways.insert(place, AwayFact { seq, at, until });
                }
            }
            _ => {}
        }
    }

    /// Takes a mail that was handed over. One that came back stays so.
    pub fn take_mail(&mut self, mut mail: MailFact) {
        match self
            .mails
            .binary_search_by_key(&mail.delivery, |known| known.delivery)
        {
            Ok(place) => {
                mail.returned |= self.mails[place].returned;
                self.mails[place] = mail;
            }
            Err(place) => self.mails.insert(place, mail),
        }
    }

    fn take_touch(&mut self, told: TouchFact) {
        let no = |known: &TouchFact| known.touch.no;
        match self.touches.binary_search_by_key(&told.touch.no, no) {
            Ok(place) if self.touches[place].seq < told.seq => self.touches[place] = told,
            Ok(_) => {}
            Err(place) => self.touches.insert(place, told),
        }
    }

    fn take_dismissal(&mut self, said: DismissalFact) {
        let opening = |known: &DismissalFact| known.dismissal.opening;
        match self
            .dismissals
            .binary_search_by_key(&said.dismissal.opening, opening)
        {
            Ok(place) if self.dismissals[place].seq < said.seq => self.dismissals[place] = said,
            Ok(_) => {}
            Err(place) => self.dismissals.insert(place, said),
        }
    }

    /// Touches that hold, in the order of their numbers.
    pub(super) fn touches(&self) -> impl Iterator<Item = &TouchFact> {
        self.touches.iter().filter(|fact| !fact.touch.void)
    }

    /// Mails that did not come back, in the order of their numbers.
    pub(super) fn mails(&self) -> impl Iterator<Item = &MailFact> {
        self.mails.iter().filter(|mail| !mail.returned)
    }

    /// Absences, in the order in which they became known.
    pub(super) fn aways(&self) -> &[AwayFact] {
        &self.aways
    }

    /// What was said of the wait that `touch` opened.
    pub(super) fn dismissals(&self) -> impl Iterator<Item = (TouchNo, &DismissalFact)> {
        self.dismissals
            .iter()
            .map(|fact| (fact.dismissal.opening, fact))
    }

    /// Compact bytes with a version in front.
    ///
    /// # Panics
    /// Never: every field has an encoding.
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_extend(self, vec![ENCODING_VERSION]).expect("plain data has an encoding")
    }

    /// Reads what [`Self::to_bytes`] wrote; `None` for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (version, body) = bytes.split_first()?;
        (*version == ENCODING_VERSION)
            .then(|| postcard::from_bytes(body).ok())
            .flatten()
    }
}
