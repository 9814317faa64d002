//! Words of the inbox, threads, calls and how conversations go.

use super::{Lang, counted, words};
use crate::domain::inbound::InboundKind;
use crate::domain::touch::{CallResult, Channel, Direction, Outcome};

words! {
    nav_inbox: "Inbox", "Входящие";
    inbox_title: "Who waits for an answer", "Кто ждёт ответа";
    inbox_none: "Nobody waits for you.", "Никто не ждёт вашего ответа.";
    inbox_one(name: &str, span: &str): "{name} waits for your answer, for {span}.", "{name} ждёт вашего ответа, уже {span}.";
    inbox_many(people: &str, span: &str): "{people} wait for an answer; the longest for {span}.",
        "Ждут ответа: {people}; дольше всех {span}.";
    inbox_hour(n: &str): "{n} of them can still be answered within the hour.", "Успеть ответить в течение часа можно: {n}.";
    inbox_late: "The hour is over for all of them; the oldest comes first.", "Час истёк для всех; сначала те, кто ждёт дольше.";
    inbox_calm: "When a contact writes, they stand here until somebody answers.",
        "Когда контакт напишет, он будет здесь, пока ему не ответят.";
    inbox_empty_title: "Nobody waits", "Никто не ждёт";
    inbox_empty_how: "Replies and enquiries come here from connected mailboxes, the longest wait first.",
        "Ответы и запросы из подключённых ящиков появляются здесь; сначала те, кто ждёт дольше.";
    waits_mine: "Mine", "Мои";
    waits_team: "All I look after", "Все мои подопечные";
    waits_queue: "Nobody's yet", "Пока ничьи";
    waits_for: "Waits for", "Ждёт";
    wrote: "Wrote", "Написал";
    turn_of: "Whose turn", "Чья очередь";
    nobody_yet: "nobody yet", "пока никто";
    stands_in(name: &str): "{name} stands in", "замещает {name}";
    hour_left(span: &str): "{span} left of the hour", "до часа осталось {span}";
    hour_over(span: &str): "{span} over the hour", "сверх часа {span}";
    outside_hours: "Came outside working hours.", "Пришло вне рабочих часов.";
    tried_at(when: &str): "Tried {when}; not answered yet.", "Попытка {when}; ответа ещё не было.";
    answer_them: "Answer", "Ответить";
    answer_to(name: &str): "Answer {name}", "Ответить: {name}";
    no_answer_needed: "No answer needed", "Ответ не нужен";
    hand_over: "Hand over", "Передать";
    hand_over_to: "Hand over to", "Передать кому";
    take_it: "I take it", "Беру себе";
    undo: "Undo", "Отменить";
    dismissed_done: "Taken off the list: no answer needed. It counts as no answer in the reports.",
        "Убрано из списка: ответ не нужен. В отчётах это не считается ответом.";
    handed_over_done: "Handed over.", "Передано.";
    taken_done: "It is yours now.", "Теперь это ваше.";
    taken_back_done: "Back on the list.", "Возвращено в список.";
    nothing_to_do: "That wait has ended already.", "Это ожидание уже завершено.";
    asked_title: "Perhaps enquiries", "Возможно, запросы";
    asked_lead: "Mail in your own mailbox from people whom nobody here knows. Only its sender and subject are kept, for you alone. Accept what is an enquiry, and the mail is fetched; of the rest nothing is kept.",
        "Письма в вашем личном ящике от людей, которых здесь никто не знает. Хранятся только отправитель и тема, и видны они только вам. Примите запрос, и письмо будет загружено; от остальных не останется ничего.";
    asked_came: "Came", "Пришло";
    asked_accept: "It is an enquiry", "Это запрос";
    asked_dismiss: "Not for us", "Не для нас";
    asked_add: "Add as a contact", "Добавить в контакты";
    asked_no_text: "It was delivered past the mailbox, so its text was not kept. What a contact writes from now on is.",
        "Оно пришло мимо ящика, и его текст не сохранён. Письма контакта будут сохраняться.";
    asked_fetching(mails: &str): "Accepted and on the way from the mailbox: {mails}.", "Принято и загружается из ящика: {mails}.";
    asked_accepted_done: "Accepted. The mail is fetched from your mailbox and stands here as soon as the mailbox answers.",
        "Принято. Письмо загружается из вашего ящика и появится здесь, как только ящик ответит.";
    asked_forgotten_done: "Forgotten: neither sender nor subject is kept.", "Забыто: ни отправитель, ни тема не хранятся.";
    thread_title: "Thread", "Переписка";
    thread_none: "Nothing can be shown: its mails were erased, or are private.", "Показать нечего: письма удалены или скрыты.";
    thread_from(name: &str): "{name} wrote", "Пишет {name}";
    thread_ours(name: &str): "{name} wrote, of ours", "Пишет {name}, от нас";
    whole_mail: "The whole mail", "Письмо целиком";
    open_thread: "Open the thread", "Открыть переписку";
    private_mail: "Taken back as private; only its time is kept.", "Скрыто как личное; сохранено только время.";
    on_they_wrote(when: &str, who: &str): "{when}, {who} wrote:", "{when}, {who}:";
    no_words: "No text of its own.", "Своего текста нет.";
    earlier_left_out: "Earlier mails are not shown here.", "Более ранние письма здесь не показаны.";
    log_call: "Log a call", "Записать звонок";
    log_call_help: "One press is enough. A note and another time can be given first.",
        "Достаточно одного нажатия. Заметку и другое время можно указать заранее.";
    log_other: "Log something else", "Записать другое";
    touch_note: "Note", "Заметка";
    touch_when: "When, if not just now", "Когда, если не сейчас";
    touch_logged: "Logged.", "Записано.";
    touch_future: "That is in the future.", "Это в будущем.";
    touch_unknown: "Say what came of it.", "Укажите результат.";
    how_it_went: "How did it go?", "Чем закончилось?";
    suggested_words(word: &str, words: &str): "Suggested: {word}, by the words \u{201c}{words}\u{201d}.",
        "Предложение: {word}, по словам \u{ab}{words}\u{bb}.";
    suggested_word(word: &str): "Suggested: {word}.", "Предложение: {word}.";
    outcome_said(word: &str): "It went: {word}.", "Итог: {word}.";
    outcome_saved: "Noted how it went.", "Итог записан.";
    by_colleague: "A colleague answered.", "Ответил коллега.";
    key_done: "no answer needed", "ответ не нужен";
    key_results: "log a call: connected, voicemail, no answer, busy, wrong number",
        "записать звонок: дозвонились, автоответчик, нет ответа, занято, не тот номер";

    touch_of_theirs(channel: &str): "From them: {channel}", "От них: {channel}";
    touch_of_ours(channel: &str): "From us: {channel}", "От нас: {channel}";
    touch_call(result: &str): "Call: {result}", "Звонок: {result}";

    call_connected: "connected", "поговорили";
    call_voicemail: "voicemail", "автоответчик";
    call_no_answer: "no answer", "нет ответа";
    call_busy: "busy", "занято";
    call_wrong_number: "wrong number", "не тот номер";

    ch_email: "mail", "почта";
    ch_call: "call", "звонок";
    ch_social: "social network", "соцсеть";
    ch_meeting: "meeting", "встреча";
    ch_form: "form", "форма";
    ch_chat: "chat", "чат";

    out_interested: "interested", "интересно";
    out_later: "later", "позже";
    out_referred: "referred", "направил к другому";
    out_refused: "refused", "отказ";
    out_objected: "do not write again", "просит не писать";
    out_wrong_person: "wrong person", "не тот человек";
    out_unclear: "unclear", "неясно";

    in_reply: "reply", "ответ";
    in_enquiry: "enquiry", "запрос";
    in_auto_reply: "automatic reply", "автоответ";
    in_out_of_office: "out of office", "нет на месте";
    in_acknowledgement: "acknowledgement", "подтверждение";
    in_bounce: "delivery report", "отчёт о доставке";
    in_complaint: "complaint", "жалоба";
    in_unsubscribe: "unsubscribe", "отписка";
    in_list: "list mail", "рассылка";
    in_read_receipt: "read receipt", "уведомление о прочтении";
    in_calendar: "invitation answer", "ответ на приглашение";
    in_other: "other", "другое";
}

counted! {
    people_wait: ["person", "people"], ["человек", "человека", "человек"];
    more_fetched: ["mail", "mails"], ["письмо", "письма", "писем"];
    more_mails: ["mail since", "mails since"], ["письмо с тех пор", "письма с тех пор", "писем с тех пор"];
}

impl Lang {
    /// The way people met.
    pub const fn channel(self, channel: Channel) -> &'static str {
        match channel {
            Channel::Email => self.ch_email(),
            Channel::Call => self.ch_call(),
            Channel::Social => self.ch_social(),
            Channel::Meeting => self.ch_meeting(),
            Channel::Form => self.ch_form(),
            Channel::Chat => self.ch_chat(),
        }
    }

    /// What was told of a touch, in a line.
    pub fn touch_line(
        self,
        channel: Channel,
        way: Direction,
        result: Option<CallResult>,
    ) -> String {
        match (result, way) {
            (Some(result), _) => self.touch_call(self.call_result(result)),
            (None, Direction::In) => self.touch_of_theirs(self.channel(channel)),
            (None, Direction::Out) => self.touch_of_ours(self.channel(channel)),
        }
    }

    /// What came of a call.
    pub const fn call_result(self, result: CallResult) -> &'static str {
        match result {
            CallResult::Connected => self.call_connected(),
            CallResult::Voicemail => self.call_voicemail(),
            CallResult::NoAnswer => self.call_no_answer(),
            CallResult::Busy => self.call_busy(),
            CallResult::WrongNumber => self.call_wrong_number(),
        }
    }

    /// How a conversation went.
    pub const fn outcome(self, outcome: Outcome) -> &'static str {
        match outcome {
            Outcome::Interested => self.out_interested(),
            Outcome::Later => self.out_later(),
            Outcome::Referred => self.out_referred(),
            Outcome::Refused => self.out_refused(),
            Outcome::Objected => self.out_objected(),
            Outcome::WrongPerson => self.out_wrong_person(),
            Outcome::Unclear => self.out_unclear(),
        }
    }

    /// What kind of mail came in.
    pub const fn inbound(self, kind: InboundKind) -> &'static str {
        match kind {
            InboundKind::Reply => self.in_reply(),
            InboundKind::Enquiry => self.in_enquiry(),
            InboundKind::AutoReply => self.in_auto_reply(),
            InboundKind::OutOfOffice => self.in_out_of_office(),
            InboundKind::Acknowledgement => self.in_acknowledgement(),
            InboundKind::Bounce => self.in_bounce(),
            InboundKind::Complaint => self.in_complaint(),
            InboundKind::Unsubscribe => self.in_unsubscribe(),
            InboundKind::List => self.in_list(),
            InboundKind::ReadReceipt => self.in_read_receipt(),
            InboundKind::Calendar => self.in_calendar(),
            InboundKind::Other => self.in_other(),
        }
    }
}
