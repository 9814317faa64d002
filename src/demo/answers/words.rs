//! What simulated people write back, and how soon: pure functions of a seeded draw.

use crate::domain::clock::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS};
use crate::domain::touch::CallResult;
use fastrand::Rng;

/// What comes back on a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comeback {
    /// Words of a person, this one of [`REPLIES`].
    Reply(usize),
    /// They are away for so many days.
    Away(i64),
    /// Nobody of that name is there.
    Gone,
    /// The mailbox is full.
    Full,
    /// They ask for no more, by mail.
    NoMore,
    /// They pressed "spam", and their provider reports it.
    Spam,
}

/// Draws of a thousand, each up to and without its bound, in this order.
const BOUNDS: [(u32, Comeback); 6] = [
    (125, Comeback::Reply(0)),
    (155, Comeback::Away(0)),
    (163, Comeback::Gone),
    (169, Comeback::Full),
    (176, Comeback::NoMore),
    (179, Comeback::Spam),
];

/// What comes back on one letter, and after how long.
pub(super) fn comeback(rng: &mut Rng) -> Option<(i64, Comeback)> {
    let drawn = rng.u32(..1_000);
    let (_, kind) = BOUNDS.iter().find(|(bound, _)| drawn < *bound)?;
    Some(match kind {
        Comeback::Reply(_) => (thought(rng), Comeback::Reply(rng.usize(..REPLIES.len()))),
        Comeback::Away(_) => (
            rng.i64(SECOND_MS..MINUTE_MS),
            Comeback::Away(rng.i64(3..12)),
        ),
        Comeback::NoMore | Comeback::Spam => (thought(rng), *kind),
        Comeback::Gone | Comeback::Full => (rng.i64(2 * SECOND_MS..3 * MINUTE_MS), *kind),
    })
}

/// How long a contact takes to answer: some at once, most within a day, a few after days.
fn thought(rng: &mut Rng) -> i64 {
    match rng.u32(..100) {
        ..22 => rng.i64(4 * MINUTE_MS..HOUR_MS),
        22..62 => rng.i64(HOUR_MS..9 * HOUR_MS),
        62..88 => rng.i64(DAY_MS..3 * DAY_MS),
        _ => rng.i64(3 * DAY_MS..10 * DAY_MS),
    }
}

/// How many in a hundred answers each rep gives within the hour.
const WITHIN_HOUR: [u32; super::super::cast::REPS] = [62, 48, 34, 20];

/// How long rep `index` lets somebody wait; `None` for ever.
pub(super) fn wait(rng: &mut Rng, index: usize) -> Option<i64> {
    let hour = WITHIN_HOUR[index % WITHIN_HOUR.len()];
    match rng.u32(..100) {
        drawn if drawn < hour => Some(rng.i64(3 * MINUTE_MS..50 * MINUTE_MS)),
        drawn if drawn < hour + (94 - hour) * 2 / 3 => Some(rng.i64(HOUR_MS..8 * HOUR_MS)),
        ..94 => Some(rng.i64(DAY_MS..3 * DAY_MS)),
        _ => None,
    }
}

/// What contacts write, the plainest interest first.
pub(super) const REPLIES: &[&str] = &[
    "Thank you, that is what we were looking for. Could you send an offer for twelve sensors, delivered in January?",
    "Interesting. Can we talk on Thursday afternoon? My number is in the signature.",
    "How does this compare with what we have from the last round? We saw drift after six months.",
    "Looks good. What does the yearly calibration cost, and who comes to do it?",
    "We have no budget left for this year. Please come back to me in February.",
    "I am not the right person for this. My colleague who runs the laboratory decides on it.",
    "Thank you for thinking of us, but we have just signed with another supplier. We are not interested.",
    "Please send me the price list as a file as well, our firewall blocks links.",
    "Could your engineer look at our installation before we decide? Any day next week would do.",
    "I have passed it on to purchasing. They will want two references from our industry.",
];

/// What reps answer: long enough to be an answer.
pub(super) const ANSWERS: &[&str] = &[
    "Thank you for the quick reply. I have put the offer together with the delivery dates you named, and the yearly calibration as a line of its own. Would Thursday at ten suit you to go through it?",
    "Good question. In the installations we look after, drift stayed under half a percent over two years, because the reference cell is changed with each calibration. I can show you the figures of a plant like yours.",
    "Gladly. Our engineer is in your region next week and can look at the installation on Tuesday or Wednesday. Please tell me who should let him in and what he must bring for your safety rules.",
    "That is no problem at all. I will come back to you in February, and until then you will hear nothing from us unless you ask. If the budget round comes earlier, one line from you is enough.",
];

/// What reps answer to an enquiry.
pub(super) const FIRST_ANSWERS: &[&str] = &[
    "Thank you for writing to us. I will call you tomorrow morning at nine to understand what is needed, and until then you find below what similar plants have chosen and why.",
    "Gladly. I have asked our engineer for the figures and will send them this week, together with two references near you who run the same equipment and have agreed to take a call.",
];

/// What comes of a call.
pub(super) const RESULTS: &[CallResult] = &[
    CallResult::Connected,
    CallResult::Connected,
    CallResult::Voicemail,
    CallResult::NoAnswer,
];

/// What a server says when it takes no mail.
pub(super) const fn refusal(kind: Comeback) -> (&'static str, &'static str) {
    match kind {
        Comeback::Full => ("5.2.2", "mailbox full, over quota"),
        _ => ("5.1.1", "user unknown"),
    }
}

/// People nobody here knows.
pub(super) const STRANGERS: &[(&str, &str)] = &[
    ("Bela Kertesz", "bela@southquay.example"),
    ("Nora Fields", "nora.fields@canaryglass.example"),
    ("Timo Salo", "timo@saltworks.example"),
    ("Ines Duarte", "ines.duarte@coldchain.example"),
    ("Rafael Lima", "rafael@tidalpower.example"),
    ("Mette Holm", "mette@northdairy.example"),
    ("Owen Pritchard", "owen@valleybakers.example"),
    ("Sanna Kivi", "sanna@riverpaper.example"),
    ("Luc Perrin", "luc.perrin@alpinecheese.example"),
    ("Hilde Aas", "hilde@fjordpower.example"),
    ("Marta Sousa", "marta@corkworks.example"),
];

/// What strangers write who were told of the company.
pub(super) const ENQUIRIES: &[(&str, &str)] = &[
    (
        "Sensors for a new brewing line",
        "We are building a second line and need about thirty temperature and pressure sensors by spring. Could somebody call me this week?",
    ),
    (
        "Price for calibration on site",
        "What would calibration of forty probes on our site cost, and how long would the line stand still?",
    ),
    (
        "Question from the trade fair",
        "We met at your stand last month. You promised to send figures on drift in salt water; have I missed them?",
    ),
    (
        "Data sheet in German",
        "Is there a data sheet of the pressure sensors in German? Our maintenance people would like to read it before we decide.",
    ),
    (
        "Delivery before Christmas",
        "Could six probes be here before Christmas? Ours failed during the last inspection, and we may not run without them.",
    ),
    (
        "Visit to your works",
        "Four of us would like to see how calibration is done at your place. Which weeks would suit you?",
    ),
    (
        "Replacement for an old controller",
        "Our controller from 2014 has failed and the maker is gone. Do yours speak the same protocol?",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_draw_in_eight_is_a_reply_and_an_answer_counts_as_one() {
        let mut rng = Rng::with_seed(3);
        let drawn: Vec<_> = (0..4_000).map(|_| comeback(&mut rng)).collect();
        let replies = drawn
            .iter()
            .filter(|one| matches!(one, Some((_, Comeback::Reply(_)))))
            .count();
        assert!((400..600).contains(&replies), "{replies}");
        // Fewer than 15 words of its own are no real answer in the report.
        assert!(ANSWERS.iter().all(|text| text.split(' ').count() >= 15));
        assert!((0..50).any(|_| wait(&mut rng, 0).is_none()));
    }
}
