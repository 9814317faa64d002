//! A message as it is answered when it is accepted or previewed, with what preflight says.

use crate::accept::{Accepted, Preview};
use crate::domain::finding::Finding;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A message that was accepted: it survives whatever happens from now on.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct AcceptedOut {
    id: Uuid,
    /// That of the `to` delivery.
    state: &'static str,
    /// The `Message-ID` header without its angle brackets.
    message_id: String,
    deliveries: Vec<AcceptedDeliveryOut>,
    findings: Vec<FindingOut>,
}

#[derive(Debug, Serialize, ToSchema)]
struct AcceptedDeliveryOut {
    id: Uuid,
    role: &'static str,
    address: String,
    contact: Uuid,
    state: &'static str,
}

/// Something preflight has to say.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct FindingOut {
    code: &'static str,
    /// `blocker`, `warning` or `note`.
    severity: String,
    text: String,
}

impl From<&Finding> for FindingOut {
    fn from(finding: &Finding) -> Self {
        Self {
            code: finding.code.as_str(),
            severity: format!("{:?}", finding.code.severity()).to_lowercase(),
            text: finding.to_string(),
        }
    }
}

impl From<Accepted> for AcceptedOut {
    fn from(accepted: Accepted) -> Self {
        Self {
            id: accepted.id.0,
            state: accepted.state.as_str(),
            message_id: accepted.message_id,
            deliveries: accepted
                .deliveries
                .into_iter()
                .map(|delivery| AcceptedDeliveryOut {
                    id: delivery.id.0,
                    role: delivery.role.as_str(),
                    address: delivery.address,
                    contact: delivery.contact.0,
                    state: delivery.state.as_str(),
                })
                .collect(),
            findings: accepted.findings.iter().map(FindingOut::from).collect(),
        }
    }
}

/// What a message would be.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct PreviewOut {
    /// With a blocker among them it would be refused.
    findings: Vec<FindingOut>,
    subject: String,
    html: Option<String>,
    text: Option<String>,
    /// The whole mail, unsigned.
    raw: String,
}

impl From<Preview> for PreviewOut {
    fn from(preview: Preview) -> Self {
        Self {
            findings: preview.findings.iter().map(FindingOut::from).collect(),
            subject: preview.subject,
            html: preview.html,
            text: preview.text,
            raw: String::from_utf8_lossy(&preview.raw).into_owned(),
        }
    }
}
