//! The rules of the code, held by reading it: which folder may use which, what is pure, where SQL
//! and sockets may stand, how long a file may be.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Pure stages: they share `domain` and do not know each other.
const STAGES: &[&str] = &[
    "compose", "rewrite", "queue", "deliver", "track", "classify", "inbound", "metrics",
];

/// The layer of a top-level module; a module may use its own layer's rules and everything lower.
fn layer(module: &str) -> u8 {
    match module {
        "domain" => 0,
        _ if STAGES.contains(&module) => 1,
        // Three of them are still pure: `render` puts compose and rewrite together, `report` reads
        // what `metrics` counts, `sample` tries `track` and `classify` on known makers.
        "render" | "report" | "sample" | "config" | "password" => 2,
        "store" | "intake" | "net" | "networks" | "faults" => 3,
        "ctx" | "keys" => 4,
        "accept" | "access" | "gateways" | "posture" | "receive" | "signing" | "live" => 5,
        "web" | "work" | "demo" | "load" => 6,
        "app" | "telemetry" | "shutdown" => 7,
        "cli" => 8,
        "main" | "lib" => 9,
        other => panic!("src/{other} has no place in tests/arch.rs yet: decide its layer"),
    }
}

struct Source {
    path: PathBuf,
    module: String,
    text: String,
    /// The text without its unit tests.
    product: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let first = path
                    .strip_prefix(&root)
                    .unwrap()
                    .components()
                    .next()
                    .unwrap();
                let module = first
                    .as_os_str()
                    .to_str()
                    .unwrap()
                    .trim_end_matches(".rs")
                    .to_owned();
                let product = text
                    .split("#[cfg(test)]\nmod tests")
                    .next()
                    .unwrap()
                    .to_owned();
                found.push(Source {
                    path,
                    module,
                    text,
                    product,
                });
            }
        }
    }
    assert!(found.len() > 30, "the sources were found");
    found
}

/// The top-level modules that `text` names by `crate::`.
fn uses(text: &str) -> Vec<String> {
    let code = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let mut named = Vec::new();
    for line in code {
        for (at, _) in line.match_indices("crate::") {
            if line[..at].ends_with('$') {
                continue;
            }
            let rest = &line[at + "crate::".len()..];
            let module: String = rest
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            if !module.is_empty() {
                named.push(module);
            }
        }
    }
    named
}

fn is_pure(module: &str) -> bool {
    matches!(module, "domain" | "render" | "report" | "sample") || STAGES.contains(&module)
}

#[test]
fn the_arrow_between_folders_is_never_reversed() {
    let mut wrong = Vec::new();
    for source in sources() {
        for used in uses(&source.product) {
            let (from, to) = (layer(&source.module), layer(&used));
            let sideways = from == to && source.module != used;
            let shells_apart = sideways && matches!(from, 3 | 7 | 2 | 4 | 5);
            let demo_drives = source.module == "demo" && used == "work";
            if to > from || sideways && !shells_apart && !demo_drives {
                wrong.push(format!("{} uses {used}", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_needs_await_is_shell() {
    for source in sources().iter().filter(|source| is_pure(&source.module)) {
        for word in [
            ".await",
            "async fn",
            "tokio::",
            "sqlx::",
            "actix_web::",
            "reqwest::",
        ] {
            let used = source
                .product
                .lines()
                .any(|line| line.contains(word) && !line.trim_start().starts_with("//"));
            assert!(!used, "{} is pure and holds {word}", source.path.display());
        }
    }
}

#[test]
fn only_the_store_and_the_intake_know_sql() {
    for source in sources() {
        if matches!(source.module.as_str(), "store" | "intake") {
            continue;
        }
        assert!(
            !source.product.contains("sqlx::"),
            "{} names sqlx",
            source.path.display()
        );
    }
}

#[test]
fn only_net_opens_mail_sockets() {
    for source in sources() {
        if matches!(source.module.as_str(), "net") {
            continue;
        }
        for word in [
            "TcpStream::connect",
            "lettre::AsyncSmtpTransport",
            "lettre::SmtpTransport",
        ] {
            assert!(
                !source.product.contains(word),
                "{} holds {word}",
                source.path.display()
            );
        }
    }
}

#[test]
fn every_file_says_what_it_owns_and_is_short_enough_to_read() {
    let mut wrong = Vec::new();
    for source in sources() {
        if !source.text.starts_with("//!") {
            wrong.push(format!("{} does not open with //!", source.path.display()));
        }
        let lines = source.product.lines().count();
        if lines > 400 {
            wrong.push(format!("{} has {lines} lines", source.path.display()));
        }
        for mark in [
            "#[allow(",
            "#![allow(",
            "todo!(",
            "unimplemented!(",
            "// TODO",
            "// FIXME",
        ] {
            if source.text.contains(mark) {
                wrong.push(format!("{} holds {mark}", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn both_engines_have_the_same_migrations() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let names = |engine: &str| -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(root.join(engine))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names("sqlite"), names("postgres"));
    let embedded: Vec<String> = otklik::store::migrations()
        .iter()
        .map(|step| format!("{:04}_{}.sql", step.version, step.name))
        .collect();
    assert_eq!(names("sqlite"), embedded);
}

#[test]
fn every_dependency_has_its_reason() {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"));
    let mut section = String::new();
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    let text = text.unwrap();
    let mut reason = "";
    for line in text.lines() {
        if line.starts_with('[') {
            line.clone_into(&mut section);
            reason = "";
        } else if line.starts_with('#') {
            reason = line;
        } else if line.is_empty() {
            reason = "";
        } else if section == "[dependencies]" && line.contains('=') {
            assert!(!reason.is_empty(), "no reason stands above: {line}");
            *reasons.entry(reason).or_default() += 1;
        }
    }
    assert!(reasons.len() > 5);
}
