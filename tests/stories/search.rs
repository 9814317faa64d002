//! What somebody types is found whatever the case of its letters, in every list, on both engines;
//! and what means something in a pattern is taken for itself.

use crate::support::engines::Engine;
use crate::support::world::{ctx, letter, rep, settings};
use otklik::accept::{Content, accept};
use otklik::ctx::Ctx;
use otklik::domain::address::EmailAddress;
use otklik::domain::id::{AccountId, ContactId, ContentId, SuppressionId};
use otklik::domain::suppression::{AddressHasher, SuppressionReason};
use otklik::domain::viewer::{Role, Viewer};
use otklik::store::caught::{self, NewCaught};
use otklik::store::contacts::{self, ContactData};
use otklik::store::content::{self, ContentData};
use otklik::store::pages::{self, companies};
use otklik::store::suppressions::{self, NewSuppression};
use otklik::store::{accounts, erase};

const NAME: &str = "МакГИЛЛИ Äсель 100% [б]^2";

/// One of each with that name, all about Olga.
async fn named(ctx: &Ctx, viewer: &Viewer) -> AccountId {
    let (clock, now) = (&ctx.clock, ctx.clock.now());
    let olga = EmailAddress::parse("olga@buyer.example").unwrap();
    let mut tx = ctx.store.begin().await.unwrap();
    let data = ContactData {
        name: NAME.to_owned(),
        emails: vec![olga.clone()],
        ..ContactData::default()
    };
    contacts::add(&mut tx, ContactId(clock.fresh_id()), &data, now)
        .await
        .unwrap();
    let account = AccountId(clock.fresh_id());
    let account = companies::by_name_or_add(&mut tx, NAME, account, now).await;
    let asset = ContentData {
        name: NAME.to_owned(),
        url: "https://shop.example/prices".to_owned(),
        owner: Some(viewer.user),
    };
    content::add(&mut tx, ContentId(clock.fresh_id()), &asset, now)
        .await
        .unwrap();
    let mail = format!("From: x@seller.example\r\nSubject: {NAME}\r\n\r\nHello");
    let new = NewCaught {
        at: now,
        sender: "x@seller.example",
        recipient: "Olga@buyer.example",
        bytes: mail.as_bytes(),
    };
    caught::keep(&mut tx, new).await.unwrap();
    let new = NewSuppression {
        id: SuppressionId(clock.fresh_id()),
        hash: AddressHasher::new(&ctx.keys).hash(&olga),
        address: &olga,
        reason: SuppressionReason::Manual,
        delivery: None,
        contact: None,
        created_by: None,
        at: now,
    };
    suppressions::suppress(&mut tx, &new).await.unwrap();
    tx.commit().await.unwrap();
    let mut new = letter("ben@buyer.example");
    if let Content::Own { subject, .. } = &mut new.content {
        NAME.clone_into(subject);
    }
    accept(ctx, viewer, new).await.unwrap();
    account.unwrap()
}

/// How many rows each list has for `typed`: contacts, companies, content, messages, the suppression
/// list, caught mail.
async fn found(ctx: &Ctx, viewer: &Viewer, typed: &str) -> [usize; 6] {
    let (store, search) = (&ctx.store, Some(typed.to_owned()));
    let messages = pages::messages::Wanted {
        search: search.clone(),
        ..Default::default()
    };
    let suppressed = pages::suppressed::Wanted {
        search,
        ..Default::default()
    };
    let caught = pages::caught::Wanted {
        search: Some(typed),
        ..Default::default()
    };
    let people = contacts::list(store, viewer, Some(typed), None, 9).await;
    let companies = accounts::list(store, Some(typed), None, 9).await;
    let assets = content::list(store, Some(typed), None, 9).await;
    let messages = pages::messages::list(store, viewer, &messages, 9).await;
    let suppressed = pages::suppressed::list(store, &suppressed, 9).await;
    let caught = pages::caught::list(store, viewer, caught, 9).await;
    [
        people.unwrap().len(),
        companies.unwrap().len(),
        assets.unwrap().len(),
        messages.unwrap().len(),
        suppressed.unwrap().len(),
        caught.unwrap().len(),
    ]
}

#[tokio::test]
async fn every_list_finds_what_is_typed_whatever_the_case_of_its_letters() {
    for engine in Engine::BOTH {
        let ctx = ctx(engine, settings(None)).await;
        let viewer = rep(&ctx, "rita@seller.example").await;
        let admin = Viewer {
            role: Role::Admin,
            ..viewer.clone()
        };
        let account = named(&ctx, &viewer).await;
        for typed in [
            "макгилли",
            "МАКГИЛЛИ ÄС",
            "макГилли äСЕЛЬ",
            " 100% ",
            "[Б]^2",
            "% [",
        ] {
            let rows = found(&ctx, &admin, typed).await;
            assert_eq!(rows, [1; 6], "{engine:?} {typed:?}");
        }
        for typed in ["макгиллиа", "1_0", "100*", "[бв]", "б?", ".б", r"\"] {
            let rows = found(&ctx, &admin, typed).await;
            assert_eq!(rows, [0; 6], "{engine:?} {typed:?}");
        }
        // A part of an address: the message went to somebody else there.
        let rows = found(&ctx, &admin, "OLGA@Buyer").await;
        assert_eq!(rows, [1, 0, 0, 0, 1, 1], "{engine:?}");
        let long = found(&ctx, &admin, &"м[".repeat(5_000)).await;
        assert_eq!(long, [0; 6], "{engine:?}: and nothing breaks");
        assert!(found(&ctx, &admin, "\0").await.iter().all(|n| *n > 0));

        let now = ctx.clock.now();
        for (typed, is_same) in [(NAME.to_uppercase(), true), (NAME[..12].to_owned(), false)] {
            let fresh = AccountId(ctx.clock.fresh_id());
            let mut tx = ctx.store.begin().await.unwrap();
            let again = companies::by_name_or_add(&mut tx, &typed, fresh, now).await;
            tx.rollback().await.unwrap();
            assert_eq!(again.unwrap() == account, is_same, "{engine:?} {typed}");
        }
        let olga = EmailAddress::parse("olga@buyer.example").unwrap();
        let id = contacts::by_address(&ctx.store, &olga).await.unwrap();
        let contact = contacts::lookup(&ctx.store, &admin, id.unwrap()).await;
        let contact = contact.unwrap().unwrap();
        let (keys, clock) = (&ctx.keys, &ctx.clock);
        erase::contact(&ctx.store, keys, clock, &contact, viewer.user)
            .await
            .unwrap();
        let rows = found(&ctx, &admin, "OLGA@Buyer").await;
        assert_eq!(rows, [0; 6], "{engine:?}: erased");
    }
}
