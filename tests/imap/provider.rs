//! A provider of our own: a token endpoint, and servers that take XOAUTH2 for its tokens alone.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What the endpoint says to the next refresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    Token,
    InvalidGrant,
    ServerError,
}

/// A provider that runs; its servers end with the test.
#[derive(Clone)]
pub struct Provider {
    pub token_url: String,
    pub smtp: SocketAddr,
    pub imap: SocketAddr,
    pub says: Arc<Mutex<Says>>,
    /// The forms that came to the endpoint.
    pub asked: Arc<Mutex<Vec<String>>>,
    /// The access token that servers take now.
    pub good: Arc<Mutex<String>>,
    /// Mails that SMTP took.
    pub mails: Arc<AtomicU32>,
    number: Arc<AtomicU32>,
}

impl Provider {
    pub async fn start() -> Self {
        let [token, smtp, imap] = [listen().await, listen().await, listen().await];
        let provider = Self {
            token_url: format!("http://{}/token", token.local_addr().unwrap()),
            smtp: smtp.local_addr().unwrap(),
            imap: imap.local_addr().unwrap(),
            says: Arc::new(Mutex::new(Says::Token)),
            asked: Arc::default(),
            good: Arc::new(Mutex::new("none yet".to_owned())),
            mails: Arc::default(),
            number: Arc::default(),
        };
        accept(token, provider.clone(), Provider::answer_token);
        accept(smtp, provider.clone(), Provider::answer_smtp);
        accept(imap, provider.clone(), Provider::answer_imap);
        provider
    }

    async fn answer_token(self, mut stream: BufReader<TcpStream>) -> std::io::Result<()> {
        let (mut line, mut length) = (String::new(), 0);
        while stream.read_line(&mut line).await? > 2 {
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            line.clear();
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await?;
        self.asked
            .lock()
            .unwrap()
            .push(String::from_utf8(body).unwrap());
        // Long enough for two who would refresh at once.
        tokio::time::sleep(Duration::from_millis(200)).await;
        let says = *self.says.lock().unwrap();
        let (status, text) = match says {
            Says::Token => {
                let n = self.number.fetch_add(1, Ordering::SeqCst) + 1;
                let token = format!("token-{n}");
                self.good.lock().unwrap().clone_from(&token);
                let text = format!(
                    "{{\"access_token\":\"{token}\",\"token_type\":\"Bearer\",\"expires_in\":3600,\
                     \"refresh_token\":\"refresh-{n}\"}}"
                );
                ("200 OK", text)
            }
            Says::InvalidGrant => {
                let text = "{\"error\":\"invalid_grant\",\"error_description\":\"gone\"}";
                ("400 Bad Request", text.to_owned())
            }
            Says::ServerError => ("503 Service Unavailable", "later".to_owned()),
        };
        let answer = format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{text}",
            text.len()
        );
        stream.write_all(answer.as_bytes()).await
    }

    fn takes(&self, encoded: &str) -> bool {
        use base64::Engine as _;
        let text = base64::engine::general_purpose::STANDARD.decode(encoded.trim());
        let good = self.good.lock().unwrap();
        let expected = format!("\x01auth=Bearer {good}\x01\x01");
        text.is_ok_and(|text| text.starts_with(b"user=") && text.ends_with(expected.as_bytes()))
    }

    async fn answer_smtp(self, mut stream: BufReader<TcpStream>) -> std::io::Result<()> {
        stream.write_all(b"220 hello\r\n").await?;
        let mut line = String::new();
        loop {
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let text = line.trim_end().to_owned();
            let answer = if text.starts_with("EHLO") {
                "250-hello\r\n250 AUTH XOAUTH2 PLAIN\r\n"
            } else if let Some(initial) = text.strip_prefix("AUTH XOAUTH2 ") {
                if self.takes(initial) {
                    "235 2.7.0 welcome\r\n"
                } else {
                    // As Google does: the reason in a challenge, the refusal after an empty answer.
                    stream
                        .write_all(b"334 eyJzdGF0dXMiOiI0MDEifQ==\r\n")
                        .await?;
                    line.clear();
                    stream.read_line(&mut line).await?;
                    assert_eq!(line, "\r\n");
                    "535 5.7.8 not this one\r\n"
                }
            } else if text == "DATA" {
                stream.write_all(b"354 go\r\n").await?;
                while line != ".\r\n" {
                    line.clear();
                    if stream.read_line(&mut line).await? == 0 {
                        return Ok(());
                    }
                }
                self.mails.fetch_add(1, Ordering::SeqCst);
                "250 taken\r\n"
            } else if text == "QUIT" {
                "221 bye\r\n"
            } else {
                "250 well\r\n"
            };
            stream.write_all(answer.as_bytes()).await?;
        }
    }

    async fn answer_imap(self, mut stream: BufReader<TcpStream>) -> std::io::Result<()> {
        stream.write_all(b"* OK hello\r\n").await?;
        let mut line = String::new();
        loop {
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let (tag, command) = line.trim_end().split_once(' ').unwrap();
            let (tag, command) = (tag.to_owned(), command.to_owned());
            let answer = if command == "CAPABILITY" {
                "* CAPABILITY IMAP4rev1 AUTH=XOAUTH2\r\n".to_owned()
            } else if command == "AUTHENTICATE XOAUTH2" {
                stream.write_all(b"+ \r\n").await?;
                line.clear();
                stream.read_line(&mut line).await?;
                if !self.takes(&line) {
                    stream.write_all(b"+ eyJzdGF0dXMiOiI0MDEifQ==\r\n").await?;
                    line.clear();
                    stream.read_line(&mut line).await?;
                    assert_eq!(line, "\r\n");
                    stream
                        .write_all(format!("{tag} NO not this one\r\n").as_bytes())
                        .await?;
                    continue;
                }
                String::new()
            } else if command.starts_with("LIST") {
                "* LIST () \"/\" INBOX\r\n".to_owned()
            } else if command.starts_with("EXAMINE") {
                "* 0 EXISTS\r\n* OK [UIDVALIDITY 1] x\r\n* OK [UIDNEXT 1] x\r\n".to_owned()
            } else {
                String::new()
            };
            let done = format!("{answer}{tag} OK done\r\n");
            stream.write_all(done.as_bytes()).await?;
        }
    }
}

async fn listen() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

fn accept<F>(
    listener: TcpListener,
    provider: Provider,
    serve: impl Fn(Provider, BufReader<TcpStream>) -> F + Send + 'static,
) where
    F: Future<Output = std::io::Result<()>> + Send + 'static,
{
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let served = serve(provider.clone(), BufReader::new(stream));
            tokio::spawn(async move {
                // Clients hang up when they have what they came for.
                let _ = served.await;
            });
        }
    });
}
