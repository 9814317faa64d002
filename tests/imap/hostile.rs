//! A server that means no good harms its own mailbox and nothing else.

use crate::dovecot::Dovecot;
use crate::mailbox::{New, access, add, counts, mail};
use crate::support::engines::Engine;
use crate::support::world::{ctx, settings};
use otklik::net::imap::Timeouts;
use otklik::store::mailbox_access::AccessState;
use otklik::work::mailbox::Readers;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What a server does once it has let somebody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Malice {
    /// Greets and says nothing more.
    Silent,
    /// A line that never ends.
    Endless,
    /// A literal of four gigabytes.
    Huge,
    /// Brackets, a hundred thousand deep.
    Deep,
    /// One byte a moment.
    Drip,
    /// Not IMAP.
    Nonsense,
    /// Data that nobody asked for, for ever.
    Flood,
    /// A mail that does not end where it said.
    Liar,
}

const ALL: [Malice; 8] = [
    Malice::Silent,
    Malice::Endless,
    Malice::Huge,
    Malice::Deep,
    Malice::Drip,
    Malice::Nonsense,
    Malice::Flood,
    Malice::Liar,
];

async fn start(malice: Malice) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                // The client hangs up in the middle of most of these.
                let _ = serve(stream, malice).await;
            });
        }
    });
    address
}

async fn serve(stream: TcpStream, malice: Malice) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"* OK hello\r\n").await?;
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let (tag, command) = line.trim_end().split_once(' ').unwrap_or(("*", ""));
        let (tag, command) = (tag.to_owned(), command.to_ascii_uppercase());
        let answer = if command.starts_with("CAPABILITY") {
            "* CAPABILITY IMAP4rev1\r\n".to_owned()
        } else if command.starts_with("LIST") {
            "* LIST () \"/\" INBOX\r\n".to_owned()
        } else if command.starts_with("EXAMINE") {
            "* 1 EXISTS\r\n* OK [UIDVALIDITY 1] x\r\n* OK [UIDNEXT 2] x\r\n".to_owned()
        } else if command.starts_with("UID SEARCH") {
            evil(&mut stream, malice).await?;
            "* SEARCH 1\r\n".to_owned()
        } else if command.contains("RFC822.SIZE") {
            "* 1 FETCH (UID 1 RFC822.SIZE 10 INTERNALDATE \"24-Nov-2026 10:00:00 +0000\")\r\n"
                .to_owned()
        } else if command.contains("BODY.PEEK") {
            let part = "x".repeat(1_048_576);
            format!(
                "* 1 FETCH (UID 1 BODY[]<0> {{{}}}\r\n{part})\r\n",
                part.len()
            )
        } else {
            String::new()
        };
        let done = format!("{answer}{tag} OK done\r\n");
        stream.write_all(done.as_bytes()).await?;
    }
}

async fn evil(stream: &mut BufReader<TcpStream>, malice: Malice) -> std::io::Result<()> {
    match malice {
        Malice::Silent => tokio::time::sleep(Duration::from_mins(10)).await,
        Malice::Endless => loop {
            stream.write_all(&[b'x'; 4_096]).await?;
        },
        Malice::Huge => {
            stream
                .write_all(b"* 1 FETCH (BODY[] {4294967295}\r\n")
                .await?;
            loop {
                stream.write_all(&[b'x'; 4_096]).await?;
            }
        }
        Malice::Deep => {
            let deep = format!("* 1 FETCH (BODY {}\r\n", "(".repeat(100_000));
            stream.write_all(deep.as_bytes()).await?;
        }
        Malice::Drip => loop {
            stream.write_all(b"x").await?;
            tokio::time::sleep(Duration::from_millis(50)).await;
        },
        Malice::Nonsense => {
            let page = b"HTTP/1.1 200 OK\r\n\r\n<html>\r\n";
            stream.write_all(page).await?;
        }

        Malice::Flood => loop {
            stream
                .write_all(&b"* 1 FETCH (FLAGS ())\r\n".repeat(200))
                .await?;
        },
        Malice::Liar => {}
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_server_harms_its_own_mailbox_alone() {
    let dovecot = Dovecot::start();
    let ctx = ctx(Engine::Sqlite, settings(None)).await;
    let mut hostile = Vec::new();
    for malice in ALL {
        let url = format!("imap://{}", start(malice).await);
        let address = format!("{malice:?}@seller.example").to_lowercase();
        let mailbox = add(&ctx, New::shared(&address, &url)).await;
        hostile.push((malice, mailbox));
    }
    let good = add(&ctx, New::shared("good@seller.example", &dovecot.url())).await;
    dovecot.deliver("good@seller.example", &mail(1, "hello"));
    let limits = Timeouts::all(Duration::from_secs(3));
    let begun = Instant::now();
    Readers::new(ctx.clone(), limits).step().await.unwrap();
    assert!(begun.elapsed() < Duration::from_mins(2), "nothing hangs");
    assert_eq!(counts(&ctx).await, (1, 1), "what is good came in");
    assert_eq!(access(&ctx, &good).await.state, AccessState::Connected);
    for (malice, mailbox) in hostile {
        let standing = access(&ctx, &mailbox).await;
        assert_eq!(standing.state, AccessState::Trouble, "{malice:?}");
        println!("{malice:?}: {}", standing.trouble.unwrap());
    }
}

#[tokio::test]
async fn starttls_that_is_stripped_or_followed_by_plain_words_ends_before_the_sign_in() {
    use otklik::net::imap::{Connector, Login, Server, Trouble};
    for injected in [false, true] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let mut stream = BufReader::new(stream);
            stream.write_all(b"* OK hello\r\n").await.unwrap();
            let (mut heard, mut line) = (String::new(), String::new());
            while stream.read_line(&mut line).await.unwrap_or(0) > 0 {
                heard.push_str(&line);
                let tag = line.split(' ').next().unwrap_or("*").to_owned();
                line.clear();
                let answer = if injected {
                    format!("{tag} OK go\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n")
                } else {
                    format!("{tag} BAD what\r\n")
                };
                let _ = stream.write_all(answer.as_bytes()).await;
            }
            heard
        });
        let server = Server::parse(&format!("imap://localhost:{port}?tls=required")).unwrap();
        let login = Login::Password {
            user: "rita".to_owned(),
            password: "hush".to_owned().into(),
        };
        let connector = Connector::new(Timeouts::all(Duration::from_secs(5)));
        let error = connector.connect(&server, &login).await.unwrap_err();
        assert_eq!(error.trouble, Trouble::Tls, "{error}");
        let heard = heard.await.unwrap();
        assert!(
            !heard.contains("hush") && !heard.contains("LOGIN"),
            "{heard}"
        );
    }
}
