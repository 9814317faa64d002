//! Which hosts are served, and what a request's head may say of them.

use super::site::Site;
use crate::support::engines::Engine;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Sends `head` as it stands and gives the answer's head.
async fn raw(site: &Site, head: &str) -> String {
    let mut stream = TcpStream::connect(site.address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = vec![0; 4096];
    let n = stream.read(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer[..n]).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_not_ours_is_not_served() {
    let site = Site::start(Engine::Sqlite).await;
    let own = site.address;
    let get = |lines: &str| format!("GET /sign-in HTTP/1.1\r\n{lines}\r\n");
    for lines in [
        "Host: evil.test\r\n".to_owned(),
        "Host: evil.test\r\nX-Forwarded-Host: 127.0.0.1\r\n".to_owned(),
        format!("Host: {own}@evil.test\r\n"),
    ] {
        let answer = raw(&site, &get(&lines)).await;
        assert!(answer.starts_with("HTTP/1.1 4"), "{lines}: {answer}");
    }
    let two = raw(&site, &get(&format!("Host: {own}\r\nHost: evil.test\r\n"))).await;
    assert!(two.starts_with("HTTP/1.1 4"), "{two}");
    let absolute = format!("GET http://evil.test/sign-in HTTP/1.1\r\nHost: {own}\r\n\r\n");
    let absolute = raw(&site, &absolute).await;
    assert!(absolute.starts_with("HTTP/1.1 421"), "{absolute}");

    let forwarded =
        format!("Host: {own}\r\nX-Forwarded-Host: evil.test\r\nForwarded: host=evil.test\r\n");
    let fine = raw(&site, &get(&forwarded)).await;
    assert!(fine.starts_with("HTTP/1.1 200"), "{fine}");
    assert!(!fine.contains("evil.test"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_is_ambiguous_or_too_large_is_refused() {
    let site = Site::start(Engine::Sqlite).await;
    let own = site.address;
    let post = format!("POST /api/v1/contacts HTTP/1.1\r\nHost: {own}\r\n");
    for lines in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".to_owned(),
        "Transfer-Encoding: xchunked\r\n\r\n".to_owned(),
        "Content-Length: 5\r\nContent-Length: 6\r\n\r\n".to_owned(),
        format!("X-Long: {}\r\n\r\n", "x".repeat(20_000)),
    ] {
        let answer = raw(&site, &format!("{post}{lines}")).await;
        assert!(answer.starts_with("HTTP/1.1 4"), "{lines:.60}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn probes_answer_and_browsers_are_told_what_is_allowed() {
    let site = Site::start(Engine::Postgres).await;
    for path in ["/health/live", "/health/ready"] {
        let head = format!("GET {path} HTTP/1.1\r\nHost: 10.0.0.7\r\n\r\n");
        assert!(
            raw(&site, &head).await.starts_with("HTTP/1.1 200"),
            "{path}"
        );
    }
    let page = site.http.get(site.url("/sign-in")).send().await.unwrap();
    let header = |name: &str| page.headers()[name].to_str().unwrap().to_owned();
    assert!(header("content-security-policy").contains("frame-ancestors 'none'"));
    assert!(!header("content-security-policy").contains("unsafe-inline"));
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("referrer-policy"), "same-origin");
    assert!(!header("x-request-id").is_empty());
    let metrics = |token: Option<&str>| {
        let request = site.http.get(site.url("/metrics"));
        let request = token.map_or(request.try_clone().unwrap(), |token| {
            request.bearer_auth(token)
        });
        async move { request.send().await.unwrap() }
    };
    assert_eq!(metrics(None).await.status(), 401);
    assert_eq!(metrics(Some(&site.rep.token)).await.status(), 404);
    let text = metrics(Some(&site.admin.token)).await.text().await.unwrap();
    assert!(text.contains("otklik_log_head"), "{text}");
}
