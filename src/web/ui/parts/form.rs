//! Form fields: the label above, the error beside the field and again in a summary at the top that
//! links to it. What was typed comes back as it was typed.

use crate::web::ui::words::Lang;
use maud::{Markup, PreEscaped, html};

/// What is wrong with a form: field name and sentence, in the order of the fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Errors(Vec<(String, String)>);

impl Errors {
    /// Notes that `field` is wrong.
    pub fn add(&mut self, field: impl Into<String>, what: impl Into<String>) {
        self.0.push((field.into(), what.into()));
    }

    /// Whether nothing is wrong.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn of(&self, field: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(name, _)| name == field)
            .map(|(_, what)| what.as_str())
    }

    /// The summary; nothing when nothing is wrong. Errors that belong to no field stand here alone.
    pub fn summary(&self, lang: Lang) -> Markup {
        if self.0.is_empty() {
            return html! {};
        }
        let count = i64::try_from(self.0.len()).unwrap_or(i64::MAX);
        html! {
            div.errors role="alert" tabindex="-1" {
                strong { (lang.not_done(&lang.problems(count))) }
                ul {
                    @for (field, what) in &self.0 {
                        li {
                            @if field.is_empty() { (what) } @else { a href=(format!("#f-{field}")) { (what) } }
                        }
                    }
                }
            }
        }
    }
}

/// A select's options: value and words.
pub type Options<'a> = &'a [(String, String)];

/// Renders the fields of one form.
#[derive(Debug, Clone, Copy)]
pub struct Form<'a> {
    /// What is wrong with it.
    pub errors: &'a Errors,
}

impl Form<'_> {
    fn field(self, name: &str, label: &str, help: &str, control: &Markup) -> Markup {
        let wrong = self.errors.of(name);
        html! {
            div class=(if wrong.is_some() { "field has-wrong" } else { "field" }) {
                label for=(format!("f-{name}")) { (label) }
                (control)
                @if let Some(wrong) = wrong {
                    p.wrong id=(format!("e-{name}")) { (wrong) }
                }
                @if !help.is_empty() {
                    p.help id=(format!("h-{name}")) { (help) }
                }
            }
        }
    }

    fn described(self, name: &str, help: &str) -> Option<String> {
        match (self.errors.of(name).is_some(), help.is_empty()) {
            (true, false) => Some(format!("e-{name} h-{name}")),
            (true, true) => Some(format!("e-{name}")),
            (false, false) => Some(format!("h-{name}")),
            (false, true) => None,
        }
    }

    /// One line. `kind` is the input's type; `more` are attributes such as `required`, trusted.
    pub fn line(
        self,
        kind: &str,
        name: &str,
        label: &str,
        value: &str,
        help: &str,
        more: &'static str,
    ) -> Markup {
        let invalid = self.errors.of(name).map(|_| "true");
        let control = input(
            kind,
            name,
            value,
            invalid,
            self.described(name, help).as_deref(),
            more,
        );
        self.field(name, label, help, &control)
    }

    /// Several lines; `class` is `code` for a monospaced one, `short` for a low one.
    pub fn area(self, class: &str, name: &str, label: &str, value: &str, help: &str) -> Markup {
        let control = html! {
            textarea class=(class) id=(format!("f-{name}")) name=(name)
                aria-invalid=[self.errors.of(name).map(|_| "true")]
                aria-describedby=[self.described(name, help)] {
                // A parser drops one line break right after the tag.
                "\n" (value)
            }
        };
        self.field(name, label, help, &control)
    }

    /// One of several.
    pub fn choice(
        self,
        name: &str,
        label: &str,
        options: Options<'_>,
        chosen: &str,
        help: &str,
    ) -> Markup {
        let control = html! {
            select id=(format!("f-{name}")) name=(name) aria-describedby=[self.described(name, help)] {
                @for (value, words) in options {
                    option value=(value) selected[value == chosen] { (words) }
                }
            }
        };
        self.field(name, label, help, &control)
    }
}

/// Attributes of fixed text beside escaped ones: maud has no splice for them.
fn input(
    kind: &str,
    name: &str,
    value: &str,
    invalid: Option<&str>,
    described: Option<&str>,
    more: &'static str,
) -> Markup {
    let tag = html! {
        input type=(kind) id=(format!("f-{name}")) name=(name) value=(value)
            aria-invalid=[invalid] aria-describedby=[described];
    }
    .into_string();
    if more.is_empty() {
        return PreEscaped(tag);
    }
    let open = tag.strip_suffix('>').unwrap_or(&tag);
    PreEscaped(format!("{open} {more}>"))
}

#[cfg(test)]
mod tests {
    use super::{Errors, Form};
    use crate::web::ui::words::Lang;

    #[test]
    fn what_was_typed_comes_back_escaped_with_its_error_beside_it_and_in_the_summary() {
        let mut errors = Errors::default();
        errors.add("name", "is missing");
        let form = Form { errors: &errors };
        let html = form
            .line("text", "name", "Name", "\"><script>", "", "required")
            .into_string();
        assert!(
            html.contains("value=\"&quot;&gt;&lt;script&gt;\""),
            "{html}"
        );
        assert!(html.contains("aria-describedby=\"e-name\" required>"));
        let summary = errors.summary(Lang::En).into_string();
        assert!(summary.contains("href=\"#f-name\""));
    }
}
