//! Words of the people outside.

use super::words;

words! {
    contacts_title: "Contacts", "Контакты";
    contacts_lead: "The people you write to.", "Люди, которым вы пишете.";
    contacts_found(n: &str, what: &str): "{n} for \u{201c}{what}\u{201d}", "{n} по запросу \u{ab}{what}\u{bb}";
    new_contact: "New contact", "Новый контакт";
    edit_contact: "Edit contact", "Изменить контакт";
    no_contacts_title: "No contacts yet", "Контактов пока нет";
    no_contacts_how: "Add the first person you want to write to, or import a list on the command line.",
        "Добавьте первого человека или загрузите список из командной строки.";
    company: "Company", "Компания";
    owner: "Looked after by", "Ответственный";
    emails: "E-mail addresses", "Адреса почты";
    emails_help: "One on each line, the preferred one first.", "По одному на строке, основной первым.";
    behind(gateway: &str): "behind {gateway}", "за шлюзом {gateway}";
    behind_why: "This gateway may follow the links of a mail before anybody reads it.",
        "Этот шлюз может открывать ссылки письма до того, как его прочтут.";
    mail_at(provider: &str): "mailbox at {provider}", "ящик в {provider}";
    zone: "Time zone", "Часовой пояс";
    zone_help: "Such as Europe/Berlin; used to say when it is a good time.", "Например, Europe/Berlin; чтобы знать удобное время.";
    language: "Language", "Язык";
    decides: "Makes the decision", "Принимает решение";
    not_known: "not known", "неизвестно";
    fields: "Further fields", "Дополнительные поля";
    fields_help: "One on each line: name = value. Templates can use them.", "По одному на строке: имя = значение. Их можно использовать в шаблонах.";
    tracking_choice: "What they allow", "Что разрешает контакт";
    allow_opens: "Recording opens", "Отмечать открытия";
    allow_clicks: "Recording clicks", "Отмечать переходы";
    by_organisation: "as the organisation's setting says", "по настройке организации";
    allowed: "allowed", "разрешено";
    not_allowed: "not allowed", "не разрешено";
    consent: "Consent", "Согласие";
    consent_source: "Where it was given or withdrawn", "Где дано или отозвано";
    consent_wording: "In which words", "Какими словами";
    consent_needed: "say where the answer came from", "укажите, откуда известен ответ";
    consent_line(when: &str, source: &str): "{when}, {source}", "{when}, {source}";
    no_consent: "Nothing was asked or said.", "Не спрашивали и не сообщали.";
    write_to(who: &str): "Write to {who}", "Написать: {who}";
    their_messages: "Letters", "Письма";
    no_letters: "No letters to this person yet.", "Писем этому человеку пока нет.";
    suppressed_word: "no mail", "не писать";
    unsubscribed_why: "This address is on the suppression list; mail to it is stopped before it leaves.",
        "Адрес в стоп-листе; письма на него останавливаются до отправки.";
    erase: "Erase this contact", "Удалить контакт";
    erase_short: "Erase", "Удалить";
    erase_ask(who: &str): "{who}, the addresses, the letters' texts and the files are deleted for good. Figures stay, without the person.",
        "{who}, адреса, тексты писем и файлы удаляются навсегда. Цифры остаются, без человека.";
    erase_yes(who: &str): "Erase {who} for good", "Удалить навсегда: {who}";
    erased: "The contact was erased.", "Контакт удалён.";
    contact_saved: "The contact is saved.", "Контакт сохранён.";
    last_open(day: &str): "last open on {day}", "последнее открытие {day}";
    added: "Added", "Добавлен";
    name_value: "has no = between name and value", "нет знака = между именем и значением";
}
