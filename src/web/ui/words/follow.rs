//! Words of what followed from mail: what to do about a copy that came back, what stopped a
//! mailbox, what a person is asked.

use super::{Lang, words};
use crate::domain::delivery::DeliveryState;
use crate::domain::inbound::BounceReason;
use crate::domain::mailbox::Block;

words! {
    why_mailbox_paused: "Its mailbox is paused; it waits until somebody lets the mailbox send again.",
        "Ящик приостановлен; ждёт, пока отправку не возобновят.";

    next_unknown_user: "The address does not exist and is written to no more. Look for another one.",
        "Такого адреса нет, писать на него больше не будем. Найдите другой.";
    next_moved: "The contact is not there any more. Look for a new address in the report.",
        "Контакт там больше не работает. Новый адрес может быть в отчёте.";
    next_mailbox_full: "The mailbox is full. Try again later, or call.", "Ящик переполнен. Попробуйте позже или позвоните.";
    next_inactive: "The mailbox is closed or suspended. A second time ends it.", "Ящик закрыт или заблокирован. На второй раз писать перестанем.";
    next_throttled: "The server takes mail more slowly. The mailbox sends more slowly for an hour; write again then.",
        "Сервер принимает письма медленнее. Час ящик шлёт реже; потом напишите снова.";
    next_policy: "The sender was refused, not the contact. The mailbox waits until somebody has looked; the contact can be called.",
        "Отказано отправителю, а не контакту. Ящик ждёт, пока не разберутся; контакту можно позвонить.";
    next_authentication: "SPF, DKIM or DMARC of the sender fails. An administrator has been told; the mailbox waits.",
        "У отправителя не проходит SPF, DKIM или DMARC. Администратор оповещён, ящик ждёт.";
    next_content: "Refused for its size or content: make it smaller, link files instead of attaching them, and send it again.",
        "Не принято из-за размера или содержания: сократите письмо, дайте ссылки вместо вложений и отправьте ещё раз.";
    next_expired: "It was tried until the time was over. Check the address, or write again.",
        "Пытались доставить, пока не вышло время. Проверьте адрес или напишите снова.";
    next_system: "A fault on the way. Write again.", "Сбой по дороге. Напишите снова.";
    next_unstated: "The report does not say why.", "Отчёт не говорит, почему.";

    block_policy: "What to do: look its domain and the sending server up on blocklists, stop what readers may have called spam, mend it, and let it send again on its page. Nobody was suppressed for this.",
        "Что делать: проверьте домен и сервер по чёрным спискам, прекратите то, что читатели могли счесть спамом, исправьте и возобновите отправку на странице ящика. В стоп-лист за это никто не внесён.";
    block_authentication: "What to do: check SPF, DKIM and DMARC of its domain (otklik doctor shows them), mend the DNS records or the signing key, and let it send again on its page.",
        "Что делать: проверьте SPF, DKIM и DMARC домена (их показывает otklik doctor), исправьте записи DNS или ключ подписи и возобновите отправку на странице ящика.";
    mailbox_is_paused(address: &str): "{address} is paused", "{address}: отправка приостановлена";
    mailbox_slowed(when: &str): "A server said that it sends too fast: at most one letter a minute until {when}. Contacts are not touched by it.",
        "Сервер сообщил о слишком частой отправке: не больше письма в минуту до {when}. Контактов это не касается.";
    about_us(when: &str): "A report of {when} says that mail of ours fails SPF, DKIM or DMARC. Check the DNS records (otklik doctor shows them).",
        "Отчёт ({when}) сообщает, что наши письма не проходят SPF, DKIM или DMARC. Проверьте записи DNS (их показывает otklik doctor).";
    mails_parked(n: &str): "Mails that came in and could not be read: {n}. otklik doctor says where to look.",
        "Не удалось прочитать входящих писем: {n}. Где смотреть, подскажет otklik doctor.";
    open_mailbox: "Open the mailbox", "Открыть ящик";
    open_report: "Open the report", "Открыть отчёт";

    same_company: "Answers no letter of ours. It may be about what was last written to somebody else at the same company:",
        "Это не ответ ни на одно наше письмо. Возможно, речь о том, что недавно писали другому человеку из этой компании:";
    same_company_letter: "open that letter", "открыть это письмо";

    ask_no_more: "Do they ask for no more mail?", "Просят больше не писать?";
    no_more_yes: "Yes: write to them no more", "Да: больше не писать";
    no_more_no: "No, it is about something else", "Нет, это о другом";
    no_more_said: "Understood as: no more mail.", "Понято так: больше не писать.";
    no_more_denied: "Understood as: they may be written to.", "Понято так: писать можно.";
    no_more_done: "Noted.", "Отмечено.";
    write_instead_to(address: &str): "Instead: {address}", "Вместо него: {address}";
}

impl Lang {
    /// What its author can do about a copy that came back.
    pub fn next_after(self, state: DeliveryState, code: &str) -> Option<&'static str> {
        let reason = BounceReason::from_word(code).filter(|_| state == DeliveryState::Bounced)?;
        Some(match reason {
            BounceReason::UnknownUser | BounceReason::UnknownHost => self.next_unknown_user(),
            BounceReason::Moved => self.next_moved(),
            BounceReason::MailboxFull => self.next_mailbox_full(),
            BounceReason::Inactive => self.next_inactive(),
            BounceReason::Expired => self.next_expired(),
            BounceReason::Throttled => self.next_throttled(),
            BounceReason::Policy => self.next_policy(),
            BounceReason::Authentication => self.next_authentication(),
            BounceReason::Content => self.next_content(),
            BounceReason::System => self.next_system(),
            BounceReason::Unstated => self.next_unstated(),
        })
    }

    /// What to do about a mailbox that receivers refuse.
    pub const fn unblock(self, block: Block) -> &'static str {
        match block {
            Block::Policy => self.block_policy(),
            Block::Authentication => self.block_authentication(),
        }
    }
}
