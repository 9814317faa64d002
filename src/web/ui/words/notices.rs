//! Words of the notices, and of the verdicts that people give and take back.

use super::{Lang, counted, words};
use crate::domain::verdict::Verdict;

words! {
    nav_notices: "Notices", "Уведомления";
    notices_title: "Notices", "Уведомления";
    notices_none: "Nothing new", "Ничего нового";
    notices_lead: "A click is held for a moment before it is told here, so that a scanner's visit is not taken for a person's.",
        "Переход показывается здесь не сразу: сначала проверяется, не был ли это сканер.";
    notices_empty_title: "Nobody has followed a link yet", "По ссылкам ещё никто не переходил";
    notices_empty_how: "When somebody follows a link in one of your letters, it is told here and counted on every page.",
        "Когда кто-то перейдёт по ссылке из вашего письма, это появится здесь и в счётчике на каждой странице.";
    notice_followed(who: &str, link: &str): "{who} followed \u{201c}{link}\u{201d}", "{who}: переход по ссылке \u{ab}{link}\u{bb}";
    notice_somebody: "A contact", "Контакт";
    notice_revised(verdict: &str): "later judged: {verdict}", "позже признано: {verdict}";
    notice_revised_why: "It was a person's click by all that was known when it was told. What came later says otherwise.",
        "Когда уведомление появилось, всё указывало на человека. Позже выяснилось другое.";
    notice_see: "Seen", "Просмотрено";
    notices_see_all: "Mark all as seen", "Отметить все";
    notices_seen_done: "Marked as seen.", "Отмечено.";
    notices_share_title: "How often a notice was wrong", "Как часто уведомление было ошибочным";
    notices_share_lead: "Clicks of the last 90 days that were told, and those judged otherwise afterwards.",
        "Переходы за 90 дней, о которых сообщено, и те, что позже признаны иными.";
    notices_share_class: "Told as", "Сообщено как";
    notices_share_told: "Told", "Сообщено";
    notices_share_revised: "Revised afterwards", "Изменено позже";
    notices_badge(n: &str): "{n} not seen", "непросмотренных: {n}";

    verdict_why: "Why, and what you say", "Почему и ваше мнение";
    verdict_say: "You know better? Say what it was:", "Вам виднее? Отметьте, что это было:";
    verdict_say_human: "A person", "Человек";
    verdict_say_scanner: "A machine", "Машина";
    verdict_say_preview: "A shared link", "Ссылкой поделились";
    verdict_say_own: "One of us", "Кто-то из своих";
    verdict_say_unknown: "Cannot tell", "Непонятно";
    verdict_lift: "Back to the rules", "Вернуть решение правил";
    verdict_first: "at first", "сначала";
    verdict_overruled_done: "Your verdict holds now.", "Ваше решение действует.";
    verdict_lifted_done: "The rules decide again.", "Снова решают правила.";
    verdict_not_overruled: "Nobody had overruled it.", "Это решение никто не менял.";
    forwarded: "probably forwarded", "вероятно, переслано";
    forwarded_why: "Links of this copy were followed by two programs in two places, more than ten minutes apart, or after somebody shared a link.",
        "По ссылкам этого письма переходили две программы из двух мест с перерывом более десяти минут или после того, как ссылкой поделились.";
}

counted! {
    notices_n: ["notice not seen", "notices not seen"], ["новое уведомление", "новых уведомления", "новых уведомлений"];
}

impl Lang {
    /// What a person says made a hit, on a button.
    pub const fn verdict_said(self, verdict: Verdict) -> &'static str {
        match verdict {
            Verdict::Human | Verdict::LikelyHuman => self.verdict_say_human(),
            Verdict::Scanner | Verdict::Prefetch => self.verdict_say_scanner(),
            Verdict::Preview => self.verdict_say_preview(),
            Verdict::Own => self.verdict_say_own(),
            Verdict::Proxy | Verdict::Unknown => self.verdict_say_unknown(),
        }
    }
}
