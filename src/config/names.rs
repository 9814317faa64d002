//! Every name that may be set, with what it is for. A name that is not here is an error.

/// How a value may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Show {
    /// As it is.
    Plain,
    /// Not at all.
    Secret,
    /// A URL without its password.
    Url,
}

/// One name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Name {
    /// Its path in `otklik.toml`, levels joined by dots.
    pub(super) path: &'static str,
    /// How its value may be shown.
    pub(super) show: Show,
}

const fn plain(path: &'static str) -> Name {
    Name {
        path,
        show: Show::Plain,
    }
}

const fn secret(path: &'static str) -> Name {
    Name {
        path,
        show: Show::Secret,
    }
}

const fn url(path: &'static str) -> Name {
    Name {
        path,
        show: Show::Url,
    }
}

/// All names, in the order in which `check-config` prints them.
pub(super) const NAMES: &[Name] = &[
    url("database_url"),
    plain("data_dir"),
    plain("listen"),
    plain("base_url"),
    plain("tracking_url"),
    plain("roles"),
    secret("secret_key"),
    url("smtp_url"),
    plain("intake"),
    plain("intake_cap_bytes"),
    plain("trusted_proxies"),
    plain("privacy"),
    plain("report_level"),
    plain("verdicts.hold_seconds"),
    plain("verdicts.networks_dir"),
    plain("sending.uncertain"),
    plain("sending.connections_per_mailbox"),
    plain("sending.untracked_hosts"),
    plain("sending.keep_bytes_days"),
    plain("dkim"),
    plain("tracking.client_hash_days"),
    plain("catcher_listen"),
    plain("oauth.google.client_id"),
    secret("oauth.google.client_secret"),
    plain("oauth.google.auth_url"),
    plain("oauth.google.token_url"),
    plain("oauth.microsoft.client_id"),
    secret("oauth.microsoft.client_secret"),
    plain("oauth.microsoft.tenant"),
    plain("oauth.microsoft.auth_url"),
    plain("oauth.microsoft.token_url"),
    plain("lmtp_listen"),
    plain("metrics_listen"),
    plain("grace_seconds"),
    plain("log_format"),
    plain("log_level"),
];

/// The name with this path.
pub(super) fn find(path: &str) -> Option<&'static Name> {
    NAMES.iter().find(|name| name.path == path)
}

/// The variable that sets `path`.
pub(super) fn variable(path: &str) -> String {
    format!("OTKLIK_{}", path.to_ascii_uppercase().replace('.', "__"))
}

/// The known path nearest to `path`, when it is near enough to be meant.
pub(super) fn nearest(path: &str) -> Option<&'static str> {
    NAMES
        .iter()
        .map(|name| (strsim::jaro_winkler(name.path, path), name.path))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, path)| path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_finds_the_name_that_was_meant() {
        assert_eq!(nearest("databse_url"), Some("database_url"));
        assert_eq!(nearest("hold_seconds"), None);
        assert_eq!(
            nearest("verdict.hold_seconds"),
            Some("verdicts.hold_seconds")
        );
        assert_eq!(nearest("colour"), None);
        assert_eq!(
            variable("verdicts.hold_seconds"),
            "OTKLIK_VERDICTS__HOLD_SECONDS"
        );
    }
}
