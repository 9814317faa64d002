//! The fields of a mailbox's form: read as typed, parsed with every error named, shown again
//! unchanged. The secret is no field of these: it is never shown.

use super::super::desk::Desk;
use super::super::parts::{Errors, Form};
use crate::domain::address::{EmailAddress, HeaderText};
use crate::domain::clock::SECOND_MS;
use crate::domain::mailbox::{AuthMethod, EnvelopePolicy, Profile};
use crate::store::mailboxes::MailboxData;
use crate::store::users::User;
use crate::web::auth::Fields;
use crate::web::relay::{self, RelayFault};
use maud::{Markup, html};
use std::ops::RangeInclusive;

/// Most recipients a day, and seconds between two mails, that can be asked for.
const CAPS: RangeInclusive<i64> = 1..=1_000_000;
const GAPS: RangeInclusive<i64> = 0..=3_600;

/// The form's fields as typed.
#[derive(Debug, Clone, Default)]
pub(super) struct Typed {
    pub(super) address: String,
    name: String,
    /// An id, or nothing for everybody's.
    owner: String,
    profile: String,
    auth: String,
    envelope: String,
    smtp_url: String,
    daily_cap: String,
    gap: String,
}

impl Typed {
    /// An empty form.
    pub(super) fn of_nobody(desk: &Desk) -> Self {
        Self {
            address: desk.user.email.as_str().to_owned(),
            owner: desk.user.id.to_string(),
            profile: Profile::default().as_str().to_owned(),
            ..Self::default()
        }
    }

    /// What was sent.
    pub(super) fn of(fields: &Fields) -> Self {
        let text = |name| fields.text(name).to_owned();
        Self {
            address: text("address"),
            name: text("name"),
            owner: text("owner"),
            profile: text("profile"),
            auth: text("auth"),
            envelope: text("envelope"),
            smtp_url: text("smtp_url"),
            daily_cap: text("daily_cap"),
            gap: text("gap"),
        }
    }

    /// What there is.
    pub(super) fn of_data(data: &MailboxData) -> Self {
        Self {
            address: data.address.as_str().to_owned(),
            name: data.name.clone(),
            owner: data.user.map_or_else(String::new, |id| id.to_string()),
            profile: data.profile.as_str().to_owned(),
            auth: auth_word(data.auth).to_owned(),
            envelope: data.envelope.map_or("", envelope_word).to_owned(),
            smtp_url: data.smtp_url.clone().unwrap_or_default(),
            daily_cap: data
                .daily_cap
                .map_or_else(String::new, |cap| cap.to_string()),
            gap: match data.gap_ms {
                0 => String::new(),
                ms => (ms / SECOND_MS).to_string(),
            },
        }
    }

    /// `was` with what was typed. The relay makes this server open connections, and the owner
    /// decides who may write from it: both are an administrator's to set.
    pub(super) fn parse(
        &self,
        desk: &Desk,
        owners: &[User],
        was: MailboxData,
    ) -> Result<MailboxData, Errors> {
        let lang = desk.lang();
        let mut errors = Errors::default();
        let mut data = was;
        match EmailAddress::parse(&self.address) {
            Ok(address) => data.address = address,
            Err(_) => errors.add("address", lang.not_an_email()),
        }
        if HeaderText::parse(&self.name).is_err() {
            errors.add("name", lang.too_long());
        }
        data.name.clone_from(&self.name);
        data.profile = Profile::from_word(&self.profile).unwrap_or(data.profile);
        data.auth = match self.auth.as_str() {
            "xoauth2" => AuthMethod::Xoauth2,
            _ => AuthMethod::Password,
        };
        data.envelope = match self.envelope.as_str() {
            "own" => Some(EnvelopePolicy::Own),
            "plus" => Some(EnvelopePolicy::Plus),
            "verp" => Some(EnvelopePolicy::Verp),
            _ => None,
        };
        if desk.viewer.may_administer() {
            let owner = owners.iter().find(|user| user.id.to_string() == self.owner);
            data.user = owner.map(|user| user.id);
            match relay::check(&self.smtp_url) {
                _ if self.smtp_url.is_empty() => data.smtp_url = None,
                Ok(()) => data.smtp_url = Some(self.smtp_url.clone()),
                Err(RelayFault::NoRelay) => errors.add("smtp_url", lang.not_a_relay()),
                Err(RelayFault::HoldsPassword) => errors.add("smtp_url", lang.relay_password()),
            }
        }
        match number(&self.daily_cap, &CAPS) {
            Ok(cap) => data.daily_cap = cap,
            Err(()) => errors.add("daily_cap", lang.from_to(*CAPS.start(), *CAPS.end())),
        }
        match number(&self.gap, &GAPS) {
            Ok(gap) => data.gap_ms = gap.unwrap_or(0) * SECOND_MS,
            Err(()) => errors.add("gap", lang.from_to(*GAPS.start(), *GAPS.end())),
        }
        if errors.is_empty() {
            Ok(data)
        } else {
            Err(errors)
        }
    }
}

/// A number within `range`; nothing typed is `None`.
pub(super) fn number(text: &str, range: &RangeInclusive<i64>) -> Result<Option<i64>, ()> {
    if text.is_empty() {
        return Ok(None);
    }
    let number = text.parse().ok().filter(|number| range.contains(number));
    number.map(Some).ok_or(())
}

const fn auth_word(auth: AuthMethod) -> &'static str {
    match auth {
        AuthMethod::Password => "password",
        AuthMethod::Xoauth2 => "xoauth2",
    }
}

const fn envelope_word(envelope: EnvelopePolicy) -> &'static str {
    match envelope {
        EnvelopePolicy::Own => "own",
        EnvelopePolicy::Plus => "plus",
        EnvelopePolicy::Verp => "verp",
    }
}

/// The fields.
pub(super) fn form(
    desk: &Desk,
    typed: &Typed,
    owners: &[User],
    has_secret: bool,
    errors: &Errors,
) -> Markup {
    let lang = desk.lang();
    let form = Form { errors };
    let option = |value: &str, words: &str| (value.to_owned(), words.to_owned());
    let profiles = [
        option("generic", lang.profile_generic()),
        option("google", "Google"),
        option("microsoft", "Microsoft"),
        option("ses", "Amazon SES"),
    ];
    let auths = [
        option("password", lang.auth_password()),
        option("xoauth2", lang.auth_xoauth2()),
    ];
    let envelopes = [
        option("", lang.as_profile()),
        option("own", lang.envelope_own()),
        option("plus", lang.envelope_plus()),
        option("verp", lang.envelope_verp()),
    ];
    let mut people = vec![option("", lang.everybody())];
    people.extend(
        owners
            .iter()
            .map(|user| option(&user.id.to_string(), &user.name)),
    );
    let administers = desk.viewer.may_administer();
    let secret_help = if has_secret {
        lang.secret_kept()
    } else {
        lang.secret_help()
    };
    html! {
        div.pair {
            (form.line("email", "address", lang.email(), &typed.address, "", "required autocomplete=off"))
            (form.line("text", "name", lang.sender_name(), &typed.name, lang.sender_name_help(), "autocomplete=off"))
            @if administers { (form.choice("owner", lang.mailbox_owner(), &people, &typed.owner, "")) }
            (form.choice("profile", lang.provider(), &profiles, &typed.profile, ""))
        }
        h2 { (lang.sending()) }
        div.pair {
            @if administers {
                (form.line("text", "smtp_url", lang.relay(), &typed.smtp_url, lang.relay_help(), "autocomplete=off"))
            }
            (form.choice("auth", lang.sign_in_by(), &auths, &typed.auth, ""))
            (form.line("password", "secret", lang.secret(), "", secret_help, "autocomplete=new-password"))
            (form.choice("envelope", lang.return_address(), &envelopes, &typed.envelope, ""))
            (form.line("text", "daily_cap", lang.daily_cap(), &typed.daily_cap, lang.daily_cap_help(), "inputmode=numeric autocomplete=off"))
            (form.line("text", "gap", lang.gap(), &typed.gap, lang.gap_help(), "inputmode=numeric autocomplete=off"))
        }
        @if has_secret {
            label.tick { input type="checkbox" name="forget" value="yes"; (lang.forget_secret()) }
        }
    }
}
