//! From what an author wrote in `to`, `cc` and `bcc` to addresses with their contacts.

use super::check::Errors;
use super::message::{AcceptError, FieldCode, NewMessage};
use crate::ctx::Ctx;
use crate::domain::address::{AddressError, EmailAddress, HeaderText};
use crate::domain::clock::Millis;
use crate::domain::delivery::RecipientRole;
use crate::domain::finding::{Finding, FindingCode};
use crate::domain::id::ContactId;
use crate::domain::suppression::AddressHasher;
use crate::domain::viewer::Viewer;
use crate::store::enqueue::read::{self, ToContact};
use crate::store::inbound::pauses;
use std::collections::HashSet;

/// Most recipients of one message. Each is a mail of its own; what goes to more people is a
/// campaign and no letter.
const MAX_RECIPIENTS: usize = 100;

/// One recipient, resolved.
#[derive(Debug, Clone)]
pub(super) struct Recipient {
    pub(super) role: RecipientRole,
    pub(super) address: EmailAddress,
    /// The name the author wrote, used for a contact that is made.
    pub(super) name: HeaderText,
    /// `None` for an address nobody has written to.
    pub(super) contact: Option<ToContact>,
    /// Until when nothing of the kind is sent there.
    pub(super) paused_until: Option<Millis>,
    /// Mail to its domain came back since the domain was not found.
    pub(super) is_domain_unknown: bool,
    /// Until when they are away, as they wrote.
    pub(super) away_until: Option<Millis>,
}

impl Recipient {
    /// The name shown in the mail: the contact's own before what the author typed.
    pub(super) fn shown_name(&self) -> &str {
        match &self.contact {
            Some(contact) if !contact.name.is_empty() => &contact.name,
            _ => self.name.as_str(),
        }
    }
}

enum Written {
    Contact(ContactId),
    Address(HeaderText, EmailAddress),
}

/// Reads `Name <address>`, an address, or a contact's id.
fn parse(text: &str) -> Result<Written, AddressError> {
    let text = text.trim();
    if let Ok(id) = text.parse() {
        return Ok(Written::Contact(id));
    }
    let (name, address) = match text
        .strip_suffix('>')
        .and_then(|rest| rest.rsplit_once('<'))
    {
        Some((name, address)) => (name.trim().trim_matches('"'), address),
        None => ("", text),
    };
    Ok(Written::Address(
        HeaderText::parse(name)?,
        EmailAddress::parse(address)?,
    ))
}

/// All recipients in order: `to`, `cc`, `bcc`. What cannot be taken is added to `errors`.
pub(super) async fn resolve(
    ctx: &Ctx,
    viewer: &Viewer,
    new: &NewMessage,
    errors: &mut Errors,
) -> Result<Vec<Recipient>, AcceptError> {
    if new.cc.len() + new.bcc.len() + 1 > MAX_RECIPIENTS {
        errors.add(
            "to",
            FieldCode::TooLarge,
            "and its copies are more than 100",
        );
        return Ok(Vec::new());
    }
    let copies = |role, name: &'static str, list: &[String]| -> Vec<_> {
        let field = |(at, text): (usize, &String)| (role, format!("{name}[{at}]"), text.clone());
        list.iter().enumerate().map(field).collect()
    };
    let mut written = vec![(RecipientRole::To, "to".to_owned(), new.to.clone())];
    written.extend(copies(RecipientRole::Cc, "cc", &new.cc));
    written.extend(copies(RecipientRole::Bcc, "bcc", &new.bcc));
    let mut seen = HashSet::new();
    let mut found = Vec::with_capacity(written.len());
    for (role, field, text) in written {
        let Some(recipient) = one(ctx, viewer, role, &field, &text, errors).await? else {
            continue;
        };
        if seen.insert(recipient.address.clone()) {
            found.push(recipient);
        } else {
            errors.add(field, FieldCode::Duplicate, "is a recipient already");
        }
    }
    Ok(found)
}

async fn one(
    ctx: &Ctx,
    viewer: &Viewer,
    role: RecipientRole,
    field: &str,
    text: &str,
    errors: &mut Errors,
) -> Result<Option<Recipient>, AcceptError> {
    if text.trim().is_empty() {
        errors.add(field, FieldCode::Required, "is needed");
        return Ok(None);
    }
    match parse(text) {
        Err(error) => {
            errors.add(field, FieldCode::Invalid, &error.to_string());
            Ok(None)
        }
        Ok(Written::Contact(id)) => {
            let Some(contact) = read::contact(&ctx.store, viewer, id).await? else {
                errors.add(
                    field,
                    FieldCode::NotFound,
                    "names no contact with an address",
                );
                return Ok(None);
            };
            let Ok(address) = EmailAddress::parse(&contact.address) else {
                errors.add(
                    field,
                    FieldCode::Invalid,
                    "names a contact without a usable address",
                );
                return Ok(None);
            };
            Ok(Some(Recipient {
                role,
                address,
                name: HeaderText::default(),
                contact: Some(contact),
                paused_until: None,
                is_domain_unknown: false,
                away_until: None,
            }))
        }
        Ok(Written::Address(name, address)) => {
            let contact = read::contact_at(&ctx.store, viewer, address.as_str()).await?;
            Ok(Some(Recipient {
                role,
                address,
                name,
                contact,
                paused_until: None,
                is_domain_unknown: false,
                away_until: None,
            }))
        }
    }
}

/// Looks which of `recipients` are paused or away at `now`, or stand at a domain that was not found.
pub(super) async fn look_for_pauses(
    ctx: &Ctx,
    recipients: &mut [Recipient],
    now: Millis,
) -> Result<(), AcceptError> {
    let hasher = AddressHasher::new(&ctx.keys);
    let both = |each: &Recipient| {
        let domain = hasher.hash_domain(each.address.domain());
        [hasher.hash(&each.address), domain]
    };
    let hashes: Vec<_> = recipients.iter().flat_map(both).collect();
    let lasting = pauses::lasting(&ctx.store, &hashes, now).await?;
    let number = |each: &Recipient| each.contact.as_ref().map(|contact| contact.no);
    let contacts: Vec<_> = recipients.iter().filter_map(number).collect();
    let away = pauses::away(&ctx.store, &contacts, now).await?;
    if lasting.is_empty() && away.is_empty() {
        return Ok(());
    }
    for (recipient, pair) in recipients.iter_mut().zip(hashes.chunks_exact(2)) {
        let of = |hash| lasting.iter().find(|pause| pause.hash == hash);
        recipient.paused_until = of(pair[0]).map(|pause| pause.until);
        recipient.is_domain_unknown = of(pair[1]).is_some();
        let no = number(recipient);
        let absence = away.iter().find(|(contact, _)| Some(*contact) == no);
        recipient.away_until = absence.map(|(_, until)| *until);
    }
    Ok(())
}

impl Recipient {
    /// What the author should know of this recipient before sending.
    pub(super) fn findings(&self) -> impl Iterator<Item = Finding> {
        let until = |code| {
            move |until: Millis| {
                let detail = format!("{}, {}", self.address.as_str(), &until.rfc3339()[..10]);
                Finding::about(code, &detail)
            }
        };
        let paused = self.paused_until.map(until(FindingCode::RecipientPaused));
        let away = self.away_until.map(until(FindingCode::RecipientAway));
        let unknown = self
            .is_domain_unknown
            .then(|| Finding::about(FindingCode::DomainNotFound, self.address.domain()));
        paused.into_iter().chain(unknown).chain(away)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipient_is_an_id_an_address_or_a_name_with_one() {
        let id = "0190a3b4-0000-7000-8000-000000000001";
        assert!(matches!(parse(id), Ok(Written::Contact(_))));
        let Ok(Written::Address(name, address)) = parse("\"Anna Q\" <Anna@Example.org>") else {
            panic!("an address with a name");
        };
        assert_eq!(
            (name.as_str(), address.as_str()),
            ("Anna Q", "anna@example.org")
        );
        for bad in [
            "anna",
            "A\r\nBcc: x@y.example <a@b.example>",
            "<a@b.example> c",
            "",
        ] {
            assert!(parse(bad).is_err(), "{bad:?}");
        }
    }
}
