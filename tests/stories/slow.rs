//! Slow and huge requests over real sockets: each has an end, and one client takes no place from
//! another.

use crate::support::engines::Engine;
use crate::support::process::{Installation, Serving};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

/// What the server says until it hangs up, while a byte of `drip` goes out each second.
async fn drip(address: SocketAddr, head: &str, drip: &str) -> (String, Duration) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let begun = Instant::now();
    let (mut read, mut write) = stream.split();
    let mut said = Vec::new();
    let mut bytes = drip.bytes().cycle();
    let mut tick = tokio::time::interval(Duration::from_secs(1));
    loop {
        tokio::select! {
            got = read.read_buf(&mut said) => match got {
                Ok(n) if n > 0 => {}
                _ => break,
            },
            _ = tick.tick() => {
                let byte = [bytes.next().unwrap()];
                if write.write_all(&byte).await.is_err() {
                    break;
                }
            }
        }
        assert!(begun.elapsed() < Duration::from_secs(90), "it never ends");
    }
    (String::from_utf8_lossy(&said).into_owned(), begun.elapsed())
}

fn serve() -> Serving {
    Installation::fresh(Engine::Sqlite).serve()
}

fn head(address: SocketAddr, path: &str, kind: &str, more: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nContent-Type: {kind}\r\n{more}\r\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_head_and_a_slow_body_are_cut_off() {
    let serving = serve();
    let at = serving.address;
    let form = "application/x-www-form-urlencoded";
    let body = head(at, "/sign-in", form, "Content-Length: 1000\r\n");
    let chunked = head(at, "/sign-in", form, "Transfer-Encoding: chunked\r\n");
    let (slow_head, slow_body, slow_chunks) = tokio::join!(
        drip(at, "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ", "a"),
        drip(at, &body, "a"),
        drip(at, &chunked, "1\r\na\r\n"),
    );
    assert!(slow_head.1 < Duration::from_mins(1), "{slow_head:?}");
    assert!(!slow_head.0.starts_with("HTTP/1.1 2"), "{slow_head:?}");
    for (said, _) in [slow_body, slow_chunks] {
        assert!(said.starts_with("HTTP/1.1 408"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_huge_body_is_refused_by_what_it_says_and_by_what_it_sends() {
    let serving = serve();
    let at = serving.address;
    let form = "application/x-www-form-urlencoded";
    let announced = head(at, "/sign-in", form, "Content-Length: 4000000000\r\n");
    let (said, _) = drip(at, &announced, "a").await;
    assert!(said.starts_with("HTTP/1.1 413"), "{said}");
    // Without a length, it is counted while it comes.
    let mut chunked = head(at, "/sign-in", form, "Transfer-Encoding: chunked\r\n");
    let chunk = format!("10000\r\n{}\r\n", "a".repeat(0x1_0000));
    chunked.push_str(&chunk.repeat(64));
    let mut stream = TcpStream::connect(at).await.unwrap();
    // The server may hang up before all of it is out.
    let _ = stream.write_all(chunked.as_bytes()).await;
    let mut said = vec![0; 12];
    let _ = stream.read_exact(&mut said).await;
    assert_eq!(String::from_utf8_lossy(&said), "HTTP/1.1 413");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_client_that_holds_all_it_may_takes_no_place_from_another() {
    const TRIED: usize = 300;
    let serving = serve();
    let mut held = Vec::new();
    for _ in 0..TRIED {
        held.push(TcpStream::connect(serving.address).await.unwrap());
    }
    let request = format!(
        "GET /health/live HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
        serving.address
    );
    // The last ones are hung up on, whatever they say.
    let last = held.last_mut().unwrap();
    let _ = last.write_all(request.as_bytes()).await;
    let mut said = String::new();
    let _ = last.read_to_string(&mut said).await;
    assert_eq!(said, "");

    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
    let mut other = socket.connect(serving.address).await.unwrap();
    other.write_all(request.as_bytes()).await.unwrap();
    other.read_to_string(&mut said).await.unwrap();
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");

    drop(held);
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let mut again = TcpStream::connect(serving.address).await.unwrap();
        let mut said = String::new();
        if again.write_all(request.as_bytes()).await.is_ok()
            && again.read_to_string(&mut said).await.is_ok()
            && said.starts_with("HTTP/1.1 200")
        {
            break;
        }
        assert!(Instant::now() < deadline, "its places come back");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
