//! The templates a new installation begins with; the files are in `templates/`.

/// A template as it is first saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Starter {
    /// Its name in lists.
    pub name: &'static str,
    /// Its subject.
    pub subject: &'static str,
    /// Its HTML part.
    pub html: &'static str,
    /// Its text part.
    pub text: &'static str,
    /// The names it needs under `vars`; each stands for a URL.
    pub vars: &'static [&'static str],
}

/// Every starter template.
pub const STARTERS: &[Starter] = &[
    Starter {
        name: "After a call",
        subject: "What we spoke about",
        html: include_str!("../../templates/after-a-call.html"),
        text: include_str!("../../templates/after-a-call.txt"),
        vars: &["content_url", "booking_url"],
    },
    Starter {
        name: "No answer yet",
        subject: "One page that may help, {{ contact.first_name | default(\"and a question\") }}",
        html: include_str!("../../templates/no-answer-yet.html"),
        text: include_str!("../../templates/no-answer-yet.txt"),
        vars: &["content_url"],
    },
];
