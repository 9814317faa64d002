//! Names of folders and labels as people write them, and the labels that Gmail gives to mails
//! (its extension `X-GM-EXT-1`): what stands in the inbox there may bear any number of them.

use super::error::ImapError;
use super::mail::Mail;
use async_imap::imap_proto::{AttributeValue, Response};
use base64::Engine as _;
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::NO_PAD;
use std::collections::HashMap;

/// The alphabet of modified UTF-7 (RFC 3501, 5.1.3).
const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

impl Mail {
    /// Whether the server tells which labels a mail bears.
    pub fn tells_labels(&self) -> bool {
        self.offers("X-GM-EXT-1")
    }

    /// The labels of the mails in `set`, by UID, as people write them. The one of the folder that
    /// is open is not among them.
    pub async fn labels(&mut self, set: &str) -> Result<HashMap<u32, Vec<String>>, ImapError> {
        let mut found = HashMap::new();
        let command = format!("UID FETCH {set} (UID X-GM-LABELS)");
        self.ask(&command, |response| {
            if let Response::Fetch(_, attributes) = response {
                found.extend(labelled(attributes));
            }
        })
        .await?;
        Ok(found)
    }
}

fn labelled(attributes: &[AttributeValue<'_>]) -> Option<(u32, Vec<String>)> {
    let (mut uid, mut labels) = (None, None);
    for attribute in attributes {
        match attribute {
            AttributeValue::Uid(n) => uid = Some(*n),
            AttributeValue::GmailLabels(list) => {
                labels = Some(list.iter().map(|label| label_name(label)).collect());
            }
            _ => {}
        }
    }
    Some((uid?, labels?))
}

/// A label as it came, quoted or not; the provider's own begin with a backslash, which is left out.
fn label_name(raw: &str) -> String {
    let plain = raw.trim_start_matches('\\');
    name(&plain.replace("\\\"", "\"").replace("\\\\", "\\"))
}

/// A folder's or label's name as people write it. What is no modified UTF-7 is given as it is.
pub fn name(raw: &str) -> String {
    decoded(raw).unwrap_or_else(|| raw.to_owned())
}

fn decoded(raw: &str) -> Option<String> {
    let alphabet = base64::alphabet::Alphabet::new(ALPHABET).ok()?;
    let engine = GeneralPurpose::new(&alphabet, NO_PAD.with_decode_allow_trailing_bits(true));
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, shifted)) = rest.split_once('&') {
        text.push_str(before);
        let (inside, after) = shifted.split_once('-')?;
        if inside.is_empty() {
            text.push('&');
        } else {
            let bytes = engine.decode(inside).ok()?;
            let units = bytes.chunks_exact(2);
            let units = units.map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            text.push_str(&String::from_utf16(&units.collect::<Vec<_>>()).ok()?);
        }
        rest = after;
    }
    text.push_str(rest);
    Some(text)
}

/// Whether `label` is the one called `excluded`, or stands below it, in any case of letters.
pub fn is_within(label: &str, excluded: &str) -> bool {
    let (label, excluded) = (label.to_lowercase(), excluded.to_lowercase());
    label
        .strip_prefix(&excluded)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_people_write_them() {
        for (raw, wanted) in [
            ("INBOX", "INBOX"),
            ("Envoy&AOk-s", "Envoyés"),
            ("&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-", "Отправленные"),
            ("R&-D", "R&D"),
            ("no & end", "no & end"),
            ("&####-", "&####-"),
        ] {
            assert_eq!(name(raw), wanted);
        }
        for (raw, wanted) in [
            ("\\Inbox", "Inbox"),
            ("\\\\Sent", "Sent"),
            ("a\\\"b", "a\"b"),
        ] {
            assert_eq!(label_name(raw), wanted);
        }
    }

    #[test]
    fn a_label_covers_those_below_it_and_no_other() {
        assert!(is_within("Private/Health", "private"));
        assert!(is_within("Личное", "личное"));
        assert!(!is_within("Privateer", "Private") && !is_within("Pri", "Private"));
    }
}
