//! Postfix takes mail and cannot deliver it: its reports land in the rep's own INBOX, where they are
//! read, find the mail they are about, and have the consequences that each deserves.

use crate::dovecot::{Dovecot, owner};
use crate::mailbox::{New, add, readers, until};
use crate::postfix::Postfix;
use crate::support::engines::Engine;
use crate::support::world::{ctx, letter, rep, settings};
use otklik::accept;
use otklik::ctx::Ctx;
use otklik::domain::address::EmailAddress;
use otklik::domain::delivery::DeliveryState;
use otklik::domain::id::MessageId;
use otklik::domain::inbound::{BounceClass, BounceReason, InboundKind, MatchedBy};
use otklik::domain::mailbox::Profile;
use otklik::domain::suppression::AddressHasher;
use otklik::domain::viewer::Viewer;
use otklik::net::smtp::PhaseTimeouts;
use otklik::store::inbound::read::{self, Filter, Shown};
use otklik::store::{mailboxes, messages, suppressions};
use otklik::work::send::Sender;
use otklik::work::{self, Progress};
use std::time::Duration;

const RITA: &str = "rita@seller.example";

/// What Postfix does with mail to each, and what its report must be taken for.
const FATES: [(&str, BounceClass, Option<BounceReason>, DeliveryState); 4] = [
    (
        "nobody@buyer.example",
        BounceClass::Hard,
        Some(BounceReason::UnknownUser),
        DeliveryState::Bounced,
    ),
    (
        "full@buyer.example",
        BounceClass::Soft,
        Some(BounceReason::MailboxFull),
        DeliveryState::Bounced,
    ),
    (
        "blocked@buyer.example",
        BounceClass::Block,
        Some(BounceReason::Policy),
        DeliveryState::Bounced,
    ),
    (
        "late@buyer.example",
        BounceClass::Delayed,
        None,
        DeliveryState::Sent,
    ),
];

/// Rita's mail goes into her maildir, everybody else at the two domains has a fate of their own.
fn deliveries(dovecot: &Dovecot) -> String {
    let (uid, gid) = owner();
    let maildir = dovecot.maildir(RITA);
    let mail = maildir.parent().unwrap().display();
    format!(
        "virtual_mailbox_domains = seller.example buyer.example
virtual_mailbox_base = {mail}
virtual_mailbox_maps = inline:{{ {{ {RITA} = {RITA}/ }} }}
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
delay_warning_time = 1s
transport_maps = inline:{{ {{ full@buyer.example = error:5.2.2 the mailbox is full }}, {{ blocked@buyer.example = error:5.7.1 refused by our policy, see the blocklist }}, {{ late@buyer.example = retry:4.4.1 the connection timed out }} }}"
    )
}

async fn report_on(ctx: &Ctx, viewer: &Viewer, message: MessageId) -> Shown {
    let all = read::list(&ctx.store, viewer, Filter::default(), None, 100).await;
    let all = all.unwrap();
    // Reports on the other engine's mails are in the same INBOX; here they are likenesses at most.
    let of_it = |mail: &Shown| mail.message == Some(message) && !mail.found.probable;
    let mut found = all.into_iter().filter(of_it);
    let shown = found.next().expect("the report found its message");
    assert!(found.next().is_none(), "one report");
    shown
}

async fn suppressed(ctx: &Ctx, address: &str) -> Option<String> {
    let address = EmailAddress::parse(address).unwrap();
    let hash = AddressHasher::new(&ctx.keys).hash(&address);
    let found = suppressions::lookup(&ctx.store, hash).await.unwrap();
    found.map(|entry| entry.reason)
}

#[tokio::test(flavor = "multi_thread")]
async fn real_reports_land_in_the_inbox_and_find_their_mails() {
    let dovecot = Dovecot::start();
    dovecot.deliver(RITA, "From: postmaster@seller.example\r\n\r\nwelcome\r\n");
    let postfix = Postfix::start(&deliveries(&dovecot));
    for engine in Engine::BOTH {
        let ctx = ctx(engine, settings(None)).await;
        let viewer = rep(&ctx, RITA).await;
        let new = New {
            address: RITA,
            owner: Some(viewer.user),
            profile: Profile::Generic,
            smtp_url: Some(format!("smtp://{}", postfix.address)),
            imap_url: Some(dovecot.url()),
            password: Some(crate::dovecot::PASSWORD),
            sent: None,
            excluded: &[],
        };
        let mailbox = add(&ctx, new).await;
        let mut sent = Vec::new();
        for (to, ..) in FATES {
            let mut new = letter(to);
            new.mailbox = Some(mailbox.id);
            sent.push(accept::accept(&ctx, &viewer, new).await.unwrap());
        }
        let send = Sender::new(ctx.clone(), PhaseTimeouts::all(Duration::from_secs(30)));
        while send.step().await.unwrap() == Progress::More {}
        until("the reports arrive", async || {
            let mails = dovecot.mails(RITA, "INBOX");
            let has = |id: &str| mails.iter().any(|mail| mail.contains(id));
            sent.iter().all(|one| has(&one.message_id))
        })
        .await;
        readers(&ctx).step().await.unwrap();
        while work::understand::step(&ctx).await.unwrap() == Progress::More {}
        for ((to, class, reason, state), sent) in FATES.into_iter().zip(&sent) {
            let shown = report_on(&ctx, &viewer, sent.id).await;
            let log = || postfix.log();
            assert_eq!(shown.kind, Some(InboundKind::Bounce), "{engine:?}: {to}");
            assert_eq!(
                shown.matched_by,
                Some(MatchedBy::Returned),
                "{engine:?}: {to}"
            );
            assert_eq!(
                shown.delivery,
                Some(sent.deliveries[0].id),
                "{engine:?}: {to}"
            );
            assert!(shown.contact.is_some() && !shown.found.unproven, "{to}");
            let (found, why, code) = shown.bounce.unwrap();
            assert_eq!(found, class, "{engine:?}: {to} {code}: {}", log());
            assert!(reason.is_none_or(|reason| reason == why), "{to}: {why:?}");
            let named: Vec<_> = shown.found.recipients.iter().collect();
            assert_eq!(named.len(), 1);
            assert_eq!(named[0].address.as_deref(), Some(to));
            let copies = messages::deliveries(&ctx.store, sent.id).await.unwrap();
            assert_eq!(copies[0].state, state, "{engine:?}: {to}");
            let is_hard = class == BounceClass::Hard;
            let expected = is_hard.then(|| "hard_bounce".to_owned());
            assert_eq!(suppressed(&ctx, to).await, expected, "{engine:?}: {to}");
        }
        // A block is about who sends.
        let mailbox = mailboxes::by_no(&ctx.store, mailbox.no).await.unwrap();
        let paused = mailbox.unwrap().data.paused_reason.unwrap();
        assert!(paused.contains("policy"), "{engine:?}: {paused}");
    }
}
