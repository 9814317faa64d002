//! Who takes the mail of a recipient's domain first: the provider behind an address that anybody
//! may have, or what the mail exchangers (MX) of a company's domain tell. Gateways fetch links and
//! images in ways of their own, so figures are compared within one. Pure.

use std::sync::LazyLock;

/// What stands in front of a recipient's mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gateway {
    /// A company's domain whose exchangers are not known.
    Unknown,
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
    /// Exchangers that are on no list of ours, such as a company's own.
    OtherServers,
    /// A company's domain at Google.
    GoogleWorkspace,
    /// A company's domain at Microsoft, behind Exchange Online Protection.
    Microsoft365,
    /// A company's domain at Yandex.
    Yandex360,
    /// A company's domain at Mail.ru.
    VkWorkSpace,
    /// A company's domain at Zoho.
    Zoho,
    /// Proofpoint, with its Essentials; from here on all look at mail in front of mailboxes that
    /// are somewhere else.
    Proofpoint,
    /// Mimecast.
    Mimecast,
    /// Barracuda.
    Barracuda,
    /// Cisco, once IronPort.
    Cisco,
    /// Sophos.
    Sophos,
    /// Trend Micro.
    TrendMicro,
    /// Fortinet.
    Fortinet,
    /// Forcepoint, once MailControl.
    Forcepoint,
    /// Symantec, once MessageLabs.
    Symantec,
    /// Hornetsecurity.
    Hornetsecurity,
    /// SpamExperts, with N-able Mail Assure.
    SpamExperts,
    /// Trellix, once FireEye.
    Trellix,
    /// Cloudflare, once Area 1.
    Cloudflare,
    /// SpamTitan.
    SpamTitan,
    /// Retarus.
    Retarus,
}

/// Names that exchangers end in, and whose they are.
static EXCHANGERS: LazyLock<Vec<(&str, Gateway)>> = LazyLock::new(|| {
    include_str!("gateway/exchangers.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let mut fields = line.split('\t');
            Some((fields.next()?, Gateway::from_word(fields.next()?)?))
        })
        .collect()
});

impl Gateway {
    /// Every gateway, in the order of their codes.
    pub const ALL: [Self; 29] = [
        Self::Unknown,
        Self::Google,
        Self::Microsoft,
        Self::Yahoo,
        Self::Apple,
        Self::MailRu,
        Self::Yandex,
        Self::OtherFreemail,
        Self::OtherServers,
        Self::GoogleWorkspace,
        Self::Microsoft365,
        Self::Yandex360,
        Self::VkWorkSpace,
        Self::Zoho,
        Self::Proofpoint,
        Self::Mimecast,
        Self::Barracuda,
        Self::Cisco,
        Self::Sophos,
        Self::TrendMicro,
        Self::Fortinet,
        Self::Forcepoint,
        Self::Symantec,
        Self::Hornetsecurity,
        Self::SpamExperts,
        Self::Trellix,
        Self::Cloudflare,
        Self::SpamTitan,
        Self::Retarus,
    ];

    /// What `domain`, given in A-labels and lower case, tells by itself: the provider where anybody
    /// may have an address, and nothing of a company's.
    pub fn of_domain(domain: &str) -> Self {
        match domain {
            "gmail.com" | "googlemail.com" => Self::Google,
            "outlook.com" | "hotmail.com" | "live.com" | "msn.com" => Self::Microsoft,
            "yahoo.com" | "aol.com" => Self::Yahoo,
            "icloud.com" | "me.com" | "mac.com" => Self::Apple,
            "mail.ru" | "bk.ru" | "inbox.ru" | "list.ru" => Self::MailRu,
            "yandex.ru" | "yandex.com" | "ya.ru" => Self::Yandex,
            other if super::address::is_freemail(other) => Self::OtherFreemail,
            _ => Self::Unknown,
        }
    }

    /// What the mail exchangers of a company's domain tell, each with its preference: the most
    /// preferred that is on the list.
    pub fn of_exchangers(exchangers: &[(u16, String)]) -> Self {
        let known = exchangers
            .iter()
            .filter_map(|(preference, host)| Some((preference, Self::of_exchanger(host)?)));
        known
            .min()
            .map_or(Self::OtherServers, |(_, gateway)| gateway)
    }

    fn of_exchanger(host: &str) -> Option<Self> {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let ends_in = |name: &str| {
            let before = host.strip_suffix(name)?;
            (before.is_empty() || before.ends_with('.')).then_some(name.len())
        };
        let matching = EXCHANGERS
            .iter()
            .filter_map(|(name, gateway)| Some((ends_in(name)?, *gateway)));
        matching.max().map(|(_, gateway)| gateway)
    }

    /// Whether it looks at mail in front of a mailbox that is somewhere else.
    pub fn is_in_front(self) -> bool {
        self >= Self::Proofpoint
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

    /// The gateway with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|gateway| gateway.as_str() == word)
    }

    /// The word used in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Google => "google",
            Self::Microsoft => "microsoft",
            Self::Yahoo => "yahoo",
            Self::Apple => "apple",
            Self::MailRu => "mail_ru",
            Self::Yandex => "yandex",
            Self::OtherFreemail => "other_freemail",
            Self::OtherServers => "other_servers",
            Self::GoogleWorkspace => "google_workspace",
            Self::Microsoft365 => "microsoft_365",
            Self::Yandex360 => "yandex_360",
            Self::VkWorkSpace => "vk_workspace",
            Self::Zoho => "zoho",
            Self::Proofpoint => "proofpoint",
            Self::Mimecast => "mimecast",
            Self::Barracuda => "barracuda",
            Self::Cisco => "cisco",
            Self::Sophos => "sophos",
            Self::TrendMicro => "trend_micro",
            Self::Fortinet => "fortinet",
            Self::Forcepoint => "forcepoint",
            Self::Symantec => "symantec",
            Self::Hornetsecurity => "hornetsecurity",
            Self::SpamExperts => "spamexperts",
            Self::Trellix => "trellix",
            Self::Cloudflare => "cloudflare",
            Self::SpamTitan => "spamtitan",
            Self::Retarus => "retarus",
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
        assert_eq!(Gateway::of_domain("acme.example"), Gateway::Unknown);
        for gateway in Gateway::ALL {
            assert_eq!(Gateway::from_code(gateway.code()), Some(gateway));
            assert_eq!(Gateway::from_word(gateway.as_str()), Some(gateway));
        }
    }

    #[test]
    fn exchangers_lead_to_their_gateway() {
        for (host, gateway) in [
            ("mx0a-00191d01.pphosted.com.", Gateway::Proofpoint),
            ("mx1-us1.ppe-hosted.com", Gateway::Proofpoint),
            ("EU-SMTP-INBOUND-1.Mimecast.com.", Gateway::Mimecast),
            ("d123.a.ess.de.barracudanetworks.com", Gateway::Barracuda),
            ("mx1.acme.iphmx.com", Gateway::Cisco),
            (
                "acme-com.mail.protection.outlook.com",
                Gateway::Microsoft365,
            ),
            ("acme-com.o-v1.mx.microsoft", Gateway::Microsoft365),
            ("outlook-com.olc.protection.outlook.com", Gateway::Microsoft),
            ("aspmx.l.google.com", Gateway::GoogleWorkspace),
            ("mx-01-eu-west-1.prod.hydra.sophos.com", Gateway::Sophos),
            ("acme.in.tmes.trendmicro.eu", Gateway::TrendMicro),
            ("gw1.fortimail.com", Gateway::Fortinet),
            ("cust1.in.mailcontrol.com", Gateway::Forcepoint),
            ("cluster5.eu.messagelabs.com", Gateway::Symantec),
            ("mx01.hornetsecurity.com", Gateway::Hornetsecurity),
            ("mx10.antispamcloud.com", Gateway::SpamExperts),
            ("mx.yandex.net", Gateway::Yandex360),
            ("emx.mail.ru", Gateway::VkWorkSpace),
            ("mail.acme.example", Gateway::OtherServers),
            ("mimecast.com.acme.example", Gateway::OtherServers),
            ("notmimecast.com", Gateway::OtherServers),
        ] {
            let exchangers = [(10, host.to_owned())];
            assert_eq!(Gateway::of_exchangers(&exchangers), gateway, "{host}");
        }
        assert_eq!(Gateway::of_exchangers(&[]), Gateway::OtherServers);
    }

    #[test]
    fn the_most_preferred_on_the_list_tells() {
        let exchangers = [
            (30, "acme.mail.protection.outlook.com".to_owned()),
            (20, "de-smtp-inbound-2.mimecast.com".to_owned()),
            (10, "relay.acme.example".to_owned()),
        ];
        assert_eq!(Gateway::of_exchangers(&exchangers), Gateway::Mimecast);
    }

    #[test]
    fn every_line_of_the_list_is_read() {
        let text = include_str!("gateway/exchangers.tsv");
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        assert_eq!(EXCHANGERS.len(), lines.count());
    }
}
