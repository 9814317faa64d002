//! Merge fields. A template is code by a user of the product, so it runs with a budget and sees
//! only the listed fields; contact data is a value and never compiled.

use super::input::{Content, Fields, Merge};
use crate::domain::markup::write_escaped;
use minijinja::value::Serde;
use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value,
};
use serde::Serialize;
use std::sync::LazyLock;

/// Work one template may do: roughly an instruction or 64 bytes each.
const FUEL: u64 = 100_000;
/// Longest result, in bytes.
const MAX_OUTPUT_BYTES: usize = 1_024 * 1_024;

/// The content of one delivery with its fields filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// One line.
    pub subject: String,
    /// The HTML part.
    pub html: Option<String>,
    /// The text part.
    pub text: Option<String>,
}

/// Which of the three a template is. It decides on escaping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The subject.
    Subject,
    /// The HTML part: values are escaped.
    Html,
    /// The text part.
    Text,
}

impl Part {
    const fn name(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Html => "html",
            Self::Text => "text",
        }
    }
}

/// Why a template cannot be saved or filled in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}, line {line}: {reason}", part.name())]
pub struct TemplateError {
    /// The part it is in.
    pub part: Part,
    /// The line, from 1.
    pub line: usize,
    /// One sentence without a full stop.
    pub reason: String,
}

/// The fields that `source` uses, sorted; an error when it is no template or names a field that
/// does not exist. Called when a template is saved.
pub fn check_template(part: Part, source: &str) -> Result<Vec<String>, TemplateError> {
    let template = ENVIRONMENT
        .template_from_named_str(part.name(), source)
        .map_err(|error| explain(part, source, &error))?;
    let mut fields: Vec<_> = template.undeclared_variables(true).into_iter().collect();
    fields.sort();
    match fields.iter().find(|field| !is_known(field)) {
        None => Ok(fields),
        Some(unknown) => Err(TemplateError {
            part,
            line: line_of(source, unknown),
            reason: format!("there is no field {unknown}"),
        }),
    }
}

/// Fills in the fields of `content`.
pub fn merge(content: &Content, fields: &Fields) -> Result<Merged, TemplateError> {
    if content.merge == Merge::Literal {
        return Ok(Merged {
            subject: content.subject.clone(),
            html: content.html.clone(),
            text: content.text.clone(),
        });
    }
    let context = Value::from(Serde(fields));
    let render = |part, source: &str| render(part, source, &context);
    Ok(Merged {
        subject: render(Part::Subject, &content.subject)?,
        html: content
            .html
            .as_deref()
            .map(|source| render(Part::Html, source))
            .transpose()?,
        text: content
            .text
            .as_deref()
            .map(|source| render(Part::Text, source))
            .transpose()?,
    })
}

fn render(part: Part, source: &str, context: &Value) -> Result<String, TemplateError> {
    let done = ENVIRONMENT
        .render_named_str(part.name(), source, context.clone())
        .map_err(|error| explain(part, source, &error))?;
    if done.len() > MAX_OUTPUT_BYTES {
        return Err(TemplateError {
            part,
            line: 1,
            reason: "it becomes longer than 1 MiB".to_owned(),
        });
    }
    Ok(done)
}

/// It holds no template and nothing of any mail: fuel is counted anew for each rendering.
static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(environment);

/// An environment without loader or globals.
fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    let globals: Vec<String> = environment
        .globals()
        .map(|(name, _)| name.to_owned())
        .collect();
    for name in &globals {
        environment.remove_global(name);
    }
    // Nothing that turns escaping off: neither the filter nor, by the formatter, the block.
    environment.remove_filter("safe");
    environment.set_formatter(write_value);
    environment.set_auto_escape_callback(|name| match name {
        "html" => AutoEscape::Html,
        _ => AutoEscape::None,
    });
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_debug(true);
    environment
}

/// Escapes by the part alone, whatever an `autoescape` block says.
fn write_value(
    out: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), Error> {
    if state.name() == Part::Html.name() && !value.is_safe() {
        match value.as_str() {
            Some(text) => write_escaped(out, text)?,
            None => write_escaped(out, &value.to_string())?,
        }
    } else {
        write!(out, "{value}")?;
    }
    Ok(())
}

fn is_known(field: &str) -> bool {
    let mut parts = field.split('.');
    matches!(
        (parts.next(), parts.next(), parts.next()),
        (Some("contact"), Some("fields"), Some(_))
            | (Some("vars"), Some(_), _)
            | (
                Some("contact"),
                Some("name" | "first_name" | "email" | "account"),
                None
            )
            | (Some("rep"), Some("name" | "email"), None)
    )
}

/// The first line that names `field` inside a tag.
fn line_of(source: &str, field: &str) -> usize {
    let named = |line: &&str| line.contains(field) && (line.contains("{{") || line.contains("{%"));
    let found = source.lines().position(|line| named(&line));
    let loose = || source.lines().position(|line| line.contains(field));
    found.or_else(loose).map_or(1, |line| line + 1)
}

/// The engine's error in our words.
fn explain(part: Part, source: &str, error: &Error) -> TemplateError {
    let reason = match error.kind() {
        ErrorKind::OutOfFuel => "it takes too much work".to_owned(),
        ErrorKind::UndefinedError => {
            let at = error.range().and_then(|range| source.get(range));
            let field = at.unwrap_or("a field").trim();
            format!("{field} has no value here")
        }
        _ => error
            .detail()
            .map_or_else(|| error.kind().to_string(), str::to_owned),
    };
    TemplateError {
        part,
        line: error.line().unwrap_or(1),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::input::{ContactFields, RepFields};
    use std::collections::BTreeMap;

    fn fields() -> Fields {
        Fields {
            contact: ContactFields {
                name: Some("<b>Anna</b> {{ rep.email }}".to_owned()),
                first_name: None,
                email: Some("anna@example.org".to_owned()),
                account: None,
                fields: BTreeMap::from([("city".to_owned(), "Köln".to_owned())]),
            },
            rep: RepFields {
                name: "Bo".to_owned(),
                email: "bo@example.org".to_owned(),
            },
            vars: BTreeMap::from([("list".to_owned(), serde_json::json!(["a", "b"]))]),
        }
    }

    fn fill(part: Part, source: &str) -> Result<String, TemplateError> {
        let mut content = Content {
            subject: String::new(),
            html: None,
            text: None,
            merge: Merge::Template,
        };
        match part {
            Part::Subject => source.clone_into(&mut content.subject),
            Part::Html => content.html = Some(source.to_owned()),
            Part::Text => content.text = Some(source.to_owned()),
        }
        let merged = merge(&content, &fields())?;
        Ok(match part {
            Part::Subject => merged.subject,
            Part::Html => merged.html.unwrap(),
            Part::Text => merged.text.unwrap(),
        })
    }

    #[test]
    fn values_are_escaped_in_html_alone_and_never_compiled() {
        let source = "Hi {{ contact.name }} in {{ contact.fields.city }}";
        assert_eq!(
            fill(Part::Html, source).unwrap(),
            "Hi &lt;b&gt;Anna&lt;/b&gt; {{ rep.email }} in Köln"
        );
        assert_eq!(
            fill(Part::Text, source).unwrap(),
            "Hi <b>Anna</b> {{ rep.email }} in Köln"
        );
        let off = "{% autoescape false %}{{ contact.name }}{% endautoescape %}";
        assert!(fill(Part::Html, off).unwrap().starts_with("&lt;b&gt;"));
        assert!(fill(Part::Html, "{{ contact.name|safe }}").is_err());
    }

    #[test]
    fn a_missing_value_stops_the_merge_unless_there_is_a_default() {
        let error = fill(Part::Text, "Hi,\n{{ contact.first_name }}").unwrap_err();
        assert_eq!(
            error.to_string(),
            "text, line 2: contact.first_name has no value here"
        );
        let source = "Hi {{ contact.first_name | default('there') }}";
        assert_eq!(fill(Part::Text, source).unwrap(), "Hi there");
    }

    #[test]
    fn a_field_that_does_not_exist_is_an_error_at_save_with_its_line() {
        let good = "{% for x in vars.list %}{{ x }}{{ loop.index }}{% endfor %}{{ contact.fields.city }}{{ rep.name }}";
        assert_eq!(
            check_template(Part::Html, good).unwrap(),
            ["contact.fields.city", "rep.name", "vars.list"]
        );
        for (source, field) in [
            (
                "\n{{ contact.owner.password_hash }}",
                "contact.owner.password_hash",
            ),
            ("\n{{ smtp.password }}", "smtp.password"),
            ("\n{{ __proto__ }}", "__proto__"),
            ("\n{{ config }}", "config"),
            ("\n{{ contact }}", "contact"),
            ("\n{{ contact['owner'] }}", "contact"),
            ("\n{{ rep.name.__class__ }}", "rep.name.__class__"),
            ("\n{% for i in range(1000000000) %}x{% endfor %}", "range"),
        ] {
            let error = check_template(Part::Html, source).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("html, line 2: there is no field {field}")
            );
        }
        for broken in ["{{ env \"HOME\" }}", "{% include 'x' %}", "{{", "{% for %}"] {
            assert!(check_template(Part::Html, broken).is_err(), "{broken}");
        }
        for literal in ["${7*7}", "<%= 7*7 %>", "#{7*7}"] {
            assert_eq!(fill(Part::Html, literal).unwrap(), literal);
        }
    }

    #[test]
    fn a_runaway_template_is_stopped() {
        let nested = "{% for a in vars.list * 999 %}{% for b in vars.list * 999 %}{% for c in vars.list * 999 %}x{% endfor %}{% endfor %}{% endfor %}";
        for source in [nested, "{{ 'x' * 100000000 }}"] {
            let error = fill(Part::Text, source).unwrap_err();
            assert_eq!(error.reason, "it takes too much work");
        }
        let long = format!("{}{{{{ 'x' * 900000 }}}}", "y".repeat(200_000));
        assert!(
            fill(Part::Text, &long)
                .unwrap_err()
                .reason
                .contains("1 MiB")
        );
    }
}
