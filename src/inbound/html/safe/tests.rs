//! What must not be left of a foreign mail, and what must.

use super::*;
use crate::domain::id::DeliveryId;
use crate::domain::keys::KeyRing;
use crate::domain::link::DestinationId;
use crate::domain::ticket::TicketKeys;
use crate::domain::verp::VerpKeys;

fn ours() -> Ours {
    let ring = KeyRing::parse(&KeyRing::generate([7; 32])).unwrap();
    Ours {
        verp: VerpKeys::new(&ring),
        tickets: TicketKeys::new(&ring),
        addresses: Vec::new(),
        domains: Vec::new(),
        tracking_hosts: vec!["t.seller.example".to_owned()],
    }
}

fn safe_html(html: &str) -> String {
    super::safe_html(html, &ours())
}

#[test]
fn no_link_leads_through_us_however_it_is_written() {
    let delivery = DeliveryId(uuid::Uuid::from_bytes([3; 16]));
    let (tickets, target) = (ours().tickets, "https://shop.example/?a=1&b=2");
    let click = tickets.sign_click(delivery, 1, DestinationId::of(target), target);
    let click = format!("https://t.seller.example/c/{}", click.unwrap());
    let odd = click.replace('/', "&#x2f;").replace(':', "&#58;");
    let safe_link = click.replace(':', "%3a").replace('/', "%2f");
    let safe_link = format!("https://x.safelinks.example/?url={safe_link}&amp;data=05");
    for href in [&click, &odd, &safe_link] {
        let safe = safe_html(&format!("<a href='{href}'>prices</a>"));
        assert!(
            safe.contains("href=\"https://shop.example/?a=1&amp;b=2\""),
            "{safe}"
        );
        assert!(
            !safe.contains("seller") && !safe.contains("safelinks"),
            "{safe}"
        );
    }
    let leave = format!(
        "https://t.seller.example/u/{}",
        tickets.sign_unsubscribe(delivery)
    );
    let safe = safe_html(&format!("<a href='{leave}'>no more</a>"));
    assert!(
        safe.contains(">no more</a>") && !safe.contains("href"),
        "{safe}"
    );
}

#[test]
fn nothing_runs_or_loads() {
    for html in [
        "<img src=x onerror=alert(1)>",
        "<svg><script>alert(1)</script></svg>",
        "<math><mtext></mtext></math>x",
        "<link rel=stylesheet href=http://e.example/a.css>",
        "<style>@import 'http://e.example'</style>",
        "<a href=javascript:alert(1)>x</a>",
        "<a href=' java\tscript:alert(1)'>x</a>",
        "<iframe src=//e.example></iframe>",
        "<div style='background:url(http://e.example/x)'>x</div>",
        "<body background=http://e.example/x>",
        "<form action=http://e.example><input name=a></form>",
        "<p onclick=alert(1)>x</p>",
        "<base href=//e.example>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript>",
        "<meta http-equiv=refresh content=0>",
    ] {
        let safe = safe_html(html).to_lowercase();
        for word in [
            "<img",
            "<svg",
            "<math",
            "script:",
            "<link",
            "<style",
            "style=",
            "e.example",
            "<form",
            "<input",
            "onerror=",
            "onclick",
            "<base",
            "<meta",
            "<iframe",
        ] {
            assert!(!safe.contains(word), "{html} gave {safe}");
        }
    }
}

#[test]
fn links_stay_and_images_become_words() {
    let safe = safe_html(
        "<p>Hello <a href='https://a.example/?x=1&amp;y=2'>there</a><img alt='a &lt;cat&gt;' src=x></p>",
    );
    assert_eq!(
        safe,
        "<p>Hello <a href=\"https://a.example/?x=1&amp;y=2\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">there</a>[a &lt;cat&gt;]</p>"
    );
}

#[test]
fn hostile_nesting_stays_as_long_as_it_came() {
    let mut html = String::new();
    for no in 0..20_000 {
        let _ = write!(html, "<font color=c{no}>");
    }
    html.push_str(&"<p><table><i>x".repeat(10_000));
    assert!(safe_html(&html).len() < 20 * html.len());
}
