//! Slow clients, and oversized requests.

use std::time::Duration;

use kakaopay::webhook::MAX_BODY;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, sleep};

use crate::shop::{Shop, event, genuine, head, statuses};

/// Sends `at_once`, then `slowly` at one byte per second. Returns the response and the lifetime of
/// the connection in seconds.
async fn drip(shop: &Shop, at_once: &[u8], slowly: &[u8]) -> (String, u64) {
    let start = Instant::now();
    let (mut read, mut write) = tokio::io::split(shop.connect());
    let dripping = async {
        write.write_all(at_once).await?;
        for byte in slowly {
            sleep(Duration::from_secs(1)).await;
            write.write_all(&[*byte]).await?;
        }
        // Then stays connected and silent.
        std::future::pending::<std::io::Result<()>>().await
    };
    let mut response = String::new();
    tokio::select! {
        _ = read.read_to_string(&mut response) => {}
        ended = dripping => assert!(ended.is_err()),
    }
    (response, start.elapsed().as_secs())
}

#[tokio::test(start_paused = true)]
async fn f30_idle_and_slow_clients_are_disconnected() {
    let shop = Shop::open();
    let request = genuine(1);
    let (head, body) = request.split_at(request.len() - event(1).len());
    for (at_once, slowly, seconds) in [
        (&b""[..], &b""[..], 5),
        (b"", head, 5),
        (b"POST /webhooks HTTP/1.1\r\n", head, 5),
        (&head[..head.len() - 2], b"", 5),
        // A complete head without a body.
        (head, b"", 20),
        (head, body, 20),
    ] {
        let (response, after) = drip(&shop, at_once, slowly).await;
        assert!(after.abs_diff(seconds) <= 1, "{after} s instead of {seconds} s");
        assert!(statuses(&response).iter().all(|status| *status >= 400), "{response}");
    }
    assert_eq!(shop.stored(), 0);
    // A slightly slow client is served.
    let (response, _) = drip(&shop, &request[..request.len() - 10], &request[request.len() - 10..]).await;
    assert_eq!((statuses(&response), shop.stored()), (vec![200], 1));
}

/// A connection kept alive after its request is closed soon.
#[tokio::test(start_paused = true)]
async fn f30_an_idle_connection_is_closed() {
    let shop = Shop::open();
    let kept = String::from_utf8(genuine(1)).expect("text").replace("Connection: close\r\n", "");
    let (response, after) = drip(&shop, kept.as_bytes(), b"").await;
    assert_eq!((statuses(&response), shop.stored()), (vec![200], 1));
    assert!(after <= 20, "{after} s");
}

#[tokio::test(start_paused = true)]
async fn f31_oversized_bodies_are_rejected() {
    let shop = Shop::open();
    let large = vec![b' '; MAX_BODY + 1];
    let head = head(&large);

    // With a length: rejected before the body is read.
    let declared = format!("{head}Content-Length: {}\r\nConnection: close\r\n\r\n", large.len());
    assert_eq!(statuses(&shop.talk(declared.as_bytes()).await), [413]);
    let declared = format!("{head}Content-Length: 18446744073709551615\r\nConnection: close\r\n\r\n");
    assert!(statuses(&shop.talk(declared.as_bytes()).await)[0] >= 400);

    // In chunks, without a length.
    let chunked = format!("{head}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
    let mut chunked = chunked.into_bytes();
    for chunk in large.chunks(1_000) {
        chunked.extend(format!("{:x}\r\n", chunk.len()).bytes());
        chunked.extend(chunk);
        chunked.extend(b"\r\n");
    }
    chunked.extend(b"0\r\n\r\n");
    assert_eq!(statuses(&shop.talk(&chunked).await), [413]);

    // One chunk of maximum size.
    let endless =
        format!("{head}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\nffffffffffffffff\r\n");
    let endless = [endless.as_bytes(), &large].concat();
    assert_eq!(statuses(&shop.talk(&endless).await), [413]);
    assert_eq!(shop.stored(), 0);
}

/// With a wrong length, the received body is not the signed one.
#[tokio::test(start_paused = true)]
async fn f31_a_wrong_length_is_rejected() {
    let shop = Shop::open();
    let body = event(1);
    let head = head(body.as_bytes());

    // Too short: the rest is parsed as a second request, and is malformed.
    let short = format!("{head}Content-Length: 10\r\n\r\n{body}");
    assert_eq!(statuses(&shop.talk(short.as_bytes()).await), [401, 400]);

    // Too long, and then the client disconnects.
    let long = format!("{head}Content-Length: 1000\r\n\r\n{body}");
    let mut client = shop.connect();
    client.write_all(long.as_bytes()).await.expect("a pipe");
    client.shutdown().await.expect("a pipe");
    let mut response = String::new();
    client.read_to_string(&mut response).await.expect("text");
    assert!(statuses(&response).iter().all(|status| *status == 400), "{response}");
    assert_eq!(shop.stored(), 0);
}
