//! What happened, as a line of a timeline.

use super::{Lang, words};
use crate::domain::event::EventKind;

words! {
    ev_queued: "Accepted for sending", "Принято к отправке";
    ev_sent: "Sent: the next server took it", "Отправлено: следующий сервер принял";
    ev_delivered: "Arrived, says the other side", "Доставлено, сообщает получающая сторона";
    ev_deferred: "A try failed; another follows", "Попытка не удалась; будет ещё одна";
    ev_failed: "Given up", "Отправка прекращена";
    ev_uncertain: "Handed over, the answer was lost", "Передано, ответ потерян";
    ev_cancelled: "Stopped before it left", "Остановлено до отправки";
    ev_bounced: "Came back", "Вернулось";
    ev_opened: "Opened", "Открыто";
    ev_clicked: "Link followed", "Переход по ссылке";
    ev_replied: "Replied", "Ответ получен";
    ev_auto_replied: "A machine replied", "Автоматический ответ";
    ev_out_of_office: "Out of office", "Нет на месте";
    ev_complained: "Marked as spam", "Отмечено как спам";
    ev_unsubscribed: "Asked for no more mail", "Просит больше не писать";
    ev_suppressed: "Put on the suppression list", "Внесён в стоп-лист";
    ev_enrolled: "Entered a sequence", "Включён в цепочку";
    ev_contact_left: "Works there no longer", "Больше там не работает";
    ev_touched: "Touch recorded", "Касание записано";
    ev_revised: "Verdict changed", "Вердикт изменён";
    ev_resubscribed: "Took the unsubscribe back", "Отменил отписку";
    ev_dismissed: "No answer needed", "Ответ не нужен";
    ev_sent_again: "Sent again by a person; a second copy may arrive", "Отправлено повторно вручную; копия может прийти дважды";
    ev_arrived: "A person says that it arrived", "Дошло, сообщает человек";
    ev_agreed: "Agreed to mail again, says a user", "Снова согласен получать письма, сообщает пользователь";
    ev_known_by_answer: "It went: the contact's answer shows it", "Ушло: контакт ответил";
    ev_known_by_auto_reply: "It went: an automatic answer shows it", "Ушло: пришёл автоответ";
    ev_known_by_sent_copy: "It went: the provider filed it in Sent", "Ушло: провайдер положил копию в отправленные";
    ev_known_by_report: "It went: a report shows it", "Ушло: это видно из отчёта";
    ev_known_by_complaint: "It went: a complaint shows it", "Ушло: пришла жалоба";
    ev_no_more_confirmed: "A person says that they ask for no more mail", "Просит больше не писать, подтвердил человек";
    ev_lifted: "Taken off the suppression list", "Исключён из стоп-листа";
    clicked_link(label: &str): "Followed \u{201c}{label}\u{201d}", "Переход: \u{ab}{label}\u{bb}";
}

impl Lang {
    /// What happened.
    pub const fn event(self, kind: EventKind) -> &'static str {
        match kind {
            EventKind::Queued => self.ev_queued(),
            EventKind::Sent => self.ev_sent(),
            EventKind::Delivered => self.ev_delivered(),
            EventKind::Deferred => self.ev_deferred(),
            EventKind::Failed => self.ev_failed(),
            EventKind::Uncertain => self.ev_uncertain(),
            EventKind::Cancelled => self.ev_cancelled(),
            EventKind::Bounced => self.ev_bounced(),
            EventKind::Opened => self.ev_opened(),
            EventKind::Clicked => self.ev_clicked(),
            EventKind::Replied => self.ev_replied(),
            EventKind::AutoReplied => self.ev_auto_replied(),
            EventKind::OutOfOffice => self.ev_out_of_office(),
            EventKind::Complained => self.ev_complained(),
            EventKind::Unsubscribed => self.ev_unsubscribed(),
            EventKind::Suppressed => self.ev_suppressed(),
            EventKind::Enrolled => self.ev_enrolled(),
            EventKind::ContactLeft => self.ev_contact_left(),
            EventKind::Touched => self.ev_touched(),
            EventKind::Revised => self.ev_revised(),
            EventKind::Resubscribed => self.ev_resubscribed(),
            EventKind::Dismissed => self.ev_dismissed(),
        }
    }
}

words! {
    w_queued: "queued", "в очереди";
    w_sent: "sent", "отправлено";
    w_delivered: "arrived", "доставлено";
    w_deferred: "will retry", "будет повтор";
    w_failed: "failed", "не отправлено";
    w_uncertain: "uncertain", "неясно";
    w_cancelled: "stopped", "остановлено";
    w_bounced: "came back", "вернулось";
    w_opened: "open", "открытие";
    w_clicked: "click", "переход";
    w_reply: "reply", "ответ";
    w_complaint: "complaint", "жалоба";
    w_no_more: "no more mail", "не писать";
    w_other: "noted", "отмечено";
}

impl Lang {
    /// What happened, where the reason's word makes it another thing.
    pub fn event_because(self, kind: EventKind, code: &str) -> &'static str {
        match (kind, code) {
            (EventKind::Queued, "sent_again") => self.ev_sent_again(),
            (EventKind::Sent, "arrived") => self.ev_arrived(),
            (EventKind::Sent, "known_by_answer") => self.ev_known_by_answer(),
            (EventKind::Sent, "known_by_auto_reply") => self.ev_known_by_auto_reply(),
            (EventKind::Sent, "known_by_sent_copy") => self.ev_known_by_sent_copy(),
            (EventKind::Sent, "known_by_report") => self.ev_known_by_report(),
            (EventKind::Sent, "known_by_complaint") => self.ev_known_by_complaint(),
            (EventKind::Unsubscribed, "confirmed") => self.ev_no_more_confirmed(),
            (EventKind::Resubscribed, "lifted") => self.ev_lifted(),
            (EventKind::Resubscribed, "agreed") => self.ev_agreed(),
            _ => self.event(kind),
        }
    }

    /// What happened, in one or two words.
    pub const fn event_word(self, kind: EventKind) -> &'static str {
        match kind {
            EventKind::Queued => self.w_queued(),
            EventKind::Sent => self.w_sent(),
            EventKind::Delivered => self.w_delivered(),
            EventKind::Deferred => self.w_deferred(),
            EventKind::Failed => self.w_failed(),
            EventKind::Uncertain => self.w_uncertain(),
            EventKind::Cancelled => self.w_cancelled(),
            EventKind::Bounced => self.w_bounced(),
            EventKind::Opened => self.w_opened(),
            EventKind::Clicked => self.w_clicked(),
            EventKind::Replied | EventKind::AutoReplied | EventKind::OutOfOffice => self.w_reply(),
            EventKind::Complained => self.w_complaint(),
            EventKind::Unsubscribed | EventKind::Suppressed => self.w_no_more(),
            EventKind::Enrolled
            | EventKind::ContactLeft
            | EventKind::Touched
            | EventKind::Revised
            | EventKind::Resubscribed
            | EventKind::Dismissed => self.w_other(),
        }
    }
}
