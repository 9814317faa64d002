//! "Try again in 300 seconds": how long a server asks us to wait, read from the words of its reply.
//! No RFC has a field for it; greylisting servers write it in English.

use crate::domain::clock::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS};

/// The wait `text` asks for, in milliseconds: a number and a unit after "in", "after", "for" or
/// "wait", as in "Greylisted, try again in 5 minutes" or "retry after 00:04:30" (hours, minutes,
/// seconds). `None` when there is none. At most a day, whatever the server says.
pub fn asked_wait_ms(text: &str) -> Option<i64> {
    let lower = text.to_ascii_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | ';' | '=' | '"'))
        .filter(|word| !word.is_empty())
        .collect();
    if !lower.contains("try") && !lower.contains("wait") && !lower.contains("greylist") {
        return None;
    }
    words.iter().enumerate().find_map(|(at, word)| {
        if !matches!(*word, "in" | "after" | "for" | "wait") {
            return None;
        }
        let skipped = words[at + 1..]
            .iter()
            .take_while(|word| matches!(**word, "about" | "at" | "least" | "another" | "for"))
            .count();
        let first = words.get(at + 1 + skipped)?;
        let unit = words.get(at + 2 + skipped).copied().unwrap_or_default();
        duration_ms(first.trim_end_matches('.'), unit)
    })
}

fn duration_ms(figure: &str, unit: &str) -> Option<i64> {
    if figure.contains(':') {
        return clock_ms(figure);
    }
    let digits = figure.bytes().take_while(u8::is_ascii_digit).count();
    // More digits than a day has seconds say nothing useful and could overflow.
    if digits == 0 || digits > 6 {
        return None;
    }
    let unit = if digits < figure.len() {
        &figure[digits..]
    } else {
        unit
    };
    let unit = unit.trim_end_matches(['.', '!']);
    let unit_ms = match unit {
        "s" | "sec" | "secs" | "second" | "seconds" => SECOND_MS,
        "m" | "min" | "mins" | "minute" | "minutes" => MINUTE_MS,
        "h" | "hour" | "hours" => HOUR_MS,
        _ => return None,
    };
    let count: i64 = figure[..digits].parse().ok()?;
    Some((count * unit_ms).min(DAY_MS))
}

fn clock_ms(figure: &str) -> Option<i64> {
    let mut seconds = 0_i64;
    for part in figure.split(':') {
        let plain = matches!(part.len(), 1 | 2) && part.bytes().all(|b| b.is_ascii_digit());
        seconds = plain.then(|| part.parse::<i64>().ok())?? + seconds * 60;
        if seconds > DAY_MS {
            return None;
        }
    }
    Some((seconds * SECOND_MS).min(DAY_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_read_from_what_servers_write() {
        for (text, seconds) in [
            ("4.7.1 Greylisted, please try again in 300 seconds", 300),
            (
                "4.2.0 Greylisted, see http://x.example/help, try again in 5 minutes.",
                300,
            ),
            ("Try again after 2 hours", 7_200),
            ("please retry in 60s", 60),
            ("Greylisting in effect, retry after 00:04:30", 270),
            ("please wait for at least 10 min", 600),
            ("try again in 999999 hours", 86_400),
        ] {
            assert_eq!(asked_wait_ms(text), Some(seconds * 1_000), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_not_a_wait() {
        for text in [
            "5.1.1 no such user in 3 databases",
            "try again later",
            "try again in a while",
            "try again in 99999999999999999999 seconds",
            "retry after 1:2:3:4:5:6:7:8:9:10:11",
            "try again in",
            "wait",
        ] {
            assert_eq!(asked_wait_ms(text), None, "{text}");
        }
    }
}
