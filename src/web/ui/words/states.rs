//! Words for the state of a delivery, for verdicts and for the rules behind them.

use super::{Lang, words};
use crate::domain::delivery::{DeliveryState, RecipientRole};
use crate::domain::event::EventKind;
use crate::domain::link::LinkRole;
use crate::domain::message::MessagePurpose;
use crate::domain::verdict::{Judgement, Rule, Verdict};
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

    why_m_head: "A HEAD or OPTIONS request, as tools make them.", "Запрос HEAD или OPTIONS: так делают программы.";
    why_pf_header: "A header says the page was fetched ahead of time.", "Заголовок говорит, что страница загружена заранее.";
    why_o_mpp: "Apple's privacy proxy: it fetches whether or not anybody looks.", "Прокси Apple: загружает независимо от того, смотрел ли кто-то.";
    why_o_gprefetch: "Gmail fetched the image in advance.", "Gmail загрузил картинку заранее.";
    why_o_gproxy: "Viewed through Gmail's image proxy; place and device unknown.", "Просмотр через прокси Gmail; место и устройство неизвестны.";
    why_o_yproxy: "Viewed through Yahoo's image proxy; place and device unknown.", "Просмотр через прокси Yahoo; место и устройство неизвестны.";
    why_b_declared: "It declares itself as a program.", "Сам называет себя программой.";
    why_b_declared_as(who: &str): "It declares itself: {who}.", "Сам себя называет: {who}.";
    why_h_nav: "A browser, opened the way a person does it, and nothing against it.", "Браузер, открыто так, как это делает человек; ничто не говорит против.";
    why_self_net: "The same address and browser as one of us.", "Тот же адрес и браузер, что у одного из нас.";
    why_self_thread: "The message had been quoted in a reply before.", "До этого письмо уже было процитировано в ответе.";
    why_o_msnet: "From a mail provider's network, which may show the mail to a person.", "Из сети почтового сервиса, который мог показать письмо человеку.";
    why_o_proxy: "Fetched by a mail provider's image proxy.", "Загружено через прокси почтового сервиса.";
    why_b_empty: "No user agent at all.", "Программа никак себя не называет.";
    why_n_clicknet: "From a network whose clicks are machines'.", "Из сети, переходы из которой делают программы.";
    why_n_listed: "From a network that no person uses.", "Из сети, которой люди не пользуются.";
    why_g_burst: "Several links within seconds.", "Несколько ссылок за секунды.";
    why_g_fanout: "Links of several recipients within a minute.", "Ссылки нескольких получателей за минуту.";
    why_t_fast: "Followed at the very moment of delivery.", "Переход в самый момент доставки.";
    why_c_stale: "An outdated browser in a data centre.", "Устаревший браузер в дата-центре.";
    why_c_headers: "Headers are missing that this browser sends.", "Нет заголовков, которые этот браузер отправляет.";
    why_twin: "The same link at the same time from another system.", "Та же ссылка в то же время из другой системы.";
    why_h_action: "A reply or a form came after it.", "После этого пришёл ответ или форма.";
    why_none: "Nothing speaks for or against a person.", "Ничто не говорит ни за, ни против человека.";
    why_overruled: "A person overruled the verdict.", "Вердикт изменён человеком.";

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

    /// Why, in a sentence, with the rule's id.
    pub fn judgement(self, judgement: &Judgement) -> String {
        let text = match judgement.rule {
            Rule::MHead => self.why_m_head().to_owned(),
            Rule::PfHeader => self.why_pf_header().to_owned(),
            Rule::OMpp => self.why_o_mpp().to_owned(),
            Rule::OGprefetch => self.why_o_gprefetch().to_owned(),
            Rule::OGproxy => self.why_o_gproxy().to_owned(),
            Rule::OYproxy => self.why_o_yproxy().to_owned(),
            Rule::BDeclared => judgement.params.first().map_or_else(
                || self.why_b_declared().to_owned(),
                |who| self.why_b_declared_as(who),
            ),
            Rule::HNav => self.why_h_nav().to_owned(),
            Rule::None => self.why_none().to_owned(),
            Rule::Overruled => self.why_overruled().to_owned(),
            Rule::SelfNet => self.why_self_net().to_owned(),
            Rule::SelfThread => self.why_self_thread().to_owned(),
            Rule::OMsnet => self.why_o_msnet().to_owned(),
            Rule::OProxy => self.why_o_proxy().to_owned(),
            Rule::BEmpty => self.why_b_empty().to_owned(),
            Rule::NClicknet => self.why_n_clicknet().to_owned(),
            Rule::NListed => self.why_n_listed().to_owned(),
            Rule::GBurst => self.why_g_burst().to_owned(),
            Rule::GFanout => self.why_g_fanout().to_owned(),
            Rule::TFast => self.why_t_fast().to_owned(),
            Rule::CStale => self.why_c_stale().to_owned(),
            Rule::CHeaders => self.why_c_headers().to_owned(),
            Rule::Twin => self.why_twin().to_owned(),
            Rule::HAction => self.why_h_action().to_owned(),
        };
        format!("{text} ({})", judgement.rule.id())
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
