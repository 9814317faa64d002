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
            Some("crashed") => self.so_crashed(),
            _ => text.map(str::trim).filter(|text| !text.is_empty())?,
        };
        Some(known.to_owned())
    }
}
