//! Only CRLF.CRLF ends a mail; each recipient has its answer; 250 comes after the mail was taken.

use crate::client::Client;
use otklik::net::catcher::{ReceivedEnvelope, Refusal};
use otklik::net::lmtp;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

const LARGEST_BYTES: usize = 10_000;

type Taken = Arc<Mutex<Vec<(ReceivedEnvelope, String)>>>;

/// A receiver that remembers what it took; it takes nothing for `refused@`.
async fn receiver() -> (SocketAddr, Taken) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let taken = Taken::default();
    let kept = Arc::clone(&taken);
    let accept = move |envelope: ReceivedEnvelope, mail: Vec<u8>| {
        let kept = Arc::clone(&kept);
        async move {
            if envelope
                .recipients
                .iter()
                .any(|to| to.starts_with("refused@"))
            {
                return Err(Refusal::ForNow("later".to_owned()));
            }
            let mail = String::from_utf8(mail).unwrap();
            kept.lock().unwrap().push((envelope, mail));
            Ok(())
        }
    };
    tokio::spawn(lmtp::serve(
        listener,
        LARGEST_BYTES,
        CancellationToken::new(),
        accept,
    ));
    (address, taken)
}

/// Runs blocking talk beside the receiver.
async fn talk<T: Send + 'static>(talk: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(talk).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_line_break_ends_a_mail_and_nothing_in_one_is_a_command() {
    let (address, taken) = receiver().await;
    for end in [
        "\n.\n",
        "\r.\r",
        "\n.\r\n",
        "\r\n.\n",
        "\r\n.\r",
        "\r.\n",
        "\0\n.\r\n",
    ] {
        let answers = talk(move || {
            let mut client = Client::open(address).unwrap();
            client.begin(&["a@team.example", "b@team.example"]).unwrap();
            let smuggled = "MAIL FROM:<evil@x.example>\r\nRCPT TO:<a@team.example>\r\nDATA\r\nevil";
            let all = format!("Subject: 1\r\n\r\nx{end}{smuggled}\r\n.\r\nQUIT\r\n");
            client.say(&all).unwrap();
            let mut answers = Vec::new();
            while let Ok(line) = client.line() {
                answers.push(line);
            }
            answers
        })
        .await;
        let refused = answers.iter().filter(|line| line.starts_with("550 "));
        assert_eq!(
            refused.count(),
            2,
            "{end:?}: one for each recipient: {answers:?}"
        );
        assert_eq!(answers.len(), 2, "{end:?}: and nothing after: {answers:?}");
        assert!(taken.lock().unwrap().is_empty(), "{end:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_recipient_has_an_answer_and_the_null_sender_is_one() {
    let (address, taken) = receiver().await;
    talk(move || {
        let mut client = Client::open(address).unwrap();
        client.say("MAIL FROM:<>\r\n").unwrap();
        assert!(client.line().unwrap().starts_with("250"));
        for to in ["a@team.example", "b@team.example"] {
            client.say(&format!("RCPT TO:<{to}>\r\n")).unwrap();
            assert!(client.line().unwrap().starts_with("250"));
        }
        client.say("DATA\r\n").unwrap();
        assert!(client.line().unwrap().starts_with("354"));
        client.say("Subject: 1\r\n\r\n..dot\r\n.\r\n").unwrap();
        assert!(client.line().unwrap().starts_with("250"));
        assert!(client.line().unwrap().starts_with("250"));

        let answer = client.deliver("refused@team.example", "Subject: 2\r\n\r\nx");
        assert!(answer.unwrap().starts_with("451"));
        let large = format!("Subject: 3\r\n\r\n{}", "x\r\n".repeat(LARGEST_BYTES));
        let answer = client.deliver("a@team.example", &large);
        assert!(
            answer.unwrap().starts_with("552"),
            "and the connection lives"
        );
        let answer = client.deliver("a@team.example", "Subject: 4\r\n\r\nx");
        assert!(answer.unwrap().starts_with("250"));
    })
    .await;
    let taken = taken.lock().unwrap();
    assert_eq!(taken.len(), 2);
    assert_eq!(taken[0].0.sender, None);
    assert_eq!(taken[0].0.recipients, ["a@team.example", "b@team.example"]);
    assert_eq!(taken[0].1, "Subject: 1\r\n\r\n.dot\r\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_speaks_lmtp_and_nothing_else() {
    let (address, _) = receiver().await;
    talk(move || {
        let mut client = Client::connect(address).unwrap();
        for (said, heard) in [
            ("EHLO client.example", "500"),
            ("MAIL FROM:<a@b.example>", "503"),
            ("LHLO", "501"),
            ("AUTH PLAIN x", "502"),
        ] {
            client.say(&format!("{said}\r\n")).unwrap();
            let answer = client.line().unwrap();
            assert!(answer.starts_with(heard), "{said}: {answer}");
        }
    })
    .await;
}
