//! The command line as an operator meets it: what it prints where, its status, and that its
//! refusals say what to do.

use crate::support::engines::Engine;
use crate::support::process::{Installation, key};
use otklik::store::{PoolSizes, Store};
use std::process::Output;
use std::time::Duration;

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn a_wrong_setting_ends_with_status_2_and_all_that_is_wrong() {
    let wrong = Installation::fresh(Engine::Sqlite)
        .set("OTKLIK_PRIVCY", "on")
        .set("OTKLIK_ROLES", "everything")
        .set("OTKLIK_SMTP_URL", "smtps://user:hush@");
    for command in ["check-config", "serve", "migrate", "doctor"] {
        let output = wrong.run(&[command]);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{command}: {said}");
        assert!(said.contains("did you mean OTKLIK_PRIVACY?"), "{said}");
        assert!(said.contains("roles (environment, OTKLIK_ROLES)"), "{said}");
        assert!(!said.contains("hush"), "{said}");
    }
    let relay = Installation::fresh(Engine::Sqlite).set("OTKLIK_SMTP_URL", "smtps://user:hush@");
    let said = stderr(&relay.run(&["check-config"]));
    assert!(
        said.contains("smtp_url") && !said.contains("hush"),
        "{said}"
    );
    let nats = Installation::fresh(Engine::Sqlite).set("OTKLIK_INTAKE", "nats://127.0.0.1");
    let said = stderr(&nats.run(&["serve"]));
    assert!(said.contains("set it to local"), "{said}");
}

#[test]
fn check_config_prints_every_value_with_its_origin_and_no_secret() {
    let installation = Installation::fresh(Engine::Sqlite)
        .set("OTKLIK_SECRET_KEY", &key(9))
        .set("OTKLIK_SMTP_URL", "smtps://user:hush@mail.example.org")
        .set("OTKLIK_CONFIG", "own.toml");
    let file = "report_level = \"coach\"\n[verdicts]\nhold_seconds = 5\n";
    std::fs::write(installation.folder.join("own.toml"), file).unwrap();
    let output = installation.run(&["check-config"]);
    assert_eq!(output.status.code(), Some(0));
    let printed = stdout(&output);
    for line in [
        "report_level = coach  # own.toml",
        "verdicts.hold_seconds = 5  # own.toml",
        "secret_key = ***  # environment, OTKLIK_SECRET_KEY",
        "smtp_url = smtps://user:***@mail.example.org  # environment, OTKLIK_SMTP_URL",
        "privacy = on  # default",
        "metrics_listen = (not set)  # default",
    ] {
        assert!(
            printed.lines().any(|printed| printed == line),
            "{line}\n{printed}"
        );
    }
    assert!(
        !printed.contains(key(9).trim_start_matches("1:")),
        "{printed}"
    );
}

#[test]
fn a_user_and_their_token_come_from_the_command_line_before_and_beside_serve() {
    for engine in Engine::BOTH {
        let installation = Installation::fresh(engine);
        let add = |email| {
            [
                "user", "add", "--email", email, "--name", "Ada", "--role", "admin",
            ]
        };
        let made = installation.run(&add("ada@example.org"));
        assert!(made.status.success(), "{engine:?} {}", stderr(&made));
        assert_eq!(stdout(&made).trim().len(), 16, "the password alone");
        let serving = installation.serve();
        let mut given = add("eve@example.org").to_vec();
        given.push("--password-stdin");
        let output = installation.run_with(&given, "a password of one's own\n");
        assert!(output.status.success(), "{}", stderr(&output));
        assert_eq!(stdout(&output), "");
        let again = installation.run(&add("ada@example.org"));
        assert_eq!(again.status.code(), Some(1));
        assert!(stderr(&again).contains("exists already"));
        let short = installation.run_with(&given, "short\n");
        assert_eq!(short.status.code(), Some(2), "{}", stderr(&short));

        let token = [
            "token",
            "create",
            "--user",
            "eve@example.org",
            "--name",
            "t",
        ];
        let token = stdout(&installation.run(&token));
        assert!(
            token.starts_with("otk_") && token.lines().count() == 1,
            "{token}"
        );
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let status = runtime.block_on(async {
            let client = reqwest::Client::builder().no_proxy().build().unwrap();
            let request = client.get(format!("http://{}/metrics", serving.address));
            request
                .bearer_auth(token.trim())
                .send()
                .await
                .unwrap()
                .status()
        });
        assert_eq!(status, 200, "{engine:?}");
        let nobody = ["token", "create", "--user", "no@example.org", "--name", "t"];
        assert!(stderr(&installation.run(&nobody)).contains("otklik user add"));
    }
}

#[test]
fn another_key_than_before_stops_the_start_and_a_new_one_in_front_does_not() {
    for engine in Engine::BOTH {
        let installation = Installation::fresh(engine).set("OTKLIK_SECRET_KEY", &key(1));
        assert!(installation.run(&["migrate"]).status.success());
        let other = installation.clone().set("OTKLIK_SECRET_KEY", &key(2));
        let output = other.run(&["serve"]);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("key 1 is another one than before"), "{said}");
        assert!(said.contains("Put back the key"), "{said}");
        let rotated = format!("2:{},{}", key(2).trim_start_matches("1:"), key(1));
        let rotated = installation.clone().set("OTKLIK_SECRET_KEY", &rotated);
        assert!(rotated.run(&["migrate"]).status.success());
        let said = stderr(&installation.run(&["migrate"]));
        assert!(said.contains("key 2 is missing"), "{said}");
    }
}

#[test]
fn with_a_server_database_no_key_is_made_by_itself() {
    let installation = Installation::fresh(Engine::Postgres).set("OTKLIK_SECRET_KEY", "");
    let output = installation.run(&["serve"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("OTKLIK_SECRET_KEY"));
}

#[test]
fn one_process_serves_from_a_folder() {
    let installation = Installation::fresh(Engine::Sqlite);
    let serving = installation.serve();
    let second = installation.run(&["serve"]);
    assert_eq!(second.status.code(), Some(1));
    assert!(stderr(&second).contains("another otklik serves"));
    let listen = serving.address.to_string();
    let taken = Installation::fresh(Engine::Sqlite).run(&["serve", "--listen", &listen]);
    assert_eq!(taken.status.code(), Some(1));
    assert!(stderr(&taken).contains("--listen"));
}

#[test]
fn migrations_that_are_killed_start_again() {
    for engine in Engine::BOTH {
        let installation = Installation::fresh(engine);
        for round in 0..20_u64 {
            let mut child = installation.command(&["migrate"]).spawn().unwrap();
            std::thread::sleep(Duration::from_millis(round * 4));
            let _ = child.kill();
            child.wait().unwrap();
        }
        let last = installation.run(&["migrate"]);
        assert!(last.status.success(), "{engine:?} {}", stderr(&last));
        let mut serving = installation.serve();
        serving.signal("TERM");
        assert!(serving.ended().success());
    }
}

#[tokio::test]
async fn a_newer_schema_is_refused_and_an_older_one_only_when_asked() {
    for engine in Engine::BOTH {
        let installation = Installation::fresh(engine);
        let refused = installation.run(&["serve", "--no-migrate"]);
        assert!(
            stderr(&refused).contains("otklik migrate"),
            "{}",
            stderr(&refused)
        );
        assert!(installation.run(&["migrate"]).status.success());
        let store = Store::open(&installation.database_url, PoolSizes::default()).unwrap();
        let newer = "INSERT INTO schema_migrations (version, name) VALUES (9999, 'later')";
        match &store {
            Store::Sqlite { write, .. } => {
                sqlx::query(newer).execute(write).await.unwrap();
            }
            Store::Postgres(pool) => {
                sqlx::query(newer).execute(pool).await.unwrap();
            }
        }
        store.close().await;
        let refused = installation.run(&["serve"]);
        assert_eq!(refused.status.code(), Some(1));
        assert!(stderr(&refused).contains("install the newer program"));
    }
}

#[test]
fn doctor_says_what_needs_doing_and_exports_write_what_is_there() {
    let installation =
        Installation::fresh(Engine::Sqlite).set("OTKLIK_SMTP_URL", "smtp://127.0.0.1:1");
    let before = installation.run(&["doctor"]);
    assert!(
        stdout(&before).contains("schema: there is none yet"),
        "{}",
        stdout(&before)
    );
    assert!(installation.run(&["migrate"]).status.success());
    let output = installation.run(&["doctor"]);
    let said = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for part in [
        "ok   database: answers",
        "ok   keys:",
        "ok   clock:",
        "DO   relay: 127.0.0.1:1",
        "DO   postal address: is not set",
        "does not answer; start otklik serve",
    ] {
        assert!(said.contains(part), "{part}\n{said}");
    }
    let events = installation.run(&["export", "events", "--format", "json"]);
    assert!(events.status.success() && stdout(&events).is_empty());
    let report = installation.run(&["export", "report", "click-through", "by=rep"]);
    assert!(
        stdout(&report).starts_with("key,label,n,of,"),
        "{}",
        stderr(&report)
    );
    let wrong = installation.run(&["export", "report", "click-through", "by=moon"]);
    assert_eq!(wrong.status.code(), Some(2), "{}", stderr(&wrong));
    let rebuilt = installation.run(&["rebuild-metrics"]);
    assert!(rebuilt.status.success(), "{}", stderr(&rebuilt));
}
