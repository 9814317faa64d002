//! What an owner excluded is left alone: folders by the names people write, and, where the server
//! tells labels as Gmail does, mail that bears one of theirs.

use crate::dovecot::Dovecot;
use crate::mailbox::{New, access, add, counts, mail, number, readers};
use crate::support::engines::Engine;
use crate::support::world::{ctx, settings};
use otklik::store::mailbox_access::AccessState;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

#[tokio::test(flavor = "multi_thread")]
async fn an_excluded_folder_is_left_alone_by_the_name_that_people_write() {
    let dovecot = Dovecot::start();
    for (at, engine) in Engine::BOTH.into_iter().enumerate() {
        let user = format!("folders{at}@seller.example");
        let ctx = ctx(engine, settings(None)).await;
        let new = New {
            excluded: &["gesendet", "Réponses"],
            ..New::shared(&user, &dovecot.url())
        };
        let mailbox = add(&ctx, new).await;
        dovecot.deliver(&user, &mail(1, "hello"));
        let file = |folder: &str, n: usize| {
            let folder = format!("{}/.{folder}", dovecot.maildir(&user).display());
            dovecot.put(std::path::Path::new(&folder), &mail(n, "of no concern"));
        };
        file("Gesendet", 2);
        file("R&AOk-ponses", 3);
        readers(&ctx).step().await.unwrap();
        assert_eq!(counts(&ctx).await, (1, 1), "{engine:?}: the inbox alone");
        let standing = access(&ctx, &mailbox).await;
        assert_eq!(standing.state, AccessState::Connected, "{standing:?}");
    }
}

/// Mails of a mailbox with their labels as the server writes them.
const MAILS: [&str; 5] = [
    "(\"\\\\Important\")",
    "(\"\\\\Important\" Private)",
    "(\"Private/Health\" Work)",
    "(&BBsEOARHBD0EPgQ1-)",
    "()",
];

/// A server as Gmail is one; gives the UIDs of bodies that were asked for.
async fn gmail() -> (SocketAddr, Arc<Mutex<Vec<u32>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let fetched: Arc<Mutex<Vec<u32>>> = Arc::default();
    let asked = Arc::clone(&fetched);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let asked = Arc::clone(&asked);
            tokio::spawn(async move {
                // The client hangs up when it is done.
                let _ = serve(stream, &asked).await;
            });
        }
    });
    (address, fetched)
}

async fn serve(stream: TcpStream, fetched: &Mutex<Vec<u32>>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"* OK hello\r\n").await?;
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let (tag, command) = line.trim_end().split_once(' ').unwrap();
        let answer = answer(command, fetched);
        let done = format!("{answer}{tag} OK done\r\n");
        stream.write_all(done.as_bytes()).await?;
    }
}

fn answer(command: &str, fetched: &Mutex<Vec<u32>>) -> String {
    let each = |what: &dyn Fn(usize) -> String| {
        let lines =
            (1..=MAILS.len()).map(|uid| format!("* {uid} FETCH (UID {uid} {})\r\n", what(uid)));
        lines.collect::<String>()
    };
    if command == "CAPABILITY" {
        "* CAPABILITY IMAP4rev1 X-GM-EXT-1\r\n".to_owned()
    } else if command.starts_with("LIST") {
        "* LIST () \"/\" INBOX\r\n".to_owned()
    } else if command.starts_with("EXAMINE") {
        "* 5 EXISTS\r\n* OK [UIDVALIDITY 1] x\r\n* OK [UIDNEXT 6] x\r\n".to_owned()
    } else if command.starts_with("UID SEARCH") {
        "* SEARCH 1 2 3 4 5\r\n".to_owned()
    } else if command.contains("X-GM-LABELS") {
        each(&|uid| format!("X-GM-LABELS {}", MAILS[uid - 1]))
    } else if command.contains("RFC822.SIZE") {
        let at = "\" 5-May-2026 10:00:00 +0000\"";
        each(&|uid| format!("RFC822.SIZE {} INTERNALDATE {at}", mail(uid, "hello").len()))
    } else if let Some(rest) = command.strip_prefix("UID FETCH ") {
        let uid: u32 = rest.split(' ').next().unwrap().parse().unwrap();
        fetched.lock().unwrap().push(uid);
        let text = mail(uid as usize, "hello");
        let size = text.len();
        format!("* {uid} FETCH (UID {uid} BODY[]<0> {{{size}}}\r\n{text})\r\n")
    } else {
        String::new()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_with_an_excluded_label_is_not_even_fetched_and_the_rest_is_read() {
    for engine in Engine::BOTH {
        let (server, fetched) = gmail().await;
        let ctx = ctx(engine, settings(None)).await;
        let url = format!("imap://{server}");
        let new = New {
            excluded: &["private", "Личное"],
            ..New::shared("labels@seller.example", &url)
        };
        let mailbox = add(&ctx, new).await;
        let readers = readers(&ctx);
        readers.step().await.unwrap();
        let standing = access(&ctx, &mailbox).await;
        assert_eq!(standing.state, AccessState::Connected, "{standing:?}");
        assert_eq!(*fetched.lock().unwrap(), [1, 5], "{engine:?}");
        assert_eq!(counts(&ctx).await, (2, 2), "{engine:?}");
        let cursor = "SELECT MAX(uid) FROM mailbox_cursors";
        assert_eq!(number(&ctx.store, cursor).await, 5, "{engine:?}: past them");
        readers.step().await.unwrap();
        assert_eq!(fetched.lock().unwrap().len(), 2, "{engine:?}");
    }
}
