//! Words of a demonstration.

use super::words;

words! {
    demo_title: "A demonstration", "Демонстрация";
    demo_gate(password: &str): "Nobody here is real, and nothing leaves this machine. Sign in as one of them; everybody's password is {password}.",
        "Все люди здесь вымышлены, и ничего не уходит с этого компьютера. Войдите как один из них; пароль у всех: {password}.";
    demo_try: "What to try", "Что попробовать";
    demo_inbox: "Answer somebody who waits, or hand them over", "Ответьте тому, кто ждёт, или передайте коллеге";
    demo_compose: "Write to a contact, read the caught copy and follow its link: the click stands here within a second",
        "Напишите контакту, откройте пойманную копию и перейдите по ссылке: переход появится здесь через секунду";
    demo_messages: "Open a letter: people stand apart from machines, each with the reason", "Откройте письмо: люди отделены от машин, и у каждого указана причина";
    demo_content: "See which content earns clicks, and which nobody has followed in eight weeks", "Посмотрите, какие материалы открывают, а какие за восемь недель не открыл никто";
    demo_waits: "See how long people wait for an answer", "Посмотрите, сколько люди ждут ответа";
}
