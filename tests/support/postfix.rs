//! A Postfix of our own: its configuration, queue and log in a temporary folder. It ends with this.

use crate::ports;
use crate::support::engines::folder;
use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Waits until somebody listens.
pub fn wait_for(address: SocketAddr, what: &str, log: impl Fn() -> String) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while TcpStream::connect(address).is_err() {
        assert!(Instant::now() < deadline, "{what} starts: {}", log());
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Its processes change to the user `postfix`, so it takes root.
pub struct Postfix {
    child: Child,
    folder: PathBuf,
    pub address: SocketAddr,
}

impl Postfix {
    /// `delivery` are the lines of `main.cf` that say what becomes of mail. What is deferred is
    /// tried again every second.
    pub fn start(delivery: &str) -> Self {
        let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
        assert!(is_root, "Postfix changes its user: run this test as root");
        let folder = folder();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        let address = ports::free();
        for name in ["queue", "data"] {
            fs::create_dir(folder.join(name)).unwrap();
        }
        run(Command::new("chown")
            .arg("postfix")
            .arg(folder.join("data")));
        fs::write(folder.join("main.cf"), main_cf(&folder, delivery)).unwrap();
        fs::write(folder.join("master.cf"), master_cf(address)).unwrap();
        run(postfix(&folder).arg("check"));
        let child = postfix(&folder)
            .arg("start-fg")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let log = folder.join("postfix.log");
        wait_for(address, "Postfix", || {
            fs::read_to_string(&log).unwrap_or_default()
        });
        Self {
            child,
            folder,
            address,
        }
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("postfix.log")).unwrap_or_default()
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        let _ = postfix(&self.folder).arg("abort").status();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn postfix(folder: &Path) -> Command {
    let mut command = Command::new("/usr/sbin/postfix");
    command.arg("-c").arg(folder).stderr(Stdio::null());
    command
}

fn run(command: &mut Command) {
    assert!(command.status().unwrap().success(), "{command:?}");
}

fn main_cf(folder: &Path, delivery: &str) -> String {
    let at = folder.display();
    format!(
        "compatibility_level = 3.6
queue_directory = {at}/queue
data_directory = {at}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {at}/postfix.log
maillog_file_prefixes = {at}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.seller.example
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
local_recipient_maps =
smtpd_reject_unlisted_recipient = no
smtpd_relay_restrictions = permit_mynetworks reject
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 2s
message_size_limit = 50000000
mailbox_size_limit = 0
virtual_mailbox_limit = 0
{delivery}
"
    )
}

fn master_cf(address: SocketAddr) -> String {
    let port = address.port();
    format!(
        "127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"
    )
}
