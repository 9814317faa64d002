//! Words that stand on every page: the frame, the rail, keys, forms, errors.

use super::words;

words! {
    skip_to_content: "Skip to the page", "К содержанию";
    navigation: "Pages", "Страницы";
    nav_today: "Today", "Сегодня";
    nav_messages: "Messages", "Письма";
    nav_contacts: "Contacts", "Контакты";
    nav_content: "Content", "Материалы";
    nav_templates: "Templates", "Шаблоны";
    nav_reports: "Reports", "Отчёты";
    nav_caught: "Caught mail", "Пойманные письма";
    nav_settings: "Settings", "Настройки";
    nav_more: "More", "Ещё";
    nav_compose: "Write", "Написать";
    search_label: "Search contacts", "Поиск контактов";
    search_hint: "Search  /", "Поиск  /";
    sign_out: "Sign out", "Выйти";
    back: "Back", "Назад";
    caught_banner: "Nothing is sent: there is no relay, so mail is caught here.",
        "Ничего не отправляется: сервер отправки не задан, письма остаются здесь.";
    caught_link: "Read caught mail", "Открыть пойманные письма";
    hold_banner: "The queue is on hold.", "Очередь остановлена.";
    hold_link: "See what would go", "Посмотреть, что уйдёт";

    keys_title: "Keys", "Клавиши";
    key_search: "search", "поиск";
    key_today: "today", "сегодня";
    key_compose: "write", "написать";
    key_move: "next and previous row", "следующая и предыдущая строка";
    key_open: "open the row", "открыть строку";
    key_help: "this list", "этот список";
    close: "Close", "Закрыть";

    save: "Save", "Сохранить";
    cancel: "Cancel", "Отмена";
    edit: "Edit", "Изменить";
    archive: "Archive", "В архив";
    filter: "Show", "Показать";
    all: "All", "Все";
    yes: "yes", "да";
    no: "no", "нет";
    none_yet: "none yet", "пока нет";
    saved: "Saved.", "Сохранено.";
    name: "Name", "Имя";
    title_name: "Name", "Название";
    email: "E-mail", "Почта";
    when: "When", "Когда";
    older: "Older", "Раньше";
    newer_first: "newest first", "сначала новые";
    not_done(problems: &str): "{problems} to put right; nothing was lost.", "Нужно исправить: {problems}. Ничего не потеряно.";
    interval_words(low: &str, high: &str): "between {low} and {high}, 95 times in 100", "от {low} до {high} в 95 случаях из 100";
    n_of(n: &str, of: &str): "{n} of {of}", "{n} из {of}";
    too_few(n: &str, of: &str): "{n} of {of}: too few to say", "{n} из {of}: слишком мало для вывода";

    required: "is needed", "обязательно";
    too_long: "is too long", "слишком длинно";
    not_an_email: "is not an e-mail address such as anna@example.org", "не похоже на адрес, такой как anna@example.org";
    not_a_url: "is not a web address that begins with http:// or https://", "не похоже на веб-адрес с http:// или https://";
    not_a_zone: "is not a time zone such as Europe/Berlin", "не похоже на часовой пояс, такой как Europe/Berlin";
    not_a_time: "is not a date and time", "не похоже на дату и время";
    taken: "is in use already", "уже используется";

    sign_in: "Sign in", "Войти";
    password: "Password", "Пароль";
    sign_in_wrong: "Address and password do not match. Nothing was changed.", "Адрес и пароль не подходят друг к другу. Ничего не изменено.";
    sign_in_slow: "Too many tries. Please wait a minute and try again.", "Слишком много попыток. Подождите минуту и попробуйте снова.";
    sign_in_lead: "Know whether what you write is answered.", "Узнайте, отвечают ли на ваши письма.";

    not_found_title: "There is nothing here", "Здесь ничего нет";
    not_found_text: "The address may be old, or it belongs to somebody else's work. Nothing was changed.",
        "Адрес мог устареть или относиться к чужой работе. Ничего не изменено.";
    not_understood_title: "The request could not be read", "Запрос не удалось прочесть";
    not_understood_text: "Nothing was changed. Go back and try once more.", "Ничего не изменено. Вернитесь и попробуйте ещё раз.";
    conflict_title: "Things have changed meanwhile", "Тем временем всё изменилось";
    conflict_text: "Somebody or something was faster. Go back and look again; nothing was changed.",
        "Кто-то успел раньше. Вернитесь и посмотрите снова; ничего не изменено.";
    too_large_title: "That is too large", "Слишком большой объём";
    too_large_text: "Nothing was changed. Take a smaller file or a shorter letter.", "Ничего не изменено. Возьмите файл меньше или письмо короче.";
    slow_title: "A little slower, please", "Чуть помедленнее";
    stopped_done: "Stopped. What had left before cannot be taken back.", "Остановлено. То, что уже ушло, вернуть нельзя.";
    template_saved_plain: "Saved as a new version.", "Сохранено как новая версия.";
    broken_title: "Something went wrong on our side", "Что-то сломалось на нашей стороне";
    broken_text: "What you typed in a letter is kept as a draft. Please try again in a minute.",
        "Набранное письмо сохранено в черновиках. Попробуйте снова через минуту.";
    stale_title: "This form was open for too long", "Форма была открыта слишком долго";
    stale_text: "Nothing was changed. Go back, reload the page and send it again.",
        "Ничего не изменено. Вернитесь, обновите страницу и отправьте снова.";
    to_today: "Go to today", "На главную";
    more_title: "Everything else", "Всё остальное";
}
