//! The rows of the reports on waits, replies and deliveries as CSV: the columns that apply, from
//! the same struct as page and JSON.

use super::asked::Name;
use super::{Report, Row};
use serde_json::Value;

const SHARE: [&str; 10] = [
    "key",
    "label",
    "n",
    "of",
    "rate",
    "low",
    "high",
    "n_eff",
    "mature_n",
    "immature_n",
];
const WAITS: [&str; 15] = [
    "waiting",
    "censored",
    "dismissed",
    "answered",
    "attempted",
    "attempt_p50_ms",
    "late",
    "self_reported",
    "credited",
    "in_hours_n",
    "in_hours_of",
    "p50_ms",
    "p90_ms",
    "p50_not_reached",
    "p90_not_reached",
];
const THREADS: [&str; 6] = [
    "elsewhere",
    "superseded",
    "colleague",
    "restarted",
    "p50_ms",
    "p90_ms",
];
const MAIL: [&str; 9] = [
    "sent",
    "failed",
    "hard",
    "soft",
    "block",
    "complaints",
    "complaints_of",
    "complaint_rate",
    "unsubscribed",
];
/// The words for the horizons in the names of columns.
const HORIZONS: [&str; 5] = ["1h", "1d", "3d", "7d", "14d"];

/// The rows of `report` with a header line.
pub fn rows(name: Name, report: &Report) -> String {
    let own: &[&str] = match name {
        Name::ResponseTime => &WAITS,
        Name::ReplyLatency => &THREADS,
        Name::Deliverability => &MAIL,
    };
    let columns: Vec<&str> = SHARE.iter().chain(own).copied().collect();
    let mut header: Vec<String> = columns.iter().map(|column| (*column).to_owned()).collect();
    if name == Name::ReplyLatency {
        for horizon in HORIZONS {
            header.extend([format!("n_{horizon}"), format!("of_{horizon}")]);
        }
    }
    header.push("withheld_reason".to_owned());
    let mut out = header.join(",");
    out.push_str("\r\n");
    for row in &report.rows {
        out.push_str(&line(&columns, row));
        out.push_str("\r\n");
    }
    out
}

fn line(columns: &[&str], row: &Row) -> String {
    let value = serde_json::to_value(row).unwrap_or(Value::Null);
    let mut cells: Vec<String> = columns
        .iter()
        .map(|column| cell(value.get(column)))
        .collect();
    for horizon in row.threads.iter().flat_map(|threads| &threads.horizons) {
        cells.extend([horizon.n.to_string(), horizon.of.to_string()]);
    }
    cells.push(
        row.withheld_reason
            .map_or(String::new(), |reason| reason.as_str().to_owned()),
    );
    cells.join(",")
}

/// Text is guarded against formulas; figures are left alone.
fn cell(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => {
            let guard = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
            format!(
                "\"{}{}\"",
                if guard { "'" } else { "" },
                text.replace('"', "\"\"")
            )
        }
        None | Some(Value::Null) => String::new(),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::cell;
    use serde_json::json;

    #[test]
    fn text_is_guarded_against_formulas_and_figures_are_left_alone() {
        assert_eq!(cell(Some(&json!("=1+1"))), "\"'=1+1\"");
        assert_eq!(cell(Some(&json!(-1))), "-1");
        assert_eq!(cell(None), "");
    }
}
