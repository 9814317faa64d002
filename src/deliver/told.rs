//! The id under which a relay says that a mail goes on, read from its 250 after the final dot.
//! Most servers tell the id of their queue, which no reader ever sees; a few tell the `Message-ID`
//! itself. Only wordings whose meaning is known count, since a wrong id would thread the answers
//! of other people.
//!
//! | server | text | what is told |
//! |---|---|---|
//! | Amazon SES | `Ok 0102…-000000` | its `Message-ID`, left of the `@` |
//! | Exchange Online, client submission | `2.0.0 OK <id> [Hostname=…]` | the `Message-ID` |
//! | Exchange | `2.6.0 <id> [InternalId=…] … Queued mail for delivery` | the `Message-ID` |
//! | Brevo | `2.0.0 OK: queued as <id>` | the `Message-ID` |
//! | Postfix | `2.0.0 Ok: queued as 4ABC12` | nothing: the queue's own |
//! | Gmail | `2.0.0 OK 1700000000 a1b2-20020…sm1.2 - gsmtp` | nothing: the session's own |
//! | Exim | `OK id=1rAbCd-000Xyz-1a` | nothing: the queue's own |

/// The longest id that is taken; our own are kept to the same.
const LONGEST_ID: usize = 248;
/// Hexadecimal digits between the hyphens of an id of Amazon SES.
const SES_GROUPS: [usize; 7] = [16, 8, 4, 4, 4, 12, 6];

/// The id in `text`, the text of a 250 with or without its enhanced code: without brackets, and of
/// Amazon SES without a domain, since that depends on the region.
pub fn told_id(text: &str) -> Option<&str> {
    let text = without_enhanced(text.trim());
    ses(text).or_else(|| bracketed(text))
}

fn without_enhanced(text: &str) -> &str {
    match text.split_once(' ') {
        Some((code, rest)) if code.starts_with("2.") && code.len() <= 9 => rest.trim_start(),
        _ => text,
    }
}

/// `Ok` and an id alone.
fn ses(text: &str) -> Option<&str> {
    let (ok, id) = text.split_once(' ')?;
    let id = id.trim();
    let mut groups = id.split('-');
    let fits = |length: usize| {
        let group = groups.next().unwrap_or_default();
        group.len() == length && group.bytes().all(|b| b.is_ascii_hexdigit())
    };
    let is_id = SES_GROUPS.into_iter().all(fits) && groups.next().is_none();
    (ok.eq_ignore_ascii_case("ok") && is_id).then_some(id)
}

/// An id in angle brackets, where the words around say that it is no address of somebody.
fn bracketed(text: &str) -> Option<&str> {
    let (before, rest) = text.split_once('<')?;
    let (id, after) = rest.split_once('>')?;
    let before = before.trim_end().to_ascii_lowercase();
    let after = after.trim_start();
    let is_exchange = after.starts_with('[')
        && (after.contains("InternalId=") || after.contains("Hostname="))
        || before.is_empty() && after.ends_with("Queued mail for delivery");
    let is_queued_as = before.ends_with("queued as");
    ((is_exchange || is_queued_as) && is_id(id)).then_some(id)
}

/// `left@right` of printable ASCII, as an id of ours would have to be.
fn is_id(id: &str) -> bool {
    let parts = id.split_once('@');
    id.len() <= LONGEST_ID
        && id.bytes().all(|b| b.is_ascii_graphic() && b != b'<')
        && parts.is_some_and(|(left, right)| !left.is_empty() && !right.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wordings_that_tell_a_message_id_are_read() {
        let ses = "0102018f1b2c3d4e-1a2b3c4d-5e6f-7a8b-9c0d-1e2f3a4b5c6d-000000";
        for (text, id) in [
            (format!("Ok {ses}"), ses),
            (format!("2.0.0 Ok {ses}"), ses),
            (
                "2.0.0 OK <AM0PR04MB1A@AM0PR04MB1A.eurprd04.prod.outlook.com> [Hostname=AM0PR04MB1A.eurprd04.prod.outlook.com]".to_owned(),
                "AM0PR04MB1A@AM0PR04MB1A.eurprd04.prod.outlook.com",
            ),
            (
                "2.6.0 <7f3a@mx.seller.example> [InternalId=4711, Hostname=EX1.seller.example] 1588 bytes in 0.118, 13.1 KB/sec Queued mail for delivery".to_owned(),
                "7f3a@mx.seller.example",
            ),
            (
                "2.6.0  <EX2003a1b2@ex.seller.example> Queued mail for delivery".to_owned(),
                "EX2003a1b2@ex.seller.example",
            ),
            (
                "2.0.0 OK: queued as <202611240912.12345@smtp-relay.example>".to_owned(),
                "202611240912.12345@smtp-relay.example",
            ),
        ] {
            assert_eq!(told_id(&text), Some(id), "{text}");
        }
    }

    #[test]
    fn a_queue_id_an_address_and_a_shape_that_is_not_quite_right_tell_nothing() {
        for text in [
            "",
            "2.0.0 Ok: queued as 4ABC12DEF",
            "2.0.0 OK  1700000000 ffacd0b85a97d-20020a5d4b0a000000b0sm12345wrq.1 - gsmtp",
            "OK id=1rAbCd-000Xyz-1a",
            "2.0.0 taken",
            "2.1.5 <anna@buyer.example> recipient ok",
            "2.0.0 accepted for delivery to <anna@buyer.example>",
            "2.6.0 <anna@buyer.example>: message accepted",
            "Ok 0102018f1b2c3d4e-1a2b3c4d-5e6f-7a8b-9c0d-1e2f3a4b5c6d",
            "Ok 0102018f1b2c3d4e-1a2b3c4d-5e6f-7a8b-9c0d-1e2f3a4b5c6d-000000-1",
            "Ok 0102018f1b2c3d4e-1a2b3c4d-5e6f-7a8b-9c0d-1e2f3a4b5c6d-00000g",
            "Bye 0102018f1b2c3d4e-1a2b3c4d-5e6f-7a8b-9c0d-1e2f3a4b5c6d-000000",
            "OK: queued as <no-at-sign>",
            "OK: queued as <a b@c.example>",
            "OK: queued as <a@c.example",
        ] {
            assert_eq!(told_id(text), None, "{text}");
        }
    }
}
