//! What the operator may set. Reading files and the environment is `config/load.rs`; here stand
//! the values, parsed, as the rest of the program uses them.

pub mod load;
mod names;
mod oauth;
mod parse;
mod source;

pub use load::{ConfigError, Entry, Loaded, Problem, load};
pub use oauth::{OAuthApp, OAuthApps};
pub use source::Origin;

use crate::domain::contact::PrivacyPreset;
use crate::domain::viewer::ReportLevel;
use crate::track::proxies::Proxies;
use secrecy::SecretString;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use url::Url;

/// All settings of one process.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `sqlite://…` or `postgres://…`.
    pub database_url: String,
    /// Where keys, the intake and, on SQLite, the database live.
    pub data_dir: PathBuf,
    /// Where HTTP is served.
    pub listen: SocketAddr,
    /// Where Prometheus reads without a token; on `listen` it needs an administrator's.
    pub metrics_listen: Option<SocketAddr>,
    /// The pages' own address, such as `https://otklik.example.org`, without a trailing slash.
    pub base_url: Url,
    /// The address in tracked links; may be another host.
    pub tracking_url: Url,
    /// The relay of mailboxes without one of their own; without it their mail is caught.
    pub smtp_url: Option<String>,
    /// The parts that run in this process.
    pub roles: Roles,
    /// Proxies whose forwarded headers are believed.
    pub trusted_proxies: Proxies,
    /// The organisation's privacy preset.
    pub privacy: PrivacyPreset,
    /// How far per-rep figures are shown.
    pub report_level: ReportLevel,
    /// Seconds a click is held before anything fires on it.
    pub hold_seconds: u32,
    /// The operator's own network lists, read again when they change.
    pub networks_dir: PathBuf,
    /// What becomes of a delivery whose answer was lost.
    pub uncertain: UncertainPolicy,
    /// Connections a lane may have open at once to one relay.
    pub connections_per_mailbox: u16,
    /// Bytes the intake may hold before new hits go unrecorded.
    pub intake_cap_bytes: u64,
    /// Hosts whose links are never tracked.
    pub untracked_hosts: Vec<String>,
    /// The keys that sign mail, beside those of the database.
    pub dkim: Vec<DkimKey>,
    /// Days for which the bytes of a sent mail are kept.
    pub keep_bytes_days: u32,
    /// Days after which hashes of client addresses can be made again by nobody.
    pub client_hash_days: u32,
    /// The registrations with providers of mailboxes.
    pub oauth: OAuthApps,
    /// The SMTP listener of the mail catcher, if any.
    pub catcher_listen: Option<SocketAddr>,
    /// Where a mail server delivers inbound mail by LMTP, if anywhere.
    pub lmtp_listen: Option<SocketAddr>,
    /// Seconds that an orderly stop may take.
    pub grace_seconds: u32,
    /// How the log is written.
    pub log_format: LogFormat,
    /// What is logged, such as `info` or `info,otklik::work=debug`.
    pub log_level: String,
}

impl Settings {
    /// Whether `url` is the database of one file.
    pub fn is_sqlite(&self) -> bool {
        self.database_url.starts_with("sqlite:")
    }

    /// Whether mail of mailboxes without a relay of their own stays in the mail catcher: there is
    /// no relay, or the relay is our own catcher.
    pub fn catches_mail(&self) -> bool {
        let own = self.catcher_listen.map(catcher_url);
        self.smtp_url.is_none() || self.smtp_url == own
    }

    /// The same settings with the catcher at `bound`. Without another relay it becomes the relay,
    /// so that mail takes the way it would take to a real one.
    #[must_use]
    pub fn caught_at(mut self, bound: SocketAddr) -> Self {
        self.catcher_listen = Some(bound);
        self.smtp_url.get_or_insert_with(|| catcher_url(bound));
        self
    }

    /// The same settings served at `bound`, which is `listen` with a real port where it had 0. An
    /// address in links that was made from `listen` follows it.
    #[must_use]
    pub fn bound_to(mut self, bound: SocketAddr) -> Self {
        let assumed = own_url(self.listen);
        let real = own_url(bound);
        if self.base_url == assumed {
            self.base_url = real.clone();
        }
        if self.tracking_url == assumed {
            self.tracking_url = real;
        }
        self.listen = bound;
        self
    }
}

/// How a browser on this machine reaches what listens at `listen`.
///
/// # Panics
/// Never: an address and a port always make a URL.
pub fn own_url(listen: SocketAddr) -> Url {
    let reach = match listen.ip() {
        ip if !ip.is_unspecified() => listen,
        IpAddr::V4(_) => SocketAddr::from((Ipv4Addr::LOCALHOST, listen.port())),
        IpAddr::V6(_) => SocketAddr::from((Ipv6Addr::LOCALHOST, listen.port())),
    };
    Url::parse(&format!("http://{reach}/")).expect("an address and a port make a URL")
}

fn catcher_url(at: SocketAddr) -> String {
    format!("smtp://{at}")
}

/// A key that signs the mail of one domain (RFC 6376).
#[derive(Debug, Clone)]
pub struct DkimKey {
    /// Whose mail it signs, in lower case.
    pub domain: String,
    /// The name of its record: `<selector>._domainkey.<domain>`.
    pub selector: String,
    /// The private key, RSA of at least 2,048 bits or Ed25519, as PEM.
    pub pem: SecretString,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// The parts that run in this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Roles {
    /// Pages and API.
    pub web: bool,
    /// Redirects and pixels; starts without the database.
    pub track: bool,
    /// Sending, ingest and housekeeping.
    pub work: bool,
}

impl Roles {
    /// Everything in one process.
    pub const ALL: Self = Self {
        web: true,
        track: true,
        work: true,
    };
}

/// What becomes of a delivery that was handed over and whose answer was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UncertainPolicy {
    /// It stays `uncertain` until evidence comes or a person decides: no double.
    #[default]
    Keep,
    /// It is sent again: no loss, perhaps a double.
    Retry,
}
