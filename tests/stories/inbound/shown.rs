//! A whole mail in its frame: whoever looks at an answer, and follows a link in the mail that it
//! quotes, is not taken for the reader of that mail.

use crate::support::app::TestApp;
use crate::support::engines::Engine;
use crate::support::pages::Pages;
use otklik::domain::id::DeliveryId;
use otklik::domain::link::DestinationId;
use otklik::domain::ticket::TicketKeys;
use reqwest::Method;
use serde_json::Value;

const TARGET: &str = "https://shop.example/prices?a=1&b=2";

/// An answer that quotes a mail of ours with everything in it that would count.
fn quoting(app: &TestApp) -> String {
    let tickets = TicketKeys::new(&app.ctx.keys);
    let delivery = DeliveryId(app.ctx.clock.fresh_id());
    let site = &app.ctx.settings.tracking_url;
    let click = tickets.sign_click(delivery, 1, DestinationId::of(TARGET), TARGET);
    let click = format!("{site}c/{}", click.unwrap());
    let wrapped: String = url::form_urlencoded::byte_serialize(click.as_bytes()).collect();
    let odd = click.replace('/', "&#x2F;");
    let (pixel, leave) = (
        tickets.sign_open(delivery),
        tickets.sign_unsubscribe(delivery),
    );
    format!(
        "From: Nora <nora@new.example>\r\nTo: sales@team.example\r\nSubject: Re: Prices\r\nMessage-ID: <q@new.example>\r\nDate: Mon, 04 May 2026 12:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nGladly.\r\n\r\n> See {click}\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>Gladly.</p><blockquote><a href=\"{click}\">one</a> <a href=\"https://eur01.safelinks.protection.outlook.com/?url={wrapped}&amp;data=05\">two</a> <a href='{odd}'>three</a> <a href=\"{site}u/{leave}\">leave</a> {click}<img src=\"{site}o/{pixel}.gif\"><img src=\"https://ads.example/p.gif\"><div style=\"background:url(https://ads.example/b.png)\">x</div><link rel=stylesheet href=\"https://ads.example/c.css\"></blockquote>\r\n--b--\r\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quoted_mail_of_ours_is_shown_without_anything_that_would_count() {
    for engine in Engine::BOTH {
        let app = TestApp::start(engine).await;
        let request = app.ask(Method::POST, "api/v1/inbound", &app.rep);
        let posted = request
            .header("content-type", "message/rfc822")
            .body(quoting(&app))
            .send()
            .await
            .unwrap();
        let posted: Value = posted.json().await.unwrap();
        let id = posted["id"].as_str().unwrap();
        let pages = Pages::sign_in(&app, &app.rep).await;
        let answer = pages.get(&format!("inbound/{id}/html")).await;
        assert_eq!(answer.status(), 200, "{engine:?}: {posted}");
        let policy = answer.headers()["content-security-policy"]
            .to_str()
            .unwrap();
        assert!(policy.starts_with("sandbox"), "{policy}");
        assert!(policy.contains("default-src 'none'") && policy.contains("img-src data:;"));
        let shown = answer.text().await.unwrap();
        let leads = format!("href=\"{}\"", TARGET.replace('&', "&amp;"));
        assert_eq!(shown.matches(&leads).count(), 3, "{engine:?}: {shown}");
        for trace in [
            "/c/",
            "/o/",
            "/u/",
            "safelinks",
            "ads.example",
            "<img",
            "<link",
            "style=",
        ] {
            assert!(!shown.contains(trace), "{engine:?}: {trace} in {shown}");
        }
        assert!(shown.contains(">leave</a>"), "its words stay: {shown}");

        // A mail of text alone is shown as its text, quotes and all.
        let text = "From: Nora <nora@new.example>\r\nTo: sales@team.example\r\nSubject: x\r\nMessage-ID: <t@new.example>\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\nGr\u{fc}n?\r\n\r\n> <b>asked</b>\r\n";
        let bytes: Vec<u8> = text
            .chars()
            .map(|c| u8::try_from(u32::from(c)).unwrap())
            .collect();
        let request = app.ask(Method::POST, "api/v1/inbound", &app.rep);
        let request = request.header("content-type", "message/rfc822").body(bytes);
        let posted: Value = request.send().await.unwrap().json().await.unwrap();
        let id = posted["id"].as_str().unwrap();
        let shown = pages.read(&format!("inbound/{id}/html")).await;
        assert!(
            shown.contains("Grün?") && shown.contains("&gt; &lt;b&gt;asked"),
            "{shown}"
        );
        assert!(!shown.contains("Message-ID"), "{shown}");
        app.stop().await;
    }
}
