//! Words for what preflight finds.

use super::{Lang, words};
use crate::domain::finding::FindingCode;

words! {
    finding_merge_failed: "The template cannot be filled in", "Шаблон не удалось заполнить";
    finding_subject_invalid: "The subject holds a line break or a control character, or is too long", "В теме перенос строки, управляющий знак или слишком много текста";
    finding_body_empty: "The mail has no content", "В письме нет содержания";
    finding_postal_address_missing: "Outreach needs the postal address of the organisation, and none is configured", "Рассылке нужен почтовый адрес организации, а он не задан";
    finding_build_failed: "The mail cannot be built", "Письмо не удалось собрать";
    finding_subject_empty: "The subject is empty", "Тема пуста";
    finding_subject_shouting: "The subject shouts", "Тема кричит";
    finding_size_clipped: "Gmail will cut this mail: its HTML is over 102 KB", "Gmail обрежет это письмо: HTML больше 102 КБ";
    finding_image_only: "The mail is all image: with images off there is nothing to read", "Всё письмо из картинок: без них читать нечего";
    finding_attachment_refused: "Many mail servers refuse attachments of this type", "Многие серверы не принимают вложения этого типа";
    finding_attachments_big: "The attachments are over 10 MB together", "Вложения вместе больше 10 МБ";
    finding_link_too_long: "The link is longer than 1,500 bytes and stays untracked", "Ссылка длиннее 1500 байт и останется без отслеживания";
    finding_link_invalid: "The link is no address a browser can open", "Ссылку не откроет ни один браузер";
    finding_link_relative: "The link is relative and leads nowhere from a mail", "Ссылка относительная и из письма никуда не ведёт";
    finding_link_unfilled: "The link still holds a merge field", "В ссылке осталось поле шаблона";
    finding_link_mixed_script: "The link's host mixes two scripts, as look-alike addresses do", "В адресе ссылки смешаны два алфавита, как в поддельных адресах";
    finding_link_url_text: "The link's visible text is itself an address; some filters distrust that in a tracked link", "Видимый текст ссылки сам является адресом; некоторые фильтры не доверяют такому в отслеживаемой ссылке";
    finding_role_unknown: "data-otklik-role must be booking, signature, footer, content or other", "data-otklik-role должен быть booking, signature, footer, content или other";
    finding_links_too_many: "The mail holds more than 65,535 links; the rest stays untracked", "В письме больше 65 535 ссылок; остальные не отслеживаются";
    finding_field_unfilled: "The mail still holds a merge field", "В письме осталось незаполненное поле";
    finding_recipient_paused: "Mail to this address failed several times, so it waits until the pause is over", "Письма на этот адрес несколько раз не дошли, поэтому это подождёт до конца паузы";
    finding_domain_not_found: "Mail to this domain came back because the domain was not found", "Письма на этот домен вернулись: такого домена не нашлось";
    finding_recipient_away: "The recipient is away", "Получатель в отъезде";
    finding_nothing_tracked: "The mail is plain text, so neither opens nor clicks can be seen", "Письмо текстовое, поэтому ни открытий, ни переходов не увидеть";
    finding_text_derived: "The plain text part is made from the HTML", "Текстовая часть составлена из HTML";
    finding_return_address_plain: "The return address cannot name this mail; a failure report is matched by its content", "Обратный адрес не может назвать письмо; отчёт о сбое сопоставляется по содержанию";
}

impl Lang {
    /// One sentence without the detail.
    pub const fn finding(self, code: FindingCode) -> &'static str {
        match code {
            FindingCode::MergeFailed => self.finding_merge_failed(),
            FindingCode::SubjectInvalid => self.finding_subject_invalid(),
            FindingCode::BodyEmpty => self.finding_body_empty(),
            FindingCode::PostalAddressMissing => self.finding_postal_address_missing(),
            FindingCode::BuildFailed => self.finding_build_failed(),
            FindingCode::SubjectEmpty => self.finding_subject_empty(),
            FindingCode::SubjectShouting => self.finding_subject_shouting(),
            FindingCode::SizeClipped => self.finding_size_clipped(),
            FindingCode::ImageOnly => self.finding_image_only(),
            FindingCode::AttachmentRefused => self.finding_attachment_refused(),
            FindingCode::AttachmentsBig => self.finding_attachments_big(),
            FindingCode::LinkTooLong => self.finding_link_too_long(),
            FindingCode::LinkInvalid => self.finding_link_invalid(),
            FindingCode::LinkRelative => self.finding_link_relative(),
            FindingCode::LinkUnfilled => self.finding_link_unfilled(),
            FindingCode::LinkMixedScript => self.finding_link_mixed_script(),
            FindingCode::LinkUrlText => self.finding_link_url_text(),
            FindingCode::RoleUnknown => self.finding_role_unknown(),
            FindingCode::LinksTooMany => self.finding_links_too_many(),
            FindingCode::FieldUnfilled => self.finding_field_unfilled(),
            FindingCode::RecipientPaused => self.finding_recipient_paused(),
            FindingCode::DomainNotFound => self.finding_domain_not_found(),
            FindingCode::RecipientAway => self.finding_recipient_away(),
            FindingCode::NothingTracked => self.finding_nothing_tracked(),
            FindingCode::TextDerived => self.finding_text_derived(),
            FindingCode::ReturnAddressPlain => self.finding_return_address_plain(),
        }
    }
}
