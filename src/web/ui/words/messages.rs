//! Words of Today, the list of messages and the page of one message.

use super::{Lang, words};

words! {
    today_title: "Today", "Сегодня";
    today_quiet: "Nobody clicked since yesterday", "Со вчерашнего дня никто не переходил по ссылкам";
    today_one(who: &str, ago: &str): "{who} clicked {ago}: a good moment to call", "{who}: переход по ссылке {ago}. Хороший момент для звонка";
    today_many(people: &str, who: &str, ago: &str): "{people} clicked lately; {who} {ago}", "Недавно переходили по ссылкам: {people}. Последний: {who}, {ago}";
    today_all_calm: "Nothing waits and nothing went wrong.", "Ничего не ждёт, всё в порядке.";
    today_waits(waits: &str): "{waits} under way.", "В пути: {waits}.";
    today_look(n: &str): "{n} to look at.", "Нужно посмотреть: {n}.";
    call_now: "Call now", "Позвонить сейчас";
    needs_a_look: "Needs a look", "Нужно посмотреть";
    under_way: "Scheduled and under way", "Запланировано и в пути";
    what_they_clicked: "What they followed", "По какой ссылке";
    last_click: "Last click", "Последний переход";
    clicks_label: "Clicks", "Переходы";
    why: "Why", "Почему";
    due: "Due", "Срок";
    write_again: "Write", "Написать";
    no_clicks_title: "No clicks by people in the last three days", "За три дня люди не переходили по ссылкам";
    no_clicks_how: "When somebody follows a link in your mail, they stand here within a second, so that you can call while it is warm.",
        "Когда кто-то откроет ссылку из вашего письма, он появится здесь через секунду, и можно звонить, пока интересно.";
    opened_from_copy: "opened from their copy", "открыто из их письма";

    messages_title: "Messages", "Письма";
    messages_lead: "What became of each letter, newest first.", "Что стало с каждым письмом, сначала новые.";
    no_messages_title: "No letters here yet", "Писем пока нет";
    no_messages_how: "Write the first one: its clicks show here, people apart from machines.",
        "Напишите первое: здесь будут видны переходы, люди отдельно от машин.";
    no_match_title: "Nothing fits this choice", "Ничего не найдено";
    no_match_how: "Take another state or other words.", "Выберите другое состояние или другие слова.";
    only_waiting: "Under way", "В пути";
    only_sent: "Sent", "Отправлены";
    only_look: "Need a look", "Требуют внимания";
    only_drafts: "Drafts", "Черновики";
    recipient_label: "Recipient", "Получатель";
    subject: "Subject", "Тема";
    state_label: "State", "Состояние";
    by_people: "People", "Люди";
    by_machines: "Machines", "Машины";
    and_others(n: &str): "and {n} more", "и ещё {n}";
    written_by(who: &str, when: &str): "{who}, {when}", "{who}, {when}";
    no_subject: "(no subject)", "(без темы)";

    no_human_click: "Nobody has clicked yet", "Переходов пока нет";
    head_clicked(who: &str, clicks: &str): "{who}: {clicks}", "{who}: {clicks}";
    head_to(who: &str): "To {who}", "Кому: {who}";
    head_not_yet(who: &str): "{who} has not clicked yet", "{who}: переходов пока нет";
    timeline: "Timeline", "Хронология";
    links: "Links", "Ссылки";
    link: "Link", "Ссылка";
    recipients: "Recipients", "Получатели";
    attempts: "Attempts", "Попытки";
    answer_of_server: "The server's answer", "Ответ сервера";
    files: "Files", "Файлы";
    details: "Details", "Подробности";
    from_mailbox: "From", "От";
    from_template: "Template", "Шаблон";
    purpose_label: "Purpose", "Цель";
    accepted_at: "Accepted", "Принято";
    tracking: "Tracking", "Отслеживание";
    tracks_opens: "opens", "открытия";
    tracks_clicks: "clicks", "переходы";
    tracks_nothing: "nothing", "ничего";
    no_links: "No tracked links in this letter.", "В письме нет отслеживаемых ссылок.";
    no_events: "Nothing happened yet. This page fills by itself.", "Пока ничего не произошло. Страница обновится сама.";
    cancel_rest: "Stop what has not left", "Остановить неотправленное";
    cancelled_n(n: &str): "Stopped: {n}. What had left cannot be taken back.", "Остановлено: {n}. Отправленное вернуть нельзя.";
    send_again: "Send it again", "Отправить ещё раз";
    send_again_why: "Nobody knows whether this copy arrived. Sent again, a second copy may arrive.",
        "Дошла ли эта копия, неизвестно. Если отправить снова, получатель может получить письмо дважды.";
    it_arrived: "It did arrive", "Оно дошло";
    try_again: "Try again", "Попробовать ещё раз";
    try_again_why: "It was set aside before anything left.", "Письмо отложено до того, как что-либо ушло.";
    sent_again_done: "It goes out again. The first copy may have arrived too.",
        "Письмо уйдёт ещё раз. Первая копия тоже могла дойти.";
    arrived_done: "Noted: it arrived.", "Отмечено: письмо дошло.";
    write_follow_up: "Follow up", "Написать ещё раз";
    on_link_no(n: i64): "link {n}", "ссылка {n}";
    forwarded_hint: "Opened from this copy; who held it is not known.", "Открыто из этой копии; кто именно, неизвестно.";
    opens_title: "Opens", "Открытия";
    opened_confirmed: "confirmed", "подтверждено";
    opened_proved: "confirmed by a click or a reply", "подтверждено переходом или ответом";
    opens_proved_n(n: &str): "({n} by a click or a reply)", "(из них по переходу или ответу: {n})";
    opened_proxied: "viewed through Gmail or Yahoo, place unknown", "просмотрено через Gmail или Yahoo, место неизвестно";
    opened_unclear: "Apple privacy, cannot tell", "защита Apple, определить нельзя";
    opened_machine: "machine, left out", "машина, не учитывается";
    opened_nothing: "nothing seen", "ничего не замечено";
    open_rate(share: &str, opened: &str, of: &str): "Open rate {share}: {opened} of {of} who can be measured.", "Доля открытий {share}: {opened} из {of}, о ком можно судить.";
    open_rate_none: "Of nobody here can it be said whether they opened it.", "Ни об одном получателе нельзя сказать, открыто ли письмо.";
    opens_covered(share: &str, of: &str): "{share} of {of} recipients covered.", "Охвачено {share} из {of} получателей.";
    read_caught: "Read the caught copy", "Открыть пойманную копию";
}

impl Lang {
    /// "5 clicks by people", in the words of a table's title.
    pub fn people_clicks(self, n: i64) -> String {
        self.human_clicks(n)
    }
}
