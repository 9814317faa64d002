//! One PostgreSQL server per test binary, on a socket in a temporary folder, as the user that
//! `initdb` insists on. It is stopped when the binary ends.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// A running server.
pub struct Server {
    pub(super) dir: PathBuf,
    databases: AtomicU32,
}

static SERVER: OnceLock<Server> = OnceLock::new();

/// The server of this test binary, started on first use.
pub fn server() -> &'static Server {
    SERVER.get_or_init(Server::start)
}

/// The newest installed PostgreSQL's programs.
pub(super) fn bin() -> PathBuf {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .expect("PostgreSQL is installed (tests/run does it)")
        .map(|entry| entry.unwrap().path().join("bin"))
        .filter(|bin| bin.join("initdb").exists())
        .collect();
    found.sort();
    found
        .pop()
        .expect("PostgreSQL's server programs are installed (tests/run does it)")
}

/// Runs a program as `postgres` when we are root, which the server refuses to be.
pub(super) fn as_postgres(program: &Path) -> Command {
    if std::env::var("USER").is_ok_and(|user| user == "root") || unix_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    }
}

fn unix_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id runs");
    id.stdout.trim_ascii() == b"0"
}

pub(super) fn run(command: &mut Command) {
    let done = command
        .current_dir("/tmp")
        .output()
        .expect("the command starts");
    assert!(
        done.status.success(),
        "{command:?} failed: {}{}",
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr)
    );
}

impl Server {
    #[expect(
        clippy::zombie_processes,
        reason = "the watcher outlives this process on purpose"
    )]
    pub fn start() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let n = NEXT.fetch_add(1, Ordering::SeqCst);
        let dir = std::env::temp_dir().join(format!("otklik-pg-{}-{n}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        run(Command::new("chmod").arg("777").arg(&dir));
        let data = dir.join("data");
        run(as_postgres(&bin().join("initdb"))
            .args(["-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"])
            .args(["-U", "postgres", "--no-sync", "-D"])
            .arg(&data));
        let server = Self {
            dir,
            databases: AtomicU32::new(0),
        };
        server.up();
        // When the test binary ends, however it ends, a watcher stops the server.
        let watch = format!(
            "while [ -d /proc/{} ]; do sleep 1; done; {} -D {} -m immediate stop; rm -rf {}",
            std::process::id(),
            bin().join("pg_ctl").display(),
            data.display(),
            server.dir.display()
        );
        as_postgres(Path::new("sh"))
            .args(["-c", &watch])
            .current_dir("/tmp")
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        server
    }

    /// Starts the server after [`Server::down`].
    pub fn up(&self) {
        // What a process wrote outlives the process without a sync, and no test takes the machine's
        // power away; what is measured is measured in release builds, with every sync.
        let sync = if cfg!(debug_assertions) { "off" } else { "on" };
        let options = format!(
            "-c listen_addresses= -c unix_socket_directories={} -c max_connections=300 -c fsync={sync}",
            self.dir.display()
        );
        run(as_postgres(&bin().join("pg_ctl"))
            .arg("-D")
            .arg(self.dir.join("data"))
            .arg("-l")
            .arg(self.dir.join("log"))
            .args(["-w", "-o", &options, "start"]));
    }

    /// The URL of a fresh database: an empty one, or a copy of `model`.
    pub fn database(&self, model: Option<&str>) -> String {
        let name = format!("t{}", self.databases.fetch_add(1, Ordering::SeqCst));
        self.database_named(&name, model)
    }

    /// The same, under a name of the caller's.
    pub fn database_named(&self, name: &str, model: Option<&str>) -> String {
        run(as_postgres(&bin().join("createdb"))
            .args(["-U", "postgres", "-h"])
            .arg(&self.dir)
            .args(["-T", model.unwrap_or("template0")])
            .arg(name));
        format!(
            "postgres://postgres@localhost/{name}?host={}",
            self.dir.display()
        )
    }
}
