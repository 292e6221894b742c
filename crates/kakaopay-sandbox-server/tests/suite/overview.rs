//! The dashboard at `/`: contents, access and live updates.

use std::time::Duration;

use crate::common::{TestClient, TestResponse};
use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use kakaopay_sandbox::{Sandbox, SandboxBody, WebhookSchedule, WebhookUrl};
use kakaopay_sandbox_server::{App, ServerLimits, serve_with};
use kakaopay_types::Key;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tower_service::Service;

fn with(
    client: &mut TestClient,
    method: &str,
    path: &str,
    form: &str,
    headers: &[(&str, &str)],
) -> TestResponse {
    let request =
        headers.iter().fold(Request::builder().method(method).uri(path), |request, (name, value)| {
            request.header(*name, *value)
        });
    client.request(request.body(Full::from(form.as_bytes().to_vec())).expect("a request"))
}

fn overview(client: &mut TestClient) -> String {
    let page = with(client, "GET", "/", "", &[("host", "127.0.0.1:8080")]);
    assert_eq!(page.status, 200);
    page.text
}

#[test]
fn the_dashboard_shows_url_and_keys() {
    let mut client = TestClient::new();
    let page = overview(&mut client);
    let (public, secret) = (client.sandbox.public_key().expose().to_owned(), client.secret_key());
    for text in ["http://127.0.0.1:8080/omise.js", &public, &secret, "--webhook-url", "None yet", "stopped"] {
        assert!(page.contains(text), "{text}");
    }
    client.sandbox.set_webhook_url(Some(WebhookUrl::parse("http://127.0.0.1:9/hook").expect("on loopback")));
    assert!(overview(&mut client).contains("<code>http://127.0.0.1:9/hook</code>, as they happen"));
    client.sandbox.set_webhook_schedule(WebhookSchedule::LOST);
    assert!(overview(&mut client).contains(", lost"));
    // API clients get an API response.
    client.secret("GET", "/", "").assert_rejected(404, "not_found");
}

#[test]
fn f36_keys_are_shown_on_this_machine_only() {
    let mut client = TestClient::new();
    for host in ["sandbox.example", "10.0.0.1:8080", "localhost.example", ""] {
        let page = with(&mut client, "GET", "/", "", &[("host", host)]);
        assert_eq!(page.status, 403, "{host}");
        assert!(!page.text.contains("key_test_"), "{host}");
    }
    // Links on other sites may lead here, but their forms may not.
    let far = [("host", "localhost"), ("sec-fetch-site", "cross-site")];
    assert_eq!(with(&mut client, "GET", "/", "", &far).status, 200);
    assert_eq!(with(&mut client, "POST", "/", "resend=evnt_test_1", &far).status, 403);
    let page = with(&mut client, "GET", "/", "", &far);
    assert!(!page.headers.contains_key("access-control-allow-origin"));
    assert_eq!(with(&mut client, "GET", "/_sandbox/live", "", &far).status, 403);
}

#[test]
fn charges_are_shown_with_events_and_requests() {
    let mut client = TestClient::new();
    let source = client.source();
    let form = format!("amount=150000&currency=SGD&return_uri=https://a.example&source={source}");
    let charge = client.secret("POST", "/charges", &form).ok()["id"].as_str().expect("an id").to_owned();
    client.secret("GET", &format!("/charges/{charge}"), "").ok();
    client.secret("POST", &format!("/charges/{charge}/mark_as_paid"), "").ok();
    client.secret("POST", &format!("/charges/{charge}/refunds"), "amount=500").ok();
    client.secret("GET", "/charges", "").ok();
    client.secret("POST", "/charges", "amount=1").assert_rejected(400, "invalid_charge");

    let page = overview(&mut client);
    let (_, row) = page.split_once(&format!("id=\"{charge}\"")).expect("its row");
    let (row, others) = row.split_once("Other requests").expect("the others");
    for text in [
        "SGD 1500.00",
        "SGD 5.00 refunded",
        "charge.create",
        "charge.complete",
        "refund.create",
        "the slip",
        "POST /sources",
        "POST /charges",
        "/mark_as_paid",
        "/refunds",
        "return_uri=https://a.example",
        "&#34;object&#34;: &#34;charge&#34;",
        "not sent",
        "Resend webhook",
    ] {
        assert!(row.contains(text), "{text}: {row}");
    }
    for (text, expected) in [("GET /charges<", true), ("invalid_charge", true), ("/mark_as_paid<", false)] {
        assert_eq!(others.contains(text), expected, "{text}");
    }
    // The page's script loads the changing part separately.
    let part = with(&mut client, "GET", "/?part=live", "", &[]);
    assert!(page.contains(&part.text) && !part.text.contains("<html"));
    // Page requests are not listed.
    assert_eq!(overview(&mut client), page);
    client.sandbox.reset();
    assert!(!overview(&mut client).contains("mark_as_paid"));
}

#[test]
fn the_dashboard_has_the_testers_language() {
    let mut client = TestClient::new();
    client.charge();
    let event = client.sandbox.events()[0].0.to_string();
    for (query, accepted, tag, texts) in [
        ("", "ko-KR,ko", "ko", ["개요 · 카카오페이 샌드박스", "결제 1건 · 이벤트 1건 ·", "웹훅 다시 보내기"]),
        ("?lang=ko", "th", "ko", ["시크릿 키", "전송 안 함: <code>--webhook-url</code> 옵션", "정지"]),
        ("?lang=th", "en", "th", ["ภาพรวม · แซนด์บ็อกซ์ KakaoPay", "รายการ 1 รายการ ·", "ส่ง webhook อีกครั้ง"]),
        ("", "de", "en", ["Overview · KakaoPay sandbox", "1 charge, 1 event, at <time", "Resend webhook"]),
    ] {
        let local = [("host", "localhost"), ("accept-language", accepted)];
        let page = with(&mut client, "GET", &format!("/{query}"), "", &local).text;
        let current = format!("hreflang=\"{tag}\" aria-current");
        for text in texts.into_iter().chain([&*format!("<html lang=\"{tag}\">"), &current]) {
            assert!(page.contains(text), "{tag} {text}: {page}");
        }
        // The script reads the live part, and forms lead back, in the same language.
        let part = with(&mut client, "GET", &format!("/?part=live&lang={tag}"), "", &local).text;
        assert!(page.contains(&part) && part.contains(&format!("action=\"/?lang={tag}\"")), "{part}");
        let back = with(&mut client, "POST", &format!("/?lang={tag}"), &format!("resend={event}"), &local);
        assert_eq!(back.headers["location"].to_str().expect("text"), format!("/?lang={tag}"));
        let refused = with(&mut client, "GET", &format!("/?lang={tag}"), "", &[("host", "10.0.0.1")]);
        assert!(refused.status == 403 && refused.text.contains(&format!("<html lang=\"{tag}\">")));
    }
}

#[test]
fn only_the_latest_requests_are_kept() {
    let mut client = TestClient::new();
    for place in 0..100 {
        client.secret("GET", &format!("/events?offset={place}"), "").ok();
    }
    let page = overview(&mut client);
    let shown = (0..100).filter(|place| page.contains(&format!("offset={place}<"))).count();
    assert!(shown == 64 && page.contains("offset=99<"), "{shown}");
    // Large bodies are shown in part.
    let form = format!("description={}", "a".repeat(100_000));
    client.secret("POST", "/charges", &form);
    let page = overview(&mut client);
    assert!(page.contains("91820 more bytes") && page.len() < 400_000, "{}", page.len());
}

#[test]
fn i7_logged_requests_show_no_secrets() {
    let mut client = TestClient::new();
    let rolled = client.secret("POST", "/webhooks/secrets", "").ok();
    let key = client.secret_key();
    client.secret("POST", "/charges", &format!("description={key}"));
    let part = with(&mut client, "GET", "/?part=live", "", &[]).text;
    assert!(part.contains("webhooks/secrets") && part.contains("description=skey_…"));
    for text in [&key, rolled["secret"].as_str().or(rolled["key"].as_str()).unwrap_or("whsec_")] {
        assert!(!part.contains(text), "{text}");
    }
    assert!(!part.to_lowercase().contains("basic "));
}

#[test]
fn f38_logged_bodies_are_escaped() {
    let mut client = TestClient::new();
    let payload = "<script>xss()</script>\"'><img src=x>";
    let json = serde_json::json!({
        "amount": 150_000, "currency": "SGD", "return_uri": "https://a.example/",
        "description": payload, "metadata": {"note": payload}, "source": {"type": "kakaopay"},
    });
    client.secret_json("POST", "/charges", &json.to_string()).ok();
    client.secret("GET", "/events?a='onload=xss()", "");
    client.secret("POST", "/nowhere", payload);
    let page = overview(&mut client);
    assert!(page.matches("xss()").count() >= 4);
    assert!(!page.contains("<script>") && !page.contains("<img"), "{page}");
}

#[test]
fn an_event_can_be_posted_again() {
    let mut client = TestClient::new();
    client.charge();
    let event = client.sandbox.events()[0].0.to_string();
    let local = [("host", "localhost"), ("sec-fetch-site", "same-origin")];
    for wrong in ["", "resend=", "resend=evnt_test_1", "resend[a]=b", "again=1"] {
        assert_eq!(with(&mut client, "POST", "/", wrong, &local).status, 404, "{wrong}");
    }
    let back = with(&mut client, "POST", "/", &format!("resend={event}"), &local);
    assert_eq!((back.status, back.headers["location"].to_str().expect("text")), (303, "/?lang=en"));
    assert_eq!(with(&mut client, "PUT", "/", "", &local).status, 401);
}

async fn result(body: &mut SandboxBody) -> Option<String> {
    let frame = body.frame().await?.expect("never broken");
    Some(String::from_utf8(frame.into_data().expect("data").to_vec()).expect("text"))
}

async fn call(app: &App, path: &str) -> SandboxBody {
    let request = Request::get(path).body(Full::<Bytes>::default()).expect("a request");
    app.clone().call(request).await.expect("a response").into_body()
}

#[tokio::test(start_paused = true)]
async fn changes_between_notifications_are_merged() {
    let app = App::new(Sandbox::builder().seed(1).build());
    let mut page = call(&app, "/_sandbox/live").await;
    assert_eq!(result(&mut page).await.as_deref(), Some("retry: 1000\ndata: 0\n\n"));
    for _ in 0..3 {
        call(&app, "/charges").await;
    }
    assert_eq!(result(&mut page).await.as_deref(), Some("data: 3\n\n"));
    let begun = tokio::time::Instant::now();
    assert_eq!(result(&mut page).await.as_deref(), Some(": still here\n\n"));
    assert!(begun.elapsed() >= Duration::from_secs(15));
    // The stream ends when the sandbox is dropped.
    drop(app);
    assert_eq!(result(&mut page).await, None);
    assert_eq!(result(&mut page).await, None);
}

#[tokio::test]
async fn shutdown_closes_event_streams() {
    let long = Duration::from_secs(3_600);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let sandbox = Sandbox::builder().build();
    let running =
        serve_with(&sandbox, listener, ServerLimits::default().shutdown_timeout(long)).expect("serving");
    let mut page = TcpStream::connect(running.address()).await.expect("connected");
    let request = b"GET /_sandbox/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
    page.write_all(request).await.expect("sent");
    let mut read = vec![0; 4_096];
    let mut text = String::new();
    while !text.contains("data: ") {
        let count = page.read(&mut read).await.expect("read");
        assert!(count > 0, "{text}");
        text.push_str(&String::from_utf8_lossy(&read[..count]));
    }
    assert!(text.contains("content-type: text/event-stream"), "{text}");
    tokio::time::timeout(Duration::from_secs(60), running.shutdown()).await.expect("it hangs up");
}
