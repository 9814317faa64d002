//! Makes [`Settings`] of a file and the environment. All problems are found in one go; nothing is
//! opened or made here.

use super::names::{self, NAMES, Show};
use super::source::{self, Origin, Raw, RawValues};
use super::{OAuthApp, OAuthApps, Settings, own_url, parse};
use secrecy::SecretString;
use std::path::{Path, PathBuf};
use url::Url;

/// The settings with where each came from.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The values.
    pub settings: Settings,
    /// The key ring's text, when the operator gives one.
    pub secret_key: Option<SecretString>,
    /// Every name with its value as it may be shown, in a fixed order.
    pub entries: Vec<Entry>,
}

/// One setting as `check-config` prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its path in `otklik.toml`.
    pub name: &'static str,
    /// Its value, secrets as `***`; `None` when it has none.
    pub shown: Option<String>,
    /// Where it came from.
    pub origin: Origin,
}

/// One thing wrong with what was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file, or the setting and where it was set.
    pub subject: String,
    /// A predicate: "must be …", "is not …".
    pub what: String,
}

impl Problem {
    pub(super) const fn new(subject: String, what: String) -> Self {
        Self { subject, what }
    }
}

/// Everything wrong with what was set; at least one problem.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    /// In the order of discovery.
    pub problems: Vec<Problem>,
}

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the configuration cannot be used:")?;
        for problem in &self.problems {
            write!(f, "\n  {} {}", problem.subject, problem.what)?;
        }
        Ok(())
    }
}

/// Reads `file`, if any, then `environment` (names that begin with `OTKLIK_`), then `overrides` of
/// the command line (paths such as `listen`); the later wins.
pub fn load(
    file: Option<&Path>,
    environment: impl IntoIterator<Item = (String, String)>,
    overrides: &[(&'static str, String)],
) -> Result<Loaded, ConfigError> {
    let mut values = RawValues::new();
    let mut problems = Vec::new();
    if let Some(file) = file {
        source::read_file(file, &mut values, &mut problems);
    }
    source::read_environment(environment, &mut values, &mut problems);
    for (path, text) in overrides {
        let raw = Raw {
            text: text.clone(),
            origin: Origin::CommandLine,
        };
        values.insert(path, raw);
    }
    let mut reader = Reader {
        values,
        problems,
        entries: Vec::new(),
    };
    let settings = read(&mut reader);
    let secret_key = reader.optional("secret_key", parse::text);
    if !reader.problems.is_empty() {
        return Err(ConfigError {
            problems: reader.problems,
        });
    }
    reader.entries.sort_by_key(|entry| {
        NAMES
            .iter()
            .position(|name| name.path == entry.name)
            .unwrap_or(usize::MAX)
    });
    Ok(Loaded {
        settings,
        secret_key: secret_key.map(SecretString::from),
        entries: reader.entries,
    })
}

/// Takes each name once, with its default in the form an operator would write.
fn read(from: &mut Reader) -> Settings {
    from.with_default("intake", "local", parse::intake);
    let data_dir = from.with_default("data_dir", "otklik-data", parse::text);
    let data_dir = std::path::absolute(&data_dir).unwrap_or_else(|_| PathBuf::from(&data_dir));
    let database = format!("sqlite://{}", data_dir.join("otklik.db").display());
    let networks = data_dir.join("networks").display().to_string();
    let listen = from.with_default("listen", "127.0.0.1:8080", parse::address);
    let base_url = from.with_default("base_url", own_url(listen).as_str(), parse::origin);
    Settings {
        database_url: from.with_default("database_url", &database, parse::database_url),
        listen,
        metrics_listen: from.optional("metrics_listen", parse::address),
        tracking_url: from.with_default("tracking_url", base_url.as_str(), parse::origin),
        base_url,
        smtp_url: from.optional("smtp_url", parse::smtp_url),
        roles: from.with_default("roles", "web,track,work", parse::roles),
        trusted_proxies: from.with_default("trusted_proxies", "", parse::networks),
        privacy: from.with_default("privacy", "on", parse::privacy),
        report_level: from.with_default("report_level", "team", parse::report_level),
        networks_dir: from.with_default("verdicts.networks_dir", &networks, |text| {
            parse::text(text).map(PathBuf::from)
        }),
        hold_seconds: from.with_default("verdicts.hold_seconds", "30", parse::number),
        uncertain: from.with_default("sending.uncertain", "keep", parse::uncertain),
        connections_per_mailbox: from.with_default(
            "sending.connections_per_mailbox",
            "4",
            parse::positive,
        ),
        // 1 GiB: about five million hits.
        intake_cap_bytes: from.with_default("intake_cap_bytes", "1073741824", parse::positive),
        untracked_hosts: from.with_default("sending.untracked_hosts", "", parse::hosts),
        keep_bytes_days: from.with_default("sending.keep_bytes_days", "30", parse::positive),
        dkim: from.with_default("dkim", "", parse::dkim),
        client_hash_days: from.with_default("tracking.client_hash_days", "30", parse::positive),
        oauth: oauth(from),
        catcher_listen: from.optional("catcher_listen", parse::address),
        lmtp_listen: from.optional("lmtp_listen", parse::address),
        grace_seconds: from.with_default("grace_seconds", "30", parse::number),
        log_format: from.with_default("log_format", "text", parse::log_format),
        log_level: from.with_default("log_level", "info", parse::log_level),
        data_dir,
    }
}

/// The registrations for mailboxes; each is there when its client id is set.
fn oauth(from: &mut Reader) -> OAuthApps {
    let google = registration(
        from,
        ["oauth.google.client_id", "oauth.google.client_secret"],
        (
            "oauth.google.auth_url",
            "https://accounts.google.com/o/oauth2/v2/auth",
        ),
        (
            "oauth.google.token_url",
            "https://oauth2.googleapis.com/token",
        ),
    );
    let tenant = from.with_default("oauth.microsoft.tenant", "common", parse::tenant);
    let endpoint = |name| format!("https://login.microsoftonline.com/{tenant}/oauth2/v2.0/{name}");
    let microsoft = registration(
        from,
        ["oauth.microsoft.client_id", "oauth.microsoft.client_secret"],
        ("oauth.microsoft.auth_url", &endpoint("authorize")),
        ("oauth.microsoft.token_url", &endpoint("token")),
    );
    OAuthApps { google, microsoft }
}

fn registration(
    from: &mut Reader,
    [id, secret]: [&'static str; 2],
    auth_url: (&'static str, &str),
    token_url: (&'static str, &str),
) -> Option<OAuthApp> {
    let client_id = from.optional(id, parse::text).filter(|id| !id.is_empty());
    let client_secret = from.optional(secret, parse::text);
    let auth_url = from.with_default(auth_url.0, auth_url.1, parse::endpoint);
    let token_url = from.with_default(token_url.0, token_url.1, parse::endpoint);
    Some(OAuthApp {
        client_id: client_id?,
        client_secret: client_secret.map(SecretString::from),
        auth_url,
        token_url,
    })
}

struct Reader {
    values: RawValues,
    problems: Vec<Problem>,
    entries: Vec<Entry>,
}

impl Reader {
    /// The value of `path`, or `default` parsed the same way.
    fn with_default<T>(
        &mut self,
        path: &'static str,
        default: &str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> T {
        if let Some(value) = self.optional_or(path, Some(default), &parse) {
            return value;
        }
        parse(default).expect("each default is a value its own parser takes")
    }

    /// The value of `path`, if it is set.
    fn optional<T>(
        &mut self,
        path: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        self.optional_or(path, None, &parse)
    }

    fn optional_or<T>(
        &mut self,
        path: &'static str,
        default: Option<&str>,
        parse: &impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        let set = self.values.remove(path);
        let text = set.as_ref().map(|raw| raw.text.as_str()).or(default);
        let origin = set
            .as_ref()
            .map_or(Origin::Default, |raw| raw.origin.clone());
        self.entries.push(Entry {
            name: path,
            shown: text
                .filter(|text| !text.is_empty())
                .map(|text| shown(path, text)),
            origin: origin.clone(),
        });
        match parse(&set?.text) {
            Ok(value) => Some(value),
            Err(what) => {
                let subject = format!("{path} ({origin})");
                self.problems.push(Problem::new(subject, what));
                None
            }
        }
    }
}

/// A value as it may be shown.
fn shown(path: &str, text: &str) -> String {
    match names::find(path).map_or(Show::Secret, |name| name.show) {
        Show::Plain => text.to_owned(),
        Show::Secret => "***".to_owned(),
        Show::Url => without_password(text),
    }
}

fn without_password(text: &str) -> String {
    if text.starts_with("sqlite:") {
        return text.to_owned();
    }
    let Ok(mut url) = Url::parse(text) else {
        return "***".to_owned();
    };
    if url.password().is_some() && url.set_password(Some("***")).is_err() {
        return "***".to_owned();
    }
    url.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn entry<'l>(loaded: &'l Loaded, name: &str) -> &'l Entry {
        loaded
            .entries
            .iter()
            .find(|entry| entry.name == name)
            .unwrap()
    }

    #[test]
    fn every_default_parses_and_every_name_is_read() {
        let loaded = load(None, [], &[]).unwrap();
        let read: Vec<&str> = loaded.entries.iter().map(|entry| entry.name).collect();
        let known: Vec<&str> = NAMES.iter().map(|name| name.path).collect();
        assert_eq!(read, known);
        assert_eq!(loaded.settings.base_url.as_str(), "http://127.0.0.1:8080/");
        assert!(
            loaded
                .settings
                .database_url
                .ends_with("/otklik-data/otklik.db")
        );
    }

    #[test]
    fn the_environment_wins_over_the_file_and_each_value_keeps_its_origin() {
        let file = std::env::temp_dir().join(format!("otklik-config-{}.toml", std::process::id()));
        std::fs::write(
            &file,
            "listen = \"127.0.0.1:9000\"\nprivacy = \"consent\"\n[verdicts]\nhold_seconds = 7\n\
             [sending]\nuntracked_hosts = [\"A.example\", \"b.example\"]\n",
        )
        .unwrap();
        let environment = env(&[
            ("OTKLIK_LISTEN", "127.0.0.1:9001"),
            ("OTKLIK_SMTP_URL", "smtps://user:hush@mail.example"),
            ("OTKLIK_SECRET_KEY", "1:hush"),
            ("OTKLIK_PRIVACY", ""),
            ("PATH", "/bin"),
        ]);
        let loaded = load(Some(&file), environment, &[]).unwrap();
        std::fs::remove_file(&file).unwrap();
        assert_eq!(loaded.settings.listen.port(), 9001);
        assert_eq!(loaded.settings.hold_seconds, 7);
        assert_eq!(loaded.settings.untracked_hosts, ["a.example", "b.example"]);
        assert_eq!(entry(&loaded, "privacy").origin, Origin::File(file));
        let listen = entry(&loaded, "listen");
        assert_eq!(
            listen.origin,
            Origin::Environment("OTKLIK_LISTEN".to_owned())
        );
        let shown = format!("{:?}", loaded.entries);
        assert!(!shown.contains("hush"), "{shown}");
    }

    #[test]
    fn every_problem_is_told_at_once_with_its_place_and_a_suggestion() {
        let environment = env(&[
            ("OTKLIK_DATABSE_URL", "x"),
            ("OTKLIK_PRIVACY", "maybe"),
            ("OTKLIK_INTAKE", "nats://127.0.0.1"),
        ]);
        let error = load(None, environment, &[]).unwrap_err().to_string();
        for part in [
            "OTKLIK_DATABSE_URL is not a setting; did you mean OTKLIK_DATABASE_URL?",
            "privacy (environment, OTKLIK_PRIVACY) must be one of on, consent, hygiene, off",
            "set it to local",
        ] {
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn an_address_made_from_the_listener_follows_its_real_port() {
        let overrides = [("listen", "0.0.0.0:0".to_owned())];
        let settings = load(None, [], &overrides).unwrap().settings;
        let settings = settings.bound_to("0.0.0.0:4711".parse().unwrap());
        assert_eq!(settings.tracking_url.as_str(), "http://127.0.0.1:4711/");
    }
}
