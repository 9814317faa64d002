//! The real program, served from a folder of its own on one SQLite file, and its deliveries.

use crate::folder::Folder;
use crate::ports;
use otklik::domain::id::DeliveryId;
use otklik::domain::keys::KeyRing;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Longer than a start takes on a busy machine.
const HANG: Duration = Duration::from_mins(1);

/// Where the program lives and listens, over all its lives.
pub struct Home {
    pub folder: Folder,
    pub address: SocketAddr,
}

impl Home {
    pub fn new() -> Self {
        Self {
            folder: Folder::new(),
            address: ports::free(),
        }
    }

    pub fn key_text() -> String {
        KeyRing::generate([7; 32])
    }

    /// Starts `otklik serve` and waits until it is ready.
    pub fn serve(&self) -> Child {
        let child = Command::new(env!("CARGO_BIN_EXE_otklik"))
            .arg("serve")
            // What steers the tests is no setting of the program.
            .env_clear()
            .current_dir(&self.folder.0)
            .env("OTKLIK_DATA_DIR", &self.folder.0)
            .env("OTKLIK_LISTEN", self.address.to_string())
            .env("OTKLIK_SECRET_KEY", Self::key_text())
            .env("OTKLIK_LOG_LEVEL", "error")
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let begun = Instant::now();
        while !self.is_ready() {
            assert!(begun.elapsed() < HANG, "it is not ready");
            std::thread::sleep(Duration::from_millis(20));
        }
        child
    }

    fn is_ready(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect(self.address) else {
            return false;
        };
        let ask = "GET /health/ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        let mut answer = String::new();
        stream.write_all(ask.as_bytes()).is_ok()
            && stream.read_to_string(&mut answer).is_ok()
            && answer.starts_with("HTTP/1.1 200")
    }

    /// The database.
    pub async fn database(&self) -> SqliteConnection {
        SqliteConnectOptions::new()
            .filename(self.folder.0.join("otklik.db"))
            .busy_timeout(HANG)
            .connect()
            .await
            .unwrap()
    }

    /// Puts deliveries 1 to `count` of one sent message there, clicks tracked.
    pub async fn add_deliveries(&self, count: u32) {
        let mut database = self.database().await;
        let mut tx = database.begin().await.unwrap();
        for sql in [
            "INSERT INTO users (no, id, email, name, role, created_at)
                VALUES (1, x'01', 'a@b.example', 'A', 'rep', 0)",
            "INSERT INTO mailboxes (no, id, name, address, profile, auth, created_at)
                VALUES (1, x'02', 'A', 'a@b.example', 'generic', 'password', 0)",
            "INSERT INTO messages (id, rep_no, mailbox_no, class, purpose, subject,
                    subject_source, message_id, created_at)
                VALUES (x'03', 1, 1, 0, 0, 'S', 'S', 'm@b.example', 0)",
        ] {
            sqlx::query(sql).execute(&mut *tx).await.unwrap();
        }
        for no in 1..=count {
            let sql =
                "INSERT INTO deliveries (no, id, message_id, mailbox_no, rep_no, role, address,
                    domain, address_hash, state, due_at, track_opens, track_clicks, created_at)
                VALUES ($1, $2, x'03', 1, 1, 0, 'c@d.example', 'd.example', x'04', 7, 0, 1, 1, 0)";
            sqlx::query(sql)
                .bind(no)
                .bind(delivery(no).0)
                .execute(&mut *tx)
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
        database.close().await.unwrap();
    }
}

/// The id of the delivery with this number.
pub fn delivery(no: u32) -> DeliveryId {
    DeliveryId(Uuid::from_u128(u128::from(no)))
}

/// Asks for an orderly stop and waits for it.
pub fn stop(mut child: Child) {
    let asked = Command::new("kill").arg(child.id().to_string()).status();
    assert!(asked.unwrap().success());
    assert!(child.wait().unwrap().success());
}
