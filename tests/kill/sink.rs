//! The other end: an SMTP server that writes one line per mail, with its Message-ID, and has it on
//! disk before it answers; then it waits up to 200 ms and says 250. It also remembers whether that
//! 250 went out. It shares no code with the product.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// What the sink knows.
#[derive(Default)]
struct Record {
    file: Option<File>,
    copies: HashMap<String, usize>,
    answered: HashMap<String, Instant>,
}

#[derive(Clone)]
pub struct Sink {
    pub address: SocketAddr,
    record: Arc<Mutex<Record>>,
}

impl Sink {
    /// Starts it; its lines go to `file`. It ends with the test's process.
    pub fn start(file: &Path, longest_wait_ms: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let sink = Self {
            address: listener.local_addr().unwrap(),
            record: Arc::new(Mutex::new(Record {
                file: Some(File::create(file).unwrap()),
                ..Record::default()
            })),
        };
        let record = Arc::clone(&sink.record);
        std::thread::spawn(move || {
            for (n, stream) in listener.incoming().enumerate() {
                let record = Arc::clone(&record);
                let rng = fastrand::Rng::with_seed(n as u64);
                std::thread::spawn(move || {
                    // A node that is killed breaks its connections; that is what this is about.
                    let _ = converse(stream.unwrap(), &record, rng, longest_wait_ms);
                });
            }
        });
        sink
    }

    /// Copies by Message-ID.
    pub fn copies(&self) -> HashMap<String, usize> {
        self.record.lock().unwrap().copies.clone()
    }

    /// Whether the 250 of a mail went out before `at`.
    pub fn had_answered(&self, id: &str, at: Instant) -> bool {
        let record = self.record.lock().unwrap();
        record
            .answered
            .get(id)
            .is_some_and(|answered| *answered < at)
    }
}

fn converse(
    mut stream: TcpStream,
    record: &Mutex<Record>,
    mut rng: fastrand::Rng,
    longest_wait_ms: u64,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut lines = BufReader::new(stream.try_clone()?);
    stream.write_all(b"220 sink ESMTP\r\n")?;
    let mut line = String::new();
    let mut recipient = String::new();
    loop {
        line.clear();
        if lines.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let verb = line.trim_end().to_ascii_uppercase();
        if verb.starts_with("EHLO") {
            stream.write_all(b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n")?;
        } else if verb.starts_with("RCPT") {
            line.trim_end().clone_into(&mut recipient);
            stream.write_all(b"250 ok\r\n")?;
        } else if verb == "DATA" {
            stream.write_all(b"354 go\r\n")?;
            let Some(id) = mail(&mut lines)? else {
                return Ok(());
            };
            keep(record, &id, &recipient)?;
            std::thread::sleep(Duration::from_millis(rng.u64(0..=longest_wait_ms)));
            stream.write_all(b"250 kept\r\n")?;
            record.lock().unwrap().answered.insert(id, Instant::now());
        } else if verb == "QUIT" {
            return stream.write_all(b"221 bye\r\n");
        } else {
            stream.write_all(b"250 ok\r\n")?;
        }
    }
}

/// Reads a whole mail and gives its Message-ID; `None` when it breaks off.
fn mail(lines: &mut impl BufRead) -> std::io::Result<Option<String>> {
    let mut text = String::new();
    loop {
        let start = text.len();
        if lines.read_line(&mut text)? == 0 {
            return Ok(None);
        }
        if &text[start..] == ".\r\n" {
            break;
        }
    }
    let (head, _) = text.split_once("\r\n\r\n").expect("a mail has a header");
    let head = head.replace("\r\n ", " ");
    let id = head
        .lines()
        .find(|line| line.to_ascii_lowercase().starts_with("message-id:"))
        .and_then(|line| line.split_once('<'))
        .and_then(|(_, rest)| rest.split_once('>'))
        .map(|(id, _)| id.to_owned());
    Ok(Some(id.expect("a mail has a Message-ID")))
}

fn keep(record: &Mutex<Record>, id: &str, recipient: &str) -> std::io::Result<()> {
    let mut record = record.lock().unwrap();
    let file = record.file.as_mut().unwrap();
    writeln!(file, "{id}\t{recipient}")?;
    file.sync_data()?;
    *record.copies.entry(id.to_owned()).or_default() += 1;
    Ok(())
}
