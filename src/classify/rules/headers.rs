//! Headers and methods that give a machine away.

use super::{Case, Finding};
use crate::domain::hit::{Certainty, HeaderBits, Method};
use crate::domain::verdict::Verdict;

/// A header says that nobody asked for the page yet (MDN, `Sec-Purpose`; Chromium's
/// `preloading_headers.cc`; Safari's `X-Purpose`).
pub(super) fn fetched_ahead(case: &Case<'_>) -> Option<Finding> {
    let word = if case.facts.bits.has(HeaderBits::PREFETCH) {
        "prefetch"
    } else if case.facts.bits.has(HeaderBits::PREVIEW) {
        "preview"
    } else {
        return None;
    };
    Some(Finding::new(
        Verdict::Prefetch,
        Certainty::Certain,
        [word.to_owned()],
    ))
}

/// Browsers follow links with GET; HEAD and OPTIONS are a machine's. A GET that follows is judged
/// by itself.
pub(super) fn no_body_wanted(case: &Case<'_>) -> Option<Finding> {
    let method = match case.facts.method {
        Method::Head => "HEAD",
        Method::Options => "OPTIONS",
        Method::Get | Method::Post => return None,
    };
    Some(Finding::scanner(Certainty::Certain, method))
}
