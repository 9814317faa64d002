//! Our signatures, verified by dkimpy without DNS.

use crate::mail::{outreach, setup};
use crate::{peers, run, workplace};
use otklik::compose::dkim::{DkimError, DkimKeys};
use otklik::render::render;
use std::process::Command;

/// Prints one line per signature of each file: true or false.
const VERIFY: &str = r#"
import base64, subprocess, sys
import dkim
peers = sys.argv[1]
def der(name):
    return subprocess.check_output(["openssl", "pkey", "-pubin", "-in", f"{peers}/{name}.pub.pem", "-outform", "DER"])
records = {
    b"rsa._domainkey.example.org.": b"v=DKIM1; k=rsa; p=" + base64.b64encode(der("rsa")),
    b"ed._domainkey.example.org.": b"v=DKIM1; k=ed25519; p=" + base64.b64encode(der("ed25519")[-32:]),
}
for name in sys.argv[2:]:
    message = open(name, "rb").read()
    for index in (0, 1):
        try:
            holds = dkim.DKIM(message).verify(index, dnsfunc=lambda name, timeout=5: records[name])
        except dkim.ValidationError:
            holds = False
        print(str(holds).lower())
"#;

#[test]
fn both_kinds_of_signature_hold_and_break_when_what_they_cover_changes() {
    let mut setup = setup();
    for (selector, file) in [("rsa", "rsa.pem"), ("ed", "ed25519.pem")] {
        let pem = std::fs::read_to_string(peers().join(file)).unwrap();
        setup.dkim.add("example.org", selector, &pem).unwrap();
    }
    let html = "<html><body><p>Hallo {{ contact.first_name }},</p>\n\n<p>die <a href=\"https://www.example.com/deck\">Preise</a>.</p>  \n</body></html>\n\n\n";
    let rendered = render(&outreach(html), &setup).unwrap();
    let mail = String::from_utf8(rendered.bytes).unwrap();
    let (head, _) = mail.split_once("\r\n\r\n").unwrap();
    for signature in head.split("DKIM-Signature:").skip(1) {
        let mut tags = signature
            .split(';')
            .map(|tag| tag.split_whitespace().collect::<String>());
        let signed = tags
            .find_map(|tag| tag.strip_prefix("h=").map(str::to_owned))
            .unwrap();
        let names: Vec<String> = signed.split(':').map(str::to_ascii_lowercase).collect();
        for name in [
            "to",
            "date",
            "message-id",
            "list-unsubscribe",
            "list-unsubscribe-post",
        ] {
            assert!(names.iter().any(|own| own == name), "{name} in {signed}");
        }
        for twice in ["from", "subject"] {
            assert_eq!(
                names.iter().filter(|own| *own == twice).count(),
                2,
                "{signed}"
            );
        }
        assert!(!signature.contains(" l=") && !signature.contains("\tl="));
    }
    let variants = [
        ("whole", mail.clone()),
        ("second-from", format!("From: x@evil.example\r\n{mail}")),
        ("second-subject", format!("Subject: Buy\r\n{mail}")),
        ("unsubscribe", mail.replace("One-Click", "Two-Click")),
        ("body", mail.replace("Preise</a>", "Preise!</a>")),
    ];
    let work = workplace("dkim");
    let files = variants.each_ref().map(|(name, text)| {
        let file = work.join(format!("{name}.eml"));
        std::fs::write(&file, text).unwrap();
        file
    });
    let python = peers().join("venv/bin/python");
    let said = run(Command::new(python)
        .args(["-c", VERIFY])
        .arg(peers())
        .args(&files));
    let verdicts: Vec<&str> = said.lines().collect();
    let expected = ["true", "true"].into_iter().chain(["false"; 8]);
    assert_eq!(verdicts, expected.collect::<Vec<_>>());
}

#[test]
fn a_weak_or_foreign_key_is_refused() {
    let weak = run(Command::new("openssl").args([
        "genpkey",
        "-quiet",
        "-algorithm",
        "RSA",
        "-pkeyopt",
        "rsa_keygen_bits:1024",
    ]));
    let mut keys = DkimKeys::default();
    let add = |keys: &mut DkimKeys, pem: &str| keys.add("example.org", "s", pem);
    assert!(matches!(
        add(&mut keys, &weak),
        Err(DkimError::Weak | DkimError::Unreadable)
    ));
    assert_eq!(add(&mut keys, "hello"), Err(DkimError::Unreadable));
    assert!(!keys.holds("example.org"));
}
