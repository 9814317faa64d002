//! The write of a prepared message.

use super::message::{AcceptError, Accepted, AcceptedDelivery};
use super::prepare::Prepared;
use super::recipients::Recipient;
use crate::compose::text::derive;
use crate::ctx::Ctx;
use crate::domain::clock::Millis;
use crate::domain::delivery::DeliveryState;
use crate::domain::id::{
    AccountId, AttachmentId, ContactId, ContactNo, DeliveryId, MailboxId, MailboxNo,
};
use crate::domain::suppression::AddressHasher;
use crate::domain::touch::own_words;
use crate::store::Tx;
use crate::store::enqueue::write::{self, AttachmentRow, ContactRow, DeliveryRow, MessageRow};

impl Prepared {
    /// Writes the message with everything that belongs to it. It is accepted when `tx` commits and
    /// not before.
    pub async fn commit_in(self, ctx: &Ctx, tx: &mut Tx) -> Result<Accepted, AcceptError> {
        let mailbox = if let Some(mailbox) = &self.mailbox {
            mailbox.no
        } else {
            let id = MailboxId(ctx.clock.fresh_id());
            write::default_mailbox(tx, id, &self.rep, self.now)
                .await?
                .no
        };
        let hasher = AddressHasher::new(&ctx.keys);
        let mut deliveries = Vec::with_capacity(self.recipients.len());
        let mut accepted = Vec::with_capacity(self.recipients.len());
        for recipient in &self.recipients {
            let (contact_no, contact) = self.contact(ctx, tx, recipient).await?;
            let id = DeliveryId(ctx.clock.fresh_id());
            let (state, due_at, waits_for_pause) = self.start(recipient);
            deliveries.push(DeliveryRow {
                id,
                role: recipient.role,
                address: recipient.address.clone(),
                hash: hasher.hash(&recipient.address),
                contact: contact_no,
                state,
                due_at,
                waits_for_pause,
            });
            accepted.push(AcceptedDelivery {
                id,
                role: recipient.role,
                address: recipient.address.as_str().to_owned(),
                contact,
                state,
            });
        }
        let files = self.files(ctx);
        let message = self.row(mailbox);
        write::message(tx, &message, &files, &self.assets, &deliveries).await?;
        Ok(Accepted {
            id: self.id,
            message_id: self.message_id,
            state: accepted
                .first()
                .map_or(DeliveryState::Queued, |to: &AcceptedDelivery| to.state),
            deliveries: accepted,
            findings: self.findings,
        })
    }

    /// State and due time of the delivery to `recipient`, and whether a pause of the address is
    /// what it waits for.
    fn start(&self, recipient: &Recipient) -> (DeliveryState, Millis, bool) {
        let asked = self.new.send_at.map_or(self.now, |at| at.max(self.now));
        match recipient.paused_until {
            Some(until) if until > asked => (DeliveryState::Scheduled, until, true),
            _ if asked > self.now => (DeliveryState::Scheduled, asked, false),
            _ => (DeliveryState::Queued, self.now, false),
        }
    }

    async fn contact(
        &self,
        ctx: &Ctx,
        tx: &mut Tx,
        recipient: &Recipient,
    ) -> Result<(ContactNo, ContactId), AcceptError> {
        if let Some(contact) = &recipient.contact {
            return Ok((contact.no, contact.id));
        }
        let new = ContactRow {
            id: ContactId(ctx.clock.fresh_id()),
            account: AccountId(ctx.clock.fresh_id()),
            name: recipient.name.as_str(),
            owner: self.rep.id,
            address: &recipient.address,
        };
        Ok(write::contact_for(tx, &new, self.now).await?)
    }

    fn files(&self, ctx: &Ctx) -> Vec<AttachmentRow> {
        let row = |file: &super::NewAttachment| AttachmentRow {
            id: AttachmentId(ctx.clock.fresh_id()),
            name: file.name.clone(),
            media_type: file.media_type.clone(),
            bytes: file.bytes.clone(),
        };
        self.new.attachments.iter().map(row).collect()
    }

    /// Words of the author's own: none where a template is sent as it stands.
    fn own_words(&self) -> u32 {
        if self.texts.template.is_some() {
            return 0;
        }
        match (&self.texts.text, &self.texts.html) {
            (Some(text), _) => own_words(text),
            (None, Some(html)) => own_words(&derive(html).unwrap_or_default()),
            (None, None) => 0,
        }
    }

    fn row(&self, mailbox_no: MailboxNo) -> MessageRow {
        MessageRow {
            id: self.id,
            rep_no: self.rep.no,
            mailbox_no,
            class: self.class,
            purpose: self.purpose,
            template: self.texts.template,
            subject: self.shown_subject.clone(),
            subject_source: self.texts.subject.clone(),
            html: self.texts.html.clone(),
            text: self.texts.text.clone(),
            vars: self.texts.vars.clone(),
            message_id: self.message_id.clone(),
            in_reply_to: self.in_reply_to.clone(),
            reference_ids: self.reference_ids.clone(),
            reply_to_message: self.goes_on_from,
            thread: self.thread,
            tracking: self.new.tracking,
            url_text: self.new.url_text,
            send_at: self.new.send_at,
            words: self.own_words(),
            at: self.now,
        }
    }
}
