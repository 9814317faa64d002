//! The page of a draft: the form, what preflight says, the letter as it will arrive, and a button
//! that says what will happen.

use super::{Sheet, chosen, mailbox};
use crate::domain::clock::Millis;
use crate::domain::finding::Severity;
use crate::web::ui::desk::Desk;
use crate::web::ui::layout::csrf;
use crate::web::ui::letter;
use crate::web::ui::parts::{Form, moment, tag};
use crate::web::ui::words::{Lang, Tone};
use maud::{Markup, html};

/// The whole page.
pub fn body(desk: &Desk, sheet: &Sheet) -> Markup {
    let lang = desk.lang();
    let action = format!("/compose/{}", sheet.id);
    html! {
        div.lead {
            div {
                h1 { (lang.compose_title()) }
                p role="status" data-saved=(lang.compose_saved()) {
                    @if let Some(at) = sheet.saved_at { (lang.compose_saved_at("")) " " (moment(&desk.frame.when, at)) }
                }
            }
        }
        (sheet.errors.summary(lang))
        (preview(lang, sheet))
        form id="letter" method="post" action=(action) data-draft=(action) {
            (csrf(&desk.frame))
            input type="hidden" name="reply_to" value=(sheet.draft.reply_to);
            input type="hidden" name="answers" value=(sheet.draft.answers);
            @for asset in &sheet.draft.assets { input type="hidden" name="assets" value=(asset); }
            // Enter in a field previews; nothing is sent by accident.
            button.hide name="do" value="preview" tabindex="-1" aria-hidden="true" { (lang.preview()) }
            div.two {
                div.panel { (letter_fields(desk, sheet)) }
                div {
                    div.panel { (side_fields(desk, sheet)) }
                    (files(lang, sheet))
                }
            }
            div.acts {
                button.go-on name="do" value="send" { (button_words(desk, sheet)) }
                button name="do" value="preview" { (lang.preview()) }
                button.danger name="do" value="discard" { (lang.discard()) }
            }
        }
    }
}

/// What will happen, on the button.
fn button_words(desk: &Desk, sheet: &Sheet) -> String {
    let lang = desk.lang();
    let zone = &desk.frame.when.zone;
    let to = sheet.draft.to.trim();
    if to.is_empty() {
        return lang.send_plain().to_owned();
    }
    let later: Option<Millis> = zone
        .parse_local(&sheet.draft.send_at)
        .filter(|at| *at > desk.frame.when.now);
    let has_relay = mailbox(sheet).is_some_and(|mailbox| mailbox.data.smtp_url.is_some());
    match later {
        Some(at) => lang.send_at(to, &lang.on_day_at(at, zone)),
        None if desk.frame.is_caught && !has_relay => lang.catch_now(to),
        None => lang.send_now(to),
    }
}

fn letter_fields(desk: &Desk, sheet: &Sheet) -> Markup {
    let lang = desk.lang();
    let draft = &sheet.draft;
    let form = Form {
        errors: &sheet.errors,
    };
    let mut templates = vec![(String::new(), lang.own_words().to_owned())];
    templates.extend(
        sheet
            .templates
            .iter()
            .map(|template| (template.id.to_string(), template.name.clone())),
    );
    let has_more = !draft.cc.is_empty() || !draft.bcc.is_empty();
    html! {
        div.pick {
            (form.line("text", "to", lang.field_to(), &draft.to, lang.field_to_help(), "required data-pick autocomplete=off role=combobox aria-expanded=false aria-autocomplete=list"))
        }
        details open[has_more] {
            summary { (lang.more_recipients()) }
            div.pick { (form.line("text", "cc", lang.field_cc(), &draft.cc, lang.field_list_help(), "data-pick autocomplete=off")) }
            div.pick { (form.line("text", "bcc", lang.field_bcc(), &draft.bcc, "", "data-pick autocomplete=off")) }
        }
        div.join {
            (form.choice("template", lang.field_template(), &templates, &draft.template, ""))
            button name="do" value="use" { (lang.use_template()) }
        }
        @if let Some(template) = chosen(sheet) {
            p.soft { (lang.template_fills()) }
            dl.facts { dt { (lang.subject()) } dd { (template.subject) } }
            (form.area("code short", "vars", lang.field_vars(), &draft.vars, lang.field_vars_help()))
            input type="hidden" name="subject" value=(draft.subject);
            textarea hidden name="html" { "\n" (draft.html) }
            textarea hidden name="text" { "\n" (draft.text) }
        } @else {
            (form.line("text", "subject", lang.field_subject(), &draft.subject, "", "autocomplete=off"))
            (form.area("code", "html", lang.field_html(), &draft.html, lang.field_html_help()))
            details open[!draft.text.is_empty()] {
                summary { (lang.field_text()) }
                (form.area("code short", "text", lang.field_text(), &draft.text, lang.field_text_help()))
            }
            textarea hidden name="vars" { "\n" (draft.vars) }
        }
    }
}

/// Which fields a template may name.
pub fn merge_help(lang: Lang) -> Markup {
    let fields = [
        ("{{ contact.first_name }}", lang.merge_first_name()),
        ("{{ contact.name }}", lang.merge_contact_name()),
        ("{{ contact.account }}", lang.merge_account()),
        ("{{ contact.fields.city }}", lang.merge_field()),
        ("{{ rep.name }}", lang.merge_sender()),
        ("{{ vars.offer }}", lang.merge_var()),
    ];
    html! {
        details {
            summary { (lang.merge_help_title()) }
            p.soft { (lang.merge_help()) }
            dl.facts { @for (field, words) in fields { dt { code { (field) } } dd { (words) } } }
        }
    }
}

fn side_fields(desk: &Desk, sheet: &Sheet) -> Markup {
    let lang = desk.lang();
    let draft = &sheet.draft;
    let form = Form {
        errors: &sheet.errors,
    };
    let mut mailboxes = vec![(String::new(), lang.own_mailbox().to_owned())];
    mailboxes.extend(sheet.mailboxes.iter().map(|mailbox| {
        let address = mailbox.data.address.as_str().to_owned();
        (mailbox.id.to_string(), address)
    }));
    let mut library = vec![(String::new(), lang.choose().to_owned())];
    library.extend(
        sheet
            .library
            .iter()
            .map(|asset| (asset.id.to_string(), asset.name.clone())),
    );
    let help = lang.send_later_help(desk.frame.when.zone.name());
    html! {
        @if !sheet.library.is_empty() && chosen(sheet).is_none() {
            div.join {
                (form.choice("asset", lang.insert_content(), &library, "", ""))
                button name="do" value="insert" { (lang.insert()) }
            }
        }
        @if !sheet.mailboxes.is_empty() { (form.choice("mailbox", lang.field_mailbox(), &mailboxes, &draft.mailbox, "")) }
        (form.line("datetime-local", "send_at", lang.send_later(), &draft.send_at, &help, ""))
        span.label { (lang.tracking()) }
        label.tick { input type="checkbox" name="clicks" value="yes" checked[draft.clicks != "no"]; (lang.track_clicks()) }
        label.tick { input type="checkbox" name="opens" value="yes" checked[draft.opens != "no"]; (lang.track_opens()) }
        p.help { (lang.track_help()) }
    }
}

fn files(lang: Lang, sheet: &Sheet) -> Markup {
    html! {
        div.panel {
            span.label { (lang.attachments()) }
            @for (form, file) in &sheet.files {
                @let key = form.rsplit('/').next().unwrap_or("");
                p { (file.name) " " span.soft { (lang.size(file.size())) } " " button name="do" value=(format!("drop:{key}")) { (lang.remove()) } }
            }
            label for="f-file" { (lang.attach()) }
            input type="file" id="f-file" multiple data-files=(format!("/compose/{}/files", sheet.id)) data-token-from="form_token";
            p.help { (lang.attach_help()) }
        }
    }
}

/// What preflight says and the letter as it will arrive, once they were asked for.
fn preview(lang: Lang, sheet: &Sheet) -> Markup {
    let Some(findings) = &sheet.findings else {
        return html! {};
    };
    let mut findings: Vec<_> = findings.iter().collect();
    findings.sort_by_key(|finding| finding.code.severity());
    html! {
        section.panel id="preview" aria-labelledby="preview-t" {
            h2 id="preview-t" { (lang.preflight()) }
            @if findings.is_empty() { p.good { (lang.preflight_fine()) } }
            ul.plain {
                @for finding in findings {
                    li {
                        @match finding.code.severity() {
                            Severity::Blocker => { (tag(lang.finding_blocker(), Tone::Bad)) }
                            Severity::Warning => { (tag(lang.finding_warning(), Tone::Warn)) }
                            Severity::Note => { (tag(lang.finding_note(), Tone::Plain)) }
                        }
                        " " (lang.finding(finding.code))
                        @if !finding.detail.is_empty() { ": " span.soft { (finding.detail) } }
                    }
                }
            }
            @if let Some(preview) = &sheet.preview {
                h2 { (lang.preview_title()) }
                p { strong { (preview.subject) } }
                @if preview.html.is_some() {
                    (letter::frame(&format!("/compose/{}/preview", sheet.id), lang.preview_frame()))
                    p.help { (lang.preview_images()) }
                }
                @if let Some(text) = &preview.text {
                    details open[preview.html.is_none()] { summary { (lang.preview_text()) } pre { (text) } }
                }
            }
        }
    }
}
