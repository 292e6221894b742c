//! The server over loopback: API and signed webhooks.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kakaopay_sandbox::{ClockSpeed, Sandbox, SandboxClock, WebhookSchedule, WebhookUrl};
use kakaopay_sandbox_server::{HttpPoster, serve};
use kakaopay_types::{Key, Timestamp};
use kakaopay_webhook::Verifier;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Sends a raw request and returns the whole response.
async fn raw(address: std::net::SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.expect("connected");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut response = String::new();
    stream.read_to_string(&mut response).await.expect("a response");
    response
}

/// Returns the guide's request, as curl sends it.
fn curl(path: &str, user: &str, form: &str) -> String {
    let user = STANDARD.encode(format!("{user}:"));
    format!(
        "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Basic {user}\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\n\
         Content-Length: {}\r\nContent-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n\r\n{form}",
        form.len(),
    )
}

/// A webhook endpoint that keeps the received requests.
async fn endpoint(status: u16) -> (WebhookUrl, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/webhooks", listener.local_addr().expect("an address"));
    let kept: Arc<Mutex<Vec<String>>> = Arc::default();
    let keep = Arc::clone(&kept);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = Vec::new();
            let mut chunk = [0; 16_384];
            while !is_whole(&request) {
                let read = stream.read(&mut chunk).await.expect("read");
                request.extend_from_slice(&chunk[..read]);
            }
            keep.lock().expect("unpoisoned").push(String::from_utf8(request).expect("text"));
            let response = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(response.as_bytes()).await.expect("a response");
        }
    });
    (WebhookUrl::parse(&url).expect("on loopback"), kept)
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = header(head, "content-length").and_then(|length| length.parse().ok());
    length.is_some_and(|length: usize| body.len() >= length)
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (found, value) = line.split_once(": ")?;
        found.eq_ignore_ascii_case(name).then_some(value)
    })
}

#[tokio::test]
async fn the_guides_three_curl_calls_work() {
    let sandbox = Sandbox::builder().build();
    let running = serve(&sandbox, TcpListener::bind("127.0.0.1:0").await.expect("a port")).expect("serving");
    let (public, secret) = (sandbox.public_key().expose(), sandbox.secret_key().expose());

    let source = "amount=150000&currency=SGD&type=kakaopay&platform_type=WEB";
    let response = raw(running.address(), &curl("/sources", public, source)).await;
    assert!(response.starts_with("HTTP/1.1 200 OK\r\n"), "{response}");
    let id = response.split("\"id\": \"").nth(1).and_then(|rest| rest.split('"').next()).expect("an id");

    let charge = format!(
        "amount=150000&currency=SGD&return_uri=https://example.com/orders/345678/complete&source={id}"
    );
    let response = raw(running.address(), &curl("/charges", secret, &charge)).await;
    assert!(response.contains("\"status\": \"pending\""), "{response}");
    let page = "\"authorize_uri\": \"http://127.0.0.1/payments/pay2_test_";
    assert!(response.contains(page), "{response}");

    let both = "amount=150000&currency=SGD&return_uri=https://example.com/orders/345678/complete\
                &source[type]=kakaopay&source[platform_type]=WEB";
    let response = raw(running.address(), &curl("/charges", secret, both)).await;
    assert!(response.contains("\"status\": \"pending\""), "{response}");
    running.shutdown().await;
}

#[tokio::test]
async fn events_are_posted_signed_and_recorded() {
    let (url, kept) = endpoint(200).await;
    let now = Timestamp::parse("2024-02-29T12:00:00Z").expect("a moment");
    let sandbox = Sandbox::builder().clock(SandboxClock::frozen_at(now)).webhook_url(url.clone()).build();
    let running = serve(&sandbox, TcpListener::bind("127.0.0.1:0").await.expect("a port")).expect("serving");
    let form = "amount=150000&currency=SGD&return_uri=https://example.com&source[type]=kakaopay";
    raw(running.address(), &curl("/charges", sandbox.secret_key().expose(), form)).await;
    running.shutdown().await;

    let posted = kept.lock().expect("unpoisoned").clone();
    assert_eq!(posted.len(), 1, "{posted:?}");
    let (head, body) = posted[0].split_once("\r\n\r\n").expect("a head");
    assert_eq!(header(head, "content-type"), Some("application/json"));
    let verifier = Verifier::new([sandbox.webhook_secret().clone()]).expect("a secret");
    let value = |name| header(head, name).expect("signed").as_bytes();
    verifier
        .verify(value("omise-signature"), value("omise-signature-timestamp"), body.as_bytes(), now)
        .expect("genuine");
    assert!(
        body.contains("\"key\": \"charge.create\"") && body.contains("\"webhook_deliveries\": [\n\n  ]"),
        "{body}"
    );

    let (event, _) = sandbox.events().remove(0);
    assert!(sandbox.resend(&event));
    assert_eq!(sandbox.deliver_pending(&HttpPoster::new()).await, 1);
    let again = kept.lock().expect("unpoisoned")[1].clone();
    assert_eq!(again.split_once("\r\n\r\n").map(|(_, body)| body), Some(body));
}

#[tokio::test]
async fn lost_webhooks_are_not_posted_later() {
    let (url, kept) = endpoint(200).await;
    let sandbox = Sandbox::builder().webhook_url(url).build();
    sandbox.set_webhook_schedule(WebhookSchedule::LOST);
    let running = serve(&sandbox, TcpListener::bind("127.0.0.1:0").await.expect("a port")).expect("serving");
    let form = "amount=150000&currency=SGD&return_uri=https://example.com&source[type]=kakaopay";
    raw(running.address(), &curl("/charges", sandbox.secret_key().expose(), form)).await;
    assert_eq!(sandbox.deliver_pending(&HttpPoster::new()).await, 0);
    sandbox.set_webhook_schedule(WebhookSchedule::ON);
    assert_eq!(sandbox.deliver_pending(&HttpPoster::new()).await, 0);
    assert!(kept.lock().expect("unpoisoned").is_empty());
}

/// Waits for a webhook and returns its event key.
async fn next_event(listener: &TcpListener) -> String {
    let (mut stream, _) = listener.accept().await.expect("a webhook");
    let mut request = Vec::new();
    while !is_whole(&request) {
        stream.read_buf(&mut request).await.expect("read");
    }
    stream
        .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        .await
        .expect("sent");
    let text = String::from_utf8(request).expect("text");
    let key = text.split("\"key\": \"").nth(1).and_then(|rest| rest.split('"').next());
    key.unwrap_or_else(|| panic!("no event: {text}")).to_owned()
}

/// Speed of an hour in 42 milliseconds: only the passing of time expires the charge and makes webhooks due.
#[tokio::test]
async fn timed_changes_happen_on_a_fast_clock() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/webhooks", listener.local_addr().expect("an address"));
    let clock = SandboxClock::frozen_at(Timestamp::parse("2024-02-29T12:00:00Z").expect("a moment"));
    let builder =
        Sandbox::builder().clock(clock.clone()).webhook_schedule("delay=3600".parse().expect("a schedule"));
    let sandbox = builder.webhook_url(WebhookUrl::parse(&url).expect("on loopback")).build();
    charge(&sandbox, "").await;
    clock.set_speed(ClockSpeed::MAX);
    let running = serve(&sandbox, TcpListener::bind("127.0.0.1:0").await.expect("a port")).expect("serving");
    let first = tokio::time::timeout(Duration::from_secs(30), next_event(&listener)).await;
    assert_eq!(first.expect("in time"), "charge.create");
    clock.set(Timestamp::parse("2024-03-07T11:00:00Z").expect("a moment"));
    let second = tokio::time::timeout(Duration::from_secs(30), next_event(&listener)).await;
    assert_eq!(second.expect("in time"), "charge.expire");
    assert!(clock.now() >= Timestamp::parse("2024-03-07T13:00:00Z").expect("a moment"));
    running.shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn f30_slow_request_heads_close_the_connection() {
    let sandbox = Sandbox::builder().build();
    let running = serve(&sandbox, TcpListener::bind("127.0.0.1:0").await.expect("a port")).expect("serving");
    let mut stream = TcpStream::connect(running.address()).await.expect("connected");
    stream.write_all(b"GET / HTTP/1.1\r\nHost: ").await.expect("sent");
    let start = tokio::time::Instant::now();
    let mut response = Vec::new();
    let _ = stream.read_to_end(&mut response).await;
    assert!(start.elapsed() <= Duration::from_secs(6), "{:?}", start.elapsed());
}

#[test]
fn f37_webhooks_go_to_this_machine_only() {
    for good in ["http://127.0.0.1:1/x", "http://localhost/", "http://[::1]:8080/x?y=1"] {
        assert!(WebhookUrl::parse(good).is_ok(), "{good}");
    }
    for bad in [
        "",
        "/webhooks",
        "https://127.0.0.1/",
        "http://169.254.169.254/",
        "http://10.0.0.1/",
        "http://0.0.0.0/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::2]/",
        "http://127.0.0.1.example/",
        "http://localhost.example/",
        "http://user@127.0.0.1/",
        "http://127.0.0.1@evil.example/",
        "file:///etc/passwd",
    ] {
        assert!(WebhookUrl::parse(bad).is_err(), "{bad}");
    }
}

/// The signature headers of a webhook.
fn signatures(posted: &str) -> Vec<String> {
    let (head, _) = posted.split_once("\r\n\r\n").expect("a head");
    let header = header(head, "omise-signature").unwrap_or_default();
    header.split(',').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Creates a charge without a socket, which causes an event.
async fn charge(sandbox: &Sandbox, more: &str) {
    let form =
        format!("amount=150000&currency=SGD&return_uri=https://example.com&source[type]=kakaopay{more}");
    call(sandbox, "POST", "/charges", form).await;
}

async fn call(sandbox: &Sandbox, method: &str, path: &str, form: String) {
    let user = STANDARD.encode(sandbox.secret_key().expose());
    let request = http::Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Basic {user}"))
        .body(http_body_util::Full::new(bytes::Bytes::from(form)));
    let response = tower_service::Service::call(&mut sandbox.service(), request.expect("a request")).await;
    assert_eq!(response.expect("infallible without faults").status(), 200, "{path}");
}

#[tokio::test]
async fn f07_both_secrets_sign_for_a_day_after_a_roll() {
    let (url, kept) = endpoint(200).await;
    let clock = SandboxClock::frozen_at(Timestamp::parse("2024-02-29T12:00:00Z").expect("a moment"));
    let sandbox = Sandbox::builder().clock(clock.clone()).webhook_url(url).build();
    let before = sandbox.webhook_secret();
    let deliver = async |signed: &[&kakaopay_webhook::WebhookSecret]| {
        charge(&sandbox, "").await;
        assert_eq!(sandbox.deliver_pending(&HttpPoster::new()).await, 1);
        let posted = kept.lock().expect("unpoisoned").pop().expect("a webhook");
        assert_eq!(signatures(&posted).len(), signed.len());
        let (head, body) = posted.split_once("\r\n\r\n").expect("a head");
        for secret in signed {
            let value = |name| header(head, name).expect("signed").as_bytes();
            let (signature, at) = (value("omise-signature"), value("omise-signature-timestamp"));
            let verifier = Verifier::new([(*secret).clone()]).expect("a secret");
            verifier.verify(signature, at, body.as_bytes(), clock.now()).expect("genuine");
        }
        assert_eq!(head.to_ascii_lowercase().contains("omise-signature"), !signed.is_empty(), "{head}");
    };
    deliver(&[&before]).await;
    call(&sandbox, "POST", "/webhooks/secrets", String::new()).await;
    let after = sandbox.webhook_secret();
    deliver(&[&before, &after]).await;
    clock.advance_seconds(86_399);
    deliver(&[&before, &after]).await;
    clock.advance_seconds(1);
    deliver(&[&after]).await;
    call(&sandbox, "DELETE", "/webhooks/secrets", String::new()).await;
    deliver(&[]).await;
}

#[tokio::test]
async fn a_charges_endpoints_replace_the_accounts() {
    let ((account, account_kept), (own, own_kept)) = (endpoint(200).await, endpoint(200).await);
    let sandbox = Sandbox::builder().webhook_url(account).build();
    let own = format!("&webhook_endpoints[]={own}");
    let far = "&webhook_endpoints[]=https://shop.example/hooks";
    for (more, posted, at_account, at_own) in
        [("", 1, 1, 0), (&*own, 1, 1, 1), (&*format!("{own}{far}"), 1, 1, 2), (far, 0, 1, 2), ("", 1, 2, 2)]
    {
        charge(&sandbox, more).await;
        assert_eq!(sandbox.deliver_pending(&HttpPoster::new()).await, posted, "{more}");
        let count = |kept: &Arc<Mutex<Vec<String>>>| kept.lock().expect("unpoisoned").len();
        assert_eq!((count(&account_kept), count(&own_kept)), (at_account, at_own), "{more}");
    }
    // Lost webhooks are dropped for every endpoint.
    sandbox.set_webhook_schedule(WebhookSchedule::LOST);
    charge(&sandbox, "").await;
    charge(&sandbox, &own).await;
    assert_eq!(sandbox.deliver_pending(&HttpPoster::new()).await, 0);
    sandbox.set_webhook_schedule(WebhookSchedule::ON);
    assert_eq!(sandbox.deliver_pending(&HttpPoster::new()).await, 0);
}

#[tokio::test]
async fn a_call_sets_the_accounts_endpoint() {
    let (url, kept) = endpoint(200).await;
    let sandbox = Sandbox::builder().build();
    charge(&sandbox, "").await;
    assert_eq!(sandbox.deliver_pending(&HttpPoster::new()).await, 0);
    call(&sandbox, "PATCH", "/account", format!("webhook_uri={url}")).await;
    charge(&sandbox, "").await;
    assert_eq!(
        (sandbox.deliver_pending(&HttpPoster::new()).await, kept.lock().expect("unpoisoned").len()),
        (1, 1)
    );
    call(&sandbox, "PATCH", "/account", "webhook_uri=".to_owned()).await;
    charge(&sandbox, "").await;
    assert_eq!(sandbox.deliver_pending(&HttpPoster::new()).await, 0);
}
