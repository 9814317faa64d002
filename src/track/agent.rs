//! Reads a `User-Agent`: who it says it is, reduced to class, family, major version and system.
//! Pure. What an agent *means* is for `classify`; here only what it *says* is read.
//!
//! Who declares itself is found by `declared`. Nothing here guesses from odd versions or headers.

mod declared;

use crate::domain::hit::{Agent, AgentClass};
use declared::declared;

/// Gmail's prefetch, word for word: a browser of 2015 with a second `Mozilla/5.0` at the end
/// (bird.com, "Gmail prefetching images").
const GMAIL_PREFETCH: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 \
    (KHTML, like Gecko) Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0";

/// Longer agents are cut before they are read; the record holds no more either.
const READ_BYTES: usize = 512;

/// Names stored with a hit are at most this long.
const NAME_BYTES: usize = 40;

/// Reads the value of a `User-Agent` header; an absent one is the empty string.
pub fn read(agent: &str) -> Agent {
    let agent = cut(agent.trim(), READ_BYTES);
    if agent.is_empty() {
        return plain(AgentClass::Empty, "");
    }
    if let Some(known) = proxy(agent) {
        return known;
    }
    let lower = agent.to_ascii_lowercase();
    let system = system(agent);
    if let Some((class, name)) = declared(&lower) {
        return Agent {
            class,
            family: cut(name, NAME_BYTES).to_owned(),
            major: 0,
            system: system.to_owned(),
        };
    }
    let (class, family, major) = product(agent, &lower);
    Agent {
        class,
        family: family.to_owned(),
        major,
        system: system.to_owned(),
    }
}

fn plain(class: AgentClass, family: &str) -> Agent {
    Agent {
        class,
        family: family.to_owned(),
        major: 0,
        system: String::new(),
    }
}

/// The mail proxies, known by their agent alone.
fn proxy(agent: &str) -> Option<Agent> {
    if agent == "Mozilla/5.0" {
        return Some(plain(AgentClass::AppleProxy, "Apple Mail Privacy"));
    }
    if agent == GMAIL_PREFETCH {
        return Some(plain(AgentClass::GmailPrefetch, "Gmail"));
    }
    if agent.contains("GoogleImageProxy") {
        return Some(plain(AgentClass::GmailProxy, "Gmail"));
    }
    agent
        .starts_with("YahooMailProxy")
        .then(|| plain(AgentClass::YahooProxy, "Yahoo Mail"))
}

/// Products that name a browser, the more special before those it also claims to be.
const BROWSERS: [(&str, &str); 15] = [
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("Edge/", "Edge"),
    ("OPR/", "Opera"),
    ("YaBrowser/", "Yandex Browser"),
    ("Vivaldi/", "Vivaldi"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("CriOS/", "Chrome"),
    ("FxiOS/", "Firefox"),
    ("GSA/", "Google app"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Version/", "Safari"),
    ("Trident/", "Internet Explorer"),
];

/// Products that name a mail program.
const MAIL_CLIENTS: [(&str, &str); 5] = [
    ("microsoft outlook", "Outlook"),
    ("ms-office", "Outlook"),
    ("microsoft office", "Outlook"),
    ("thunderbird/", "Thunderbird"),
    ("airmail", "Airmail"),
];

fn product(agent: &str, lower: &str) -> (AgentClass, &'static str, u16) {
    for (mark, family) in MAIL_CLIENTS {
        if let Some(at) = lower.find(mark) {
            let major = leading_number(lower[at + mark.len()..].trim_start_matches([' ', '/']));
            return (AgentClass::MailClient, family, major);
        }
    }
    if !agent.starts_with("Mozilla/5.0 (") {
        return (AgentClass::Other, "", 0);
    }
    for (mark, family) in BROWSERS {
        if let Some(at) = agent.find(mark) {
            let major = leading_number(&agent[at + mark.len()..]);
            return (AgentClass::Browser, family, major);
        }
    }
    (AgentClass::Other, "", 0)
}

fn leading_number(text: &str) -> u16 {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    text[..digits].parse().unwrap_or(0)
}

fn system(agent: &str) -> &'static str {
    // iPads and telephones before the systems they also name.
    for (mark, system) in [
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iOS"),
        ("iPad", "iOS"),
        ("Mac OS X", "macOS"),
        ("Macintosh", "macOS"),
        ("CrOS", "Linux"),
        ("Linux", "Linux"),
    ] {
        if agent.contains(mark) {
            return system;
        }
    }
    ""
}

/// `text` cut to at most `bytes` bytes, never inside a character.
pub(super) fn cut(text: &str, bytes: usize) -> &str {
    if text.len() <= bytes {
        return text;
    }
    let mut end = bytes;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(agent: &str) -> AgentClass {
        read(agent).class
    }

    #[test]
    fn browsers_are_read_with_version_and_system() {
        for (agent, family, major, system) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36",
                "Chrome",
                146,
                "Windows",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36 Edg/146.0.0.0",
                "Edge",
                146,
                "Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
                "Safari",
                18,
                "iOS",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0",
                "Firefox",
                142,
                "Linux",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; CUBOT P80) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/145.0.0.0 Mobile Safari/537.36",
                "Chrome",
                145,
                "Android",
            ),
        ] {
            let read = read(agent);
            assert_eq!(read.class, AgentClass::Browser, "{agent}");
            assert_eq!(
                (read.family.as_str(), read.major, read.system.as_str()),
                (family, major, system)
            );
        }
    }

    #[test]
    fn mail_proxies_are_known_by_their_exact_agents() {
        assert_eq!(class("Mozilla/5.0"), AgentClass::AppleProxy);
        assert_eq!(class("Mozilla/5.0 (x)"), AgentClass::Other);
        assert_eq!(class(GMAIL_PREFETCH), AgentClass::GmailPrefetch);
        assert_eq!(
            class(
                "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
            ),
            AgentClass::GmailProxy
        );
        assert_eq!(
            class("YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html"),
            AgentClass::YahooProxy
        );
    }

    #[test]
    fn those_who_declare_themselves_are_believed() {
        for (agent, expected, name) in [
            (
                "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
                AgentClass::Preview,
                "Slackbot",
            ),
            (
                "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
                AgentClass::Preview,
                "Skype and Teams",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
                AgentClass::Preview,
                "Facebook",
            ),
            ("WhatsApp/2.23.20 A", AgentClass::Preview, "WhatsApp"),
            (
                "Barracuda Sentinel (EE)",
                AgentClass::Bot,
                "Barracuda Sentinel",
            ),
            ("python-requests/2.32.3", AgentClass::Bot, "Python"),
            (
                "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
                AgentClass::Bot,
                "googlebot",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/130.0.0.0 Safari/537.36",
                AgentClass::Bot,
                "Headless Chrome",
            ),
        ] {
            let read = read(agent);
            assert_eq!(
                (read.class, read.family.as_str()),
                (expected, name),
                "{agent}"
            );
        }
    }

    #[test]
    fn outlook_is_a_mail_program_and_silence_is_its_own_class() {
        let outlook = read("Microsoft Office/16.0 (Microsoft Outlook Mail 16.0.8008; Pro)");
        assert_eq!(outlook.class, AgentClass::MailClient);
        assert_eq!(outlook.family, "Outlook");
        assert_eq!(
            class("Mozilla/4.0 (compatible; ms-office; MSOffice 16)"),
            AgentClass::MailClient
        );
        assert_eq!(class("  "), AgentClass::Empty);
        assert_eq!(class("something else"), AgentClass::Other);
    }

    #[test]
    fn every_line_of_the_list_is_read_and_names_its_source() {
        let lines = include_str!("agents.tsv")
            .lines()
            .filter(|line| !line.starts_with('#'));
        for line in lines {
            assert_eq!(line.split('\t').count(), 4, "{line}");
            let declared = declared::declared_line(line).expect("a class we know");
            assert_eq!(declared.begins, declared.begins.to_ascii_lowercase());
            assert!(declared.begins.as_bytes()[0].is_ascii_alphanumeric());
            assert!(declared.name.len() <= NAME_BYTES, "{line}");
        }
    }
}
