//! Numbers as people of each language write them. No units beside the percent sign.

use super::{Lang, counted};

/// Below 10 % a rate is shown with one decimal.
const WHOLE_FROM: f64 = 0.1;

impl Lang {
    /// An integer with its thousands apart: `12,345`, `12 345`.
    pub fn integer(self, n: i64) -> String {
        let digits = n.unsigned_abs().to_string();
        let gap = match self {
            Self::En => ',',
            Self::Ru => '\u{a0}',
        };
        let mut out = String::with_capacity(digits.len() + 6);
        if n < 0 {
            out.push('\u{2212}');
        }
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                out.push(gap);
            }
            out.push(digit);
        }
        out
    }

    /// A number with `places` decimals.
    pub fn decimal(self, value: f64, places: usize) -> String {
        let text = format!("{value:.places$}");
        match self {
            Self::En => text,
            Self::Ru => text.replace('.', ","),
        }
    }

    /// A share from 0 to 1 as a percentage: one decimal below 10 %, none above.
    pub fn percent(self, share: f64) -> String {
        let places = usize::from(share != 0.0 && share < WHOLE_FROM);
        let number = self.decimal(share * 100.0, places);
        match self {
            Self::En => format!("{number}%"),
            Self::Ru => format!("{number}\u{a0}%"),
        }
    }

    /// A size in bytes, about: `3 KB`, `1.4 MB`.
    pub fn size(self, bytes: usize) -> String {
        let (kilo, mega) = match self {
            Self::En => ("KB", "MB"),
            Self::Ru => ("КБ", "МБ"),
        };
        if bytes < 1_000_000 {
            format!("{}\u{a0}{kilo}", bytes.div_ceil(1_000))
        } else {
            let mb = self.decimal(bytes as f64 / 1e6, 1);
            format!("{mb}\u{a0}{mega}")
        }
    }
}

counted! {
    clicks: ["click", "clicks"], ["клик", "клика", "кликов"];
    human_clicks: ["human click", "human clicks"], ["клик человека", "клика людей", "кликов людей"];
    machine_hits: ["machine hit", "machine hits"], ["запрос машины", "запроса машин", "запросов машин"];
    people: ["person", "people"], ["человек", "человека", "человек"];
    contacts_n: ["contact", "contacts"], ["контакт", "контакта", "контактов"];
    messages_n: ["message", "messages"], ["письмо", "письма", "писем"];
    deliveries_n: ["delivery", "deliveries"], ["доставка", "доставки", "доставок"];
    attempts_n: ["attempt", "attempts"], ["попытка", "попытки", "попыток"];
    problems: ["problem", "problems"], ["ошибка", "ошибки", "ошибок"];
    days_n: ["day", "days"], ["день", "дня", "дней"];
    versions: ["version", "versions"], ["версия", "версии", "версий"];
    exposures: ["exposure", "exposures"], ["показ", "показа", "показов"];
}

#[cfg(test)]
mod tests {
    use super::Lang;

    #[test]
    fn numbers_read_as_they_are_written_there() {
        assert_eq!(Lang::En.integer(1_234_567), "1,234,567");
        assert_eq!(Lang::Ru.integer(-1_234), "\u{2212}1\u{a0}234");
        assert_eq!(Lang::En.percent(0.084), "8.4%");
        assert_eq!(Lang::Ru.percent(0.084), "8,4\u{a0}%");
        assert_eq!(Lang::En.percent(0.5), "50%");
        assert_eq!(Lang::En.percent(0.0), "0%");
        assert_eq!(Lang::En.size(1_450_000), "1.4\u{a0}MB");
    }
}
