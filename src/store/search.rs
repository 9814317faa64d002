//! What somebody typed, to be found whatever the case of its letters. SQLite's `lower` knows ASCII
//! alone and PostgreSQL's what its locale knows, so a letter is looked for in each of its cases, by
//! a pattern that both engines read alike: SQLite as a `GLOB`, PostgreSQL as a regular expression.
//! `statements!` writes the comparison with `"column" found "$1"`.

/// Most letters that are looked for: an address is no longer (RFC 5321, 4.5.3.1).
const MOST: usize = 320;

/// `search` as a pattern, all of it taken literally.
pub(crate) fn pattern(search: &str) -> String {
    let letters = search.trim().chars().filter(|c| *c != '\0');
    letters.take(MOST).map(class).collect()
}

/// One letter: itself where it has one form and no meaning, else a class of its forms.
fn class(letter: char) -> String {
    let forms = forms(letter);
    match (forms.as_slice(), letter) {
        // Behind a bracket both engines would read it as "none of".
        (_, '^') => r"[\^]".to_owned(),
        (_, '\\') => r"[\\]".to_owned(),
        ([one], _) if one.is_alphanumeric() || !one.is_ascii() => one.to_string(),
        (all, _) => format!("[{}]", all.iter().collect::<String>()),
    }
}

/// A letter with its other cases, where these are one letter too.
fn forms(letter: char) -> Vec<char> {
    let single = |mut changed: Box<dyn Iterator<Item = char>>| {
        let first = changed.next();
        first.filter(|_| changed.next().is_none())
    };
    let upper = single(Box::new(letter.to_uppercase()));
    let lower = single(Box::new(letter.to_lowercase()));
    let both = upper.and_then(|upper| single(Box::new(upper.to_lowercase())));
    let mut forms = vec![letter];
    for form in [upper, lower, both].into_iter().flatten() {
        if !forms.contains(&form) {
            forms.push(form);
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_looked_for_in_each_of_its_cases() {
        assert_eq!(pattern(" Änne 2 "), "[Ää][nN][nN][eE][ ]2");
        assert_eq!(pattern("ИВ"), "[Ии][Вв]");
        assert_eq!(pattern("ς"), "[ςΣσ]");
        assert_eq!(pattern("ß東«"), "ß東«");
    }

    #[test]
    fn what_means_something_in_a_pattern_is_taken_literally() {
        assert_eq!(pattern("50%_*?.!"), "50[%][_][*][?][.][!]");
        assert_eq!(pattern(r"]-[^\"), r"[]][-][[][\^][\\]");
        assert_eq!(pattern("a\0b"), "[aA][bB]");
    }
}
