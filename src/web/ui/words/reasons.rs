//! Why a hit is judged as it is, in words: one sentence for each rule, with what it saw.

use super::{Lang, words};
use crate::classify::{Reason, Shown, reason};
use crate::domain::clock::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS};
use crate::domain::verdict::{Judgement, Rule, Verdict};

words! {
    why_m_head: "A HEAD or OPTIONS request, as tools make them.", "Запрос HEAD или OPTIONS: так делают программы.";
    why_pf_header: "A header says the page was fetched ahead of time.", "Заголовок говорит, что страница загружена заранее.";
    why_o_mpp: "Apple's privacy proxy: it fetches whether or not anybody looks.", "Прокси Apple: загружает независимо от того, смотрел ли кто-то.";
    why_o_gprefetch: "Gmail fetched the image in advance.", "Gmail загрузил картинку заранее.";
    why_o_gproxy: "Viewed through Gmail's image proxy; place and device unknown.", "Просмотр через прокси Gmail; место и устройство неизвестны.";
    why_o_yproxy: "Viewed through Yahoo's image proxy; place and device unknown.", "Просмотр через прокси Yahoo; место и устройство неизвестны.";
    why_b_declared: "It declares itself as a program.", "Сам называет себя программой.";
    why_b_declared_as(who: &str): "It declares itself: {who}.", "Сам себя называет: {who}.";
    why_h_nav: "A browser, opened the way a person does it, and nothing against it.", "Браузер, открыто так, как это делает человек; ничто не говорит против.";
    why_self_net: "The same address and browser as one of us.", "Тот же адрес и браузер, что у одного из нас.";
    why_self_thread: "The message had been quoted in a reply before.", "До этого письмо уже было процитировано в ответе.";
    why_o_msnet: "From a mail provider's network, which may show the mail to a person.", "Из сети почтового сервиса, который мог показать письмо человеку.";
    why_o_proxy: "Fetched by a mail provider's image proxy.", "Загружено через прокси почтового сервиса.";
    why_b_empty: "No user agent at all.", "Программа никак себя не называет.";
    why_n_clicknet: "From a network whose clicks are machines'.", "Из сети, переходы из которой делают программы.";
    why_n_listed: "From a network that no person uses.", "Из сети, которой люди не пользуются.";
    why_g_burst: "Several links within seconds.", "Несколько ссылок за секунды.";
    why_g_fanout: "Links of several recipients within a minute.", "Ссылки нескольких получателей за минуту.";
    why_t_fast: "Followed at the very moment of delivery.", "Переход в самый момент доставки.";
    why_c_stale: "An outdated browser in a data centre.", "Устаревший браузер в дата-центре.";
    why_c_headers: "Headers are missing that this browser sends.", "Нет заголовков, которые этот браузер отправляет.";
    why_twin: "The same link at the same time from another system.", "Та же ссылка в то же время из другой системы.";
    why_h_action: "A reply or a form came after it.", "После этого пришёл ответ или форма.";
    why_none: "Nothing speaks for or against a person.", "Ничто не говорит ни за, ни против человека.";
    why_overruled: "A person overruled the verdict.", "Вердикт изменён человеком.";

    why_pf_header_as(word: &str): "A header says the page was fetched ahead of time: {word}.", "Заголовок говорит, что страница загружена заранее: {word}.";
    why_m_head_as(word: &str): "A {word} request, which no browser makes for a person.", "Запрос {word}: браузер не делает таких для человека.";
    why_self_net_for(span: &str): "The same address and browser as one of us {span} before.", "Тот же адрес и браузер, что у одного из нас за {span} до этого.";
    why_self_thread_for(span: &str): "The message had been quoted in a reply {span} before.", "Письмо было процитировано в ответе за {span} до этого.";
    why_o_gproxy_soon(span: &str): "Gmail's image proxy {span} after sending: perhaps nobody had looked yet.", "Прокси Gmail через {span} после отправки: возможно, никто ещё не смотрел.";
    why_o_yproxy_again: "Yahoo's image proxy asked for the same image again.", "Прокси Yahoo запросил ту же картинку ещё раз.";
    why_o_msnet_of(who: &str): "From the network of {who}, which may show the mail to a person.", "Из сети {who}, которая могла показать письмо человеку.";
    why_o_msnet_clicked(who: &str): "From the network of {who}, and the same client followed a link of the mail.", "Из сети {who}, и тот же клиент открыл ссылку из письма.";
    why_o_proxy_of(who: &str): "Fetched by the image proxy of {who}.", "Загружено через прокси {who}.";
    why_n_clicknet_of(who: &str): "From the network of {who}, where programs follow links.", "Из сети {who}, где по ссылкам переходят программы.";
    why_n_listed_of(who: &str): "From the network of {who}, which no person uses.", "Из сети {who}, которой люди не пользуются.";
    why_g_burst_of(links: &str, span: &str): "{links} in {span}.", "{links} за {span}.";
    why_g_fanout_of(people: &str, span: &str): "{people} in {span} from one network.", "{people} за {span} из одной сети.";
    why_t_fast_after(span: &str): "{span} after the mail was handed over.", "Через {span} после передачи письма.";
    why_t_fast_before(span: &str): "{span} before the mail was handed over.", "За {span} до передачи письма.";
    why_c_stale_of(browser: &str): "{browser} from a data centre.", "{browser} из дата-центра.";
    why_c_headers_of(what: &str): "This browser would have sent: {what}.", "Этот браузер отправил бы: {what}.";
    why_twin_at(span: &str): "The same link {span} apart from another place and system, which looked more like a person.", "Та же ссылка с разницей {span} из другого места и системы, больше похожих на человека.";
    why_h_action_after(span: &str): "A reply or a form {span} later.", "Ответ или форма через {span}.";
    why_h_nav_of(browser: &str): "Followed as a person does, in {browser}, and nothing against it.", "Открыто так, как это делает человек, в {browser}; ничто не говорит против.";
    why_overruled_by(who: &str): "Decided by {who}.", "Решение принял: {who}.";
    why_alone: "One such sign alone decides nothing.", "Одного такого признака мало.";
    header_fetch: "Sec-Fetch headers", "заголовки Sec-Fetch";
    header_accept: "what it accepts", "что он принимает";
    header_language: "a language", "язык";
    lapse_seconds(n: &str): "{n} s", "{n} с";
    lapse_minutes(n: i64): "{n} min", "{n} мин";
    lapse_hours(n: i64): "{n} h", "{n} ч";
    lapse_days(n: i64): "{n} d", "{n} дн.";
}

impl Lang {
    /// Why, in a sentence, with the rule's id.
    pub fn judgement(self, judgement: &Judgement) -> String {
        format!("{} ({})", self.because(judgement), judgement.rule.id())
    }

    /// Why, in one sentence, or two when two signs were needed.
    pub fn because(self, judgement: &Judgement) -> String {
        let found = reason(judgement);
        let text = self
            .shown(&found, judgement.verdict)
            .unwrap_or_else(|| self.rule(found.rule).to_owned());
        match found.also {
            Some(also) => format!("{text} {}", self.rule(also)),
            None if found.alone => format!("{text} {}", self.why_alone()),
            None => text,
        }
    }

    /// The sentence with what the rule saw, for rules that show something.
    fn shown(self, found: &Reason<'_>, verdict: Verdict) -> Option<String> {
        match found.shown {
            Shown::Plain => None,
            Shown::Name(name) => self.named(found.rule, name, verdict),
            Shown::Count(count, within_ms) => self.counted(
                found.rule,
                i64::from(count),
                &self.lapse(i64::from(within_ms)),
            ),
            Shown::Span(ms) => self.after(found.rule, ms),
            Shown::Browser(family, system) => {
                let browser = match (family, system) {
                    ("", _) => return None,
                    (family, "") => family.to_owned(),
                    (family, system) => format!("{family}, {system}"),
                };
                Some(self.why_h_nav_of(&browser))
            }
        }
    }

    fn named(self, rule: Rule, name: &str, verdict: Verdict) -> Option<String> {
        Some(match rule {
            Rule::PfHeader => self.why_pf_header_as(name),
            Rule::MHead => self.why_m_head_as(name),
            Rule::BDeclared => self.why_b_declared_as(name),
            Rule::OYproxy => self.why_o_yproxy_again().to_owned(),
            Rule::OMsnet if verdict == Verdict::Scanner => self.why_o_msnet_clicked(name),
            Rule::OMsnet => self.why_o_msnet_of(name),
            Rule::OProxy => self.why_o_proxy_of(name),
            Rule::NClicknet => self.why_n_clicknet_of(name),
            Rule::NListed => self.why_n_listed_of(name),
            Rule::CStale => self.why_c_stale_of(name),
            Rule::CHeaders => self.why_c_headers_of(&self.headers(name)),
            Rule::Overruled => self.why_overruled_by(name),
            _ => return None,
        })
    }

    fn headers(self, codes: &str) -> String {
        let words: Vec<&str> = codes
            .split(' ')
            .map(|code| match code {
                "fetch" => self.header_fetch(),
                "accept" => self.header_accept(),
                _ => self.header_language(),
            })
            .collect();
        words.join(", ")
    }

    fn counted(self, rule: Rule, count: i64, span: &str) -> Option<String> {
        let noun = |en, ru| format!("{count} {}", self.form(count, en, ru));
        Some(match rule {
            Rule::GBurst => {
                let links = noun(["link", "links"], ["ссылка", "ссылки", "ссылок"]);
                self.why_g_burst_of(&links, span)
            }
            Rule::GFanout => {
                let ru = ["получатель", "получателя", "получателей"];
                self.why_g_fanout_of(&noun(["recipient", "recipients"], ru), span)
            }
            _ => return None,
        })
    }

    fn after(self, rule: Rule, ms: i64) -> Option<String> {
        let span = self.lapse(ms);
        Some(match rule {
            Rule::SelfNet => self.why_self_net_for(&span),
            Rule::SelfThread => self.why_self_thread_for(&span),
            Rule::OGproxy => self.why_o_gproxy_soon(&span),
            Rule::TFast if ms < 0 => self.why_t_fast_before(&span),
            Rule::TFast => self.why_t_fast_after(&span),
            Rule::Twin => self.why_twin_at(&span),
            Rule::HAction => self.why_h_action_after(&span),
            _ => return None,
        })
    }

    /// A length of time: tenths of a second below ten seconds, then whole units.
    fn lapse(self, ms: i64) -> String {
        let ms = ms.saturating_abs();
        if ms < 10 * SECOND_MS {
            let tenths = (ms + 50) / 100;
            let point = if self == Self::En { '.' } else { ',' };
            return self.lapse_seconds(&format!("{}{point}{}", tenths / 10, tenths % 10));
        }
        match ms {
            ..MINUTE_MS => self.lapse_seconds(&(ms / SECOND_MS).to_string()),
            MINUTE_MS..HOUR_MS => self.lapse_minutes(ms / MINUTE_MS),
            HOUR_MS..DAY_MS => self.lapse_hours(ms / HOUR_MS),
            _ => self.lapse_days(ms / DAY_MS),
        }
    }

    /// The sentence of a rule without what it saw.
    const fn rule(self, rule: Rule) -> &'static str {
        match rule {
            Rule::MHead => self.why_m_head(),
            Rule::PfHeader => self.why_pf_header(),
            Rule::OMpp => self.why_o_mpp(),
            Rule::OGprefetch => self.why_o_gprefetch(),
            Rule::OGproxy => self.why_o_gproxy(),
            Rule::OYproxy => self.why_o_yproxy(),
            Rule::BDeclared => self.why_b_declared(),
            Rule::HNav => self.why_h_nav(),
            Rule::None => self.why_none(),
            Rule::Overruled => self.why_overruled(),
            Rule::SelfNet => self.why_self_net(),
            Rule::SelfThread => self.why_self_thread(),
            Rule::OMsnet => self.why_o_msnet(),
            Rule::OProxy => self.why_o_proxy(),
            Rule::BEmpty => self.why_b_empty(),
            Rule::NClicknet => self.why_n_clicknet(),
            Rule::NListed => self.why_n_listed(),
            Rule::GBurst => self.why_g_burst(),
            Rule::GFanout => self.why_g_fanout(),
            Rule::TFast => self.why_t_fast(),
            Rule::CStale => self.why_c_stale(),
            Rule::CHeaders => self.why_c_headers(),
            Rule::Twin => self.why_twin(),
            Rule::HAction => self.why_h_action(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn because(lang: Lang, verdict: Verdict, rule: Rule, params: &[&str]) -> String {
        lang.because(&Judgement {
            verdict,
            rule,
            params: params.iter().map(|text| (*text).to_owned()).collect(),
        })
    }

    #[test]
    fn a_reason_shows_what_the_rule_saw() {
        let scanner = |rule, params: &[&str]| {
            Lang::ALL.map(|lang| because(lang, Verdict::Scanner, rule, params))
        };
        assert_eq!(
            scanner(Rule::GBurst, &["5/400"]),
            ["5 links in 0.4 s.", "5 ссылок за 0,4 с."]
        );
        assert_eq!(
            scanner(Rule::TFast, &["1100"])[0],
            "1.1 s after the mail was handed over."
        );
        assert_eq!(
            scanner(Rule::NClicknet, &["Microsoft", "C-STALE"])[0],
            "From the network of Microsoft, where programs follow links. An outdated browser in a data centre."
        );
        assert_eq!(
            because(Lang::En, Verdict::Unknown, Rule::GFanout, &["9/12000"]),
            "9 recipients in 12 s from one network. One such sign alone decides nothing."
        );
        assert_eq!(
            because(Lang::En, Verdict::Human, Rule::HAction, &["240"]),
            "A reply or a form 4 min later."
        );
    }

    #[test]
    fn every_rule_has_a_sentence_whatever_its_parameters() {
        for lang in Lang::ALL {
            for rule in Rule::ALL {
                for params in [
                    &[][..],
                    &[""],
                    &["7"],
                    &["a/b", "c"],
                    &["7/7", "TWIN"],
                    &["-9223372036854775808"],
                ] {
                    for verdict in [Verdict::Scanner, Verdict::Unknown] {
                        let text = because(lang, verdict, rule, params);
                        assert!(text.len() > 8 && text.ends_with('.'), "{rule:?}: {text}");
                    }
                }
            }
        }
    }
}
