//! Words for the state of a delivery, for verdicts and for the rules behind them.

use super::{Lang, words};
use crate::domain::delivery::{DeliveryState, RecipientRole};
use crate::domain::event::EventKind;
use crate::domain::link::LinkRole;
use crate::domain::message::MessagePurpose;
use crate::domain::verdict::Verdict;
use crate::domain::viewer::Role;

words! {
    state_draft: "draft", "черновик";
    state_scheduled: "scheduled", "запланировано";
    state_held: "on hold", "задержано";
    state_queued: "queued", "в очереди";
    state_attempting: "sending", "отправляется";
    state_handed_over: "handed over", "передано";
    state_deferred: "will retry", "будет повтор";
    state_sent: "sent", "отправлено";
    state_uncertain: "uncertain", "неясно";
    state_failed: "failed", "не отправлено";
    state_cancelled: "cancelled", "отменено";
    state_bounced: "came back", "вернулось";
    state_uncertain_why: "It was handed over and the server's answer was lost. It is not sent again by itself, so nobody gets it twice.",
        "Письмо передано, но ответ сервера потерян. Само оно не уйдёт второй раз, чтобы никто не получил его дважды.";
    state_held_why: "Somebody must look first; nothing was lost.", "Сначала кто-то должен посмотреть; ничего не потеряно.";
    state_deferred_why: "The server said: not now. Another try has its time.", "Сервер ответил: не сейчас. Время следующей попытки известно.";

    verdict_human: "human", "человек";
    verdict_likely_human: "likely human", "вероятно человек";
    verdict_proxy: "mail proxy", "почтовый прокси";
    verdict_prefetch: "fetched ahead", "загружено заранее";
    verdict_scanner: "scanner", "сканер";
    verdict_preview: "link preview", "превью ссылки";
    verdict_own: "one of us", "свои";
    verdict_unknown: "unknown", "неизвестно";

    purpose_answer: "answer", "ответ";
    purpose_follow_up: "follow-up", "напоминание";
    purpose_win_back: "win-back", "возврат";
    purpose_first_touch: "first touch", "первое письмо";
    role_rep: "Sales rep", "Менеджер по продажам";
    role_marketer: "Marketer", "Маркетолог";
    role_manager: "Head of sales", "Руководитель";
    role_admin: "Administrator", "Администратор";
    to: "To", "Кому";
    cc: "Cc", "Копия";
    bcc: "Bcc", "Скрытая копия";
    link_content: "content", "материал";
    link_booking: "booking", "запись";
    link_other: "link", "ссылка";
    link_signature: "signature, not counted", "подпись, не считается";
    link_footer: "footer, not counted", "подвал, не считается";
}

/// How a small word is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Nothing to judge.
    Plain,
    /// As it should be.
    Good,
    /// Needs a look.
    Warn,
    /// Went wrong.
    Bad,
    /// A person.
    Human,
    /// A machine: hatched.
    Machine,
}

impl Lang {
    /// A delivery's state in one word, how to colour it, and what it means where the word alone
    /// does not say so.
    pub const fn state(self, state: DeliveryState) -> (&'static str, Tone, Option<&'static str>) {
        use DeliveryState as S;
        match state {
            S::Draft => (self.state_draft(), Tone::Plain, None),
            S::Scheduled => (self.state_scheduled(), Tone::Plain, None),
            S::Held => (self.state_held(), Tone::Warn, Some(self.state_held_why())),
            S::Queued => (self.state_queued(), Tone::Plain, None),
            S::Attempting => (self.state_attempting(), Tone::Plain, None),
            S::HandedOver => (self.state_handed_over(), Tone::Plain, None),
            S::Deferred => (
                self.state_deferred(),
                Tone::Warn,
                Some(self.state_deferred_why()),
            ),
            S::Sent => (self.state_sent(), Tone::Good, None),
            S::Uncertain => (
                self.state_uncertain(),
                Tone::Warn,
                Some(self.state_uncertain_why()),
            ),
            S::Failed => (self.state_failed(), Tone::Bad, None),
            S::Cancelled => (self.state_cancelled(), Tone::Plain, None),
            S::Bounced => (self.state_bounced(), Tone::Bad, None),
        }
    }

    /// A verdict in one or two words.
    pub const fn verdict(self, verdict: Verdict) -> &'static str {
        match verdict {
            Verdict::Human => self.verdict_human(),
            Verdict::LikelyHuman => self.verdict_likely_human(),
            Verdict::Proxy => self.verdict_proxy(),
            Verdict::Prefetch => self.verdict_prefetch(),
            Verdict::Scanner => self.verdict_scanner(),
            Verdict::Preview => self.verdict_preview(),
            Verdict::Own => self.verdict_own(),
            Verdict::Unknown => self.verdict_unknown(),
        }
    }

    /// Why a message was written.
    pub const fn purpose(self, purpose: MessagePurpose) -> &'static str {
        match purpose {
            MessagePurpose::Answer => self.purpose_answer(),
            MessagePurpose::FollowUp => self.purpose_follow_up(),
            MessagePurpose::WinBack => self.purpose_win_back(),
            MessagePurpose::FirstTouch => self.purpose_first_touch(),
        }
    }

    /// What a user is.
    pub const fn role(self, role: Role) -> &'static str {
        match role {
            Role::Rep => self.role_rep(),
            Role::Marketer => self.role_marketer(),
            Role::Manager => self.role_manager(),
            Role::Admin => self.role_admin(),
        }
    }

    /// How a recipient is addressed.
    pub const fn recipient(self, role: RecipientRole) -> &'static str {
        match role {
            RecipientRole::To => self.to(),
            RecipientRole::Cc => self.cc(),
            RecipientRole::Bcc => self.bcc(),
        }
    }

    /// What a link is for.
    pub const fn link_role(self, role: LinkRole) -> &'static str {
        match role {
            LinkRole::Content => self.link_content(),
            LinkRole::Booking => self.link_booking(),
            LinkRole::Other => self.link_other(),
            LinkRole::Signature => self.link_signature(),
            LinkRole::Footer => self.link_footer(),
        }
    }

    /// Whether an event is good or bad news, for its colour.
    pub const fn event_tone(self, kind: EventKind) -> Tone {
        use EventKind as K;
        match kind {
            K::Failed | K::Bounced | K::Complained => Tone::Bad,
            K::Deferred | K::Uncertain | K::Unsubscribed | K::Suppressed | K::ContactLeft => {
                Tone::Warn
            }
            K::Sent | K::Delivered | K::Replied | K::Resubscribed => Tone::Good,
            _ => Tone::Plain,
        }
    }
}
