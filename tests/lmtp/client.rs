//! A plain LMTP client that says exactly what it is told.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// A connection.
pub struct Client {
    reader: BufReader<TcpStream>,
}

impl Client {
    /// Connects, is greeted and greets.
    pub fn open(address: SocketAddr) -> io::Result<Self> {
        let mut client = Self::connect(address)?;
        client.say("LHLO client.example\r\n")?;
        loop {
            if client.line()?.as_bytes().get(3) != Some(&b'-') {
                return Ok(client);
            }
        }
    }

    /// Connects and is greeted.
    pub fn connect(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_mins(1)))?;
        let mut client = Self {
            reader: BufReader::new(stream),
        };
        client.line()?;
        Ok(client)
    }

    pub fn say(&mut self, bytes: &str) -> io::Result<()> {
        self.reader.get_mut().write_all(bytes.as_bytes())
    }

    /// The next line of an answer; an ended connection is an error.
    pub fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.reader.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end().to_owned())
    }

    /// Brings an envelope to the 354.
    pub fn begin(&mut self, recipients: &[&str]) -> io::Result<()> {
        self.say("MAIL FROM:<anna@buyer.example>\r\n")?;
        self.line()?;
        for recipient in recipients {
            self.say(&format!("RCPT TO:<{recipient}>\r\n"))?;
            self.line()?;
        }
        self.say("DATA\r\n")?;
        let answer = self.line()?;
        if answer.starts_with("354") {
            Ok(())
        } else {
            Err(io::Error::other(answer))
        }
    }

    /// Delivers a mail to one recipient and gives the answer.
    pub fn deliver(&mut self, recipient: &str, mail: &str) -> io::Result<String> {
        self.deliver_bytes(recipient, mail.as_bytes())
    }

    /// The same for a mail that is no text.
    pub fn deliver_bytes(&mut self, recipient: &str, mail: &[u8]) -> io::Result<String> {
        self.begin(&[recipient])?;
        self.reader.get_mut().write_all(mail)?;
        self.say("\r\n.\r\n")?;
        self.line()
    }
}
