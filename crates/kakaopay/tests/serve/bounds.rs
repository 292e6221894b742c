//! Clients that are slow, and clients that send too much.

use std::time::Duration;

use kakaopay::webhook::MAX_BODY;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, sleep};

use crate::shop::{Shop, event, genuine, head, statuses};

/// Sends one byte a second after a beginning that comes at once, and tells what was answered and
/// after how many seconds the connection ended.
async fn drip(shop: &Shop, at_once: &[u8], slowly: &[u8]) -> (String, u64) {
    let start = Instant::now();
    let (mut read, mut write) = tokio::io::split(shop.connect());
    let dripping = async {
        write.write_all(at_once).await?;
        for byte in slowly {
            sleep(Duration::from_secs(1)).await;
            write.write_all(&[*byte]).await?;
        }
        // And then nothing more, without going away.
        std::future::pending::<std::io::Result<()>>().await
    };
    let mut answer = String::new();
    tokio::select! {
        _ = read.read_to_string(&mut answer) => {}
        ended = dripping => assert!(ended.is_err()),
    }
    (answer, start.elapsed().as_secs())
}

#[tokio::test(start_paused = true)]
async fn f30_a_client_that_says_nothing_or_says_it_slowly_is_cut_off() {
    let shop = Shop::open();
    let request = genuine(1);
    let (head, body) = request.split_at(request.len() - event(1).len());
    for (at_once, slowly, seconds) in [
        (&b""[..], &b""[..], 5),
        (b"", head, 5),
        (b"POST /webhooks HTTP/1.1\r\n", head, 5),
        (&head[..head.len() - 2], b"", 5),
        // The head is there; its body is not.
        (head, b"", 20),
        (head, body, 20),
    ] {
        let (answer, after) = drip(&shop, at_once, slowly).await;
        assert!(after.abs_diff(seconds) <= 1, "{after} s instead of {seconds} s");
        assert!(statuses(&answer).iter().all(|status| *status >= 400), "{answer}");
    }
    assert_eq!(shop.stored(), 0);
    // Whoever is merely a little slow is served.
    let (answer, _) = drip(&shop, &request[..request.len() - 10], &request[request.len() - 10..]).await;
    assert_eq!((statuses(&answer), shop.stored()), (vec![200], 1));
}

/// A connection that is kept after its request is not kept for long.
#[tokio::test(start_paused = true)]
async fn f30_an_idle_connection_gives_its_place_back() {
    let shop = Shop::open();
    let kept = String::from_utf8(genuine(1)).expect("text").replace("Connection: close\r\n", "");
    let (answer, after) = drip(&shop, kept.as_bytes(), b"").await;
    assert_eq!((statuses(&answer), shop.stored()), (vec![200], 1));
    assert!(after <= 20, "{after} s");
}

#[tokio::test(start_paused = true)]
async fn f31_too_much_is_refused_however_it_is_declared() {
    let shop = Shop::open();
    let large = vec![b' '; MAX_BODY + 1];
    let head = head(&large);

    // Declared: refused before a byte of it is read.
    let declared = format!("{head}Content-Length: {}\r\nConnection: close\r\n\r\n", large.len());
    assert_eq!(statuses(&shop.talk(declared.as_bytes()).await), [413]);
    let declared = format!("{head}Content-Length: 18446744073709551615\r\nConnection: close\r\n\r\n");
    assert!(statuses(&shop.talk(declared.as_bytes()).await)[0] >= 400);

    // In chunks, with no length in front of them.
    let chunked = format!("{head}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
    let mut chunked = chunked.into_bytes();
    for chunk in large.chunks(1_000) {
        chunked.extend(format!("{:x}\r\n", chunk.len()).bytes());
        chunked.extend(chunk);
        chunked.extend(b"\r\n");
    }
    chunked.extend(b"0\r\n\r\n");
    assert_eq!(statuses(&shop.talk(&chunked).await), [413]);

    // One chunk that says it is without end.
    let endless =
        format!("{head}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\nffffffffffffffff\r\n");
    let endless = [endless.as_bytes(), &large].concat();
    assert_eq!(statuses(&shop.talk(&endless).await), [413]);
    assert_eq!(shop.stored(), 0);
}

/// A length that is not the body's: what is there is judged, and it is not what was signed.
#[tokio::test(start_paused = true)]
async fn f31_a_length_that_is_a_lie_gains_nothing() {
    let shop = Shop::open();
    let body = event(1);
    let head = head(body.as_bytes());

    // Too short: the rest is taken for a request, and is none.
    let short = format!("{head}Content-Length: 10\r\n\r\n{body}");
    assert_eq!(statuses(&shop.talk(short.as_bytes()).await), [401, 400]);

    // Too long, and then the client goes away.
    let long = format!("{head}Content-Length: 1000\r\n\r\n{body}");
    let mut client = shop.connect();
    client.write_all(long.as_bytes()).await.expect("a pipe");
    client.shutdown().await.expect("a pipe");
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.expect("text");
    assert!(statuses(&answer).iter().all(|status| *status == 400), "{answer}");
    assert_eq!(shop.stored(), 0);
}
