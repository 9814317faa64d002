//! What an answer of the DNS means. Pure: records in, a finding out.

use super::{Found, Records};
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

/// Most labels of a domain above which a policy is looked for.
const MOST_LABELS: usize = 8;

/// Whose DMARC record it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// Of the domain itself.
    Own,
    /// Of a domain above it.
    Parents,
}

/// SPF: a record of version 1, alone (RFC 7208, 4.5).
pub(super) fn spf(records: &Records) -> Found {
    let is_spf = |text: &str| {
        text.split(' ')
            .next()
            .is_some_and(|first| first.eq_ignore_ascii_case("v=spf1"))
    };
    match the_one(records, is_spf) {
        Ok(_) => Found::Good(String::new()),
        Err(found) => found,
    }
}

/// DMARC: the policy for the mail of a domain. A domain above may ask for another one below it.
pub(super) fn dmarc(records: &Records, whose: Whose) -> Found {
    let is_dmarc = |text: &str| {
        let first = text.split(';').next().unwrap_or_default();
        tag(first, "v") == Some("DMARC1")
    };
    let text = match the_one(records, is_dmarc) {
        Ok(text) => text,
        Err(found) => return found,
    };
    let below = tag(text, "sp").filter(|_| whose == Whose::Parents);
    let policy = below.or_else(|| tag(text, "p")).unwrap_or("none");
    Found::Good(policy.to_ascii_lowercase())
}

/// DKIM: the key `public` must stand there; an empty one was revoked (RFC 6376, 3.6.1).
pub(super) fn dkim(records: &Records, public: &[u8]) -> Found {
    let texts = match records {
        Records::Are(texts) => texts,
        Records::None => return Found::Missing,
        Records::Unknown(why) => return Found::Unknown(why.clone()),
    };
    let keys = texts.iter().filter_map(|text| tag(text, "p"));
    let mut keys = keys.filter(|key| !key.is_empty()).peekable();
    if keys.peek().is_none() {
        return Found::Missing;
    }
    if keys.any(|key| is_key(key, public)) {
        Found::Good(String::new())
    } else {
        Found::OtherKey
    }
}

/// Whether `text` is the key, bare or at the end of a `SubjectPublicKeyInfo` (RFC 5280, 4.1), as
/// most tools write it.
fn is_key(text: &str, public: &[u8]) -> bool {
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let text: String = text.split_whitespace().collect();
    let bytes = GeneralPurpose::new(&STANDARD, config).decode(text);
    bytes.is_ok_and(|bytes| bytes.ends_with(public))
}

/// The domains above `domain` in which its organisation may have a policy, the highest first. No
/// list of public suffixes is asked: the highest record counts, as in the walk that replaces such
/// lists (RFC 7489, 6.6.3 and A.6).
pub(super) fn parents(domain: &str) -> Vec<&str> {
    let dots = domain.match_indices('.').map(|(at, _)| &domain[at + 1..]);
    let above = dots.filter(|parent| parent.contains('.'));
    let mut above: Vec<&str> = above.collect();
    above.reverse();
    above.truncate(MOST_LABELS - 1);
    above
}

/// The only record that `is_one`.
fn the_one(records: &Records, is_one: impl Fn(&str) -> bool) -> Result<&str, Found> {
    let texts = match records {
        Records::Are(texts) => texts,
        Records::None => return Err(Found::Missing),
        Records::Unknown(why) => return Err(Found::Unknown(why.clone())),
    };
    let mut ones = texts.iter().filter(|text| is_one(text));
    match (ones.next(), ones.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => Err(Found::Missing),
        (Some(_), Some(_)) => Err(Found::Several),
    }
}

/// The value of a tag in `a=x; b=y` (RFC 6376, 3.2).
fn tag<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.split(';').find_map(|part| {
        let (key, value) = part.split_once('=')?;
        (key.trim() == name).then(|| value.trim())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn are(texts: &[&str]) -> Records {
        Records::Are(texts.iter().map(|text| (*text).to_owned()).collect())
    }

    fn good(text: &str) -> Found {
        Found::Good(text.to_owned())
    }

    #[test]
    fn an_spf_record_counts_by_how_it_begins_and_two_are_none() {
        for (records, found) in [
            (are(&["google-site=1", "v=spf1 include:x -all"]), good("")),
            (are(&["V=SPF1"]), good("")),
            (are(&["google-site=1", "v=spf10 mx"]), Found::Missing),
            (are(&["google-site=1v=spf1 mx"]), Found::Missing),
            (
                are(&["v=spf1 mx -all", "v=spf1 include:x ~all"]),
                Found::Several,
            ),
            (Records::None, Found::Missing),
            (Records::Unknown("x".into()), Found::Unknown("x".into())),
        ] {
            assert_eq!(spf(&records), found, "{records:?}");
        }
    }

    #[test]
    fn a_policy_for_what_is_below_counts_below_alone() {
        let both = are(&["v=DMARC1; p=reject; sp=quarantine; rua=mailto:x"]);
        assert_eq!(dmarc(&both, Whose::Own), good("reject"));
        assert_eq!(dmarc(&both, Whose::Parents), good("quarantine"));
        let one = are(&["other", "v=DMARC1;p=None"]);
        assert_eq!(dmarc(&one, Whose::Parents), good("none"));
        let two = are(&["v=DMARC1; p=none", "v=DMARC1; p=reject"]);
        assert_eq!(dmarc(&two, Whose::Own), Found::Several);
        assert_eq!(
            dmarc(&are(&["p=none; v=DMARC1"]), Whose::Own),
            Found::Missing
        );
    }

    #[test]
    fn a_published_key_counts_if_it_is_ours_bare_or_wrapped() {
        let ours = [7, 1, 2, 3];
        for (records, found) in [
            (are(&["v=DKIM1; k=rsa; p=BwECAw=="]), good("")),
            (are(&["p=MIIB BwECAw"]), good("")),
            (are(&["v=DKIM1; k=rsa; p=BwECBA=="]), Found::OtherKey),
            (are(&["v=DKIM1; p=no base64 at all!"]), Found::OtherKey),
            (are(&["v=DKIM1; k=rsa; p=BwECBA==", "p=BwECAw=="]), good("")),
            // Revoked.
            (are(&["v=DKIM1; k=rsa; p="]), Found::Missing),
            (are(&["v=DKIM1; p= ; k=rsa"]), Found::Missing),
            (are(&["v=DKIM1; k=rsa"]), Found::Missing),
            (Records::None, Found::Missing),
            (Records::Unknown("x".into()), Found::Unknown("x".into())),
        ] {
            assert_eq!(dkim(&records, &ours), found, "{records:?}");
        }
    }

    #[test]
    fn a_policy_is_looked_for_from_the_organisation_down() {
        assert_eq!(parents("seller.example"), Vec::<&str>::new());
        assert_eq!(
            parents("a.mail.seller.example"),
            ["seller.example", "mail.seller.example"]
        );
        let long = format!("{}seller.example", "x.".repeat(50));
        assert_eq!(parents(&long).len(), MOST_LABELS - 1);
    }
}
