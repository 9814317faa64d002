//! Words of the mail catcher and of the queue on hold.

use super::words;

words! {
    caught_title: "Caught mail", "Пойманные письма";
    caught_lead: "Mail that would have left. Its links work. A click from a browser that is signed in here counts as one of us, in a private window too: to be the contact, copy the link into another browser, two seconds after the mail arrived or later.",
        "Письма, которые ушли бы. Ссылки работают. Переход из браузера, где вы вошли, считается своим, даже из приватного окна: чтобы побыть контактом, скопируйте ссылку в другой браузер, не раньше чем через две секунды после письма.";
    no_caught_title: "Nothing was caught yet", "Пока ничего не поймано";
    no_caught_how: "Send a letter: it stands here a moment later, as the contact would read it.",
        "Отправьте письмо: через миг оно появится здесь таким, каким его увидит контакт.";
    sender: "From", "От";
    caught_at: "Caught", "Поймано";
    as_read: "As it is read", "Как читается";
    raw_mail: "Raw", "Исходник";
    text_part: "Plain text", "Текст";
    show_pictures: "Show pictures, as a mail program does", "Показать картинки, как почтовая программа";
    pictures_shown: "Pictures are shown; this is told as a look by one of us.", "Картинки показаны; это отмечено как просмотр своими.";
    mail_frame: "The caught letter", "Пойманное письмо";

    hold_title: "The queue is on hold", "Очередь остановлена";
    hold_not: "The queue is running", "Очередь работает";
    hold_not_text: "Nothing is held back.", "Ничего не задержано.";
    hold_lead(n: &str): "{n} would go when you let them. Look through the list first.", "Уйдёт, если разрешить: {n}. Сначала просмотрите список.";
    hold_go(n: &str): "Let {n} go", "Разрешить отправку: {n}";
    hold_lifted: "The queue is running again.", "Очередь снова работает.";
    hold_ask_admin: "An administrator can let it go on.", "Продолжить может администратор.";
}
