//! Words of the suppression list.

use super::{Lang, counted, words};

words! {
    suppressions_title: "Written to no more", "Кому больше не пишут";
    suppressions_open: "The suppression list", "Стоп-лист";
    suppressions_none: "Everybody may be written to.", "Писать можно всем.";
    suppressions_head(n: &str): "Written to no more: {n}.", "Больше не пишут на {n}.";
    suppressions_lead: "Mail to these addresses is stopped before it leaves, whoever writes it.",
        "Письма на эти адреса останавливаются до отправки, кто бы их ни писал.";
    suppressions_empty: "The list is empty", "Список пуст";
    suppressions_empty_how: "Whoever unsubscribes or complains stands here, and addresses from which mail comes back for good. Add one by hand if somebody asks on the telephone.",
        "Здесь будут те, кто отписался или пожаловался, и адреса, с которых письма возвращаются. Добавьте адрес вручную, если об этом попросили по телефону.";
    suppressions_no_match_how: "A whole address is found even after its contact was erased.",
        "Полный адрес находится, даже если контакт удалён.";
    suppressions_search: "Address or name", "Адрес или имя";
    every_reason: "All", "Все";
    suppressed_by: "Brought about by", "Из-за чего";
    suppressed_hand(who: &str): "put there by {who}", "внёс: {who}";
    suppressed_mail: "their mail, or a request without a letter", "письмо контакта или запрос без письма";
    erased_address: "erased address", "удалённый адрес";
    add_suppression: "Add an address", "Добавить адрес";
    add_suppression_button: "Write there no more", "Больше туда не писать";
    suppressed_done: "Nothing is sent there any more; what was waiting is stopped.", "Туда больше ничего не уйдёт; ожидавшее остановлено.";
    unsuppressed_done: "The address may be written to again. It is noted in the log.", "На этот адрес снова можно писать. Это отмечено в журнале.";
    write_no_more: "Write no more", "Больше не писать";
    lift_title: "Write there again", "Снова писать";
    lift_why: "Why it may be lifted", "Почему можно снять";
    lift_why_help: "Such as: the mailbox works again, or a wrong address was entered. It is kept in the log.",
        "Например: ящик снова работает или адрес внесли по ошибке. Сохраняется в журнале.";
    lift_consent_lead: "The contact asked for it, so that only their new consent lifts it. Say where and in which words they agreed; it is kept with the contact as proof.",
        "Об этом попросил сам контакт, поэтому снять можно только с его нового согласия. Укажите, где и какими словами он согласился; это хранится у контакта как доказательство.";
    lift_consent_where: "Where they agreed", "Где согласился";
    lift_no_contact: "No contact holds this address, so there is nobody whose consent could be kept. Add the contact first.",
        "Этого адреса нет ни у одного контакта, и согласие не к чему приложить. Сначала добавьте контакт.";
    lift_button: "Lift it", "Снять";
    lift_consent_button: "They agreed: write again", "Согласие есть: снова писать";
    lift_asks_admin: "An administrator can lift it, where it may be lifted.", "Снять может администратор, если это допустимо.";
    lift_too_late: "It was lifted meanwhile, or stands there for another reason by now. Look at it again.",
        "Запись уже снята или стоит по другой причине. Посмотрите ещё раз.";

    sup_unsubscribed: "unsubscribed", "отписался";
    sup_complained: "complained", "пожаловался";
    sup_hard_bounce: "mail comes back", "письма возвращаются";
    sup_contact_left: "left the company", "больше там не работает";
    sup_manual: "by hand", "вручную";
}

counted! {
    addresses_n: ["address", "addresses"], ["адрес", "адреса", "адресов"];
}

impl Lang {
    /// Why an address stands on the list, by the stored word.
    pub fn suppression(self, word: &str) -> &'static str {
        match word {
            "unsubscribed" => self.sup_unsubscribed(),
            "complained" => self.sup_complained(),
            "hard_bounce" => self.sup_hard_bounce(),
            "contact_left" => self.sup_contact_left(),
            _ => self.sup_manual(),
        }
    }
}
