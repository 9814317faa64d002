//! Raw bytes against our receiver.

use crate::{Receiver, soon};
use otklik::net::catcher::{CatcherSettings, Refusal, serve};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

const OPENING: &str =
    "EHLO x.example\r\nMAIL FROM:<a@x.example>\r\nRCPT TO:<b@y.example>\r\nDATA\r\n";

/// Reads until a line that begins with `code` and a blank, or the end.
async fn until(stream: &mut TcpStream, code: &str) -> String {
    let mut heard = String::new();
    let mut bytes = [0_u8; 1_024];
    while !heard
        .lines()
        .any(|line| line.starts_with(&format!("{code} ")))
    {
        match soon(stream.read(&mut bytes)).await {
            Ok(read @ 1..) => heard.push_str(std::str::from_utf8(&bytes[..read]).unwrap()),
            Ok(0) | Err(_) => break,
        }
    }
    heard
}

/// Sends `opening`, waits for 354, sends `body` and returns every answer up to the end.
async fn send(address: SocketAddr, opening: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(opening.as_bytes()).await.unwrap();
    until(&mut stream, "354").await;
    stream.write_all(body.as_bytes()).await.unwrap();
    stream.write_all(b"QUIT\r\n").await.unwrap();
    until(&mut stream, "221").await
}

#[tokio::test]
async fn no_line_break_but_crlf_ends_a_mail_so_nothing_is_smuggled() {
    for end in [
        "\n.\n",
        "\r.\r",
        "\n.\r\n",
        "\r\n.\n",
        "\r\n.\r",
        "\r.\r\n",
        "\r\n\0.\r\n",
    ] {
        let receiver = Receiver::start(CatcherSettings::default()).await;
        let smuggled = "MAIL FROM:<boss@x.example>\r\nRCPT TO:<c@y.example>\r\nDATA\r\n";
        let body = format!("Subject: one{end}{smuggled}Subject: two\r\n.\r\n");
        let answers = send(receiver.address, OPENING, &body).await;
        let taken = receiver.taken.lock().unwrap().clone();
        assert!(taken.len() <= 1, "{end:?}: two mails of one");
        assert_eq!(answers.matches("354").count(), 0, "{end:?}: {answers}");
        let is_refused = answers.starts_with("550 5.6.0");
        assert_eq!(is_refused, taken.is_empty(), "{end:?}: {answers}");
        assert_eq!(is_refused, end != "\r\n\0.\r\n", "{end:?}");
    }
}

#[tokio::test]
async fn nothing_may_be_sent_ahead_of_the_354() {
    let receiver = Receiver::start(CatcherSettings::default()).await;
    let mut stream = TcpStream::connect(receiver.address).await.unwrap();
    let eager = format!("{OPENING}Subject: x\r\n.\r\n");
    stream.write_all(eager.as_bytes()).await.unwrap();
    let answers = until(&mut stream, "354").await;
    assert!(answers.contains("503 5.5.0"), "{answers}");
    assert!(receiver.mails().is_empty());
}

#[tokio::test]
async fn limits_are_kept_and_named() {
    let settings = CatcherSettings {
        largest_mail_bytes: 100,
        longest_line_bytes: 50,
        recipients: 1,
        ..CatcherSettings::default()
    };
    let receiver = Receiver::start(settings).await;
    let line = "x".repeat(40);
    for (body, answer) in [
        (format!("{line}\r\n{line}\r\n{line}\r\n.\r\n"), "552 5.3.4"),
        (format!("{line}{line}\r\n.\r\n"), "554 5.6.0"),
        (format!("{line}\r\n.\r\n"), "250 2.0.0"),
    ] {
        let answers = send(receiver.address, OPENING, &body).await;
        assert!(answers.starts_with(answer), "{answers}");
    }
    let two = OPENING.replace("DATA", "RCPT TO:<c@y.example>\r\nDATA");
    send(receiver.address, &two, ".\r\n").await;
    assert_eq!(
        receiver.taken.lock().unwrap().last().unwrap().0.recipients,
        ["b@y.example"]
    );
    let sized = "EHLO x\r\nMAIL FROM:<a@x.example> SIZE=101\r\nQUIT\r\n";
    let mut stream = TcpStream::connect(receiver.address).await.unwrap();
    stream.write_all(sized.as_bytes()).await.unwrap();
    assert!(until(&mut stream, "221").await.contains("552 5.3.4"));
}

#[tokio::test]
async fn commands_that_are_bad_or_out_of_order_are_answered_so() {
    let receiver = Receiver::start(CatcherSettings::default()).await;
    for (commands, answer) in [
        ("MAIL FROM:<a@x.example>\r\n", "503"),
        ("EHLO x\r\nDATA\r\n", "503"),
        ("EHLO x\r\nRCPT TO:<a@x.example>\r\n", "503"),
        ("EHLO x\r\nMAIL FROM:a\r\n", "501"),
        ("EHLO x\r\nTURN\r\n", "502"),
        ("EHLO x\nQUIT\r\n", "500"),
        ("EHLO \u{1}\rx\r\n", "500"),
    ] {
        let mut stream = TcpStream::connect(receiver.address).await.unwrap();
        stream.write_all(commands.as_bytes()).await.unwrap();
        let answers = until(&mut stream, answer).await;
        assert!(
            answers.contains(&format!("\n{answer} ")),
            "{commands:?}: {answers}"
        );
    }
    let mut stream = TcpStream::connect(receiver.address).await.unwrap();
    // One long line without an end; the receiver may be gone before all of it is written.
    let _ = stream.write_all(&[b'x'; 9_000]).await;
    assert!(until(&mut stream, "500").await.contains("500 5.5.2"));
}

#[tokio::test]
async fn a_silent_client_and_one_too_many_are_sent_away() {
    let settings = CatcherSettings {
        connections: 1,
        command_timeout: Duration::from_secs(1),
        mail_timeout: Duration::from_secs(2),
        ..CatcherSettings::default()
    };
    let receiver = Receiver::start(settings).await;
    let mut first = TcpStream::connect(receiver.address).await.unwrap();
    first.write_all(OPENING.as_bytes()).await.unwrap();
    until(&mut first, "354").await;
    let mut second = TcpStream::connect(receiver.address).await.unwrap();
    assert!(until(&mut second, "421").await.contains("too many"));
    assert!(until(&mut first, "421").await.contains("no mail in time"));
    let mut third = TcpStream::connect(receiver.address).await.unwrap();
    assert!(
        until(&mut third, "421")
            .await
            .contains("no command in time")
    );
}

#[tokio::test]
async fn an_owner_that_does_not_take_a_mail_is_heard_and_a_stop_ends_the_receiver() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let receiver = tokio::spawn(serve(
        listener,
        CatcherSettings::default(),
        stop.clone(),
        |_, mail| async move {
            if mail.starts_with(b"later") {
                Err(Refusal::ForNow("disk\r\nfull".to_owned()))
            } else {
                Err(Refusal::ForGood("no".to_owned()))
            }
        },
    ));
    let answers = send(address, OPENING, "later\r\n.\r\n").await;
    assert!(answers.starts_with("451 4.3.0 disk  full\r\n"), "{answers}");
    let answers = send(address, OPENING, "never\r\n.\r\n").await;
    assert!(answers.starts_with("554 5.6.0 no\r\n"), "{answers}");
    let mut idle = TcpStream::connect(address).await.unwrap();
    until(&mut idle, "220").await;
    stop.cancel();
    soon(receiver).await.unwrap();
    assert!(until(&mut idle, "421").await.contains("shutting down"));
}
