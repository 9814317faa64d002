//! The setup and the mail that these tests render.

use otklik::compose::input::{
    Attachment, ContactFields, Content, CustomHeader, Fields, Merge, Person, RenderInput,
    RepFields, Rfc822Id,
};
use otklik::domain::address::{EmailAddress, HeaderText};
use otklik::domain::clock::Millis;
use otklik::domain::contact::{OpenTracking, Tracking};
use otklik::domain::id::DeliveryId;
use otklik::domain::keys::KeyRing;
use otklik::domain::link::DestinationId;
use otklik::domain::mailbox::EnvelopePolicy;
use otklik::domain::message::{MailClass, UrlTextPolicy};
use otklik::render::Setup;
use std::collections::{BTreeMap, HashSet};
use uuid::Uuid;

pub(crate) fn ring() -> KeyRing {
    KeyRing::parse(&KeyRing::generate([7; 32])).unwrap()
}

pub(crate) fn delivery() -> DeliveryId {
    DeliveryId(Uuid::from_u128(0x0190_f1e2_0000_7000_8000_0000_0000_0001))
}

pub(crate) fn setup() -> Setup {
    let mut setup = Setup::new("https://t.example.org", &ring()).unwrap();
    setup
        .postal_address
        .push_str("Example Ltd\n1 Long Lane, Leeds LS1 1AA");
    setup
}

fn person(name: &str, address: &str) -> Person {
    Person {
        name: HeaderText::parse(name).unwrap(),
        address: EmailAddress::parse(address).unwrap(),
    }
}

/// Outreach with everything a mail can have.
pub(crate) fn outreach(html: &str) -> RenderInput {
    let from = person("Bo Ström", "bo@example.org");
    let id = |text| Rfc822Id::parse(text).unwrap();
    RenderInput {
        delivery: delivery(),
        message_id: Rfc822Id::new(delivery().0, &from.address),
        date: Millis(1_790_000_000_000),
        class: MailClass::Outreach,
        from,
        recipient: EmailAddress::parse("anna@customer.example").unwrap(),
        to: vec![person("Anna Smith", "anna@customer.example")],
        cc: vec![person("Юрий", "yuri@customer.example")],
        reply_to: Some(person("", "team@example.org")),
        in_reply_to: Some(id("<first@customer.example>")),
        references: vec![id("<zero@example.org>"), id("<first@customer.example>")],
        headers: vec![CustomHeader::parse("X-Deal", "Größe 1").unwrap()],
        content: Content {
            subject: "Preise für {{ contact.account }}".to_owned(),
            html: Some(html.to_owned()),
            text: None,
            merge: Merge::Template,
        },
        fields: Fields {
            contact: ContactFields {
                first_name: Some("Anna & <Co>".to_owned()),
                account: Some("Müller GmbH".to_owned()),
                ..ContactFields::default()
            },
            rep: RepFields {
                name: "Bo Ström".to_owned(),
                email: "bo@example.org".to_owned(),
            },
            vars: BTreeMap::new(),
        },
        attachments: vec![Attachment {
            name: HeaderText::parse("Preisliste – Köln.csv").unwrap(),
            media_type: HeaderText::parse("text/csv").unwrap(),
            bytes: b"plan;price\nsmall;10\n".as_slice().into(),
        }],
        tracking: Tracking {
            opens: OpenTracking::Events,
            clicks: true,
        },
        url_text: UrlTextPolicy::Track,
        contents: HashSet::from([DestinationId::of("https://www.example.com/deck")]),
        envelope: EnvelopePolicy::Plus,
    }
}
