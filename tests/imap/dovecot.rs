//! A Dovecot of our own: its configuration, mail and sockets in a temporary folder. It ends with
//! this.

use crate::ports;
use crate::postfix::wait_for;
use crate::support::engines::folder;
use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Everybody's password.
pub const PASSWORD: &str = "s3cret-words";

pub struct Dovecot {
    child: Child,
    folder: PathBuf,
    pub address: SocketAddr,
    owner: (u32, u32),
}

/// Who mail belongs to: as root nobody, since Dovecot gives root no mail.
pub fn owner() -> (u32, u32) {
    let us = fs::metadata("/proc/self").unwrap();
    match us.uid() {
        0 => (65_534, 65_534),
        uid => (uid, us.gid()),
    }
}

impl Dovecot {
    pub fn start() -> Self {
        let folder = folder();
        let address = ports::free();
        let owner = owner();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        for name in ["mail", "home"] {
            fs::create_dir(folder.join(name)).unwrap();
            chown(folder.join(name), Some(owner.0), Some(owner.1)).unwrap();
        }
        fs::write(folder.join("dovecot.conf"), config(&folder, address, owner)).unwrap();
        let child = Command::new("/usr/sbin/dovecot")
            .args(["-F", "-c"])
            .arg(folder.join("dovecot.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("dovecot is installed (Debian: apt-get install dovecot-imapd)");
        let log = folder.join("dovecot.log");
        wait_for(address, "Dovecot", || {
            fs::read_to_string(&log).unwrap_or_default()
        });
        Self {
            child,
            folder,
            address,
            owner,
        }
    }

    pub fn url(&self) -> String {
        format!("imap://{}", self.address)
    }

    /// The maildir of `user`.
    pub fn maildir(&self, user: &str) -> PathBuf {
        self.folder.join("mail").join(user)
    }

    /// Puts a mail into the INBOX of `user`, as a delivery agent does.
    pub fn deliver(&self, user: &str, mail: &str) {
        self.put(&self.maildir(user), mail);
    }

    /// The same into a folder of that maildir.
    pub fn put(&self, maildir: &Path, mail: &str) {
        static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        for name in ["", "tmp", "new", "cur"] {
            let part = maildir.join(name);
            if !part.exists() {
                fs::create_dir_all(&part).unwrap();
                chown(&part, Some(self.owner.0), Some(self.owner.1)).unwrap();
            }
        }
        let n = NEXT.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let name = format!("{}.{n}.test", 1_800_000_000 + n);
        let draft = maildir.join("tmp").join(&name);
        fs::write(&draft, mail).unwrap();
        chown(&draft, Some(self.owner.0), Some(self.owner.1)).unwrap();
        fs::rename(draft, maildir.join("new").join(name)).unwrap();
    }

    /// Runs `doveadm` to its end and gives what it printed.
    pub fn doveadm(&self, arguments: &[&str]) -> String {
        let done = Command::new("/usr/bin/doveadm")
            .arg("-c")
            .arg(self.folder.join("dovecot.conf"))
            .args(arguments)
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "doveadm {arguments:?}: {errors}");
        String::from_utf8(done.stdout).unwrap()
    }

    /// The mails of a folder, whole.
    pub fn mails(&self, user: &str, folder: &str) -> Vec<String> {
        let text = self.doveadm(&["fetch", "-u", user, "text", "mailbox", folder]);
        text.split("text:\n").skip(1).map(str::to_owned).collect()
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        // Asked to end it takes its own processes along.
        let id = self.child.id().to_string();
        let _ = Command::new("kill").args(["-s", "TERM", &id]).status();
        let _ = self.child.wait();
    }
}

fn config(folder: &Path, address: SocketAddr, (uid, gid): (u32, u32)) -> String {
    let at = folder.display();
    let port = address.port();
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    let us = if is_root {
        String::new()
    } else {
        let name = Command::new("id").arg("-un").output().unwrap().stdout;
        let name = String::from_utf8(name).unwrap();
        let name = name.trim();
        format!("default_internal_user = {name}\ndefault_login_user = {name}\n")
    };
    format!(
        "base_dir = {at}/run
state_dir = {at}/state
log_path = {at}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_location = maildir:{at}/mail/%u
first_valid_uid = 1
mail_max_userip_connections = 200
{us}service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={at}/home/%u
}}
namespace inbox {{
  inbox = yes
  mailbox Gesendet {{
    auto = create
    special_use = \\Sent
  }}
}}
"
    )
}
