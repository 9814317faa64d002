//! What every connection passes: `connections` (how many one client may hold). What every request
//! passes, from the outside in: `open_end` (bodies
//! nobody reads to their end), `trace` (id, span, counts, panics, deadline),
//! `headers` (what browsers are told), `guard` (what is turned away before any handler).

pub mod connections;
pub mod guard;
pub mod headers;
pub mod open_end;
pub mod trace;

/// Whether a path belongs to the public tracking endpoints: no sign-in, no cookies.
pub fn is_tracking(path: &str) -> bool {
    ["/c/", "/o/", "/u/"]
        .iter()
        .any(|prefix| path.starts_with(prefix))
}

/// Whether a path belongs to the probes.
pub fn is_probe(path: &str) -> bool {
    path.starts_with("/health/")
}
