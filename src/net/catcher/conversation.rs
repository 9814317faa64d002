//! One client, from 220 to the end.

use super::body::{BodyReader, Fault};
use super::command::Command;
use super::input::{Input, InputError};
use super::{CatcherSettings, Protocol, ReceivedEnvelope, Refusal};
use std::future::Future;
use std::sync::Arc;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// A connection and what was said on it.
pub(super) struct Conversation {
    input: Input<OwnedReadHalf>,
    output: OwnedWriteHalf,
    /// Answers that wait until the client has to hear them.
    answers: String,
    settings: Arc<CatcherSettings>,
    stop: CancellationToken,
    stage: Stage,
}

/// How far the client has come.
enum Stage {
    Connected,
    Greeted,
    /// MAIL FROM was taken.
    Mail(ReceivedEnvelope),
}

/// Whether the conversation goes on.
enum Flow {
    Next,
    Close,
}

impl Conversation {
    pub(super) fn new(
        stream: TcpStream,
        settings: Arc<CatcherSettings>,
        stop: CancellationToken,
    ) -> Self {
        // Only slower without it.
        let _ = stream.set_nodelay(true);
        let (reader, output) = stream.into_split();
        Self {
            input: Input::new(reader),
            output,
            answers: String::new(),
            settings,
            stop,
            stage: Stage::Connected,
        }
    }

    /// Talks until the client leaves, errs, or the receiver stops.
    pub(super) async fn run<F, T>(mut self, accept: F)
    where
        F: Fn(ReceivedEnvelope, Vec<u8>) -> T,
        T: Future<Output = Result<(), Refusal>>,
    {
        let protocol = match self.settings.protocol {
            Protocol::Smtp => "ESMTP",
            Protocol::Lmtp => "LMTP",
        };
        let greeting = format!("220 {} {protocol}", self.settings.name);
        self.say(&greeting);
        loop {
            if !self.input.has_more() && self.flush().await.is_err() {
                return;
            }
            let flow = match self.next_line().await {
                Ok(line) => self.obey(Command::parse(&line), &accept).await,
                Err(last_word) => {
                    self.say(last_word);
                    Flow::Close
                }
            };
            if matches!(flow, Flow::Close) {
                // The client may be gone; nothing depends on its hearing this.
                let _ = self.flush().await;
                return;
            }
        }
    }

    /// The next command line, or the last word to the client.
    async fn next_line(&mut self) -> Result<String, &'static str> {
        let line = timeout(self.settings.command_timeout, self.input.line());
        match self.stop.run_until_cancelled(line).await {
            None => Err("421 4.3.2 shutting down"),
            Some(Err(_)) => Err("421 4.4.2 no command in time"),
            Some(Ok(Err(InputError::BadLine))) => Err("500 5.5.2 lines are short and end in CRLF"),
            Some(Ok(Err(InputError::Lost))) => Err("421 4.4.2 lost"),
            Some(Ok(Ok(line))) => Ok(line),
        }
    }

    async fn obey<F, T>(&mut self, command: Command, accept: &F) -> Flow
    where
        F: Fn(ReceivedEnvelope, Vec<u8>) -> T,
        T: Future<Output = Result<(), Refusal>>,
    {
        match command {
            Command::Ehlo | Command::Helo if self.is_lmtp() => {
                self.say("500 5.5.1 this is LMTP: say LHLO");
            }
            Command::Lhlo if !self.is_lmtp() => {
                self.say("500 5.5.1 this is SMTP: say EHLO");
            }
            Command::Ehlo | Command::Lhlo => self.greet_at_length(),
            Command::Helo => {
                self.stage = Stage::Greeted;
                let name = format!("250 {}", self.settings.name);
                self.say(&name);
            }
            Command::Mail(sender, size) => self.mail(sender, size),
            Command::Rcpt(recipient) => self.rcpt(recipient),
            Command::Data => return self.data(accept).await,
            Command::Reset => {
                self.reset();
                self.say("250 2.0.0 forgotten");
            }
            Command::Noop => self.say("250 2.0.0 still here"),
            Command::Verify => self.say("252 2.1.5 send and see"),
            Command::Quit => {
                self.say("221 2.0.0 goodbye");
                return Flow::Close;
            }
            Command::Unknown => self.say("502 5.5.1 not a command or parameter of ours"),
            Command::Malformed => self.say("501 5.5.4 badly written"),
        }
        Flow::Next
    }

    fn greet_at_length(&mut self) {
        self.stage = Stage::Greeted;
        let CatcherSettings {
            name,
            largest_mail_bytes,
            ..
        } = &*self.settings;
        let offers = format!(
            "250-{name}\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n250 SIZE {largest_mail_bytes}"
        );
        self.say(&offers);
    }

    fn mail(&mut self, sender: Option<String>, size: Option<usize>) {
        let answer = match self.stage {
            Stage::Connected => "503 5.5.1 say EHLO first",
            Stage::Mail(_) => "503 5.5.1 one mail at a time",
            Stage::Greeted if size.is_some_and(|it| it > self.settings.largest_mail_bytes) => {
                "552 5.3.4 too big"
            }
            Stage::Greeted => {
                self.stage = Stage::Mail(ReceivedEnvelope {
                    sender,
                    recipients: Vec::new(),
                });
                "250 2.1.0 go on"
            }
        };
        self.say(answer);
    }

    fn rcpt(&mut self, recipient: String) {
        let answer = match &mut self.stage {
            Stage::Mail(envelope) if envelope.recipients.len() < self.settings.recipients => {
                envelope.recipients.push(recipient);
                "250 2.1.5 go on"
            }
            Stage::Mail(_) => "452 4.5.3 too many recipients",
            Stage::Connected | Stage::Greeted => "503 5.5.1 MAIL FROM comes first",
        };
        self.say(answer);
    }

    async fn data<F, T>(&mut self, accept: &F) -> Flow
    where
        F: Fn(ReceivedEnvelope, Vec<u8>) -> T,
        T: Future<Output = Result<(), Refusal>>,
    {
        let has_recipient =
            matches!(&self.stage, Stage::Mail(envelope) if !envelope.recipients.is_empty());
        if !has_recipient {
            self.say("503 5.5.1 RCPT TO comes first");
            return Flow::Next;
        }
        if self.input.has_more() {
            self.say("503 5.5.0 nothing may be sent ahead of the 354");
            return Flow::Close;
        }
        self.say("354 end with CRLF.CRLF");
        if self.flush().await.is_err() {
            return Flow::Close;
        }
        let envelope = self.reset();
        let reader = BodyReader::new(
            self.settings.largest_mail_bytes,
            self.settings.longest_line_bytes,
        );
        let mail = timeout(self.settings.mail_timeout, self.input.mail(reader));
        let mail = match self.stop.run_until_cancelled(mail).await {
            Some(Ok(Ok(mail))) => mail,
            Some(Ok(Err(_))) => return Flow::Close,
            None => {
                self.say("421 4.3.2 shutting down");
                return Flow::Close;
            }
            Some(Err(_)) => {
                self.say("421 4.4.2 no mail in time");
                return Flow::Close;
            }
        };
        let recipients = envelope.recipients.len();
        match mail {
            Ok(mail) => self.hand_over(envelope, mail, accept).await,
            Err(Fault::TooBig) => self.say_for_each(recipients, "552 5.3.4 too big"),
            Err(Fault::LongLine) => self.say_for_each(recipients, "554 5.6.0 a line is too long"),
            Err(Fault::BareLineBreak) => {
                self.say_for_each(
                    recipients,
                    "550 5.6.0 a line ends in something else than CRLF",
                );
                return Flow::Close;
            }
        }
        Flow::Next
    }

    fn is_lmtp(&self) -> bool {
        matches!(self.settings.protocol, Protocol::Lmtp)
    }

    /// What became of a mail: once, or with LMTP once for each recipient (RFC 2033, 4.2).
    fn say_for_each(&mut self, recipients: usize, answer: &str) {
        let times = if self.is_lmtp() { recipients } else { 1 };
        for _ in 0..times {
            self.say(answer);
        }
    }

    async fn hand_over<F, T>(&mut self, envelope: ReceivedEnvelope, mail: Vec<u8>, accept: &F)
    where
        F: Fn(ReceivedEnvelope, Vec<u8>) -> T,
        T: Future<Output = Result<(), Refusal>>,
    {
        let recipients = envelope.recipients.len();
        let answer = match accept(envelope, mail).await {
            Ok(()) => "250 2.0.0 taken".to_owned(),
            Err(Refusal::ForNow(text)) => format!("451 4.3.0 {}", one_line(&text)),
            Err(Refusal::ForGood(text)) => format!("554 5.6.0 {}", one_line(&text)),
        };
        self.say_for_each(recipients, &answer);
    }

    /// Forgets the mail that was begun and gives its envelope.
    fn reset(&mut self) -> ReceivedEnvelope {
        match std::mem::replace(&mut self.stage, Stage::Greeted) {
            Stage::Mail(envelope) => envelope,
            Stage::Greeted => ReceivedEnvelope::default(),
            Stage::Connected => {
                self.stage = Stage::Connected;
                ReceivedEnvelope::default()
            }
        }
    }

    fn say(&mut self, answer: &str) {
        self.answers.push_str(answer);
        self.answers.push_str("\r\n");
    }

    /// Sends what was said. A client that does not read is given up like one that does not speak.
    async fn flush(&mut self) -> Result<(), ()> {
        if self.answers.is_empty() {
            return Ok(());
        }
        let write = self.output.write_all(self.answers.as_bytes());
        let written = timeout(self.settings.command_timeout, write).await;
        self.answers.clear();
        matches!(written, Ok(Ok(()))).then_some(()).ok_or(())
    }
}

/// An owner's words as the text of a reply.
fn one_line(text: &str) -> String {
    text.chars()
        .take(400)
        .map(|c| if c.is_ascii_graphic() { c } else { ' ' })
        .collect()
}
