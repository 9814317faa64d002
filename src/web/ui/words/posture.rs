//! Words of how our domains stand in the DNS, and what to do about it.

use super::{Lang, words};
use crate::posture::{Found, Kind, Need};

words! {
    domains_title: "Domains we write from", "Домены, с которых мы пишем";
    domains_open: "SPF, DKIM, DMARC, one-click", "SPF, DKIM, DMARC, отписка";
    domains_good(n: &str): "Nothing needs doing: {n}.", "Всё в порядке: {n}.";
    domains_bad(n: &str): "Something needs doing: {n}.", "Нужно заняться: {n}.";
    domains_lead: "Receivers believe mail that these records vouch for. Large providers refuse mail without them.",
        "Получатели верят почте, за которую ручаются эти записи. Крупные сервисы не принимают почту без них.";
    domains_never: "Nobody has looked yet.", "Ещё не проверяли.";
    domains_none: "No mail leaves", "Почта не уходит";
    domains_none_how: "Mail is caught here, or no mailbox is set up yet. Once mail leaves, the records of its domains are looked at every day.",
        "Почта здесь перехватывается, или ящиков ещё нет. Когда почта начнёт уходить, записи её доменов будут проверяться каждый день.";
    domains_look: "Look now", "Проверить сейчас";
    domains_checked: "Looked at", "Проверено";
    domains_looked_done: "The DNS was asked anew.", "DNS опрошен заново.";
    domains_who: "An administrator looks after these records.", "Этими записями занимается администратор.";
    need_spf: "SPF", "SPF";
    need_dmarc: "DMARC", "DMARC";
    need_dkim: "DKIM", "DKIM";
    need_one_click: "one-click unsubscribe", "отписка одним нажатием";
    need_good: "in order", "в порядке";
    need_bad: "missing", "нет";
    need_several: "more than one", "больше одной";
    need_other_key: "another key", "другой ключ";
    need_note: "not known", "неизвестно";
    need_elsewhere: "by the relay", "у релея";
    spf_good(name: &str): "{name} says who may send.", "{name} указывает, кто может отправлять.";
    spf_missing(name: &str): "{name} has no SPF record. Publish a TXT record there that names your mail server, such as: v=spf1 mx -all",
        "У {name} нет записи SPF. Опубликуйте там TXT-запись с вашим почтовым сервером, например: v=spf1 mx -all";
    spf_several(name: &str): "{name} has more than one SPF record, and receivers then take none of them. Join them into one.",
        "У {name} больше одной записи SPF, и получатели не принимают ни одну. Объедините их в одну.";
    dmarc_good(name: &str, policy: &str): "{name} asks for: {policy}.", "{name} просит: {policy}.";
    dmarc_none(name: &str): "{name} asks for: none. That is enough for receivers; quarantine or reject also stops others from writing in your name.",
        "{name} просит: none. Получателям этого достаточно; quarantine или reject не даст другим писать от вашего имени.";
    dmarc_missing(name: &str): "There is no DMARC record. Publish a TXT record at {name}, to begin with: v=DMARC1; p=none",
        "Записи DMARC нет. Опубликуйте TXT-запись {name}, для начала: v=DMARC1; p=none";
    dmarc_several(name: &str): "There is more than one DMARC record at {name}, and receivers then take none of them. Leave one.",
        "По адресу {name} больше одной записи DMARC, и получатели не принимают ни одну. Оставьте одну.";
    dkim_good(name: &str): "The public key stands at {name}.", "Открытый ключ опубликован: {name}.";
    dkim_missing(name: &str): "Mail is signed, and {name} holds no key to check it by. Publish its public half there as: v=DKIM1; p=…",
        "Письма подписываются, но ключа для проверки по адресу {name} нет. Опубликуйте там открытую часть: v=DKIM1; p=…";
    dkim_other(name: &str): "The key at {name} is not the one that mail is signed with here, so that signatures fail. Publish the public half of that key there as: v=DKIM1; p=…",
        "Ключ по адресу {name} не тот, которым здесь подписываются письма, и подпись не сходится. Опубликуйте там открытую часть этого ключа: v=DKIM1; p=…";
    dkim_elsewhere(name: &str): "No key of this installation signs for {name}. Google and Microsoft sign by themselves once DKIM is switched on there; for any other relay add a key to the settings, under “dkim”.",
        "Для {name} здесь нет ключа подписи. Google и Microsoft подписывают сами, если DKIM у них включён; для другого релея добавьте ключ в «dkim».";
    click_good: "Every letter of outreach carries the header, signed, with an https link.", "Каждое письмо рассылки несёт подписанный заголовок со ссылкой https.";
    click_elsewhere: "Every letter of outreach carries the header; it counts where the relay's signature covers List-Unsubscribe and List-Unsubscribe-Post.",
        "Каждое письмо рассылки несёт заголовок; он действует, если подпись релея охватывает List-Unsubscribe и List-Unsubscribe-Post.";
    click_http: "Links are not on https, so that mail programs leave the button out. Set OTKLIK_TRACKING_URL to an https address.",
        "Ссылки не на https, и почтовые программы не показывают кнопку. Задайте в OTKLIK_TRACKING_URL адрес https.";
    need_unknown(name: &str, why: &str): "{name} was not found out: the DNS does not answer ({why}). Nothing is concluded.",
        "Про {name} узнать не удалось: DNS не отвечает ({why}). Выводов нет.";
}

impl Lang {
    /// What a domain needs, by its name.
    pub const fn need(self, kind: Kind) -> &'static str {
        match kind {
            Kind::Spf => self.need_spf(),
            Kind::Dmarc => self.need_dmarc(),
            Kind::Dkim => self.need_dkim(),
            Kind::OneClick => self.need_one_click(),
        }
    }

    /// What was found, and what to do where something is missing.
    pub fn need_said(self, need: &Need) -> String {
        let name = need.name.as_str();
        match (need.kind, &need.found) {
            (_, Found::Unknown(why)) => self.need_unknown(name, why),
            (Kind::Spf, Found::Good(_)) => self.spf_good(name),
            (Kind::Spf, Found::Several) => self.spf_several(name),
            (Kind::Spf, _) => self.spf_missing(name),
            (Kind::Dmarc, Found::Good(policy)) if policy == "none" => self.dmarc_none(name),
            (Kind::Dmarc, Found::Good(policy)) => self.dmarc_good(name, policy),
            (Kind::Dmarc, Found::Several) => self.dmarc_several(name),
            (Kind::Dmarc, _) => self.dmarc_missing(name),
            (Kind::Dkim, Found::Good(_)) => self.dkim_good(name),
            (Kind::Dkim, Found::SignedElsewhere) => self.dkim_elsewhere(name),
            (Kind::Dkim, Found::OtherKey) => self.dkim_other(name),
            (Kind::Dkim, _) => self.dkim_missing(name),
            (Kind::OneClick, Found::Good(_)) => self.click_good().to_owned(),
            (Kind::OneClick, Found::SignedElsewhere) => self.click_elsewhere().to_owned(),
            (Kind::OneClick, _) => self.click_http().to_owned(),
        }
    }
}
