//! Fault rules.

use std::time::Duration;

use crate::common::TestClient;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use kakaopay_sandbox::{ConnectionDropped, Sandbox};
use kakaopay_types::Key;
use tower_service::Service;

const FORM: &str = "amount=150000&currency=SGD&return_uri=https://example.com&source[type]=kakaopay";

fn with_faults(rules: &[&str]) -> TestClient {
    let client = TestClient::new();
    client.sandbox.set_faults(rules.iter().map(|rule| rule.parse().expect("a rule")).collect());
    client
}

fn charges(sandbox: &Sandbox) -> usize {
    sandbox.events().iter().filter(|(_, key)| *key == "charge.create").count()
}

fn create(sandbox: &Sandbox) -> Request<Full<Bytes>> {
    let user = STANDARD.encode(format!("{}:", sandbox.secret_key().expose()));
    let request = Request::post("/charges").header("authorization", format!("Basic {user}"));
    request.body(Full::from(FORM)).expect("a request")
}

#[tokio::test]
async fn f10_a_dropped_connection_reports_whether_it_was_executed() {
    for (rule, expected, made) in [
        ("drop-request", ConnectionDropped::BeforeRequest, 0),
        ("drop-response@charges.create", ConnectionDropped::BeforeResponse, 1),
    ] {
        let sandbox = Sandbox::builder().fault(rule.parse().expect("a rule")).build();
        let dropped = sandbox.service().call(create(&sandbox)).await.expect_err(rule);
        assert_eq!((dropped, charges(&sandbox)), (expected, made), "{rule}");
        sandbox.set_faults(Vec::new());
        assert_eq!(sandbox.service().call(create(&sandbox)).await.expect("a response").status(), 200);
    }
}

#[tokio::test(start_paused = true)]
async fn f23_a_delayed_call_is_executed_later() {
    let sandbox = Sandbox::builder().fault("delay=30000".parse().expect("a rule")).build();
    let start = tokio::time::Instant::now();
    let mut service = sandbox.service();
    let call = service.call(create(&sandbox));
    let waited = tokio::time::timeout(Duration::from_millis(29_999), call).await;
    assert!(waited.is_err() && charges(&sandbox) == 0);
    assert_eq!(service.call(create(&sandbox)).await.expect("a response").status(), 200);
    assert_eq!((start.elapsed().as_millis(), charges(&sandbox)), (59_999, 1));
}

#[tokio::test(start_paused = true)]
async fn f23_a_slow_body_follows_an_immediate_head() {
    let sandbox = Sandbox::builder().fault("slow-body=1000".parse().expect("a rule")).build();
    let start = tokio::time::Instant::now();
    let response = sandbox.service().call(create(&sandbox)).await.expect("a response");
    assert_eq!((start.elapsed().as_millis(), charges(&sandbox)), (0, 1));
    let body = response.into_body().collect().await.expect("whole").to_bytes();
    assert_eq!(start.elapsed().as_millis(), 7_000);
    serde_json::from_slice::<serde_json::Value>(&body).expect("an object");
}

#[tokio::test]
async fn f22_a_reset_body_is_an_error_without_a_socket() {
    let sandbox = Sandbox::builder().fault("reset-mid-body".parse().expect("a rule")).build();
    let response = sandbox.service().call(create(&sandbox)).await.expect("a head");
    assert_eq!((response.status().as_u16(), charges(&sandbox)), (200, 1));
    assert_eq!(response.into_body().collect().await.expect_err("cut"), ConnectionDropped::MidResponse);
}

#[test]
fn f21_a_429_has_the_given_retry_after_and_no_effect() {
    for value in ["30", "Thu, 29 Feb 2024 12:01:00 GMT", "1000000000", "-1", "soon", ""] {
        let mut client = with_faults(&[&format!("429={}", value.replace(':', "%3A"))]);
        let response = client.secret("POST", "/charges", FORM);
        response.assert_rejected(429, "too_many_requests");
        assert_eq!(response.headers["retry-after"], value);
        assert!(response.headers.contains_key("x-request-id"));
        assert_eq!(charges(&client.sandbox), 0);
    }
    let mut client = with_faults(&["429:times=1"]);
    assert!(!client.secret("GET", "/charges", "").headers.contains_key("retry-after"));
    client.secret("GET", "/charges", "").ok();
}

#[test]
fn f22_broken_responses_keep_their_request_id() {
    for (rule, status, made) in [
        ("status=500", 500, 0),
        ("status=599", 599, 0),
        ("html", 502, 0),
        ("refuse=failed_expire", 400, 0),
        ("empty", 200, 1),
        ("truncated", 200, 1),
    ] {
        let mut client = with_faults(&[rule]);
        let response = client.secret("POST", "/charges", FORM);
        assert_eq!((response.status, charges(&client.sandbox)), (status, made), "{rule}");
        assert!(response.headers.contains_key("x-request-id"), "{rule}");
        let is_json = serde_json::from_str::<serde_json::Value>(&response.text).is_ok();
        assert_eq!(
            is_json,
            rule.starts_with("status") || rule.starts_with("refuse"),
            "{rule}: {}",
            response.text
        );
        assert_eq!(response.text.is_empty(), rule == "empty", "{rule}");
    }
}

#[test]
fn f27_unknown_fields_are_added_to_every_object() {
    let mut client = with_faults(&["unknown-field"]);
    let charge = client.secret("POST", "/charges", FORM).ok();
    assert!(charge["sandbox_unknown"].is_object() && charge["source"]["sandbox_unknown"].is_object());
    let mut client = with_faults(&["unknown-status@charges.list"]);
    let id = client.charge();
    client.secret("POST", &format!("/charges/{id}/mark_as_paid"), "").ok();
    assert_eq!(client.secret("GET", "/charges", "").ok()["data"][0]["status"], "sandbox_unknown");
    assert_eq!(client.secret("GET", &format!("/charges/{id}"), "").ok()["status"], "successful");
}

#[test]
fn f28_a_cyclic_list_repeats_its_first_page() {
    let mut client = with_faults(&["list-cycle@charges.list"]);
    let (first, second) = (client.charge(), client.charge());
    for offset in [0, 1, 5_000] {
        let list = client.secret("GET", &format!("/charges?limit=2&offset={offset}"), "").ok();
        let ids: Vec<_> =
            list["data"].as_array().expect("a list").iter().map(|one| one["id"].clone()).collect();
        assert_eq!(
            (ids, &list["total"]),
            (vec![first.clone().into(), second.clone().into()], &1_000_000.into())
        );
    }
}

#[test]
fn the_first_matching_rule_wins() {
    let mut client = with_faults(&["status=503:nth=2", "html:every=2", "empty"]);
    assert_eq!(client.secret("GET", "/account", "").text, "");
    assert_eq!(client.secret("GET", "/account", "").status, 503);
    assert_eq!(client.secret("GET", "/account", "").text, "");
    assert_eq!(client.secret("GET", "/account", "").status, 502);
}

/// F47: every response tells the time of the sandbox's clock, also without a socket, unless a rule leaves it out.
#[tokio::test]
async fn f47_each_response_has_the_sandboxs_date() {
    let at = kakaopay_types::Timestamp::parse("2031-02-03T04:05:06.789Z").expect("an instant");
    let sandbox = Sandbox::builder().clock(kakaopay_sandbox::SandboxClock::frozen_at(at)).build();
    let date = async |rules: &[&str], request| {
        sandbox.set_faults(rules.iter().map(|rule| rule.parse().expect("a rule")).collect());
        let response = sandbox.service().call(request).await.expect("a response");
        response.headers().get("date").map(|date| date.to_str().expect("text").to_owned())
    };
    let expected = Some("Mon, 03 Feb 2031 04:05:06 GMT".to_owned());
    assert_eq!(date(&[], create(&sandbox)).await, expected);
    for rule in ["status=503", "html", "429", "empty", "truncated", "list-cycle"] {
        assert_eq!(date(&[rule], create(&sandbox)).await, expected, "{rule}");
    }
    let unknown = Request::get("/nothing").body(Full::default()).expect("a request");
    assert_eq!(date(&[], unknown).await, expected);
    assert_eq!(date(&["no-date"], create(&sandbox)).await, None);
    sandbox.clock().advance_seconds(60);
    assert_eq!(date(&[], create(&sandbox)).await, Some("Mon, 03 Feb 2031 04:06:06 GMT".to_owned()));
}
