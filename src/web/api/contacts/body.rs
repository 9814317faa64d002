//! What a client writes of a contact, and its checks.

use super::super::super::auth::Caller;
use super::super::super::error::Problem;
use super::super::super::state::Web;
use super::super::wire::{Checks, present};
use crate::domain::clock::Millis;
use crate::domain::contact::{Consent, TrackingChoice};
use crate::domain::id::{AccountId, UserId};
use crate::domain::viewer::Scope;
use crate::store::contacts::{ContactData, Fields};
use crate::store::{accounts, users};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// Addresses one contact may have.
const MOST_EMAILS: usize = 20;
/// Free fields one contact may have.
const MOST_FIELDS: usize = 100;
/// Bytes of one free field.
const LONGEST_FIELD: usize = 2_000;

/// A contact to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct NewContact {
    /// The person's name.
    name: String,
    /// Their addresses, the preferred one first; at least one.
    emails: Vec<String>,
    /// Their company.
    account: Option<Uuid>,
    /// The rep who looks after them; the caller when absent.
    owner: Option<Uuid>,
    /// Their IANA time zone.
    timezone: Option<String>,
    /// Their language, such as `de`.
    language: Option<String>,
    /// Whether they decide.
    decision_maker: Option<bool>,
    /// Free fields for merging into mail.
    #[serde(default)]
    fields: BTreeMap<String, FieldValue>,
    /// Their word on tracking.
    #[serde(default)]
    tracking: TrackingIn,
    /// The system they came from.
    source: Option<String>,
    /// Their id there.
    external_id: Option<String>,
}

/// A contact's word on tracking.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct TrackingIn {
    /// Whether opens may be recorded; absent leaves it to the organisation.
    opens: Option<bool>,
    /// Whether clicks may be recorded.
    clicks: Option<bool>,
    /// Where this word came from.
    consent: Option<ConsentIn>,
}

/// Proof of a consent or of its withdrawal.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ConsentIn {
    /// When; RFC 3339.
    pub at: String,
    /// Where: a form, a call, a contract.
    pub source: String,
    /// The words agreed to.
    pub wording: String,
}

/// A free field: text, number or truth value; kept as text.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub(in super::super) enum FieldValue {
    /// As it is.
    Text(String),
    /// In decimal.
    #[schema(value_type = f64)]
    Number(serde_json::Number),
    /// `true` or `false`.
    Truth(bool),
}

/// What of a contact changes.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ContactChange {
    name: Option<String>,
    emails: Option<Vec<String>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Uuid>)]
    account: Option<Option<Uuid>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Uuid>)]
    owner: Option<Option<Uuid>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    timezone: Option<Option<String>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    language: Option<Option<String>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<bool>)]
    decision_maker: Option<Option<bool>>,
    /// Replaces all free fields.
    fields: Option<BTreeMap<String, FieldValue>>,
    /// Replaces the whole word on tracking.
    tracking: Option<TrackingIn>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    source: Option<Option<String>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    external_id: Option<Option<String>>,
}

impl NewContact {
    pub(super) async fn check(self, web: &Web, caller: &Caller) -> Result<ContactData, Problem> {
        let change = ContactChange {
            name: Some(self.name),
            emails: Some(self.emails),
            account: Some(self.account),
            owner: Some(Some(self.owner.unwrap_or(caller.user.id.0))),
            timezone: Some(self.timezone),
            language: Some(self.language),
            decision_maker: Some(self.decision_maker),
            fields: Some(self.fields),
            tracking: Some(self.tracking),
            source: Some(self.source),
            external_id: Some(self.external_id),
        };
        change.apply(web, caller, &ContactData::default()).await
    }
}

impl ContactChange {
    /// The contact's data with this change, or everything that is wrong with it.
    pub(super) async fn apply(
        self,
        web: &Web,
        caller: &Caller,
        present: &ContactData,
    ) -> Result<ContactData, Problem> {
        let mut checks = Checks::default();
        let mut data = present.clone();
        if let Some(name) = self.name {
            data.name = checks.line("name", &name);
        }
        if let Some(emails) = self.emails {
            data.emails = check_emails(&mut checks, &emails);
        }
        if let Some(zone) = self.timezone {
            data.zone = checks.zone("timezone", zone);
        }
        if let Some(language) = self.language {
            data.language = checks.language("language", language);
        }
        if let Some(decides) = self.decision_maker {
            data.decision_maker = decides;
        }
        if let Some(fields) = self.fields {
            data.fields = check_fields(&mut checks, fields);
        }
        if let Some(tracking) = self.tracking {
            (data.tracking, data.consent) = tracking.check(&mut checks);
        }
        if let Some(source) = self.source {
            data.source = checks.optional("source", source);
        }
        if let Some(external_id) = self.external_id {
            data.external_id = checks.optional("external_id", external_id);
        }
        if let Some(account) = self.account {
            data.account = check_account(&mut checks, web, account).await?;
        }
        if let Some(owner) = self.owner {
            data.owner = check_owner(&mut checks, web, caller, owner).await?;
        }
        checks.end()?;
        Ok(data)
    }
}

fn check_emails(
    checks: &mut Checks,
    emails: &[String],
) -> Vec<crate::domain::address::EmailAddress> {
    if emails.is_empty() || emails.len() > MOST_EMAILS {
        checks.wrong("emails", format!("must hold 1 to {MOST_EMAILS} addresses"));
        return Vec::new();
    }
    let mut parsed = Vec::with_capacity(emails.len());
    for (index, text) in emails.iter().enumerate() {
        let field = format!("emails[{index}]");
        if let Some(address) = checks.email(&field, text) {
            if parsed.contains(&address) {
                checks.wrong(field, "stands there twice");
            }
            parsed.push(address);
        }
    }
    parsed
}

fn check_fields(checks: &mut Checks, fields: BTreeMap<String, FieldValue>) -> Fields {
    if fields.len() > MOST_FIELDS {
        checks.wrong("fields", format!("must be at most {MOST_FIELDS}"));
        return Fields::new();
    }
    let mut kept = Fields::new();
    for (name, value) in fields {
        let field = format!("fields.{name}");
        let plain = |c: char| c.is_alphanumeric() || c == '_';
        if name.is_empty() || name.len() > 60 || !name.chars().all(plain) {
            checks.wrong(&field, "must have a name of 1 to 60 letters, digits and _");
        }
        let text = match value {
            FieldValue::Text(text) => text,
            FieldValue::Number(number) => number.to_string(),
            FieldValue::Truth(truth) => truth.to_string(),
        };
        let forbidden = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
        if text.len() > LONGEST_FIELD || text.chars().any(forbidden) {
            checks.wrong(
                &field,
                format!("must have at most {LONGEST_FIELD} bytes and no control characters"),
            );
        }
        kept.insert(name, text);
    }
    kept
}

impl TrackingIn {
    fn check(self, checks: &mut Checks) -> (TrackingChoice, Option<Consent>) {
        let choice = TrackingChoice {
            opens: self.opens,
            clicks: self.clicks,
        };
        let consent = self.consent.map(|consent| Consent {
            at: checks
                .time("tracking.consent.at", &consent.at)
                .unwrap_or(Millis(0)),
            source: checks.line("tracking.consent.source", &consent.source),
            wording: checks.line("tracking.consent.wording", &consent.wording),
        });
        (choice, consent)
    }
}

async fn check_account(
    checks: &mut Checks,
    web: &Web,
    account: Option<Uuid>,
) -> Result<Option<AccountId>, Problem> {
    let Some(id) = account.map(AccountId) else {
        return Ok(None);
    };
    if accounts::lookup(&web.ctx.store, id).await?.is_none() {
        checks.wrong("account", "names no account");
    }
    Ok(Some(id))
}

/// A contact may be given to whom the giver could take it back from; to nobody, by those who look
/// after more than themselves.
async fn check_owner(
    checks: &mut Checks,
    web: &Web,
    caller: &Caller,
    owner: Option<Uuid>,
) -> Result<Option<UserId>, Problem> {
    let scope = caller.viewer.scope();
    let Some(id) = owner.map(UserId) else {
        if matches!(scope, Scope::Own(_)) {
            checks.wrong("owner", "must be you");
        }
        return Ok(None);
    };
    let user = users::lookup(&web.ctx.store, id).await?;
    let allowed = user.is_some_and(|user| match scope {
        Scope::All => true,
        Scope::Team(team, own) => user.id == own || user.team == Some(team),
        Scope::Own(own) => user.id == own,
    });
    if !allowed {
        checks.wrong("owner", "is not a user you may give contacts to");
    }
    Ok(Some(id))
}
