//! Who runs the mailbox of a recipient, as far as the domain of the address tells. Providers fetch
//! links and images in ways of their own, so figures are compared within one.

/// The provider behind a recipient's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gateway {
    /// A domain of the company's own, whoever runs it.
    Company,
    /// Gmail.
    Google,
    /// Outlook.com and its older names.
    Microsoft,
    /// Yahoo and AOL.
    Yahoo,
    /// iCloud.
    Apple,
    /// Mail.ru and its sister domains.
    MailRu,
    /// Yandex.
    Yandex,
    /// Any other provider that gives addresses to anybody.
    OtherFreemail,
}

impl Gateway {
    /// Every gateway, in the order of their codes.
    pub const ALL: [Self; 8] = [
        Self::Company,
        Self::Google,
        Self::Microsoft,
        Self::Yahoo,
        Self::Apple,
        Self::MailRu,
        Self::Yandex,
        Self::OtherFreemail,
    ];

    /// The gateway of `domain`, given in A-labels and lower case.
    pub fn of_domain(domain: &str) -> Self {
        match domain {
            "gmail.com" | "googlemail.com" => Self::Google,
            "outlook.com" | "hotmail.com" | "live.com" | "msn.com" => Self::Microsoft,
            "yahoo.com" | "aol.com" => Self::Yahoo,
            "icloud.com" | "me.com" | "mac.com" => Self::Apple,
            "mail.ru" | "bk.ru" | "inbox.ru" | "list.ru" => Self::MailRu,
            "yandex.ru" | "yandex.com" | "ya.ru" => Self::Yandex,
            other if super::address::is_freemail(other) => Self::OtherFreemail,
            _ => Self::Company,
        }
    }

    /// The number the metric store keeps.
    pub const fn code(self) -> i16 {
        self as i16
    }

    /// The gateway stored as `code`.
    pub fn from_code(code: i16) -> Option<Self> {
        usize::try_from(code)
            .ok()
            .and_then(|index| Self::ALL.get(index).copied())
    }

    /// The word used in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Google => "google",
            Self::Microsoft => "microsoft",
            Self::Yahoo => "yahoo",
            Self::Apple => "apple",
            Self::MailRu => "mail_ru",
            Self::Yandex => "yandex",
            Self::OtherFreemail => "other_freemail",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_lead_to_their_provider() {
        assert_eq!(Gateway::of_domain("gmail.com"), Gateway::Google);
        assert_eq!(Gateway::of_domain("gmx.de"), Gateway::OtherFreemail);
        assert_eq!(Gateway::of_domain("acme.example"), Gateway::Company);
        for gateway in Gateway::ALL {
            assert_eq!(Gateway::from_code(gateway.code()), Some(gateway));
        }
    }
}
