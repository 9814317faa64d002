//! The binary as an operator runs it: a process of its own, with nothing of our environment.

use super::engines::{Engine, folder, in_file};
use super::postgres;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

/// Longer than anything here takes on a busy machine.
pub const HANG: Duration = Duration::from_mins(2);

/// One installation: a data folder and a database.
#[derive(Debug, Clone)]
pub struct Installation {
    pub folder: PathBuf,
    pub database_url: String,
    settings: Vec<(String, String)>,
}

/// A running `otklik serve`; killed when dropped.
pub struct Serving {
    pub address: SocketAddr,
    child: Child,
}

impl Installation {
    /// A fresh one.
    pub fn fresh(engine: Engine) -> Self {
        let database_url = match engine {
            Engine::Sqlite => in_file(&folder()),
            Engine::Postgres => postgres::server().database(None),
        };
        let fresh = Self {
            folder: folder(),
            database_url,
            settings: Vec::new(),
        };
        match engine {
            Engine::Sqlite => fresh,
            Engine::Postgres => fresh.set("OTKLIK_SECRET_KEY", &key(1)),
        }
    }

    /// The same with a variable set.
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.settings.retain(|(known, _)| known != name);
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// `otklik ARGS` of this installation, not yet started.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_otklik"));
        command
            .args(args)
            .env_clear()
            .env("OTKLIK_DATA_DIR", &self.folder)
            .env("OTKLIK_DATABASE_URL", &self.database_url)
            .env("OTKLIK_LISTEN", "127.0.0.1:0")
            .env("OTKLIK_LOG_FORMAT", "json")
            .envs(self.settings.iter().cloned())
            .current_dir(&self.folder)
            .stdin(Stdio::null());
        command
    }

    /// Runs `otklik ARGS` to its end.
    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs `otklik ARGS` with `input` on stdin.
    pub fn run_with(&self, args: &[&str], input: &str) -> Output {
        let mut command = self.command(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        child.wait_with_output().unwrap()
    }

    /// Starts `otklik serve` and waits until it serves.
    pub fn serve(&self) -> Serving {
        let mut command = self.command(&["serve"]);
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut seen = String::new();
        let address = loop {
            let Some(line) = lines.next() else {
                panic!("serve ended before it served: {seen}");
            };
            let line = line.unwrap();
            let logged: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
            if logged["message"] == "otklik serves" {
                break logged["http.address"].as_str().unwrap().parse().unwrap();
            }
            seen.push_str(&line);
            seen.push('\n');
        };
        // Whoever does not read would block the process in its next log line.
        std::thread::spawn(move || lines.for_each(drop));
        Serving { address, child }
    }
}

impl Serving {
    /// Sends a signal, such as `TERM`.
    pub fn signal(&self, name: &str) {
        let id = self.id().to_string();
        let kill = Command::new("kill").args(["-s", name, &id]).status();
        assert!(kill.unwrap().success());
    }

    /// Waits for the end.
    pub fn ended(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(begun.elapsed() < HANG, "the process does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The id of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The text of a key ring with one key.
pub fn key(byte: u8) -> String {
    otklik::domain::keys::KeyRing::generate([byte; 32])
}
