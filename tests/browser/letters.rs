//! A letter from sign-in to the click that shows by itself.

use crate::browser::Browser;
use crate::support::app::{PASSWORD, TestApp};
use crate::support::engines::Engine;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// A name that would run if any page forgot to escape it.
const NASTY: &str = "Eve <img src=x onerror=alert(1)>";

async fn goto(browser: &Browser, app: &TestApp, path: &str) {
    let url = format!("{}{path}", app.url);
    browser.client.goto(&url).await.unwrap();
}

/// Somebody else's browser follows a link, with the headers that Firefox sends.
async fn follow(app: &TestApp, ticket: &str) {
    let agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:141.0) Gecko/20100101 Firefox/141.0";
    let request = app.http.get(ticket).header("User-Agent", agent);
    let request = request
        .header("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
        .header("Accept-Language", "en-GB,en;q=0.5")
        .header("Sec-Fetch-Mode", "navigate")
        .header("Sec-Fetch-Dest", "document")
        .header("Sec-Fetch-Site", "none")
        .header("Sec-Fetch-User", "?1");
    assert_eq!(request.send().await.unwrap().status(), 302);
}

/// A page of another site for a link to lead to: links to ourselves are left alone.
async fn somewhere_else() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4_096];
            let _ = stream.read(&mut request).await;
            let answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    format!("http://{address}/prices")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_written_previewed_sent_caught_and_its_click_shows_without_a_reload() {
    let app = TestApp::start(Engine::Sqlite).await;
    let browser = Browser::start().await;
    browser.sign_in(&app.url, &app.rep.email, PASSWORD).await;

    goto(&browser, &app, "contacts/new").await;
    browser.fill("f-name", NASTY).await;
    browser.fill("f-emails", "eve@customer.example").await;
    browser
        .fill("f-account", "\"><script>alert(2)</script>")
        .await;
    browser.press("form.panel button.go-on").await;
    browser.until("main h1", NASTY).await;

    goto(&browser, &app, "compose").await;
    browser.fill("f-to", "eve@customer.example").await;
    browser.fill("f-subject", "Prices for next year").await;
    let target = somewhere_else().await;
    let letter = format!("<p>Hello, here is <a href=\"{target}\">the price list</a>.</p>");
    browser.fill("f-html", &letter).await;
    browser
        .press("button.button[value=preview], .acts button[value=preview]")
        .await;
    browser.until("#preview", "As it will arrive").await;
    let frame = browser.find("iframe.mail").await;
    frame.enter_frame().await.unwrap();
    assert!(browser.text("body").await.contains("the price list"));
    browser.client.enter_parent_frame().await.unwrap();

    // What was typed is kept, and the button says what will happen.
    let button = browser.text(".acts .go-on").await;
    assert!(button.contains("eve@customer.example"), "{button}");
    browser.press(".acts .go-on").await;
    browser.until("[data-part=copies]", "sent").await;
    browser.script("window.stayed = true").await;
    let message = browser.client.window().await.unwrap();

    let other = browser.client.new_window(true).await.unwrap();
    browser.client.switch_to_window(other.handle).await.unwrap();
    goto(&browser, &app, "caught").await;
    browser.press("tbody a.open").await;
    let frame = browser.find("iframe.mail").await;
    frame.enter_frame().await.unwrap();
    // Whoever follows a link within two seconds of the hand-over is no person.
    tokio::time::sleep(std::time::Duration::from_millis(2_500)).await;
    let link = browser.find("a[href*='/c/']").await;
    let ticket = link.attr("href").await.unwrap().unwrap();
    browser.press("a[href*='/c/']").await;

    browser.client.switch_to_window(message).await.unwrap();
    browser
        .until("[data-part=timeline]", "the price list")
        .await;
    // The writer's own browser is one of us; another one from the same place is a person.
    browser.until("[data-part=timeline]", "one of us").await;
    follow(&app, &ticket).await;
    browser.until("[data-part=timeline]", "likely human").await;
    browser.until("[data-part=headline]", "1 human click").await;
    assert_eq!(browser.script("return window.stayed").await, json!(true));
    assert_eq!(browser.complaints().await, Vec::<String>::new());

    // Today says whom to call.
    goto(&browser, &app, "").await;
    browser.until("main h1", "Eve <img").await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.quit().await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_and_a_form_with_errors_say_so_and_keep_what_was_typed() {
    let app = TestApp::start(Engine::Sqlite).await;
    let browser = Browser::start().await;
    goto(&browser, &app, "messages").await;
    browser.fill("f-email", &app.rep.email).await;
    browser.fill("f-password", "not this one").await;
    browser.press("form button").await;
    browser.until(".errors", "do not match").await;
    browser.fill("f-password", PASSWORD).await;
    browser.press("form button").await;
    // Where they wanted to go.
    browser.until("main h1", "Messages").await;

    goto(&browser, &app, "compose").await;
    browser.fill("f-to", "nobody").await;
    browser.fill("f-html", "<p>Kept</p>").await;
    browser.press(".acts .go-on").await;
    browser.find(".errors").await;
    let kept = browser
        .script("return document.querySelector('#f-html').value")
        .await;
    assert_eq!(kept, json!("<p>Kept</p>"));
    goto(&browser, &app, "drafts").await;
    browser.until("tbody", "nobody").await;
    goto(&browser, &app, "no/such/page").await;
    browser.until("h1", "There is nothing here").await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.quit().await;
    app.stop().await;
}
