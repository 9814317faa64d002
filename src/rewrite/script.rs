//! Where a script ends (HTML, 13.2.5.15 to 13.2.5.31): at its end tag, unless that stands inside
//! another script that stands inside a comment.

use super::tokens::{ends_text, names};
use crate::domain::bytes;

/// What an end tag means where we are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    /// The script itself.
    Script,
    /// A comment in it; an end tag ends the script all the same.
    Comment,
    /// A script in that comment; an end tag ends the inner script.
    Inner,
}

/// Where the end tag of the script begins whose text `bytes` begins with.
pub(super) fn end(bytes: &[u8]) -> Option<usize> {
    let mut within = Within::Script;
    let mut at = 0;
    loop {
        let wanted = |byte| byte == b'<' || byte == b'-' && within != Within::Script;
        at += bytes::position(&bytes[at..], wanted)?;
        let rest = &bytes[at..];
        if rest.starts_with(b"-") {
            let dashes = rest.iter().take_while(|byte| **byte == b'-').count();
            at += dashes;
            if dashes > 1 && bytes.get(at) == Some(&b'>') {
                within = Within::Script;
            }
        } else if ends_text(rest, b"script") {
            if within != Within::Inner {
                return Some(at);
            }
            within = Within::Comment;
            at += b"</script".len();
        } else if within == Within::Script && rest.starts_with(b"<!--") {
            within = Within::Comment;
            // Its dashes may also be those of its end.
            at += b"<!".len();
        } else {
            if within == Within::Comment && names(&rest[1..], b"script") {
                within = Within::Inner;
            }
            at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_in_a_comment_in_a_script_hides_an_end_tag() {
        for (text, found) in [
            ("a < b</script>", Some(5)),
            ("</scripts></SCRIPT >", Some(10)),
            ("<!-- </script>", Some(5)),
            ("<!--<script></script></script>", Some(21)),
            ("<!--><script></script>", Some(13)),
            ("<!--<script>--></script>", Some(15)),
            ("<!--<scripts></script>", Some(13)),
            ("<!--<script></script", None),
            ("", None),
        ] {
            assert_eq!(end(text.as_bytes()), found, "{text}");
        }
    }
}
