//! One text to one value. Errors say what is expected; who calls says of which setting.

use super::{DkimKey, LogFormat, Roles, UncertainPolicy};
use crate::compose::dkim::DkimKeys;
use crate::domain::contact::PrivacyPreset;
use crate::domain::viewer::ReportLevel;
use crate::track::proxies::Proxies;
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use url::Url;

/// What a text could not be read as.
type Parsed<T> = Result<T, String>;

/// A text as it stands.
#[expect(
    clippy::unnecessary_wraps,
    reason = "one of several readers of the same shape"
)]
pub(super) fn text(text: &str) -> Parsed<String> {
    Ok(text.to_owned())
}

/// A whole number within what `T` holds.
pub(super) fn number<T: FromStr>(text: &str) -> Parsed<T> {
    text.trim()
        .parse()
        .map_err(|_| format!("must be a whole number in range, not {text:?}"))
}

/// A whole number from 1.
pub(super) fn positive<T: FromStr + PartialOrd + From<u8>>(text: &str) -> Parsed<T> {
    let value: T = number(text)?;
    if value < T::from(1) {
        return Err("must be at least 1".to_owned());
    }
    Ok(value)
}

/// `ADDRESS:PORT`.
pub(super) fn address(text: &str) -> Parsed<SocketAddr> {
    text.trim()
        .replace("localhost:", "127.0.0.1:")
        .parse()
        .map_err(|_| format!("must be an address and a port such as 127.0.0.1:8080, not {text:?}"))
}

/// `http` or `https` with a host and nothing behind it.
pub(super) fn origin(text: &str) -> Parsed<Url> {
    const EXPECTED: &str = "must be an address such as https://otklik.example.org, without a path";
    let url = Url::parse(text.trim()).map_err(|_| EXPECTED.to_owned())?;
    let is_bare = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    if is_bare {
        Ok(url)
    } else {
        Err(EXPECTED.to_owned())
    }
}

/// An endpoint of a provider: `https`, or `http` on this machine.
pub(super) fn endpoint(text: &str) -> Parsed<Url> {
    const EXPECTED: &str = "must be an address such as https://id.example.org/oauth2/token";
    let url = Url::parse(text.trim()).map_err(|_| EXPECTED.to_owned())?;
    let is_local = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    let is_safe = url.scheme() == "https" || url.scheme() == "http" && is_local;
    if is_safe && url.has_host() && url.password().is_none() {
        Ok(url)
    } else {
        Err(EXPECTED.to_owned())
    }
}

/// A tenant of Microsoft's: an id, a domain, or `common`.
pub(super) fn tenant(text: &str) -> Parsed<String> {
    let is_one = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    if !text.is_empty() && text.chars().all(is_one) {
        return Ok(text.to_owned());
    }
    Err("must be a tenant id, a domain or common".to_owned())
}

/// `sqlite://…` or `postgres://…`.
pub(super) fn database_url(text: &str) -> Parsed<String> {
    let known = ["sqlite://", "postgres://", "postgresql://"];
    if known.iter().any(|scheme| text.starts_with(scheme)) {
        return Ok(text.to_owned());
    }
    Err("must begin with sqlite:// or postgres://".to_owned())
}

/// A relay, looked at from outside; `app` reads it to the end. The error does not quote it, since
/// it may hold a password.
pub(super) fn smtp_url(text: &str) -> Parsed<String> {
    if text.starts_with("smtp://") || text.starts_with("smtps://") {
        return Ok(text.to_owned());
    }
    Err("must begin with smtp:// or smtps://".to_owned())
}

/// The kind of intake; only `local` for now.
pub(super) fn intake(text: &str) -> Parsed<()> {
    match text {
        "local" => Ok(()),
        nats if nats.starts_with("nats://") => Err(
            "names a JetStream stream, which this version cannot use yet; set it to local"
                .to_owned(),
        ),
        _ => Err(format!("must be local, not {text:?}")),
    }
}

/// `web`, `track`, `work`, comma-separated.
pub(super) fn roles(text: &str) -> Parsed<Roles> {
    let mut roles = Roles {
        web: false,
        track: false,
        work: false,
    };
    for word in items(text) {
        match word {
            "web" => roles.web = true,
            "track" => roles.track = true,
            "work" => roles.work = true,
            _ => return Err(format!("may hold web, track and work, not {word:?}")),
        }
    }
    if !(roles.web || roles.track || roles.work) {
        return Err("must name at least one of web, track, work".to_owned());
    }
    Ok(roles)
}

/// Networks or single addresses, comma-separated.
pub(super) fn networks(text: &str) -> Parsed<Proxies> {
    let networks: Parsed<Vec<IpNet>> = items(text)
        .map(|item| {
            item.parse::<IpNet>()
                .or_else(|_| item.parse::<IpAddr>().map(IpNet::from))
                .map_err(|_| format!("holds {item:?}, which is no network such as 10.0.0.0/8"))
        })
        .collect();
    networks.map(Proxies::new)
}

/// Host names, comma-separated.
#[expect(
    clippy::unnecessary_wraps,
    reason = "one of several readers of the same shape"
)]
pub(super) fn hosts(text: &str) -> Parsed<Vec<String>> {
    Ok(items(text).map(str::to_ascii_lowercase).collect())
}

/// `domain:selector:file`, comma-separated; the files are read here, so that a key that cannot be
/// used is known before anything starts.
pub(super) fn dkim(text: &str) -> Parsed<Vec<DkimKey>> {
    items(text).map(dkim_key).collect()
}

fn dkim_key(item: &str) -> Parsed<DkimKey> {
    let mut parts = item.splitn(3, ':');
    let (Some(domain), Some(selector), Some(file)) = (parts.next(), parts.next(), parts.next())
    else {
        return Err(format!("holds {item:?}, which is not domain:selector:file"));
    };
    let domain = domain.to_ascii_lowercase();
    let pem = std::fs::read_to_string(file)
        .map_err(|error| format!("names the key file {file}, which cannot be read: {error}"))?;
    DkimKeys::default()
        .add(&domain, selector, &pem)
        .map_err(|error| format!("names the key file {file}: {error}"))?;
    Ok(DkimKey {
        domain,
        selector: selector.to_owned(),
        pem: pem.into(),
    })
}

/// One of some words.
pub(super) fn word<T: Copy>(text: &str, words: &[(&str, T)]) -> Parsed<T> {
    words
        .iter()
        .find(|(word, _)| *word == text.trim())
        .map(|(_, value)| *value)
        .ok_or_else(|| {
            let list: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            format!("must be one of {}, not {text:?}", list.join(", "))
        })
}

/// The organisation's privacy preset.
pub(super) fn privacy(text: &str) -> Parsed<PrivacyPreset> {
    word(
        text,
        &[
            ("on", PrivacyPreset::On),
            ("consent", PrivacyPreset::Consent),
            ("hygiene", PrivacyPreset::Hygiene),
            ("off", PrivacyPreset::Off),
        ],
    )
}

/// How far per-rep figures are shown.
pub(super) fn report_level(text: &str) -> Parsed<ReportLevel> {
    word(
        text,
        &[
            ("team", ReportLevel::Team),
            ("coach", ReportLevel::Coach),
            ("full", ReportLevel::Full),
        ],
    )
}

/// What becomes of a delivery whose answer was lost.
pub(super) fn uncertain(text: &str) -> Parsed<UncertainPolicy> {
    word(
        text,
        &[
            ("keep", UncertainPolicy::Keep),
            ("retry", UncertainPolicy::Retry),
        ],
    )
}

/// How the log is written.
pub(super) fn log_format(text: &str) -> Parsed<LogFormat> {
    word(
        text,
        &[("text", LogFormat::Text), ("json", LogFormat::Json)],
    )
}

/// What is logged.
pub(super) fn log_level(text: &str) -> Parsed<String> {
    tracing_subscriber::EnvFilter::try_new(text)
        .map(|_| text.to_owned())
        .map_err(|_| "must be a level such as info, or info,otklik::work=debug".to_owned())
}

fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_and_networks_are_lists() {
        let roles = roles(" web, work ").unwrap();
        assert!(roles.web && roles.work && !roles.track);
        assert!(super::roles("webb").unwrap_err().contains("\"webb\""));
        assert!(super::roles(" ").is_err());
        let proxies = networks("10.0.0.0/8,::1").unwrap();
        assert!(proxies.trusts([10, 1, 2, 3].into()) && !proxies.trusts([11, 1, 2, 3].into()));
        assert!(networks("10.0.0.0/40").is_err());
    }

    #[test]
    fn an_address_in_links_has_no_path_and_no_password() {
        assert!(origin("https://otklik.example.org").is_ok());
        for bad in [
            "otklik.example.org",
            "ftp://otklik.example.org",
            "https://otklik.example.org/sub",
            "https://a:b@otklik.example.org",
            "https://otklik.example.org/?x=1",
        ] {
            assert!(origin(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_dkim_key_is_read_when_it_is_set() {
        let error = dkim("example.org:s1:/no/such/file").unwrap_err();
        assert!(
            error.contains("/no/such/file, which cannot be read"),
            "{error}"
        );
        assert!(
            dkim("example.org")
                .unwrap_err()
                .contains("domain:selector:file")
        );
        let file = std::env::temp_dir().join(format!("otklik-dkim-{}", std::process::id()));
        std::fs::write(&file, "no key").unwrap();
        let error = dkim(&format!("example.org:s1:{}", file.display())).unwrap_err();
        std::fs::remove_file(&file).unwrap();
        assert!(error.contains("no PEM"), "{error}");
    }

    #[test]
    fn a_jetstream_intake_is_refused_with_what_to_do() {
        let error = intake("nats://127.0.0.1:4222").unwrap_err();
        assert!(error.contains("set it to local"), "{error}");
        assert!(intake("local").is_ok());
    }
}
