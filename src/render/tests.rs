//! Whole mails: what stands in the headers, what does not, and what preflight says.

use super::*;
use crate::compose::input::{
    Attachment, ContactFields, Content, CustomHeader, Fields, Merge, Person, RepFields, Rfc822Id,
};
use crate::domain::address::HeaderText;
use crate::domain::clock::Millis;
use crate::domain::contact::Tracking;
use crate::domain::id::DeliveryId;
use crate::domain::link::DestinationId;
use crate::domain::message::UrlTextPolicy;
use std::collections::HashSet;
use uuid::Uuid;

const HTML: &str = "<html><body><p>Hello Anna, here is <a href=\"https://x.example/deck?a=1&amp;b=2\">the deck</a> you asked for.</p></body></html>";

fn setup() -> Setup {
    let ring = KeyRing::parse(&KeyRing::generate([7; 32])).unwrap();
    Setup {
        postal_address: "Example Ltd\n1 Long Lane, Leeds".to_owned(),
        return_address: Some(EmailAddress::parse("back@bounce.example").unwrap()),
        ..Setup::new("https://t.example", &ring).unwrap()
    }
}

fn person(name: &str, address: &str) -> Person {
    Person {
        name: HeaderText::parse(name).unwrap(),
        address: EmailAddress::parse(address).unwrap(),
    }
}

fn input(class: MailClass) -> RenderInput {
    let delivery = DeliveryId(Uuid::from_bytes([9; 16]));
    let from = person("Bo Ström", "bo@example.org");
    RenderInput {
        delivery,
        message_id: Rfc822Id::new(delivery.0, &from.address),
        date: Millis(1_790_000_000_000),
        class,
        from,
        recipient: EmailAddress::parse("anna@customer.example").unwrap(),
        to: vec![person("Anna \"A\" Smith", "anna@customer.example")],
        cc: vec![person("", "cc@customer.example")],
        reply_to: None,
        in_reply_to: None,
        references: Vec::new(),
        headers: Vec::new(),
        content: Content {
            subject: "Your prices".to_owned(),
            html: Some(HTML.to_owned()),
            text: None,
            merge: Merge::Literal,
        },
        fields: Fields {
            contact: ContactFields::default(),
            rep: RepFields::default(),
            vars: std::collections::BTreeMap::new(),
        },
        attachments: Vec::new(),
        tracking: Tracking {
            opens: OpenTracking::Events,
            clicks: true,
        },
        url_text: UrlTextPolicy::Track,
        contents: HashSet::from([DestinationId::of("https://x.example/deck?a=1&b=2")]),
        envelope: EnvelopePolicy::Own,
    }
}

fn text_of(rendered: &Rendered) -> String {
    String::from_utf8(rendered.bytes.clone()).unwrap()
}

/// The header block alone, unfolded.
fn head_of(rendered: &Rendered) -> String {
    let text = text_of(rendered);
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    head.replace("\r\n ", " ")
}

fn codes(findings: &[Finding]) -> Vec<FindingCode> {
    findings.iter().map(|finding| finding.code).collect()
}

#[test]
fn outreach_carries_the_one_click_header_and_the_footer_and_correspondence_neither() {
    let outreach = render(&input(MailClass::Outreach), &setup()).unwrap();
    let head = head_of(&outreach);
    assert!(
        head.contains("List-Unsubscribe: <https://t.example/u/"),
        "{head}"
    );
    assert!(head.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"));
    let html = outreach.html.as_ref().unwrap();
    assert!(html.contains("Example Ltd<br>1 Long Lane, Leeds"));
    assert!(outreach.text.contains("Unsubscribe: https://t.example/u/"));
    let answer = render(&input(MailClass::Correspondence), &setup()).unwrap();
    assert!(!text_of(&answer).contains("nsubscribe"));
    assert!(!text_of(&answer).contains("Long Lane"));
    let nowhere = Setup {
        postal_address: " ".to_owned(),
        ..setup()
    };
    assert!(matches!(
        render(&input(MailClass::Outreach), &nowhere),
        Err(RenderError::PostalAddress)
    ));
    assert!(preflight(&input(MailClass::Outreach), &nowhere).blocks());
}

#[test]
fn links_and_pixel_lead_to_the_tracking_site_and_the_text_part_to_the_author() {
    let setup = setup();
    let rendered = render(&input(MailClass::Correspondence), &setup).unwrap();
    let html = rendered.html.as_ref().unwrap();
    let (_, rest) = html.split_once("https://t.example/c/").unwrap();
    let ticket = setup
        .tickets
        .verify_click(rest.split_once('"').unwrap().0)
        .unwrap();
    assert_eq!(ticket.url, "https://x.example/deck?a=1&b=2");
    assert_eq!(ticket.link, 1);
    assert_eq!(
        rendered.links[0].role,
        crate::domain::link::LinkRole::Content
    );
    let (_, rest) = html.split_once("https://t.example/o/").unwrap();
    assert!(
        setup
            .tickets
            .verify_open(rest.split_once(".gif").unwrap().0)
            .is_some()
    );
    assert!(rendered.text.contains("https://x.example/deck?a=1&b=2"));
    assert!(!rendered.text.contains("t.example"));
}

#[test]
fn without_consent_nothing_in_the_bytes_can_track() {
    let mut input = input(MailClass::Correspondence);
    input.tracking = Tracking {
        opens: OpenTracking::Off,
        clicks: false,
    };
    let rendered = render(&input, &setup()).unwrap();
    assert_eq!(rendered.html.as_deref(), Some(HTML));
    assert!(rendered.links.is_empty());
}

#[test]
fn every_recipient_sees_to_and_cc_and_nobody_sees_a_blind_copy() {
    let mut input = input(MailClass::Correspondence);
    input.recipient = EmailAddress::parse("secret@customer.example").unwrap();
    let rendered = render(&input, &setup()).unwrap();
    let text = text_of(&rendered);
    assert!(
        text.contains("To: \"Anna \\\"A\\\" Smith\" <anna@customer.example>\r\n"),
        "{text}"
    );
    assert!(text.contains("Cc: cc@customer.example\r\n"));
    assert!(!text.contains("secret"));
    assert_eq!(rendered.recipient.as_str(), "secret@customer.example");
}

#[test]
fn the_envelope_is_what_the_profile_allows() {
    let setup = setup();
    let with = |envelope, setup: &Setup| {
        let mut input = input(MailClass::Correspondence);
        input.envelope = envelope;
        render(&input, setup).unwrap()
    };
    let own = with(EnvelopePolicy::Own, &setup);
    assert_eq!(own.envelope_from.as_str(), "bo@example.org");
    let delivery = DeliveryId(Uuid::from_bytes([9; 16]));
    for (policy, domain) in [
        (EnvelopePolicy::Plus, "example.org"),
        (EnvelopePolicy::Verp, "bounce.example"),
    ] {
        let from = with(policy, &setup).envelope_from;
        assert_eq!(from.domain(), domain);
        assert_eq!(setup.verp.verify(&from), Some(delivery));
    }
    let bare = Setup {
        return_address: None,
        ..setup
    };
    let plain = with(EnvelopePolicy::Verp, &bare);
    assert_eq!(plain.envelope_from.as_str(), "bo@example.org");
    assert!(codes(&plain.findings).contains(&FindingCode::ReturnAddressPlain));
}

#[test]
fn outreach_names_an_address_to_unsubscribe_at_where_mail_to_a_tag_comes_back() {
    let setup = setup();
    let head = |envelope| {
        let mut input = input(MailClass::Outreach);
        input.envelope = envelope;
        head_of(&render(&input, &setup).unwrap())
    };
    assert!(!head(EnvelopePolicy::Own).contains("mailto:"));
    for policy in [EnvelopePolicy::Plus, EnvelopePolicy::Verp] {
        let head = head(policy);
        let (_, rest) = head.split_once(">, <mailto:").expect(&head);
        let (address, rest) = rest.split_once('?').unwrap();
        assert!(rest.starts_with("subject=unsubscribe>"), "{rest}");
        let address = EmailAddress::parse(address).unwrap();
        let delivery = DeliveryId(Uuid::from_bytes([9; 16]));
        assert_eq!(setup.verp.verify_unsubscribe(&address), Some(delivery));
        assert_eq!(setup.verp.verify(&address), None, "it is no return address");
    }
}

#[test]
fn no_field_can_bring_a_header_or_a_recipient_of_its_own() {
    let mut subject = input(MailClass::Correspondence);
    subject.content.subject = "Hi\r\nBcc: x@evil.example".to_owned();
    assert!(matches!(
        render(&subject, &setup()),
        Err(RenderError::Mime(MimeError::Subject(_)))
    ));
    let mut merged = input(MailClass::Correspondence);
    merged.content.merge = Merge::Template;
    merged.content.subject = "Hi {{ contact.name }}".to_owned();
    merged.fields.contact.name = Some("A\nBcc: x@evil.example".to_owned());
    assert_eq!(
        codes(&preflight(&merged, &setup()).findings)[0],
        FindingCode::SubjectInvalid
    );
    let mut word = input(MailClass::Correspondence);
    word.content.subject = "=?utf-8?b?DQpCY2M6IHhAZXZpbC5leGFtcGxl?=".to_owned();
    assert!(render(&word, &setup()).is_err());
    let frozen = serde_json::to_string(&input(MailClass::Outreach)).unwrap();
    let poisoned = frozen.replace("Bo Ström", "Bo\\r\\nBcc: x@evil.example");
    assert!(serde_json::from_str::<RenderInput>(&poisoned).is_err());
    let back: RenderInput = serde_json::from_str(&frozen).unwrap();
    assert_eq!(back, input(MailClass::Outreach));
}

#[test]
fn threads_files_and_own_headers_come_out_as_the_standards_say() {
    let mut input = input(MailClass::Correspondence);
    input.in_reply_to = Some(Rfc822Id::parse("<b@x.example>").unwrap());
    input.references = ["<a@x.example>", "<b@x.example>"]
        .map(|id| Rfc822Id::parse(id).unwrap())
        .to_vec();
    input.headers = vec![CustomHeader::parse("X-Deal", "Größe 1").unwrap()];
    input.attachments = vec![Attachment {
        name: HeaderText::parse("Preisliste – Köln.pdf").unwrap(),
        media_type: HeaderText::parse("application/pdf").unwrap(),
        bytes: b"%PDF-1.4\n".as_slice().into(),
    }];
    let rendered = render(&input, &setup()).unwrap();
    assert!(
        rendered
            .bytes
            .windows(2)
            .all(|pair| pair[1] != b'\n' || pair[0] == b'\r')
    );
    let message = mail_parser::MessageParser::default()
        .parse(&rendered.bytes)
        .unwrap();
    assert_eq!(message.in_reply_to().as_text(), Some("b@x.example"));
    assert_eq!(
        message.references().as_text_list().unwrap(),
        [
            "a@x.example",
            "b@x.example",
            "09090909090909090909090909090909@example.org"
        ]
    );
    assert!(head_of(&rendered).contains("X-Deal: =?utf-8?b?R3LDtsOfZQ==?= 1"));
    assert_eq!(
        message.body_html(0).unwrap(),
        rendered.html.unwrap().as_str()
    );
    assert_eq!(message.attachment_count(), 1);
    let file = message.attachment(0).unwrap();
    assert_eq!(
        mail_parser::MimeHeaders::attachment_name(file),
        Some("Preisliste – Köln.pdf")
    );
    assert_eq!(file.contents(), b"%PDF-1.4\n");
}

#[test]
fn preflight_says_what_a_person_would_want_to_know() {
    let mut odd = input(MailClass::Correspondence);
    odd.content.subject = "BUY NOW TODAY".to_owned();
    odd.content.html = Some(format!(
        "<img src=x><!--{}--><a href=\"{{{{ url }}}}\">.</a>",
        " ".repeat(110_000)
    ));
    let found = preflight(&odd, &setup());
    assert!(!found.blocks());
    assert_eq!(
        codes(&found.findings),
        [
            FindingCode::SubjectShouting,
            FindingCode::SizeClipped,
            FindingCode::ImageOnly,
            FindingCode::LinkUnfilled,
            FindingCode::FieldUnfilled,
            FindingCode::TextDerived,
        ]
    );
    let mut empty = input(MailClass::Correspondence);
    empty.content.html = None;
    assert!(preflight(&empty, &setup()).blocks());
    empty.content.text = Some("Hello".to_owned());
    let found = preflight(&empty, &setup());
    assert_eq!(codes(&found.findings), [FindingCode::NothingTracked]);
    assert!(!found.rendered.unwrap().bytes.is_empty());
}

#[test]
fn a_mail_names_itself_last_in_its_thread_and_outlook_is_told_of_threads_that_we_began() {
    let made = |n: u128| {
        let id = Uuid::from_u128(0x0190_f1e2_0000_7000_8000_0000_0000_0000 | n);
        Rfc822Id::new(id, &EmailAddress::parse("bo@example.org").unwrap())
    };
    let index = |head: &str| {
        let line = head
            .lines()
            .find_map(|line| line.strip_prefix("Thread-Index: "));
        line.map(str::to_owned)
    };
    let with = |references: Vec<Rfc822Id>| RenderInput {
        message_id: made(2),
        in_reply_to: references.last().cloned(),
        references,
        ..input(MailClass::Correspondence)
    };
    let head = |input| head_of(&render(&input, &setup()).unwrap());
    let first = head(with(Vec::new()));
    let own = made(2).as_str().to_owned();
    assert!(first.contains(&format!("References: {own}\r\n")), "{first}");
    // 22 bytes are 30 digits of base64 and two of padding.
    assert_eq!(index(&first).unwrap().len(), 32);

    let theirs = Rfc822Id::parse("<a@customer.example>").unwrap();
    let answer = head(with(vec![made(1), theirs.clone()]));
    let thread = format!(
        "References: {} <a@customer.example> {own}\r\n",
        made(1).as_str()
    );
    assert!(answer.contains(&thread), "{answer}");
    // The same thread, and five bytes for the answer.
    let began = head(RenderInput {
        message_id: made(1),
        ..with(Vec::new())
    });
    let (began, index_of_answer) = (index(&began).unwrap(), index(&answer).unwrap());
    assert_eq!(index_of_answer.len(), 36);
    assert_eq!(index_of_answer[..29], began[..29]);

    assert_eq!(index(&head(with(vec![theirs]))), None, "they began it");
}
