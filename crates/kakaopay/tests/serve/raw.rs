//! Malformed requests.

use crate::shop::{Shop, event, genuine, head, statuses};

/// Each request, with all statuses until the connection ends. None of them is stored.
#[tokio::test(start_paused = true)]
async fn f32_malformed_requests_are_rejected() {
    let body = event(1);
    let (head, length) = (head(body.as_bytes()), body.len());
    let good = String::from_utf8(genuine(1)).expect("text");
    let many: String = (0..10_000).map(|number| format!("X-{number}: 1\r\n")).collect();
    let long = format!("X-Long: {}\r\n", "a".repeat(100_000));
    let twice = |name: &str| {
        let line = good.lines().find(|line| line.starts_with(name)).expect("a header");
        good.replacen("\r\n\r\n", &format!("\r\n{line}\r\n\r\n"), 1)
    };
    for (case, request, expected) in [
        ("not HTTP", "hello\r\n\r\n".to_owned(), &[400][..]),
        ("TLS", "\x16\x03\x01\x02\r\n\r\n".to_owned(), &[400]),
        ("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(), &[]),
        ("another method", good.replacen("POST", "GET", 1), &[405]),
        ("a custom method", good.replacen("POST", "FETCH", 1), &[405]),
        ("another type", good.replacen("application/json", "text/html", 1), &[415]),
        ("no type", good.replacen("Content-Type: application/json\r\n", "", 1), &[415]),
        ("ten thousand headers", good.replacen("Host", &format!("{many}Host"), 1), &[431]),
        ("a header of 100 kB", good.replacen("Host", &format!("{long}Host"), 1), &[431]),
        ("a path of 100 kB", good.replacen("/webhooks", &"/a".repeat(50_000), 1), &[431]),
        ("two signatures", twice("Omise-Signature:"), &[400]),
        ("two timestamps", twice("Omise-Signature-Timestamp:"), &[400]),
        ("two types", twice("Content-Type:"), &[400]),
        ("no length", format!("{head}Connection: close\r\n\r\n{body}"), &[401]),
        ("two lengths", format!("{head}Content-Length: {length}\r\nContent-Length: 2\r\n\r\n{body}"), &[400]),
        ("a negative length", format!("{head}Content-Length: -1\r\n\r\n{body}"), &[400]),
        ("a length with a sign", format!("{head}Content-Length: +{length}\r\n\r\n{body}"), &[400]),
        ("an unknown coding", format!("{head}Transfer-Encoding: gzip\r\n\r\n{body}"), &[400]),
        ("a chunk without a size", format!("{head}Transfer-Encoding: chunked\r\n\r\nxyz\r\n{body}"), &[400]),
        ("a folded line", good.replacen("Host: ", "Host:\r\n ", 1), &[400]),
        ("a space before a colon", good.replacen("Omise-Signature:", "Omise-Signature :", 1), &[400]),
        ("a zero in a header", good.replacen("shop.example", "shop\0example", 1), &[400]),
    ] {
        let shop = Shop::open();
        let response = shop.talk(request.as_bytes()).await;
        assert_eq!((statuses(&response).as_slice(), shop.stored()), (expected, 0), "{case}: {response}");
        // The server still works.
        assert_eq!((statuses(&shop.talk(&genuine(2)).await), shop.stored()), (vec![200], 1), "{case}");
    }
}

/// A request with a length and chunks: a proxy and this server may split it differently. Either
/// way, only a body that was signed as a whole is stored.
#[tokio::test(start_paused = true)]
async fn f32_request_smuggling_does_not_bypass_the_signature() {
    let body = event(1);
    let (head, length) = (head(body.as_bytes()), body.len());
    let inner = "POST /webhooks HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
                 Content-Length: 2\r\nConnection: close\r\n\r\n{}";
    let both = format!("{head}Content-Length: {length}\r\nTransfer-Encoding: chunked\r\n");
    for (case, request, expected) in [
        // The chunks end at once, and the connection with them: the rest is not read.
        ("ended early", format!("{both}\r\n0\r\n\r\n{body}"), &[401][..]),
        ("with a request behind", format!("{both}\r\n0\r\n\r\n{inner}"), &[401]),
        (
            "the length inside the chunks",
            format!("{head}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n1\r\nZ\r\nQ"),
            &[400],
        ),
        (
            "an unknown coding",
            format!("{head}Content-Length: {length}\r\nTransfer-Encoding: xchunked\r\n\r\n{body}"),
            &[400],
        ),
        (
            "in the body",
            format!("{head}Content-Length: {}\r\n\r\n{body}{inner}", length + inner.len()),
            &[401],
        ),
    ] {
        let shop = Shop::open();
        let response = shop.talk(request.as_bytes()).await;
        assert_eq!((statuses(&response).as_slice(), shop.stored()), (expected, 0), "{case}: {response}");
    }
}
