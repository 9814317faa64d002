//! The log address of a rep: a mail that is copied there is logged as theirs. The tag is looked
//! for in the envelope and in the whole head, since a blind copy is named only in a header that
//! the receiving server adds.

use crate::ctx::Ctx;
use crate::domain::address::EmailAddress;
use crate::domain::id::UserId;
use crate::domain::verp::VerpKeys;
use crate::domain::viewer::Viewer;
use crate::store::{Result, enqueue};

/// Most bytes of a head that are looked at.
const HEAD_BYTES: usize = 256 * 1_024;

/// The log address of a user: at their own mailbox, which is read anyway. `None` where its name
/// leaves no room for the tag.
pub async fn log_address_of(ctx: &Ctx, viewer: &Viewer) -> Result<Option<String>> {
    let Some(rep) = enqueue::read::rep(&ctx.store, viewer.user).await? else {
        return Ok(None);
    };
    let mailbox = enqueue::read::own_mailbox(&ctx.store, &rep).await?;
    let base = mailbox.map_or(rep.email, |mailbox| mailbox.address);
    let Ok(base) = EmailAddress::parse(&base) else {
        return Ok(None);
    };
    let signed = VerpKeys::new(&ctx.keys).sign_log(&base, viewer.user);
    Ok(signed.map(|address| address.as_str().to_owned()))
}

/// The user whose log address `raw` went to.
pub(super) fn user(raw: &[u8], envelope_to: &[String], keys: &VerpKeys) -> Option<UserId> {
    let in_envelope = envelope_to
        .iter()
        .filter_map(|text| EmailAddress::parse(text).ok())
        .find_map(|address| keys.verify_log(&address));
    in_envelope.or_else(|| in_head(&raw[..raw.len().min(HEAD_BYTES)], keys))
}

fn in_head(raw: &[u8], keys: &VerpKeys) -> Option<UserId> {
    let end = raw
        .windows(2)
        .position(|two| two == b"\n\n")
        .into_iter()
        .chain(raw.windows(4).position(|four| four == b"\r\n\r\n"))
        .min()
        .unwrap_or(raw.len());
    let head = String::from_utf8_lossy(&raw[..end]);
    let is_part = |c: char| c.is_ascii_alphanumeric() || "+-_.=@".contains(c);
    head.split(|c| !is_part(c))
        .filter(|word| word.contains('+') && word.contains('@'))
        .take(200)
        .filter_map(|word| EmailAddress::parse(word).ok())
        .find_map(|address| keys.verify_log(&address))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::keys::KeyRing;
    use uuid::Uuid;

    #[test]
    fn a_blind_copy_is_known_by_the_header_its_server_adds() {
        let keys = VerpKeys::new(&KeyRing::parse(&KeyRing::generate([7; 32])).unwrap());
        let rep = UserId(Uuid::from_bytes([5; 16]));
        let base = EmailAddress::parse("rita@seller.example").unwrap();
        let address = keys.sign_log(&base, rep).unwrap();
        let head = format!("Delivered-To: <{address}>\r\nTo: anna@buyer.example\r\n\r\nHello");
        assert_eq!(user(head.as_bytes(), &[], &keys), Some(rep));
        let body = format!("To: anna@buyer.example\r\n\r\n{address}");
        assert_eq!(user(body.as_bytes(), &[], &keys), None);
        assert_eq!(user(b"", &[address.to_string()], &keys), Some(rep));
    }
}
