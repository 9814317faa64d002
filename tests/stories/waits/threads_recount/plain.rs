//! The same figures from messages, deliveries, events, touches and mail that came in, in plain SQL.

use crate::support::sql::texts;
use otklik::domain::clock::{DAY_MS, HOUR_MS, Millis};
use otklik::store::Store;
use std::collections::BTreeMap;

const HORIZONS_MS: [i64; 5] = [HOUR_MS, DAY_MS, 3 * DAY_MS, 7 * DAY_MS, 14 * DAY_MS];
/// Threads that we began, each with its first mail, first reply, start of its horizons and first
/// conversation elsewhere: `t` with `at`, `replied`, `colleague`, `start`, `elsewhere` (in time, and
/// before any reply).
pub(super) const THREADS: &str = "
    WITH mails AS (
        SELECT m.thread_no, m.purpose, d.no, d.handed_over_at AS at, d.contact_no, d.rep_no, d.domain
        FROM messages m JOIN deliveries d ON d.message_id = m.id
        WHERE EXISTS (SELECT 1 FROM events e WHERE e.delivery_no = d.no AND e.kind = 1)
            AND NOT EXISTS (SELECT 1 FROM events e WHERE e.delivery_no = d.no AND e.kind = 7)),
    valid AS (SELECT * FROM touches WHERE voided_at IS NULL),
    replies AS (SELECT * FROM valid WHERE direction = 0 AND channel = 0 AND agency = 0),
    firsts AS (
        SELECT f.*, (SELECT MIN(r.at) FROM replies r WHERE r.thread_no = f.thread_no) AS replied
        FROM mails f
        WHERE f.at = (SELECT MIN(g.at) FROM mails g WHERE g.thread_no = f.thread_no)
            AND NOT EXISTS (SELECT 1 FROM valid v WHERE v.thread_no = f.thread_no AND v.at < f.at)),
    started AS (
        SELECT f.*, COALESCE((SELECT MAX(i.away_until) FROM inbound i
            WHERE i.contact_no = f.contact_no AND i.away_until > f.at
                AND i.received_at BETWEEN f.at AND f.at + 1209600000
                AND (f.replied IS NULL OR i.away_until <= f.replied)), f.at) AS start
        FROM firsts f),
    met AS (
        SELECT s.*, (SELECT MIN(v.at) FROM valid v
            WHERE v.contact_no = s.contact_no AND (v.thread_no IS NULL OR v.thread_no <> s.thread_no)
                AND ((v.direction = 0 AND v.agency = 0) OR (v.channel = 1 AND v.result = 0))
                AND v.at > s.at AND v.at <= s.start + 1209600000) AS met_at
        FROM started s),
    t AS (
        SELECT m.*, CASE WHEN m.replied IS NULL OR m.met_at < m.replied THEN m.met_at END AS elsewhere,
            (SELECT r.colleague FROM replies r WHERE r.thread_no = m.thread_no AND r.at = m.replied) AS colleague,
            m.at / 86400000 + (m.start - m.at + 86399999) / 86400000 AS day
        FROM met m),
    answers AS (
        SELECT l.thread_no, l.no, MIN(r.at) AS at, MIN(r.at - CASE WHEN l.at > t.start THEN l.at ELSE t.start END) AS ms
        FROM t JOIN mails l ON l.thread_no = t.thread_no
            JOIN replies r ON r.thread_no = l.thread_no
        WHERE r.delivery_no = l.no
            OR ((r.delivery_no IS NULL OR r.delivery_no NOT IN (SELECT x.no FROM mails x WHERE x.thread_no = l.thread_no))
                AND l.at = (SELECT MAX(x.at) FROM mails x WHERE x.thread_no = l.thread_no AND x.at <= r.at))
        GROUP BY l.thread_no, l.no),
    unanswered AS (
        SELECT l.thread_no, l.no FROM mails l
        WHERE NOT EXISTS (SELECT 1 FROM answers a WHERE a.no = l.no)
            AND EXISTS (SELECT 1 FROM mails x WHERE x.thread_no = l.thread_no AND x.at > l.at)
            AND NOT EXISTS (SELECT 1 FROM replies r WHERE r.thread_no = l.thread_no AND r.at >= l.at
                AND r.at < (SELECT MIN(x.at) FROM mails x WHERE x.thread_no = l.thread_no AND x.at > l.at)))";

/// Answered and old enough for each horizon; then elsewhere, superseded, by a colleague, restarted,
/// all and too young.
pub(super) type Figures = [i64; 16];

pub(super) async fn recount(store: &Store, key: &str, now: Millis) -> BTreeMap<String, Figures> {
    let old = |ms: i64| format!("t.day < {}", (now.0 - ms).div_euclid(DAY_MS));
    let count = |what: &str| format!("COUNT(CASE WHEN {what} THEN 1 END)");
    let in_time = |ms: i64| {
        format!("t.elsewhere IS NULL AND t.replied IS NOT NULL AND t.replied - t.start <= {ms}")
    };
    let all = old(14 * DAY_MS);
    let mut figures = Vec::new();
    for ms in HORIZONS_MS {
        let old = old(ms);
        figures.push(count(&format!("{old} AND {}", in_time(ms))));
        let counts = format!("(t.elsewhere IS NULL OR t.elsewhere - t.start >= {ms})");
        figures.push(count(&format!("{old} AND {counts}")));
    }
    figures.extend([
        count(&format!("{all} AND t.elsewhere IS NOT NULL")),
        format!(
            "COALESCE(SUM(CASE WHEN {all} THEN
                (SELECT COUNT(*) FROM unanswered u WHERE u.thread_no = t.thread_no) END), 0)"
        ),
        count(&format!(
            "{all} AND t.colleague AND {}",
            in_time(14 * DAY_MS)
        )),
        count(&format!("{all} AND t.start > t.at")),
        count(&all),
        count(&format!("NOT ({all})")),
    ]);
    let sql = format!(
        "{THREADS} SELECT CAST({key} AS TEXT) || ' ' || {} FROM t GROUP BY {key}",
        figures.join(" || ' ' || ")
    );
    let mut found = BTreeMap::new();
    for line in texts(store, &sql).await {
        let (key, rest) = line.split_once(' ').unwrap();
        let mut numbers = rest.split(' ').map(|text| text.parse().unwrap());
        let figures: Figures = std::array::from_fn(|_| numbers.next().unwrap());
        found.insert(key.to_owned(), figures);
    }
    found
}
