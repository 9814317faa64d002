//! Automatic answers and complaints: those of the open sets, and our own in many languages, since
//! open ones are rare.

use super::peers::{labels, mails};
use super::table::{Share, Table, Target};
use super::{corpus, understood};
use otklik::domain::inbound::InboundKind;

pub fn measure(table: &mut Table) {
    let (mut open, mut own) = (Share::default(), Share::default());
    for set in ["flufl", "bounceparser", "ham"] {
        let labels = labels(set);
        for mail in mails(set) {
            if labels
                .get(&mail.name)
                .is_some_and(|label| label.class == "auto")
            {
                open.add(&mail.name, is_automatic(understood(&mail.raw).kind));
            }
        }
    }
    let mut complaints = Share::default();
    for mail in mails("arf") {
        let kind = understood(&mail.raw).kind;
        complaints.add(&mail.name, kind == InboundKind::Complaint);
    }
    for (name, raw) in corpus::mails() {
        let kind = understood(&raw).kind;
        if ["out-of-office", "auto-reply", "acknowledgement"]
            .iter()
            .any(|kind| name.starts_with(kind))
        {
            own.add(&name, is_automatic(kind));
        } else if name.starts_with("complaint") {
            complaints.add(&name, kind == InboundKind::Complaint);
        }
    }
    table.row("automatic answers recognised", &open, Target::AtLeast(0.95));
    table.row("  of our own corpus", &own, Target::AtLeast(0.95));
    table.row("complaints recognised", &complaints, Target::All);
}

pub const fn is_automatic(kind: InboundKind) -> bool {
    matches!(
        kind,
        InboundKind::AutoReply | InboundKind::OutOfOffice | InboundKind::Acknowledgement
    )
}
