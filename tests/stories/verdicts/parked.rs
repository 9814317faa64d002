//! An intake file that cannot be read: it is put aside and counted, and what waits for all that
//! arrived goes on.

use super::{World, scalar};
use crate::lifecycle::until;
use crate::support::engines::{Engine, folder};
use otklik::domain::clock::{MINUTE_MS, SECOND_MS};
use otklik::intake::{Intake, Limits};
use sqlx::{Connection as _, SqliteConnection};
use std::path::{Path, PathBuf};

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|it| it == ending))
        .collect()
}

/// What a broken disk may leave of a file: nothing of its records.
async fn empty(file: &Path) {
    let url = format!("sqlite://{}", file.display());
    let mut file = SqliteConnection::connect(&url).await.unwrap();
    let gone = sqlx::query("DELETE FROM batch").execute(&mut file).await;
    assert!(gone.unwrap().rows_affected() > 0);
    file.close().await.unwrap();
}

#[tokio::test]
async fn an_intake_file_that_cannot_be_read_is_put_aside_and_holds_nothing_back() {
    for engine in Engine::BOTH {
        let mut world = World::new(engine).await;
        let own = folder();
        world.intake.close().await;
        let intake = Intake::open(&own, &world.ctx.keys, Limits::default()).await;
        world.intake = intake.unwrap();
        world.click(1).await;
        world.work().await;
        // The file in use loses what is not taken yet; another, whose owner is gone, its form.
        world.click(2).await;
        world.click(3).await;
        empty(&files(&own, "db")[0]).await;
        let left = own.join("01890a5d-ac96-774b-bcce-b302099a8057.db");
        std::fs::write(left, [7; 8_192]).unwrap();
        until("both are put aside", async || {
            world.work().await;
            (files(&own, "unreadable").len() == 2).then_some(())
        })
        .await;
        assert_eq!(files(&own, "db").len(), 0, "{engine:?}");
        let store = &world.ctx.store;
        let lost = "SELECT CAST(SUM(n) AS BIGINT) FROM unrecorded";
        assert_eq!(scalar(store, lost).await, 2, "{engine:?}: counted once");

        // Two links at once would be nobody's.
        world.ctx.clock.advance(SECOND_MS);
        world.click(4).await;
        world.ctx.clock.advance(MINUTE_MS);
        world.work().await;
        let clicks = "SELECT COUNT(*) FROM events WHERE kind = 9";
        assert_eq!(scalar(store, clicks).await, 2, "{engine:?}");
        assert_eq!(world.notices().await.len(), 1, "{engine:?}: it fires");
        world.end().await;
    }
}
