//! Words of the settings.

use super::words;

words! {
    settings_title: "Settings", "Настройки";
    you: "You", "Вы";
    page_language: "Language of the pages", "Язык страниц";
    english: "English", "English";
    russian: "Русский", "Русский";
    change_password: "Change password", "Сменить пароль";
    present_password: "Present password", "Текущий пароль";
    new_password: "New password", "Новый пароль";
    new_password_help: "At least 10 characters. All other sessions end.", "Не меньше 10 знаков. Все другие сеансы завершатся.";
    wrong_password: "is not your present password", "не совпадает с текущим паролем";
    password_changed: "The password is changed; other sessions have ended.", "Пароль изменён; другие сеансы завершены.";
    organisation: "Organisation", "Организация";
    organisation_name: "Name", "Название";
    postal_address: "Postal address", "Почтовый адрес";
    postal_address_help: "Outreach must carry it.", "Должен быть в рассылках.";
    organisation_zone: "Time zone", "Часовой пояс";
    abuse_contact: "Abuse contact", "Контакт для жалоб";
    abuse_help: "Shown where somebody reports a link.", "Показывается тем, кто жалуется на ссылку.";
    privacy: "Privacy", "Приватность";
    privacy_on: "Opens and clicks are recorded unless somebody objects.", "Открытия и переходы отмечаются, если нет возражений.";
    privacy_consent: "Nothing is recorded without consent.", "Без согласия не отмечается ничего.";
    privacy_hygiene: "Clicks are recorded; of opens only the day of the last one.", "Переходы отмечаются; из открытий только день последнего.";
    privacy_off: "Nothing is recorded.", "Ничего не отмечается.";
    privacy_set_where: "Set by the operator, since it decides what is in each letter.", "Задаётся оператором, так как определяет состав писем.";
    users: "Users", "Пользователи";
    role_label: "Role", "Роль";
    mailboxes: "Mailboxes", "Почтовые ящики";
    no_mailboxes: "None: letters go out under each writer's own address.", "Нет: письма уходят от адреса автора.";
    provider: "Provider", "Провайдер";
    daily_cap: "A day at most", "В день не больше";
    paused: "paused", "приостановлен";
    blocked: "Blocked destinations", "Закрытые адреса ссылок";
    no_blocked: "None. A blocked destination stops redirecting within five seconds.", "Нет. Закрытый адрес перестаёт открываться за пять секунд.";
    reason: "Reason", "Причина";
    since: "Since", "С";
    disabled: "may not sign in", "вход закрыт";
    settings_saved: "The settings are saved.", "Настройки сохранены.";
    report_only: "These figures show where help is needed; they are not evidence for pay or dismissal.",
        "Эти цифры показывают, где нужна помощь; они не основание для оплаты или увольнения.";
}
