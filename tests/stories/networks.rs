//! An operator's own network list comes into force without a restart, and a broken one changes
//! nothing; on both engines.

use super::readers::{CHROME, Mail, Readers};
use crate::support::engines::Engine;
use otklik::domain::clock::HOUR_MS;
use otklik::domain::event::Detail;
use otklik::domain::hit::Method::Get;
use otklik::domain::verdict::{Rule, Verdict};
use otklik::store::log;
use otklik::work::networks;

const INSIDE: &str = "203.0.113.7";

/// A click from the operator's network, taken in; how it was judged.
async fn clicked(readers: &Readers, mail: &Mail, hour: i64) -> (Verdict, Rule) {
    let at = hour * HOUR_MS;
    readers.ask(mail, at, 1, (Get, CHROME, INSIDE)).await;
    readers.judged_at(at).await;
    let events = log::of_delivery(&readers.app.ctx.store, mail.no);
    let events = events.await.unwrap();
    let newest = events
        .iter()
        .rev()
        .find_map(|event| match &event.event.detail {
            Detail::Hit { judgement, .. } => Some((judgement.verdict, judgement.rule)),
            _ => None,
        });
    newest.expect("a click")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operators_list_judges_the_next_click_without_a_restart() {
    for engine in Engine::BOTH {
        let readers = Readers::start(engine).await;
        let ctx = &readers.app.ctx;
        let mail = &readers.send(&["anna@acme.example"]).await[0];
        let person = (Verdict::LikelyHuman, Rule::HNav);
        assert_eq!(clicked(&readers, mail, 1).await, person, "{engine:?}");

        let folder = &ctx.settings.networks_dir;
        std::fs::create_dir_all(folder).unwrap();
        let file = folder.join("own.tsv");
        let line = "203.0.113.0/24\tall\tcertain\tOur scanner\tseen by us\t2026-11-01\n";
        std::fs::write(&file, line).unwrap();
        networks::step(ctx).await.unwrap();
        let scanner = (Verdict::Scanner, Rule::NListed);
        assert_eq!(clicked(&readers, mail, 2).await, scanner, "{engine:?}");

        std::fs::write(&file, "203.0.113.0/24 nonsense\n").unwrap();
        networks::step(ctx).await.unwrap();
        let still = clicked(&readers, mail, 3).await;
        assert_eq!(still, scanner, "{engine:?}: what was read before holds");
        std::fs::remove_file(&file).unwrap();
        networks::step(ctx).await.unwrap();
        assert_eq!(clicked(&readers, mail, 4).await, person, "{engine:?}");
        readers.app.stop().await;
    }
}
