//! TLS that never falls back, and the sign-in behind it.

use crate::fake::{Act, Fake, Manners};
use crate::{certs, connector, mail, soon, to};
use otklik::deliver::{Outcome, Phase, Reason};
use otklik::domain::mailbox::AuthMethod;
use otklik::net::smtp::Relay;

/// A relay that requires TLS with a certificate from the test's CA.
fn relay(scheme: &str, fake: &Fake) -> Relay {
    let (port, ca) = (fake.address.port(), certs::ca_file());
    let tls = if scheme == "smtp" {
        "tls=required&"
    } else {
        ""
    };
    let url = format!(
        "{scheme}://rep:secret@localhost:{port}?{tls}ca={}",
        ca.display()
    );
    Relay::parse(&url).unwrap()
}

async fn start(certificate: &str, scheme: &str, auth: &'static str) -> Fake {
    Fake::start(Manners {
        offers: vec!["STARTTLS", auth],
        tls: Some(certs::acceptor(certificate)),
        is_implicit: scheme == "smtps",
        ..Manners::default()
    })
    .await
}

fn assert_nothing_secret_was_heard(fake: &Fake, case: &str) {
    let heard = fake.heard();
    for word in ["AUTH", "MAIL", "RCPT", "DATA", "rep", "secret"] {
        assert!(!heard.contains(word), "{case}: {heard:?}");
    }
}

fn assert_deferred_for_tls(outcome: &Outcome, case: &str) {
    let is_connection = matches!(outcome, Outcome::RetryConnection { .. });
    let cause = outcome.cause();
    assert!(is_connection, "{case}: {outcome:?}");
    assert_eq!(
        (cause.phase, cause.reason),
        (Phase::Tls, Reason::Tls),
        "{case}"
    );
}

#[tokio::test]
async fn a_certificate_that_does_not_prove_the_name_gets_no_sign_in_and_no_mail() {
    for scheme in ["smtps", "smtp"] {
        for certificate in ["wrong-name", "expired", "self-signed"] {
            let case = format!("{scheme} {certificate}");
            let fake = start(certificate, scheme, "AUTH PLAIN").await;
            let refused = soon(connector().connect(&relay(scheme, &fake))).await;
            assert_deferred_for_tls(&refused.unwrap_err(), &case);
            assert_nothing_secret_was_heard(&fake, &case);
        }
    }
}

#[tokio::test]
async fn a_stripped_or_refused_starttls_gets_no_sign_in_and_no_mail() {
    let stripped = Manners {
        offers: vec!["AUTH PLAIN"],
        ..Manners::default()
    };
    let refused = Manners {
        offers: vec!["STARTTLS", "AUTH PLAIN"],
        acts: vec![("STARTTLS", Act::Say("454 4.7.0 not now"))],
        tls: Some(certs::acceptor("good")),
        ..Manners::default()
    };
    for (case, manners) in [("stripped", stripped), ("refused", refused)] {
        let fake = Fake::start(manners).await;
        let error = soon(connector().connect(&relay("smtp", &fake))).await;
        assert_deferred_for_tls(&error.unwrap_err(), case);
        assert_nothing_secret_was_heard(&fake, case);
    }
}

#[tokio::test]
async fn words_slipped_in_before_the_handshake_are_refused() {
    let injected = "220 2.0.0 go on\r\n250-fake\r\n250 AUTH PLAIN";
    let fake = Fake::start(Manners {
        offers: vec!["STARTTLS"],
        acts: vec![("STARTTLS", Act::Say(injected))],
        tls: Some(certs::acceptor("good")),
        ..Manners::default()
    })
    .await;
    let error = soon(connector().connect(&relay("smtp", &fake)))
        .await
        .unwrap_err();
    assert_deferred_for_tls(&error, "injected");
    assert!(error.cause().text.contains("after STARTTLS"), "{error:?}");
    assert_nothing_secret_was_heard(&fake, "injected");
}

#[tokio::test]
async fn over_a_proven_connection_each_sign_in_works_and_a_mail_goes() {
    for scheme in ["smtps", "smtp"] {
        for (auth, method, token) in [
            (
                "AUTH PLAIN LOGIN",
                AuthMethod::Password,
                "AUTH PLAIN AHJlcABzZWNyZXQ=",
            ),
            ("AUTH LOGIN", AuthMethod::Password, "cmVw\r\nc2VjcmV0\r\n"),
            (
                "AUTH XOAUTH2",
                AuthMethod::Xoauth2,
                "AUTH XOAUTH2 dXNlcj1yZXABYXV0aD1CZWFyZXIgc2VjcmV0AQE=",
            ),
        ] {
            let fake = start("good", scheme, auth).await;
            let relay = relay(scheme, &fake).with_method(method);
            let mut session = soon(connector().connect(&relay)).await.unwrap();
            let body = mail();
            let ready = soon(session.begin(&to("anna@a.example"), &body))
                .await
                .unwrap();
            let outcome = soon(ready.send_body()).await;
            assert!(matches!(outcome, Outcome::Accepted(_)), "{scheme} {auth}");
            assert!(
                fake.heard().contains(token),
                "{scheme} {auth}: {}",
                fake.heard()
            );
        }
    }
}

#[tokio::test]
async fn a_refused_sign_in_pauses_the_mailbox_and_a_busy_one_does_not() {
    for (answer, pauses) in [
        ("535 5.7.8 wrong password", true),
        ("534 5.7.9 use an app password", true),
        ("454 4.7.0 later", false),
    ] {
        let fake = Fake::start(Manners {
            offers: vec!["AUTH PLAIN"],
            acts: vec![("AUTH", Act::Say(answer))],
            tls: Some(certs::acceptor("good")),
            is_implicit: true,
            ..Manners::default()
        })
        .await;
        let outcome = soon(connector().connect(&relay("smtps", &fake)))
            .await
            .unwrap_err();
        assert_eq!(
            matches!(outcome, Outcome::PauseMailbox(_)),
            pauses,
            "{outcome:?}"
        );
        assert_eq!(outcome.cause().reason, Reason::Auth);
    }
}
