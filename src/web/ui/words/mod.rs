//! The message catalogue: every visible string, in English and Russian side by side.
//!
//! A word is a method of [`Lang`] made by `words!`, which takes both texts, so that a missing
//! translation does not compile. Pages hold no visible text of their own. No HTML here.

mod access;
mod catcher;
mod common;
mod compose;
mod contacts;
mod demo;
mod events;
mod findings;
mod follow;
mod inbox;
mod library;
mod messages;
mod notices;
mod numbers;
mod posture;
mod reasons;
mod report;
mod settings;
mod states;
mod suppressions;
mod times;
mod waits;
mod why_so;

pub use states::Tone;
pub use times::Zone;

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// English, with British spelling.
    #[default]
    En,
    /// Russian.
    Ru,
}

impl Lang {
    /// Both.
    pub const ALL: [Self; 2] = [Self::En, Self::Ru];

    /// The tag for `<html lang>` and the users table.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ru => "ru",
        }
    }

    /// The language stored as `tag`; English when it is none of ours.
    pub fn from_tag(tag: &str) -> Self {
        if tag.starts_with("ru") {
            Self::Ru
        } else {
            Self::En
        }
    }

    /// The first of ours in an `Accept-Language` header, in the order it was written.
    pub fn accepted(header: &str) -> Self {
        header
            .split(',')
            .map(str::trim)
            .find(|tag| tag.starts_with("ru") || tag.starts_with("en"))
            .map_or(Self::En, Self::from_tag)
    }

    /// The form of a noun that goes with `n`: English one/other; Russian 1, 2-4, 5-20 (CLDR).
    pub(crate) const fn form<'a>(self, n: i64, en: [&'a str; 2], ru: [&'a str; 3]) -> &'a str {
        let n = n.unsigned_abs();
        match self {
            Self::En => en[if n == 1 { 0 } else { 1 }],
            Self::Ru => match (n % 10, n % 100) {
                (1, tens) if tens != 11 => ru[0],
                (2..=4, tens) if tens < 12 || tens > 14 => ru[1],
                _ => ru[2],
            },
        }
    }
}

/// `words! { name: "English", "Русский"; with(n: &str): "… {n} …", "… {n} …"; }`
macro_rules! words {
    (@one $name:ident, $en:literal, $ru:literal) => {
        #[doc = $en]
        pub const fn $name(self) -> &'static str {
            match self { Self::En => $en, Self::Ru => $ru }
        }
    };
    (@with $name:ident, ($($arg:ident: $type:ty),+), $en:literal, $ru:literal) => {
        #[doc = $en]
        pub fn $name(self, $($arg: $type),+) -> String {
            match self { Self::En => format!($en), Self::Ru => format!($ru) }
        }
    };
    ($($name:ident $(($($arg:ident: $type:ty),+))? : $en:literal, $ru:literal;)+) => {
        impl $crate::web::ui::words::Lang {
            $( $crate::web::ui::words::words!(@pick $name $(($($arg: $type),+))?, $en, $ru); )+
        }
    };
    (@pick $name:ident, $en:literal, $ru:literal) => {
        $crate::web::ui::words::words!(@one $name, $en, $ru);
    };
    (@pick $name:ident ($($arg:ident: $type:ty),+), $en:literal, $ru:literal) => {
        $crate::web::ui::words::words!(@with $name, ($($arg: $type),+), $en, $ru);
    };
}
pub(crate) use words;

/// `counted! { clicks: ["click", "clicks"], ["клик", "клика", "кликов"]; }` makes
/// `lang.clicks(3)`: "3 clicks", "3 клика".
macro_rules! counted {
    ($($name:ident: [$en1:literal, $en2:literal], [$ru1:literal, $ru2:literal, $ru5:literal];)+) => {
        impl $crate::web::ui::words::Lang {$(
            #[doc = concat!("A number of: ", $en2, ".")]
            pub fn $name(self, n: i64) -> String {
                format!("{}\u{a0}{}", self.integer(n), self.form(n, [$en1, $en2], [$ru1, $ru2, $ru5]))
            }
        )+}
    };
}
pub(crate) use counted;

#[cfg(test)]
mod tests {
    use super::Lang;

    #[test]
    fn nouns_follow_their_number_in_both_languages() {
        let clicks = |lang: Lang, n| lang.clicks(n).replace('\u{a0}', " ");
        assert_eq!(clicks(Lang::En, 1), "1 click");
        assert_eq!(clicks(Lang::En, 0), "0 clicks");
        for (n, text) in [
            (1, "1 клик"),
            (2, "2 клика"),
            (5, "5 кликов"),
            (11, "11 кликов"),
            (12, "12 кликов"),
            (21, "21 клик"),
            (114, "114 кликов"),
            (1_002, "1 002 клика"),
        ] {
            assert_eq!(clicks(Lang::Ru, n), text);
        }
    }

    #[test]
    fn the_browsers_first_language_of_ours_is_taken() {
        assert_eq!(Lang::accepted("de,ru;q=0.8,en;q=0.5"), Lang::Ru);
        assert_eq!(Lang::accepted("fr"), Lang::En);
        assert_eq!(Lang::accepted("en-GB,ru"), Lang::En);
    }
}
