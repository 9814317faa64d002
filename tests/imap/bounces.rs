//! Postfix refuses a recipient after it took the mail: its report lands in the rep's own INBOX,
//! where it is read.

use crate::dovecot::{Dovecot, owner, wait_for};
use crate::mailbox::{New, add, number, readers, until};
use crate::ports;
use crate::support::engines::{Engine, folder};
use crate::support::world::{ctx, letter, rep, settings};
use otklik::accept;
use otklik::domain::mailbox::Profile;
use otklik::net::smtp::PhaseTimeouts;
use otklik::work::send::Sender;
use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const RITA: &str = "rita@seller.example";

/// A Postfix of our own that delivers Rita's mail into her maildir. Its processes change to the
/// user `postfix`, so it takes root; it ends with this.
struct Postfix {
    child: Child,
    folder: PathBuf,
    address: SocketAddr,
}

impl Postfix {
    fn start(maildir: &Path) -> Self {
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
        fs::write(folder.join("main.cf"), main_cf(&folder, maildir)).unwrap();
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

    fn log(&self) -> String {
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

fn main_cf(folder: &Path, maildir: &Path) -> String {
    let (uid, gid) = owner();
    let (at, mail) = (folder.display(), maildir.parent().unwrap().display());
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
virtual_mailbox_domains = seller.example buyer.example
virtual_mailbox_base = {mail}
virtual_mailbox_maps = inline:{{ {{ {RITA} = {RITA}/ }} }}
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
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
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_bounce_lands_in_the_inbox_of_the_rep_and_is_stored() {
    let dovecot = Dovecot::start();
    dovecot.deliver(RITA, "From: postmaster@seller.example\r\n\r\nwelcome\r\n");
    let postfix = Postfix::start(&dovecot.maildir(RITA));
    for engine in Engine::BOTH {
        let ctx = ctx(engine, settings(None)).await;
        let viewer = rep(&ctx, RITA).await;
        let new = New {
            address: RITA,
            owner: Some(viewer.user),
            profile: Profile::Generic,
            smtp_url: Some(format!("smtp://{}", postfix.address)),
            imap_url: Some(dovecot.url()),
            password: Some(crate::dovecot::PASSWORD),
            sent: None,
            excluded: &[],
        };
        let mailbox = add(&ctx, new).await;
        let mut new = letter("nobody@buyer.example");
        new.mailbox = Some(mailbox.id);
        let accepted = accept::accept(&ctx, &viewer, new).await.unwrap();
        let send = Sender::new(ctx.clone(), PhaseTimeouts::all(Duration::from_secs(30)));
        send.step().await.unwrap();
        until("the report arrives", async || {
            let mails = dovecot.mails(RITA, "INBOX");
            mails.iter().any(|mail| mail.contains(&accepted.message_id))
        })
        .await;
        readers(&ctx).step().await.unwrap();
        let stored = "SELECT COUNT(*) FROM inbound";
        assert!(number(&ctx.store, stored).await > 0, "{}", postfix.log());
    }
}
