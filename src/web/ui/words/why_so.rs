//! Why a delivery stands where it stands, where the reason is ours. A server's own words are shown
//! as they came.

use super::{Lang, words};

words! {
    so_suppressed: "The address is on the suppression list.", "Адрес в стоп-листе.";
    so_unsubscribed: "The contact asked for no more mail.", "Контакт просил больше не писать.";
    so_complained: "The contact complained.", "Контакт пожаловался.";
    so_bounced: "Mail to this address comes back for good.", "Письма на этот адрес возвращаются.";
    so_left: "The contact works there no longer.", "Контакт там больше не работает.";
    so_manual: "A user stopped mail to this address.", "Пользователь остановил письма на этот адрес.";
    so_replied: "The contact answered first.", "Контакт ответил раньше.";
    so_away: "The contact is away; it goes out when they are back.", "Контакт отсутствует; уйдёт после возвращения.";
    so_cancelled: "Stopped by a person.", "Остановлено человеком.";
    so_erased: "The contact was erased.", "Контакт удалён.";
    so_paced: "The mailbox has sent what it may for now; the rest follows by itself.", "Ящик отправил столько, сколько пока можно; остальное уйдёт само.";
    so_domain_paced: "The limit for this recipient domain is reached; the rest follows by itself.", "Достигнут предел для этого почтового домена; остальное уйдёт само.";
    so_put_back: "The mail server is left alone for a while.", "Почтовый сервер пока не трогаем.";
    so_store: "The database could not be reached.", "База данных была недоступна.";
    so_interrupted: "Sending was interrupted while the server had it.", "Отправка прервалась, когда письмо было у сервера.";
    so_address_paused: "Mail to this address failed several times; it waits until the pause is over.",
        "Письма на этот адрес несколько раз не дошли; ждёт до конца паузы.";
    so_away_unclear: "The contact is away and does not say clearly until when. Look when to send it.",
        "Контакт в отъезде и не пишет ясно, до какого дня. Решите, когда отправить.";
    so_domain_not_found: "Other mail to this domain came back: there is no such domain. Check the address, then try again or stop it.",
        "Другие письма на этот домен вернулись: такого домена нет. Проверьте адрес и отправьте ещё раз или остановите.";
    so_known_by_answer: "The server's answer was lost; the contact's own answer shows that it arrived.",
        "Ответ сервера потерян; но контакт ответил, значит, письмо дошло.";
    so_known_by_auto_reply: "The server's answer was lost; an automatic answer shows that it arrived.",
        "Ответ сервера потерян; но пришёл автоответ, значит, письмо дошло.";
    so_known_by_sent_copy: "The server's answer was lost; the provider's copy in Sent shows that it went.",
        "Ответ сервера потерян; но провайдер положил копию в отправленные, значит, письмо ушло.";
    so_known_by_report: "The server's answer was lost; a report shows that it arrived.",
        "Ответ сервера потерян; но отчёт сообщает, что письмо дошло.";
    so_known_by_complaint: "The server's answer was lost; a complaint shows that it arrived.",
        "Ответ сервера потерян; но пришла жалоба, значит, письмо дошло.";
    so_crashed: "Making this mail broke several times.", "Подготовка письма несколько раз сорвалась.";
}

impl Lang {
    /// A sentence for a reason by its stable word, else its text; `None` where there is nothing to say.
    pub fn why_so(self, code: Option<&str>, text: Option<&str>) -> Option<String> {
        let known = match code {
            Some("suppressed") => self.so_suppressed(),
            Some("unsubscribed") => self.so_unsubscribed(),
            Some("complained") => self.so_complained(),
            Some("hard_bounce") => self.so_bounced(),
            Some("contact_left") => self.so_left(),
            Some("manual") => self.so_manual(),
            Some("replied") => self.so_replied(),
            Some("out_of_office") => self.so_away(),
            Some("cancelled") => self.so_cancelled(),
            Some("erased") => self.so_erased(),
            Some("paced") => self.so_paced(),
            Some("domain_paced") => self.so_domain_paced(),
            Some("put_back") => self.so_put_back(),
            Some("store") => self.so_store(),
            Some("interrupted") => self.so_interrupted(),
            Some("address_paused") => self.so_address_paused(),
            Some("away_unclear") => self.so_away_unclear(),
            Some("domain_not_found") => self.so_domain_not_found(),
            Some("known_by_answer") => self.so_known_by_answer(),
            Some("known_by_auto_reply") => self.so_known_by_auto_reply(),
            Some("known_by_sent_copy") => self.so_known_by_sent_copy(),
            Some("known_by_report") => self.so_known_by_report(),
            Some("known_by_complaint") => self.so_known_by_complaint(),
            Some("crashed") => self.so_crashed(),
            _ => text.map(str::trim).filter(|text| !text.is_empty())?,
        };
        Some(known.to_owned())
    }
}
