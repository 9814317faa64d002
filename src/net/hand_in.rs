//! Hands one mail to an LMTP server (RFC 2033), as a mail server on the same machine does. The demo
//! brings its contacts' mail this way.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long a server on this machine may take for all of it.
const PATIENCE: Duration = Duration::from_secs(20);

/// Hands `mail` (lines end in CRLF) from `sender`, empty for the null sender, to `recipient`. An
/// answer other than 2xx or 354 is an error with the server's words.
pub async fn hand_in(at: SocketAddr, sender: &str, recipient: &str, mail: &[u8]) -> io::Result<()> {
    let late = |_| io::Error::new(io::ErrorKind::TimedOut, "LMTP does not answer");
    timeout(PATIENCE, talk(at, sender, recipient, mail))
        .await
        .map_err(late)?
}

async fn talk(at: SocketAddr, sender: &str, recipient: &str, mail: &[u8]) -> io::Result<()> {
    let mut stream = BufReader::new(TcpStream::connect(at).await?);
    answered(&mut stream).await?;
    for command in [
        "LHLO localhost\r\n".to_owned(),
        format!("MAIL FROM:<{sender}>\r\n"),
        format!("RCPT TO:<{recipient}>\r\n"),
        "DATA\r\n".to_owned(),
    ] {
        stream.write_all(command.as_bytes()).await?;
        answered(&mut stream).await?;
    }
    stream.write_all(&stuffed(mail)).await?;
    answered(&mut stream).await?;
    stream.write_all(b"QUIT\r\n").await?;
    answered(&mut stream).await
}

/// The mail with its leading dots doubled and the final dot (RFC 5321, 4.5.2).
fn stuffed(mail: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(mail.len() + 8);
    for line in mail.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b".") {
            out.push(b'.');
        }
        out.extend_from_slice(line);
    }
    if !out.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b".\r\n");
    out
}

/// Reads an answer to its last line.
async fn answered(stream: &mut BufReader<TcpStream>) -> io::Result<()> {
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if line.as_bytes().get(3) == Some(&b'-') {
            continue;
        }
        return if line.starts_with(['2', '3']) {
            Ok(())
        } else {
            Err(io::Error::other(line.trim_end().to_owned()))
        };
    }
}

#[cfg(test)]
mod tests {
    use super::stuffed;

    #[test]
    fn a_line_that_begins_with_a_dot_is_not_the_end() {
        assert_eq!(
            stuffed(b"a\r\n.\r\n.b\r\nc"),
            b"a\r\n..\r\n..b\r\nc\r\n.\r\n"
        );
    }
}
