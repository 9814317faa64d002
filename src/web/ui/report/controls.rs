//! What a report is asked: slice, period, whose clicks. Links and one form; the address says it
//! all, so that a report can be sent to somebody.

use crate::report::query::{By, Counting, Query};
use crate::web::ui::desk::Desk;
use crate::web::ui::words::Lang;
use maud::{Markup, html};

/// The slices offered, in order.
const SLICES: [By; 7] = [
    By::Content,
    By::Link,
    By::Template,
    By::Rep,
    By::Purpose,
    By::Gateway,
    By::Month,
];

/// The slice in words, after "by".
pub const fn slice(lang: Lang, by: By) -> &'static str {
    match by {
        By::Content => lang.by_content(),
        By::Link => lang.by_link(),
        By::Template => lang.by_template(),
        By::Rep => lang.by_rep(),
        By::Purpose => lang.by_purpose(),
        By::Gateway => lang.by_gateway(),
        By::Day => lang.by_day(),
        By::Month => lang.by_month(),
        By::Total => lang.by_total(),
    }
}

const fn counting_word(counting: Counting) -> &'static str {
    match counting {
        Counting::Human => "human",
        Counting::Raw => "raw",
    }
}

/// The question as a query, some fields replaced or added.
pub fn query_string(query: &Query, with: &[(&str, &str)]) -> String {
    let mut fields: Vec<(&str, String)> = vec![
        ("from", query.from.to_string()),
        ("to", query.to.to_string()),
        ("by", query.by.as_str().to_owned()),
        ("verdict", counting_word(query.counting).to_owned()),
    ];
    let ids = [
        ("rep", query.rep.map(|id| id.to_string())),
        ("team", query.team.map(|id| id.to_string())),
        ("content", query.content.map(|id| id.to_string())),
        (
            "purpose",
            query.purpose.map(|purpose| purpose.as_str().to_owned()),
        ),
    ];
    fields.extend(ids.into_iter().filter_map(|(name, id)| Some((name, id?))));
    for (name, value) in with {
        fields.retain(|(known, _)| known != name);
        fields.push((name, (*value).to_owned()));
    }
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

/// The tabs and the form.
pub fn controls(desk: &Desk, query: &Query) -> Markup {
    let lang = desk.lang();
    let link = |name: &str, value: &str| {
        format!(
            "/reports/click-through?{}",
            query_string(query, &[(name, value)])
        )
    };
    html! {
        div.bar {
            nav.tabs aria-label=(lang.slice_by()) {
                @for by in SLICES {
                    a href=(link("by", by.as_str())) aria-current=[(by == query.by).then_some("true")] { (slice(lang, by)) }
                }
            }
            nav.tabs aria-label=(lang.whose()) {
                @for (counting, words) in [(Counting::Human, lang.whose_human()), (Counting::Raw, lang.whose_raw())] {
                    a href=(link("verdict", counting_word(counting))) aria-current=[(counting == query.counting).then_some("true")] { (words) }
                }
            }
            form.bar {
                input type="hidden" name="by" value=(query.by.as_str());
                input type="hidden" name="verdict" value=(counting_word(query.counting));
                div { label for="f-from" { (lang.from()) } input id="f-from" type="date" name="from" value=(query.from); }
                div { label for="f-to" { (lang.before_day()) } input id="f-to" type="date" name="to" value=(query.to); }
                button { (lang.show()) }
            }
        }
    }
}
