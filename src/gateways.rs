//! What the DNS says of the mail exchangers (MX) of a recipient's domain.

use mail_auth::hickory_resolver::proto::op::ResponseCode;
use mail_auth::{DnsError, Error, MX, MessageAuthenticator, RecordSet};
use std::time::Duration;

/// How long one question may take.
const WAIT: Duration = Duration::from_secs(5);

/// An answer of the DNS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The exchangers with their preferences; none where the domain takes its mail itself.
    Exchangers(Vec<(u16, String)>),
    /// There is no such domain.
    Absent,
    /// Nobody answered, and why.
    Silence(String),
}

/// Asks this machine's resolver, as it is set up now.
pub async fn ask(domain: String) -> Answer {
    match MessageAuthenticator::new_system_conf() {
        Ok(resolver) => ask_by(&resolver, &domain).await,
        Err(error) => Answer::Silence(format!("this machine has no resolver ({error})")),
    }
}

/// Asks `resolver`.
pub async fn ask_by(resolver: &MessageAuthenticator, domain: &str) -> Answer {
    let forgets = None::<&mail_auth::common::cache::NoCache<Box<str>, RecordSet<MX>>>;
    match tokio::time::timeout(WAIT, resolver.mx_lookup(domain, forgets)).await {
        Ok(Ok(found)) => {
            let all = found.rrset.iter().flat_map(|record| {
                let hosts = record.exchanges.iter();
                hosts.map(|host| (record.preference, host.to_string()))
            });
            Answer::Exchangers(all.collect())
        }
        Ok(Err(Error::Dns(DnsError::RecordNotFound(ResponseCode::NXDomain)))) => Answer::Absent,
        Ok(Err(Error::Dns(DnsError::RecordNotFound(ResponseCode::NoError)))) => {
            Answer::Exchangers(Vec::new())
        }
        Ok(Err(error)) => Answer::Silence(error.to_string()),
        Err(_) => Answer::Silence("no answer within 5 s".to_owned()),
    }
}
