//! The process that is killed: the real binary, configured by its environment.

use crate::ports;
use crate::support::engines::{Engine, folder};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// An installation: what stays when the process dies.
pub struct Installation {
    pub database_url: String,
    pub data_dir: PathBuf,
    pub listen: SocketAddr,
    pub key: String,
    smtp_url: String,
    connections: usize,
}

/// One run of the process.
pub struct Node {
    child: Child,
}

impl Installation {
    pub fn new(engine: Engine, sink: SocketAddr, connections: usize) -> Self {
        Self {
            database_url: engine.url(),
            data_dir: folder(),
            listen: ports::free(),
            key: otklik::domain::keys::KeyRing::generate([7; 32]),
            smtp_url: format!("smtp://{sink}"),
            connections,
        }
    }

    /// Another node on the database of `other`: its own folder and port.
    pub fn beside(other: &Self) -> Self {
        Self {
            database_url: other.database_url.clone(),
            data_dir: folder(),
            listen: ports::free(),
            key: other.key.clone(),
            smtp_url: other.smtp_url.clone(),
            connections: other.connections,
        }
    }

    /// The program, set up for this installation.
    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_otklik"));
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("OTKLIK_DATABASE_URL", &self.database_url)
            .env("OTKLIK_DATA_DIR", &self.data_dir)
            .env("OTKLIK_LISTEN", self.listen.to_string())
            .env("OTKLIK_BASE_URL", format!("http://{}", self.listen))
            .env("OTKLIK_SECRET_KEY", &self.key)
            .env("OTKLIK_SMTP_URL", &self.smtp_url)
            .env(
                "OTKLIK_SENDING__CONNECTIONS_PER_MAILBOX",
                self.connections.to_string(),
            )
            .env("OTKLIK_LOG_LEVEL", "warn");
        command
    }

    /// Runs a command of the program to its end and gives what it printed.
    pub fn run(&self, arguments: &[&str]) -> String {
        let done = self.command().args(arguments).output().unwrap();
        assert!(
            done.status.success(),
            "otklik {arguments:?}: {}",
            String::from_utf8_lossy(&done.stderr)
        );
        String::from_utf8(done.stdout).unwrap().trim().to_owned()
    }

    /// Starts `serve` with further variables.
    pub fn serve(&self, variables: &[(&str, &str)]) -> Node {
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.data_dir.join("serve.log"))
            .unwrap();
        let child = self
            .command()
            .arg("serve")
            .envs(variables.iter().copied())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        Node { child }
    }

    /// What the process said on its standard error, for a message of a failing test.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.data_dir.join("serve.log")).unwrap_or_default()
    }

    /// Waits until HTTP says that it is ready.
    pub fn wait_ready(&self) {
        let deadline = Instant::now() + Duration::from_mins(1);
        while !self.is_ready() {
            assert!(Instant::now() < deadline, "it starts: {}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn is_ready(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect(self.listen) else {
            return false;
        };
        let request = format!(
            "GET /health/ready HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.listen
        );
        let mut answer = String::new();
        stream.write_all(request.as_bytes()).is_ok()
            && stream.read_to_string(&mut answer).is_ok()
            && answer.starts_with("HTTP/1.1 200")
    }
}

impl Node {
    /// `kill -9`; gives when.
    pub fn kill(mut self) -> Instant {
        let at = Instant::now();
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        at
    }

    /// Waits for the process to die by itself; `false` when it lives on.
    pub fn dies_within(&mut self, limit: Duration) -> bool {
        let deadline = Instant::now() + limit;
        while Instant::now() < deadline {
            if self.child.try_wait().unwrap().is_some() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        false
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
