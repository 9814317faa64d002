//! Words of how a mailbox is reached.

use super::words;

words! {
    access_title: "Reading this mailbox", "Чтение ящика";
    access_promise_personal: "From this mailbox only mail is kept that belongs to a conversation otklik knows, or that comes from or goes to a known contact. Of everything else nothing is kept but how far it was read; what may be an enquiry is shown to you alone, as sender and subject, until you accept it. Mail inside the organisation, excluded domains, folders and labels, folders other than the inbox and Sent, and mail from before the day below are never read. Nothing is ever marked, moved or deleted in the mailbox.",
        "Из этого ящика сохраняются только письма, которые относятся к известной переписке, и письма известных контактов. От всего остального остаётся лишь отметка, докуда прочитано; возможный запрос показывается только вам, как отправитель и тема, пока вы его не примете. Письма внутри организации, исключённые домены, папки и метки, папки кроме входящих и отправленных и письма до указанного дня не читаются никогда. В ящике ничего не помечается, не перемещается и не удаляется.";
    access_promise_shared: "This mailbox is shared: all of its inbox and Sent mail from the day below on is read, and enquiries wait in the team's queue until somebody takes them. Mail inside the organisation, excluded domains, folders and labels, other folders, and earlier mail are never read. Nothing is ever marked, moved or deleted in the mailbox.",
        "Это общий ящик: читаются все входящие и отправленные с указанного дня, запросы ждут в очереди команды, пока их кто-нибудь не возьмёт. Письма внутри организации, исключённые домены, папки и метки, другие папки и более ранние письма не читаются никогда. В ящике ничего не помечается, не перемещается и не удаляется.";
    access_standing: "Connection", "Соединение";
    access_none: "This mailbox is not read.", "Этот ящик не читается.";
    access_waiting: "waiting", "ждёт";
    access_connected: "connected", "соединён";
    access_trouble: "trouble", "сбой";
    access_reconnect: "re-connect", "соединить заново";
    access_reconnect_help: "Nothing is read until this is mended: connect again, or correct the password, and try it. Mail that waits to be sent by the same permission waits too and is not lost.",
        "Пока это не исправлено, ничего не читается: соедините ящик заново или исправьте пароль и проверьте. Письма, которым нужно то же разрешение, ждут и не пропадают.";
    access_seen: "last heard", "последний ответ";
    access_by(name: &str): "Signed in by {name} (OAuth).", "Вход через {name} (OAuth).";
    access_copies(filed: &str, due: &str, given: &str): "Copies in Sent: {filed} filed, {due} waiting, {given} given up.", "Копии в отправленных: {filed} положено, {due} ждут, от {given} отказались.";
    access_connect(name: &str): "Connect by {name}", "Соединить через {name}";
    access_try: "Try the connection", "Проверить соединение";
    access_disconnect: "Disconnect", "Отсоединить";
    access_disconnect_help: "Disconnecting forgets password and tokens for reading and how far was read. Mail that was kept stays.",
        "При отсоединении забываются пароль и токены для чтения и то, докуда прочитано. Сохранённые письма остаются.";
    access_works: "It works", "Работает";
    access_fails: "It does not work", "Не работает";
    access_reading: "Reading:", "Чтение:";
    access_sending: "Sending:", "Отправка:";
    access_takes(server: &str): "{server} takes the sign-in.", "{server} принимает вход.";
    access_by_installation: "It sends through the installation's server.", "Письма уходят через общий сервер.";
    access_caught: "No server is set, so its mail is caught and not sent.", "Сервер не задан, поэтому письма не уходят, а сохраняются для чтения.";
    access_next_set_up: "What to do: set the server and a password, or connect it by its provider.",
        "Что делать: укажите сервер и пароль или соедините ящик через провайдера.";
    access_next_reading: "What to do: correct the password for reading below and save it. Many providers want a password for programs, made in the account's settings.",
        "Что делать: исправьте пароль для чтения ниже и сохраните. Многие провайдеры требуют пароль приложения, он создаётся в настройках учётной записи.";
    access_next_sending: "What to do: correct server, user and password for sending on the mailbox's page. Many providers want a password for programs, made in the account's settings.",
        "Что делать: исправьте сервер, имя и пароль для отправки на странице ящика. Многие провайдеры требуют пароль приложения, он создаётся в настройках учётной записи.";
    access_next_connect: "What to do: connect it by its provider again, and allow both reading and sending there.",
        "Что делать: соедините ящик через провайдера заново и разрешите там и чтение, и отправку.";
    access_next_later: "What to do: check the server's name and port. If they are right, try again later.",
        "Что делать: проверьте имя и порт сервера. Если они верны, попробуйте позже.";
    access_found(server: &str, folders: &str): "{server} takes the sign-in; folders: {folders}.", "{server} принимает вход; папок: {folders}.";
    access_sent_is(name: &str): "Sent mail is in {name}.", "Отправленные лежат в {name}.";
    access_no_sent: "No folder for sent mail was found.", "Папка отправленных не найдена.";
    access_idle: "The server says by itself when mail comes.", "Сервер сам сообщает о новых письмах.";
    access_polled: "The server is asked once a minute.", "Сервер опрашивается раз в минуту.";
    access_large: "Too large to be read whole", "Слишком большие письма";
    access_megabytes(n: &str): "{n} MB", "{n} МБ";
    access_server: "Server and folders", "Сервер и папки";
    access_url: "IMAP server", "Сервер IMAP";
    access_url_help: "imaps://mail.example.org, with user@ in front where it is not the address.", "imaps://mail.example.org, с user@ впереди, если имя не адрес.";
    access_url_own(url: &str): "Empty for {url}.", "Пусто: {url}.";
    access_url_admin: "Set by administrators.", "Задаётся администратором.";
    access_url_wrong: "is not a server such as imaps://mail.example.org", "это не сервер вида imaps://mail.example.org";
    access_url_missing: "is missing", "не указан";
    access_password: "Password", "Пароль";
    access_password_help: "Empty where it is that for sending, or with OAuth. Kept sealed, never shown.", "Пусто, если тот же, что для отправки, или при OAuth. Хранится запечатанным, не показывается.";
    access_password_kept: "One is kept. Empty leaves it.", "Пароль есть. Пустое поле его не меняет.";
    access_sent: "Sent mail is filed by", "Отправленные кладёт";
    access_sent_profile: "as the provider's profile says", "как у провайдера принято";
    access_sent_provider: "the provider", "провайдер";
    access_sent_append: "otklik, as a copy without tracking", "otklik, копией без отслеживания";
    access_sent_none: "nobody", "никто";
    access_sent_help: "Two copies in Sent mean that the provider files them too.", "Две копии в отправленных значат, что их кладёт и провайдер.";
    access_from: "Read mail from", "Читать с";
    access_from_help: "Earlier mail is never read.", "Более ранние письма не читаются.";
    access_date_wrong: "is no day such as 2026-11-24", "это не день вида 2026-11-24";
    access_excluded: "Folders and labels never read", "Папки и метки, которые не читать";
    access_excluded_help: "One a line, by its full name. Only the inbox and Sent are read at all; with Gmail, mail there that bears one of these labels, or one below it, is left alone too.",
        "По одной в строке, полным именем. Читаются вообще только входящие и отправленные; в Gmail не читаются и письма с этими метками и вложенными в них.";
    access_labels: "It tells labels, so that they can be left out.", "Он сообщает метки, их можно исключить.";
    access_domains: "Domains never kept", "Домены, письма которых не хранить";
    access_domains_help: "One a line, such as doctor.example. Mail from and to them is left alone.",
        "По одному в строке, например doctor.example. Письма от них и к ним не хранятся.";
    access_domain_wrong(text: &str): "{text} is no domain such as doctor.example", "{text}: это не домен вида doctor.example";
    access_begin: "Begin to read", "Начать читать";
    access_leaving(name: &str): "You leave for {name}, which asks whether otklik may read and send mail for this address, also while you are away. Sign in there with this address. You can take it back there, or here by disconnecting.",
        "Вы перейдёте к {name}; там спросят, можно ли otklik читать и отправлять почту этого адреса, и в ваше отсутствие тоже. Войдите там под этим адресом. Разрешение можно отозвать там или здесь, отсоединив ящик.";
    access_go_on(name: &str): "Go on to {name}", "Перейти к {name}";
    access_back: "Back", "Назад";
    access_not_connected: "Not connected", "Не соединено";
    access_refused(word: &str): "The provider gave no permission ({word}).", "Провайдер не дал разрешения ({word}).";
    access_done_connected: "The mailbox is connected.", "Ящик соединён.";
    access_done_disconnected: "The mailbox is disconnected; its tokens are gone.", "Ящик отсоединён; токены удалены.";
    access_open: "Reading", "Чтение";
}
