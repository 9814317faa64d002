//! How the pages look: nothing scrolls sideways on a phone, nothing breaks the policy, and a
//! picture of each is left in `target/screenshots`.

use crate::browser::Browser;
use crate::support::app::{PASSWORD, TestApp};
use crate::support::engines::Engine;
use otklik::accept::{Content, NewMessage, accept};
use otklik::domain::address::EmailAddress;
use otklik::domain::contact::TrackingChoice;
use otklik::domain::id::{ContactId, ContentId, MessageId, SuppressionId};
use otklik::domain::message::UrlTextPolicy;
use otklik::domain::suppression::{AddressHasher, SuppressionReason};
use otklik::posture::{self, Domain, Found, Kind, Need, Posture};
use otklik::store::contacts::{self, ContactData};
use otklik::store::content::{self, ContentData};
use otklik::store::enqueue::read;
use otklik::store::inbound::Place;
use otklik::store::inbound::gate::{self, NewAsking};
use otklik::store::suppressions::{self, NewSuppression};

/// Long words without a gap are what breaks a narrow page.
const ADDRESS: &str = "boris.weiss@a-rather-long-domain-name.example";
const LONG_URL: &str = "https://www.example.org/a/very/long/path/that/never/seems/to/end/and/has/no/gap?with=a&query=of-its-own";

/// Every page that has no id in its address, under the name of its picture.
const PAGES: [(&str, &str); 23] = [
    ("today", ""),
    ("inbox", "inbox"),
    ("messages", "messages"),
    ("drafts", "drafts"),
    ("compose", "compose"),
    ("contacts", "contacts"),
    ("contact-new", "contacts/new"),
    ("content", "content"),
    ("content-new", "content/new"),
    ("templates", "templates"),
    ("template-new", "templates/new"),
    ("report", "reports/click-through"),
    ("response-time", "reports/response-time"),
    ("reply-latency", "reports/reply-latency"),
    ("deliverability", "reports/deliverability"),
    ("caught", "caught"),
    ("notices", "notices"),
    ("more", "more"),
    ("settings", "settings"),
    ("suppressions", "settings/suppressions"),
    ("domains", "settings/domains"),
    ("sent-links", "settings/links"),
    ("not-found", "no/such/page"),
];

async fn fill_a_little(app: &TestApp) -> MessageId {
    let ctx = &app.ctx;
    let now = ctx.clock.now();
    let data = ContactData {
        name: "Boris Weiß".to_owned(),
        emails: vec![EmailAddress::parse(ADDRESS).unwrap()],
        owner: Some(app.admin.viewer.user),
        ..ContactData::default()
    };
    let mut tx = ctx.store.begin().await.unwrap();
    let id = ContactId(ctx.clock.fresh_id());
    contacts::add(&mut tx, id, &data, now).await.unwrap();
    let asset = ContentData {
        name: "Price list 2027".to_owned(),
        url: LONG_URL.to_owned(),
        owner: Some(app.marketer.viewer.user),
    };
    let id = ContentId(ctx.clock.fresh_id());
    content::add(&mut tx, id, &asset, now).await.unwrap();
    tx.commit().await.unwrap();
    let new = NewMessage {
        to: ADDRESS.to_owned(),
        cc: vec![],
        bcc: vec![],
        mailbox: None,
        content: Content::Own {
            subject: "A subject that goes on for longer than a phone is wide".to_owned(),
            html: Some(format!("<p>See <a href=\"{LONG_URL}\">this</a></p>")),
            text: None,
        },
        assets: vec![],
        attachments: vec![],
        send_at: None,
        reply_to_message: None,
        reply_to_inbound: None,
        tracking: TrackingChoice::default(),
        url_text: UrlTextPolicy::default(),
    };
    accept(ctx, &app.admin.viewer, new).await.unwrap().id
}

/// A stranger's mail in the administrator's own mailbox, an address that gets no mail, and how a
/// domain stands.
async fn fill_more(app: &TestApp) {
    let ctx = &app.ctx;
    let now = ctx.clock.now();
    let rep = read::rep(&ctx.store, app.admin.viewer.user).await.unwrap();
    let mailbox = read::own_mailbox(&ctx.store, &rep.unwrap()).await.unwrap();
    let asking = NewAsking {
        id: ctx.clock.fresh_id(),
        user: app.admin.viewer.user,
        mailbox: mailbox.unwrap().no,
        place: Some(Place {
            folder: "INBOX".to_owned(),
            uid_validity: 1,
            uid: 1,
        }),
        identity: [7; 32],
        sender: format!("somebody.else.{ADDRESS}"),
        subject: "A subject that goes on for longer than a phone is wide".to_owned(),
        received_at: now,
    };
    let address = EmailAddress::parse("no.more@a-rather-long-domain-name.example").unwrap();
    let stop = NewSuppression {
        id: SuppressionId(ctx.clock.fresh_id()),
        hash: AddressHasher::new(&ctx.keys).hash(&address),
        address: &address,
        reason: SuppressionReason::Complained,
        delivery: None,
        contact: None,
        created_by: None,
        at: now,
    };
    let mut tx = ctx.store.begin().await.unwrap();
    gate::ask(&mut tx, &asking).await.unwrap();
    suppressions::suppress(&mut tx, &stop).await.unwrap();
    tx.commit().await.unwrap();
    let need = |kind, found| Need {
        kind,
        name: "s1._domainkey.a-rather-long-domain-name.example".to_owned(),
        found,
    };
    let found = Posture {
        at: now,
        domains: vec![Domain {
            name: "a-rather-long-domain-name.example".to_owned(),
            needs: vec![
                need(Kind::Spf, Found::Good(String::new())),
                need(Kind::Dmarc, Found::Missing),
                need(
                    Kind::Dkim,
                    Found::Unknown("no answer within 5 s".to_owned()),
                ),
                need(Kind::OneClick, Found::NotHttps),
            ],
        }],
    };
    posture::keep(ctx, &found).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_scrolls_sideways_on_a_phone_or_breaks_the_policy() {
    let app = TestApp::start(Engine::Sqlite).await;
    let message = fill_a_little(&app).await;
    fill_more(&app).await;
    let browser = Browser::start().await;
    browser.sign_in(&app.url, &app.admin.email, PASSWORD).await;
    let mut pages: Vec<(String, String)> = PAGES
        .iter()
        .map(|(name, path)| ((*name).to_owned(), (*path).to_owned()))
        .collect();
    pages.push(("message".to_owned(), format!("messages/{message}")));
    let mut wrong = Vec::new();
    for (name, path) in pages {
        browser.scheme("light").await;
        browser.desk().await;
        let url = format!("{}{path}", app.url);
        browser.client.goto(&url).await.unwrap();
        browser.shoot(&format!("{name}-desk")).await;
        browser.scheme("dark").await;
        browser.shoot(&format!("{name}-dark")).await;
        browser.scheme("light").await;
        for width in [390, 320] {
            browser.phone(width).await;
            if browser.scrolls_sideways().await {
                wrong.push(format!("{name} scrolls sideways at {width} px"));
            }
            if width == 390 {
                browser.shoot(&format!("{name}-phone")).await;
            }
        }
        wrong.extend(browser.complaints().await);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    browser.quit().await;
    app.stop().await;
}
