//! Words of the click-through report.

use super::{Lang, words};
use crate::domain::gateway::Gateway;

words! {
    report_title: "Click-through", "Переходы по ссылкам";
    headline(rate: &str, clicked: &str): "{rate} of measurable deliveries were clicked by a person within 7 days ({clicked})",
        "{rate} измеримых доставок открыты людьми по ссылке за 7 дней ({clicked})";
    headline_raw(rate: &str, clicked: &str): "{rate} of measurable deliveries had a click of any kind within 7 days ({clicked})",
        "{rate} измеримых доставок имели переход любого рода за 7 дней ({clicked})";
    headline_none: "No cohort is old enough to judge yet", "Ещё нет когорт, по которым можно судить";
    headline_few(n: &str, of: &str): "{n} of {of} so far: too few to say", "Пока {n} из {of}: слишком мало для вывода";
    report_lead(from: &str, to: &str): "Letters sent from {from} to {to}, judged when they are 7 days old.",
        "Письма, отправленные с {from} по {to}; оцениваются через 7 дней.";
    from: "From", "С";
    to_day: "To", "По";
    slice_by: "By", "Разрез";
    by_content: "content", "материалы";
    by_link: "link", "ссылки";
    by_template: "template", "шаблоны";
    by_rep: "rep", "менеджеры";
    by_purpose: "purpose", "цели";
    by_gateway: "mail gateway", "почтовые шлюзы";
    by_day: "day", "дни";
    by_month: "month", "месяцы";
    by_total: "everything", "всё вместе";
    gateway_unknown: "not known yet", "пока неизвестно";
    gateway_servers: "other mail servers", "другие почтовые серверы";
    gateway_other: "other free mail", "прочая бесплатная почта";
    whose: "Clicks", "Переходы";
    whose_human: "by people", "людей";
    whose_raw: "of all kinds", "любые";
    show: "Show", "Показать";
    measured: "Measured", "Измерено";
    measured_of(n: &str, of: &str): "on {n} of {of} old enough", "{n} из {of} достаточно старых";
    still_filling: "still filling", "ещё копится";
    still_filling_n(n: &str): "{n} still filling", "{n} ещё копится";
    machine_beside: "Machine clicks beside", "Машинные рядом";
    machine_beside_note: "never inside the rate", "в долю не входят";
    machine_inside_note: "counted here as well", "здесь тоже учтены";
    half_within: "Half of those who clicked", "Половина перешедших";
    within(span: &str): "within {span}", "за {span}";
    rate: "Rate", "Доля";
    sent_n: "Sent", "Отправлено";
    machine: "Machines", "Машины";
    time_p50: "Half within", "Половина за";
    contacts_count: "Contacts", "Контакты";
    chart_days: "Click-through by day of sending", "Доля переходов по дню отправки";
    chart_days_desc: "One point for each day of sending, with the days that are still filling hatched.",
        "Одна точка на день отправки; ещё копящиеся дни заштрихованы.";
    chart_rows(by: &str): "Click-through by {by}", "Доля переходов: {by}";
    chart_rows_desc: "One bar for each row of the table, with its 95 % interval.", "По полосе на строку таблицы, с интервалом 95 %.";
    chart_curve: "Clicked within", "Перешли за";
    chart_curve_desc: "The share of measurable deliveries clicked by a person within a time of being sent.",
        "Доля измеримых доставок, по которым человек перешёл за данное время.";
    table_behind: "The table behind it", "Таблица к графику";
    as_json: "JSON", "JSON";
    as_csv: "CSV", "CSV";
    no_rows_title: "Nothing was sent in this period", "За этот период ничего не отправлено";
    no_rows_how: "Take an earlier date, or write a letter with a link.", "Возьмите более раннюю дату или напишите письмо со ссылкой.";
    no_slice_title(by: &str): "Nothing here can be told apart by {by}", "Разреза «{by}» здесь нет";
    no_slice_how: "Choose another slice above. Content is told apart once letters link to assets of the library.",
        "Выберите другой разрез. По материалам видно, когда письма ведут на материалы библиотеки.";
    works: "works", "работает";
    quiet: "quiet", "тихо";
    quiet_why: "Perhaps the wrong content for these readers.", "Возможно, материал не для этих читателей.";
    works_why: "Surely at or above the floor.", "Уверенно не ниже порога.";
    too_early: "too early to say", "рано судить";
    differs_above: "above the team", "выше команды";
    differs_below: "below the team", "ниже команды";
    few_contacts(n: &str, of: &str): "{n} of {of}: too few people to say", "{n} из {of}: слишком мало людей для вывода";
    few_wide(n: &str, of: &str): "{n} of {of}: too uncertain to say", "{n} из {of}: слишком неточно для вывода";
    few_coverage: "under half could be measured", "измерено меньше половины";
    few_nothing: "nothing old enough yet", "ещё нет достаточно старых";
    few_gateway(n: &str, of: &str): "{n} of {of}: their gateway is not known", "{n} из {of}: шлюз неизвестен";
    few_rebuild: "does not add up; run otklik rebuild-metrics", "не сходится; запустите otklik rebuild-metrics";
    few_weeks: "shown from four weeks on", "показывается от четырёх недель";
    day_label: "Day", "День";
    sent_on(day: &str, share: &str): "{day}: {share}", "{day}: {share}";
    before_day: "Before", "До (не включая)";
    in_no_rate: "in no rate yet", "пока не в доле";
    after_sending: "after sending", "после отправки";
    off_title: "These figures must be counted anew", "Эти цифры нужно пересчитать";
    off_how: "Counts of an earlier version do not add up and are left out. Run otklik rebuild-metrics; it counts everything anew beside the running program.",
        "Подсчёты прежней версии не сходятся и не показаны. Запустите otklik rebuild-metrics: команда пересчитает всё, не останавливая программу.";
    note_coverage(n: &str, of: &str): "Measured on {n} of {of} sent.", "Измерено на {n} из {of} отправленных.";
    note_still_filling(n: &str, days: &str): "{n} are younger than {days} days and still filling; they are in no rate.",
        "{n} моложе {days} дней и ещё копятся; в доли они не входят.";
    note_unrecorded(days: &str): "The deliveries of {days} days are not measurable: clicks within their horizon could not be recorded.",
        "Доставки за {days} дн. измерить нельзя: переходы по ним не удалось записать.";
    note_objected(clicks: &str): "In the whole organisation {clicks} clicks came with a request not to be tracked; they are in no figure.",
        "По всей организации переходов с просьбой не отслеживать: {clicks}; в цифры они не входят.";
    note_floor(floor: &str): "Content works where its rate is surely at or above {floor} %.", "Материал работает, если его доля уверенно не ниже {floor} %.";
    note_opens(days: &str): "Opens count within {days} days, like clicks. A person's click or a reply proves one, whatever the pixel saw.",
        "Открытия считаются за {days} дней, как и переходы. Переход человека или ответ доказывает открытие, что бы ни показала картинка.";
    note_raw: "Every click is counted, by machines too.", "Учтены все переходы, и машинные тоже.";
    note_followed: "A click followed the mail; the mail need not have caused it.", "Переход был после письма; письмо не обязательно его причина.";
    note_of_clickers: "Times are of those who clicked: half of them did so within p50.", "Время указано по тем, кто перешёл: половина сделала это за указанный срок.";
    note_shares: "One mail may show several; their shares do not add up.", "Одно письмо может показывать несколько; доли не складываются.";
    note_reps_folded: "Single reps are not shown here; the team is.", "Отдельные менеджеры здесь не показаны; показана команда.";
}

impl Lang {
    /// What stands in front of a mailbox; names of providers are the same in every language.
    pub const fn gateway(self, gateway: Gateway) -> &'static str {
        match gateway {
            Gateway::Unknown => self.gateway_unknown(),
            Gateway::Google => "Gmail",
            Gateway::Microsoft => "Outlook.com",
            Gateway::Yahoo => "Yahoo, AOL",
            Gateway::Apple => "iCloud",
            Gateway::MailRu => "Mail.ru",
            Gateway::Yandex => "Yandex",
            Gateway::OtherFreemail => self.gateway_other(),
            Gateway::OtherServers => self.gateway_servers(),
            Gateway::GoogleWorkspace => "Google Workspace",
            Gateway::Microsoft365 => "Microsoft 365",
            Gateway::Yandex360 => "Yandex 360",
            Gateway::VkWorkSpace => "VK WorkSpace",
            Gateway::Zoho => "Zoho",
            Gateway::Proofpoint => "Proofpoint",
            Gateway::Mimecast => "Mimecast",
            Gateway::Barracuda => "Barracuda",
            Gateway::Cisco => "Cisco",
            Gateway::Sophos => "Sophos",
            Gateway::TrendMicro => "Trend Micro",
            Gateway::Fortinet => "Fortinet",
            Gateway::Forcepoint => "Forcepoint",
            Gateway::Symantec => "Symantec",
            Gateway::Hornetsecurity => "Hornetsecurity",
            Gateway::SpamExperts => "SpamExperts",
            Gateway::Trellix => "Trellix",
            Gateway::Cloudflare => "Cloudflare",
            Gateway::SpamTitan => "SpamTitan",
            Gateway::Retarus => "Retarus",
        }
    }
}
