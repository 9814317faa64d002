//! An SMTP server that misbehaves as told and remembers every byte it heard.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// What it does instead of the usual answer.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Act {
    Say(&'static str),
    Hang,
    Close,
}

/// Its instructions.
#[derive(Clone, Default)]
pub(crate) struct Manners {
    /// Offered in EHLO, beside PIPELINING unless `is_slow`.
    pub(crate) offers: Vec<&'static str>,
    /// No PIPELINING.
    pub(crate) is_slow: bool,
    /// By verb; `220` is the greeting, `.` the end of a mail, and `body` makes it stop reading
    /// after 354, with or without a word.
    pub(crate) acts: Vec<(&'static str, Act)>,
    /// For STARTTLS, or from the first byte.
    pub(crate) tls: Option<TlsAcceptor>,
    pub(crate) is_implicit: bool,
}

pub(crate) struct Fake {
    pub(crate) address: SocketAddr,
    heard: Arc<Mutex<String>>,
}

impl Fake {
    pub(crate) async fn start(manners: Manners) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::new(Mutex::new(String::new()));
        let ears = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let talk = talk_to(stream, manners.clone(), Arc::clone(&ears));
                tokio::spawn(talk);
            }
        });
        Self { address, heard }
    }

    pub(crate) async fn acting(acts: &[(&'static str, Act)]) -> Self {
        let acts = acts.to_vec();
        Self::start(Manners {
            acts,
            ..Manners::default()
        })
        .await
    }

    /// Everything heard in whole lines, decrypted.
    pub(crate) fn heard(&self) -> String {
        self.heard.lock().unwrap().clone()
    }
}

async fn talk_to(stream: tokio::net::TcpStream, manners: Manners, heard: Arc<Mutex<String>>) {
    stream.set_nodelay(true).unwrap();
    let acceptor = manners.tls.clone();
    if manners.is_implicit {
        let acceptor = acceptor.expect("implicit TLS has a certificate");
        if let Ok(stream) = acceptor.accept(stream).await {
            talk(BufReader::new(stream), &manners, &heard, true).await;
        }
    } else if let Some(stream) = talk(BufReader::new(stream), &manners, &heard, true).await {
        let acceptor = acceptor.expect("STARTTLS has a certificate");
        if let Ok(stream) = acceptor.accept(stream.into_inner()).await {
            talk(BufReader::new(stream), &manners, &heard, false).await;
        }
    }
}

/// Talks until the end; gives the stream back when it is to be upgraded.
async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: BufReader<S>,
    manners: &Manners,
    heard: &Mutex<String>,
    greets: bool,
) -> Option<BufReader<S>> {
    if greets {
        act(&mut stream, manners, "220", "220 fake ESMTP").await?;
    }
    let (mut in_body, mut challenges) = (false, 0);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        heard.lock().unwrap().push_str(&line);
        let line = line.trim_end();
        if in_body {
            if line == "." {
                in_body = false;
                act(&mut stream, manners, ".", "250 2.0.0 taken").await?;
            }
            continue;
        }
        if challenges > 0 {
            challenges -= 1;
            let answer = ["235 2.7.0 in", "334 UGFzc3dvcmQ6"][challenges];
            act(&mut stream, manners, "challenge", answer).await?;
            continue;
        }
        let verb = line.split([' ', ':']).next().unwrap_or_default();
        let answer = match verb {
            "EHLO" => offers(manners),
            "AUTH" if line == "AUTH LOGIN" => {
                challenges = 2;
                "334 VXNlcm5hbWU6".to_owned()
            }
            "AUTH" => "235 2.7.0 in".to_owned(),
            "DATA" => "354 go on".to_owned(),
            "STARTTLS" => "220 2.0.0 go on".to_owned(),
            "RCPT" if line.contains("refused@") => "550 5.1.1 nobody of that name".to_owned(),
            _ => "250 2.0.0 fine".to_owned(),
        };
        act(&mut stream, manners, verb, &answer).await?;
        in_body = verb == "DATA";
        if in_body && let Some((_, told)) = manners.acts.iter().find(|it| it.0 == "body") {
            if let Act::Say(text) = told {
                // The body has begun by then.
                stream.fill_buf().await.ok()?;
                stream
                    .write_all(format!("{text}\r\n").as_bytes())
                    .await
                    .ok()?;
            }
            std::future::pending::<()>().await;
        }
        if verb == "STARTTLS" {
            return Some(stream);
        }
    }
}

fn offers(manners: &Manners) -> String {
    let pipelining: &[&str] = if manners.is_slow {
        &[]
    } else {
        &["PIPELINING"]
    };
    let lines = [&["fake"], pipelining, &manners.offers].concat();
    let (last, first) = lines.split_last().expect("the name is always there");
    let first: String = first
        .iter()
        .flat_map(|line| ["250-", line, "\r\n"])
        .collect();
    format!("{first}250 {last}")
}

async fn act<S: AsyncWrite + Unpin>(
    stream: &mut S,
    manners: &Manners,
    verb: &str,
    usual: &str,
) -> Option<()> {
    let told = manners.acts.iter().find(|(name, _)| *name == verb);
    let answer = match told {
        Some((_, Act::Hang)) => std::future::pending().await,
        Some((_, Act::Close)) => return None,
        Some((_, Act::Say(text))) => text,
        None => usual,
    };
    stream
        .write_all(format!("{answer}\r\n").as_bytes())
        .await
        .ok()?;
    stream.flush().await.ok()
}
