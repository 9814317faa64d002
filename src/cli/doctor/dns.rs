//! How the domains we write from stand in the DNS, as the settings show it too. Without a working
//! resolver this is said, and nothing is concluded.

use super::Findings;
use crate::ctx::Ctx;
use crate::posture::{self, Found};
use crate::web::ui::words::Lang;

pub(super) async fn check(findings: &mut Findings, ctx: &Ctx) {
    let posture = match posture::look(ctx).await {
        Ok(posture) => posture,
        Err(error) => return findings.bad("DNS", &error.to_string()),
    };
    if posture.domains.is_empty() {
        let text = "nothing to look at: no mailbox whose mail leaves, and no DKIM key yet";
        findings.note("DNS", text);
    }
    for domain in &posture.domains {
        for need in &domain.needs {
            let what = format!("DNS {}, {}", domain.name, Lang::En.need(need.kind));
            let text = Lang::En.need_said(need);
            match need.found {
                Found::Good(_) => findings.good(&what, &text),
                Found::Missing | Found::Several | Found::OtherKey | Found::NotHttps => {
                    findings.bad(&what, &text);
                }
                Found::SignedElsewhere | Found::Unknown(_) => findings.note(&what, &text),
            }
        }
    }
}
