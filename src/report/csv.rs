//! A report's rows as CSV (RFC 4180), from the same struct as page and JSON. Text cells that a
//! spreadsheet would run as a formula get a `'` in front; figures stay figures.

use super::opens::OpenFigures;
use super::{ContentVerdict, Differs, Report, Row};
use std::fmt::Write as _;

const HEADER: &str = "key,label,n,of,rate,low,high,n_eff,mature_n,immature_n,sent,coverage,machine,p50_ms,p90_ms,opens_delivered,opens_confirmed,opens_proved,opens_proxied,opens_unclear,opens_machine,open_rate,open_coverage,verdict,differs,withheld_reason\r\n";

/// The rows of `report` with a header line.
pub fn rows(report: &Report) -> String {
    let mut out = HEADER.to_owned();
    for row in &report.rows {
        write_row(&mut out, row);
    }
    out
}

fn write_row(out: &mut String, row: &Row) {
    text(out, &row.key);
    text(out, &row.label);
    figure(out, Some(row.n));
    figure(out, Some(row.of));
    for share in [row.rate, row.low, row.high] {
        figure(out, share);
    }
    for n in [row.n_eff, row.mature_n, row.immature_n] {
        figure(out, Some(n));
    }
    figure(out, row.sent);
    figure(out, row.coverage);
    for n in [row.machine, row.p50_ms, row.p90_ms] {
        figure(out, n);
    }
    opens(out, row.opens.as_ref());
    out.push_str(match row.verdict {
        None => ",",
        Some(ContentVerdict::Works) => "works,",
        Some(ContentVerdict::Quiet) => "quiet,",
        Some(ContentVerdict::TooEarly) => "too_early,",
    });
    out.push_str(match row.differs {
        None => ",",
        Some(Differs::Above) => "above,",
        Some(Differs::Below) => "below,",
    });
    out.push_str(row.withheld_reason.map_or("", |reason| reason.as_str()));
    out.push_str("\r\n");
}

fn opens(out: &mut String, opens: Option<&OpenFigures>) {
    let counts = opens.map(|it| {
        [
            it.delivered,
            it.confirmed,
            it.proved,
            it.proxied,
            it.unclear,
            it.machine,
        ]
    });
    for place in 0..6 {
        figure(out, counts.map(|counts| counts[place]));
    }
    figure(out, opens.and_then(|it| it.rate));
    figure(out, opens.and_then(|it| it.coverage));
}

fn figure(out: &mut String, value: Option<impl std::fmt::Display>) {
    if let Some(value) = value {
        let _ = write!(out, "{value}");
    }
    out.push(',');
}

fn text(out: &mut String, text: &str) {
    let guard = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    out.push('"');
    if guard {
        out.push('\'');
    }
    out.push_str(&text.replace('"', "\"\""));
    out.push_str("\",");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_guarded_against_formulas_and_figures_are_left_alone() {
        let report = Report {
            report: "click-through",
            from: "2026-01-01".to_owned(),
            to: "2026-02-01".to_owned(),
            zone: "UTC".to_owned(),
            by: "content",
            watermark: 1,
            rows: vec![Row {
                key: "1".to_owned(),
                label: "=HYPERLINK(\"x\"), \"quoted\"".to_owned(),
                n: -1,
                of: 4,
                rate: Some(0.25),
                ..Row::default()
            }],
            series: Vec::new(),
            waiting: Vec::new(),
            opens: None,
            notes: Vec::new(),
        };
        let csv = rows(&report);
        let line = csv.lines().nth(1).unwrap();
        assert_eq!(
            line,
            "\"1\",\"'=HYPERLINK(\"\"x\"\"), \"\"quoted\"\"\",-1,4,0.25,,,0,0,0,,,,,,,,,,,,,,,,"
        );
        assert_eq!(HEADER.matches(',').count(), 25);
    }
}
