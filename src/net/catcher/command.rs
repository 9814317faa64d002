//! A command line to a command (RFC 5321, 4.1). Pure.

/// Longest path with its angle brackets (RFC 5321, 4.5.3.1.3).
const LONGEST_PATH_BYTES: usize = 256;

/// What a client asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Command {
    Ehlo,
    Helo,
    /// The greeting of LMTP (RFC 2033, 4.1).
    Lhlo,
    /// The return path, `None` when empty, and the announced size.
    Mail(Option<String>, Option<usize>),
    Rcpt(String),
    Data,
    Reset,
    Noop,
    Verify,
    Quit,
    /// A command or parameter that is not one of ours.
    Unknown,
    /// One of ours, badly written.
    Malformed,
}

impl Command {
    /// Reads `line`, without its CRLF.
    pub(super) fn parse(line: &str) -> Self {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        let rest = rest.trim();
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" if !rest.is_empty() => Self::Ehlo,
            "HELO" if !rest.is_empty() => Self::Helo,
            "LHLO" if !rest.is_empty() => Self::Lhlo,
            "EHLO" | "HELO" | "LHLO" => Self::Malformed,
            "MAIL" => mail(rest).unwrap_or(Self::Malformed),
            "RCPT" => rcpt(rest).unwrap_or(Self::Malformed),
            "DATA" => Self::Data,
            "RSET" => Self::Reset,
            "NOOP" => Self::Noop,
            "VRFY" => Self::Verify,
            "QUIT" => Self::Quit,
            _ => Self::Unknown,
        }
    }
}

fn mail(rest: &str) -> Option<Command> {
    let (path, parameters) = path_after(rest, "FROM:")?;
    let mut size = None;
    for parameter in parameters.split_ascii_whitespace() {
        let parameter = parameter.to_ascii_uppercase();
        if let Some(figure) = parameter.strip_prefix("SIZE=") {
            size = Some(figure.parse().ok()?);
        } else if parameter != "BODY=8BITMIME" && parameter != "BODY=7BIT" {
            return Some(Command::Unknown);
        }
    }
    let sender = (!path.is_empty()).then(|| path.to_owned());
    Some(Command::Mail(sender, size))
}

fn rcpt(rest: &str) -> Option<Command> {
    let (path, parameters) = path_after(rest, "TO:")?;
    if path.is_empty() {
        return None;
    }
    if !parameters.is_empty() {
        return Some(Command::Unknown);
    }
    Some(Command::Rcpt(path.to_owned()))
}

/// The path in angle brackets after `keyword`, without the brackets, and what follows it. Some
/// clients put a blank before the path; source routes and quoted local parts with blanks are not
/// taken.
fn path_after<'a>(rest: &'a str, keyword: &str) -> Option<(&'a str, &'a str)> {
    let (head, tail) = rest.split_at_checked(keyword.len())?;
    if !head.eq_ignore_ascii_case(keyword) {
        return None;
    }
    let (path, parameters) = tail.trim_start().strip_prefix('<')?.split_once('>')?;
    let is_plain = path
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'<');
    let fits = path.len() + 2 <= LONGEST_PATH_BYTES;
    let has_parts = path.is_empty()
        || path.rsplit_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && !domain.is_empty() && !local.starts_with('@')
        });
    (is_plain && fits && has_parts).then(|| (path, parameters.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_whatever_their_case() {
        let address = || Some("Anna@a.example".to_owned());
        for (line, command) in [
            ("ehlo a.example", Command::Ehlo),
            ("MAIL FROM:<Anna@a.example>", Command::Mail(address(), None)),
            (
                "mail from: <Anna@a.example> SIZE=12 BODY=8bitmime",
                Command::Mail(address(), Some(12)),
            ),
            ("MAIL FROM:<>", Command::Mail(None, None)),
            (
                "RCPT TO:<b@b.example>",
                Command::Rcpt("b@b.example".to_owned()),
            ),
            ("Data", Command::Data),
        ] {
            assert_eq!(Command::parse(line), command, "{line}");
        }
    }

    #[test]
    fn what_is_badly_written_is_not_guessed_at() {
        for line in [
            "EHLO",
            "MAIL FROM:a@a.example",
            "MAIL <a@a.example>",
            "MAIL FROM:<a@a.example> SIZE=x",
            "RCPT TO:<>",
            "RCPT TO:<a b@a.example>",
            "RCPT TO:<a@a.example",
            "RCPT TO:<@x.example:a>",
            "RCPT TO:<é@a.example>",
            "RCPT T",
        ] {
            assert_eq!(Command::parse(line), Command::Malformed, "{line}");
        }
        assert_eq!(
            Command::parse("RCPT TO:<a@a.example> NOTIFY=NEVER"),
            Command::Unknown
        );
        assert_eq!(Command::parse("AUTH PLAIN x"), Command::Unknown);
    }
}
