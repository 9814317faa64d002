//! A prepared message in the rows that the lane will read, so that the look at it before it is
//! accepted and the making of it later are one.

use super::prepare::Prepared;
use super::recipients::Recipient;
use crate::domain::id::{DeliveryId, DeliveryNo, MessageId};
use crate::domain::mailbox::Profile;
use crate::domain::message::UrlTextPolicy;
use crate::store::rendered::{RecipientRow, SourceRow};

/// A recipient of `message`, as the store would give it back.
pub(super) fn recipient_row(message: MessageId, each: &Recipient) -> RecipientRow {
    RecipientRow {
        message,
        role: each.role.code(),
        address: each.address.as_str().to_owned(),
        name: Some(each.shown_name().to_owned()),
        fields: each.contact.as_ref().map(|contact| contact.fields.clone()),
        account: each
            .contact
            .as_ref()
            .and_then(|contact| contact.account.clone()),
    }
}

/// The delivery to whom the message is for, as the store would give it back.
pub(super) fn source(prepared: &Prepared, delivery: DeliveryId) -> SourceRow {
    let to = prepared.recipients.first();
    let contact = to.and_then(|to| to.contact.as_ref());
    let mailbox = prepared.mailbox.as_ref();
    let email = &prepared.rep.email;
    SourceRow {
        no: DeliveryNo(0),
        id: delivery,
        message: prepared.id,
        address: to.map_or_else(String::new, |to| to.address.as_str().to_owned()),
        rfc822_id: prepared.message_id.clone(),
        class: prepared.class.code(),
        is_template: prepared.texts.template.is_some(),
        subject: prepared.texts.subject.clone(),
        html: prepared.texts.html.clone(),
        text: prepared.texts.text.clone(),
        vars: prepared.texts.vars.clone(),
        in_reply_to: prepared.in_reply_to.clone(),
        reference_ids: prepared.reference_ids.clone(),
        message_opens: prepared.new.tracking.opens,
        message_clicks: prepared.new.tracking.clicks,
        keep_url_text: prepared.new.url_text == UrlTextPolicy::Keep,
        rep_name: prepared.rep.name.clone(),
        rep_email: email.clone(),
        from_address: mailbox.map_or(email, |found| &found.address).clone(),
        profile: mailbox.map_or_else(
            || Profile::default().as_str().to_owned(),
            |found| found.profile.clone(),
        ),
        envelope: mailbox.and_then(|found| found.envelope.clone()),
        contact_opens: contact.and_then(|contact| contact.opens),
        contact_clicks: contact.and_then(|contact| contact.clicks),
    }
}
