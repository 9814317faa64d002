//! The raw values: from `otklik.toml` and the environment, each with where it came from.

use super::load::Problem;
use super::names;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// A file.
    File(PathBuf),
    /// A variable of the environment, by its name.
    Environment(String),
    /// An option of the command.
    CommandLine,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Environment(variable) => write!(f, "environment, {variable}"),
            Self::CommandLine => f.write_str("command line"),
        }
    }
}

/// A value as text; a list is joined by commas.
#[derive(Debug, Clone)]
pub(super) struct Raw {
    pub(super) text: String,
    pub(super) origin: Origin,
}

/// Values by path.
pub(super) type RawValues = BTreeMap<&'static str, Raw>;

/// Variables that begin with the prefix and are no settings.
const NOT_SETTINGS: &[&str] = &["OTKLIK_CONFIG"];

/// Adds what the file at `path` sets.
pub(super) fn read_file(path: &Path, values: &mut RawValues, problems: &mut Vec<Problem>) {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            problems.push(Problem::new(
                path.display().to_string(),
                format!("cannot be read: {error}"),
            ));
            return;
        }
    };
    match text.parse::<toml::Table>() {
        Ok(table) => flatten("", &table, path, values, problems),
        Err(error) => problems.push(Problem::new(
            path.display().to_string(),
            format!("is not TOML: {error}"),
        )),
    }
}

fn flatten(
    above: &str,
    table: &toml::Table,
    file: &Path,
    values: &mut RawValues,
    problems: &mut Vec<Problem>,
) {
    for (key, value) in table {
        let path = if above.is_empty() {
            key.clone()
        } else {
            format!("{above}.{key}")
        };
        if let toml::Value::Table(inner) = value {
            flatten(&path, inner, file, values, problems);
            continue;
        }
        let origin = Origin::File(file.to_owned());
        match as_text(value) {
            Some(text) => set(&path, text, origin, values, problems),
            None => problems.push(Problem::new(
                format!("{path} in {origin}"),
                "must be a text, a number, a list of texts, or [[dkim]] with domain, selector and key".to_owned(),
            )),
        }
    }
}

fn as_text(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(word) => Some(word.to_string()),
        // `[[dkim]]` with domain, selector and key, in the form that a variable has.
        toml::Value::Table(table) if table.len() == 3 => {
            let part = |name| table.get(name).and_then(toml::Value::as_str);
            let (domain, selector, key) = (part("domain")?, part("selector")?, part("key")?);
            Some(format!("{domain}:{selector}:{key}"))
        }
        toml::Value::Array(items) => {
            let texts: Option<Vec<String>> = items.iter().map(as_text).collect();
            Some(texts?.join(","))
        }
        _ => None,
    }
}

/// Adds what the environment sets; it wins over the file. An empty value counts as not set.
pub(super) fn read_environment(
    environment: impl IntoIterator<Item = (String, String)>,
    values: &mut RawValues,
    problems: &mut Vec<Problem>,
) {
    for (variable, text) in environment {
        let Some(rest) = variable.strip_prefix("OTKLIK_") else {
            continue;
        };
        let is_ours = NOT_SETTINGS.contains(&variable.as_str())
            || (cfg!(feature = "faults") && rest.starts_with("FAULT"));
        if is_ours || text.is_empty() {
            continue;
        }
        let path = rest.to_ascii_lowercase().replace("__", ".");
        set(&path, text, Origin::Environment(variable), values, problems);
    }
}

fn set(
    path: &str,
    text: String,
    origin: Origin,
    values: &mut RawValues,
    problems: &mut Vec<Problem>,
) {
    if let Some(name) = names::find(path) {
        values.insert(name.path, Raw { text, origin });
        return;
    }
    let meant = names::nearest(path).map(|near| match &origin {
        Origin::Environment(_) => names::variable(near),
        _ => near.to_owned(),
    });
    let advice = meant.map_or_else(
        || "; check-config lists every name".to_owned(),
        |near| format!("; did you mean {near}?"),
    );
    let what = match &origin {
        Origin::Environment(variable) => variable.clone(),
        _ => format!("{path} in {origin}"),
    };
    problems.push(Problem::new(what, format!("is not a setting{advice}")));
}
