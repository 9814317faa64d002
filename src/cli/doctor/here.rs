//! What is on this machine or right behind it: folder, keys, database, queue, our own address.

use super::Findings;
use crate::config::Settings;
use crate::ctx::Ctx;
use crate::domain::clock::SECOND_MS;
use crate::domain::contact::PrivacyPreset;
use crate::keys::{self, KEY_FILE};
use crate::networks;
use crate::store::settings::{self, Setting};
use crate::store::{heartbeat, inbound, migrations};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

/// Less free space than this is too little: a day's hits and a busy database fit into it.
const LEAST_FREE_BYTES: u64 = 1 << 30;
/// How long anything here may take to answer.
const WAIT: Duration = Duration::from_secs(10);

/// The data folder: there, ours, with space; the key file for its owner alone.
pub(super) fn folder(findings: &mut Findings, settings: &Settings) {
    let folder = &settings.data_dir;
    let what = format!("data folder {}", folder.display());
    if !folder.exists() {
        findings.note(&what, "is not there yet; serve makes it");
        return;
    }
    match rustix::fs::statvfs(folder) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let text = format!("{} MiB are free", free >> 20);
            if free < LEAST_FREE_BYTES {
                findings.bad(&what, &format!("{text}; make room, or hits go unrecorded"));
            } else {
                findings.good(&what, &text);
            }
        }
        Err(error) => findings.bad(&what, &format!("cannot be looked at: {error}")),
    }
    intake(findings, folder);
    let Ok(key) = std::fs::metadata(folder.join(KEY_FILE)) else {
        return;
    };
    if key.permissions().mode() & 0o077 != 0 {
        findings.bad("key file", "others may read it; run chmod 600 on it");
    } else {
        findings.good(
            "key file",
            "for its owner alone; keep a copy outside this machine",
        );
    }
}

/// Whether hits lie in files that nobody could read.
fn intake(findings: &mut Findings, folder: &Path) {
    let aside = |entry: &std::fs::DirEntry| entry.path().extension() == Some("unreadable".as_ref());
    let files = std::fs::read_dir(folder.join("intake"))
        .into_iter()
        .flatten();
    match files.flatten().filter(aside).count() {
        0 => findings.good("intake", "every file of hits could be read"),
        n => {
            let text = format!(
                "files of hits that could not be read and were put aside as *.unreadable: {n}. Their \
                 hits are counted as unrecorded. Look at the disk, then move the files away"
            );
            findings.bad("intake", &text);
        }
    }
}

/// The network lists: ours and the operator's.
pub(super) fn lists(findings: &mut Findings, settings: &Settings) {
    let folder = &settings.networks_dir;
    let what = format!("network lists in {}", folder.display());
    match networks::load(folder) {
        Ok(catalogue) => {
            let newest = catalogue.newest().map(|day| day.to_string());
            let text = format!(
                "{} ranges with ours, the newest line of {}",
                catalogue.len(),
                newest.unwrap_or_default()
            );
            findings.good(&what, &text);
        }
        Err(error) => findings.bad(
            &what,
            &format!("{error}; mend the line. Until then what was read before is in force"),
        ),
    }
}

/// What the chosen preset asks of the operator.
pub(super) fn privacy(findings: &mut Findings, settings: &Settings) {
    let text = match settings.privacy {
        PrivacyPreset::On => {
            "on: opens and clicks are recorded unless somebody objects. France (CNIL 2026-042) and \
             Italy (Garante 284/2026) ask for prior consent to open pixels, also between \
             companies: set OTKLIK_PRIVACY to consent or hygiene for contacts there"
        }
        PrivacyPreset::Consent => "consent: nothing is recorded for a contact without it",
        PrivacyPreset::Hygiene => "hygiene: of opens only the day of the last one is kept",
        PrivacyPreset::Off => "off: nothing is recorded",
    };
    findings.note("privacy", text);
}

/// Database, schema, keys and clock; `false` when it cannot be read.
pub(super) async fn database(findings: &mut Findings, ctx: &Ctx) -> bool {
    match tokio::time::timeout(WAIT, ctx.store.ping()).await {
        Ok(Ok(())) => findings.good("database", "answers"),
        Ok(Err(error)) => {
            findings.bad(
                "database",
                &format!("{error}; check OTKLIK_DATABASE_URL and the server"),
            );
            return false;
        }
        Err(_) => {
            findings.bad(
                "database",
                "does not answer within 10 s; check its server and the network",
            );
            return false;
        }
    }
    let needed = migrations().last().map_or(0, |last| last.version);
    match ctx.store.schema_version().await {
        Ok(found) if found == needed => findings.good("schema", &format!("version {found}")),
        Ok(0) => {
            findings.note(
                "schema",
                "there is none yet; serve or otklik migrate makes it",
            );
            return false;
        }
        Ok(found) if found < needed => {
            findings.bad(
                "schema",
                &format!("version {found} of {needed}; run otklik migrate"),
            );
            return false;
        }
        Ok(found) => {
            let text = format!("version {found} is newer than this program; install the newer one");
            findings.bad("schema", &text);
            return false;
        }
        Err(error) => {
            findings.bad("schema", &error.to_string());
            return false;
        }
    }
    match keys::fit(&ctx.store, &ctx.keys).await {
        Ok(()) => findings.good("keys", "are the ones this database was used with"),
        Err(error) => findings.bad("keys", &error.to_string()),
    }
    clock(findings, ctx).await;
    true
}

/// The database's clock beside ours; leases use the one, schedules the other.
async fn clock(findings: &mut Findings, ctx: &Ctx) {
    match ctx.store.clock().await {
        Ok(theirs) => {
            let apart = ctx.clock.now().since(theirs).abs();
            let text = format!("{} s from the database's", apart / SECOND_MS);
            if apart > 5 * SECOND_MS {
                findings.bad("clock", &format!("{text}; let NTP set both"));
            } else {
                findings.good("clock", &text);
            }
        }
        Err(error) => findings.bad("clock", &error.to_string()),
    }
}

/// Whether mail may go, and whether anybody serves.
pub(super) async fn queue(findings: &mut Findings, ctx: &Ctx) {
    match settings::get(&ctx.store, Setting::QueueHold).await {
        Ok(None) => findings.good("queue", "mail may go"),
        Ok(Some(reason)) => {
            let text = format!("on hold: {reason}. Look at the list on the pages and release it");
            findings.bad("queue", &text);
        }
        Err(error) => findings.bad("queue", &error.to_string()),
    }
    match settings::get(&ctx.store, Setting::PostalAddress).await {
        Ok(Some(_)) => findings.good("postal address", "is set"),
        Ok(None) => findings.bad(
            "postal address",
            "is not set; outreach must carry one and is refused without it: set it under Settings",
        ),
        Err(error) => findings.bad("postal address", &error.to_string()),
    }
    match inbound::pending::parked(&ctx.store).await {
        Ok(0) => findings.good("inbound mail", "all of it was understood"),
        Ok(n) => {
            let text = format!(
                "{n} could not be understood: look at GET /api/v1/inbound?state=parked, and try them again or withdraw them"
            );
            findings.bad("inbound mail", &text);
        }
        Err(error) => findings.bad("inbound mail", &error.to_string()),
    }
    match heartbeat::last(&ctx.store).await {
        Ok(Some(at)) => findings.note("last sign of life", &at.rfc3339()),
        Ok(None) => findings.note("last sign of life", "none: serve has not run yet"),
        Err(error) => findings.bad("last sign of life", &error.to_string()),
    }
}

/// Whether links in mail lead here.
pub(super) async fn tracking(findings: &mut Findings, settings: &Settings) {
    let url = format!("{}health/live", settings.tracking_url);
    let what = format!("tracking address {}", settings.tracking_url);
    let is_loopback = matches!(
        settings.tracking_url.host_str(),
        Some("127.0.0.1" | "localhost" | "[::1]")
    );
    if is_loopback {
        findings.note(
            &what,
            "leads to this machine alone: set OTKLIK_TRACKING_URL before mail goes to anybody else",
        );
    }
    if settings.tracking_url.scheme() == "https" {
        let text =
            format!("not looked at, since TLS ends at your proxy: curl -i {url} should say ok");
        findings.note(&what, &text);
        return;
    }
    let asked = reqwest::Client::builder().timeout(WAIT).no_proxy().build();
    let answer = match asked {
        Ok(client) => client.get(&url).send().await,
        Err(error) => Err(error),
    };
    match answer {
        Ok(answer) if answer.status().is_success() => findings.good(&what, "answers"),
        Ok(answer) => {
            let text = format!("answers {}; something else listens there", answer.status());
            findings.bad(&what, &text);
        }
        Err(_) => findings.bad(
            &what,
            "does not answer; start otklik serve, or correct the address",
        ),
    }
}
