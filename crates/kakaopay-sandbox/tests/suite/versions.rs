//! API versions of responses and events.

use crate::common::{TestClient, TestResponse};
use kakaopay_types::{Charge, Event, List, Refund, Source, decode};
use serde_json::{Value, json};

const OLD: &str = "2017-11-02";
const CURRENT: &str = "2019-05-29";

fn requested(client: &mut TestClient, version: &str, method: &str, path: &str, json: &str) -> TestResponse {
    client.with_headers(method, path, json, &[("omise-version", version)])
}

fn names(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[test]
fn responses_have_the_requested_version() {
    for (mut client, own) in [(TestClient::new(), CURRENT), (TestClient::of_2017(), OLD)] {
        for (version, expected) in [(None, own), (Some(""), own), (Some(OLD), OLD), (Some(CURRENT), CURRENT)]
        {
            let headers: Vec<_> = version.map(|version| ("omise-version", version)).into_iter().collect();
            let response = client.with_headers("GET", "/charges", "", &headers);
            assert_eq!(response.headers["omise-version"], expected, "{own} {version:?}");
            let last = if expected == OLD { "data" } else { "to" };
            assert_eq!(names(&response.ok()).last(), Some(&last), "{own} {version:?}");
        }
    }
}

#[test]
fn versions_without_kakaopay_are_rejected() {
    let mut client = TestClient::new();
    for (version, status, code) in [
        ("2014-07-27", 404, "service_not_found"),
        ("2015-11-17", 404, "service_not_found"),
        ("2020-01-01", 400, "bad_request"),
        ("2019-5-29", 400, "bad_request"),
        ("2017-11-02, 2019-05-29", 400, "bad_request"),
        ("x", 400, "bad_request"),
    ] {
        for (method, path) in [("POST", "/sources"), ("GET", "/charges"), ("GET", "/account")] {
            let response = requested(&mut client, version, method, path, "");
            response.assert_rejected(status, code);
            assert!(!response.headers.contains_key("omise-version"));
        }
    }
    let message = requested(&mut client, "2015-11-17", "GET", "/charges", "").json()["message"].clone();
    assert_eq!(message, "you are using api version which does not support this operation");
    // Authentication comes first.
    let mut request = http::Request::get("/charges").header("omise-version", "x");
    request = request.header("authorization", "Basic eDo=");
    let response = client.request(request.body(http_body_util::Full::default()).expect("a request"));
    response.assert_rejected(401, "authentication_failure");
}

#[test]
fn the_models_parse_both_shapes_of_all_objects() {
    let mut client = TestClient::new();
    let id = client.charge();
    client.secret("POST", &format!("/charges/{id}/mark_as_paid"), "").ok();
    let refund = client.secret("POST", &format!("/charges/{id}/refunds"), "amount=100").ok();
    let refund = refund["location"].as_str().expect("a path").to_owned();
    let source = client.source();
    for version in [OLD, CURRENT] {
        let mut text = |path: &str| requested(&mut client, version, "GET", path, "").text;
        let charge: Charge =
            decode::from_slice(text(&format!("/charges/{id}")).as_bytes()).expect("a charge");
        assert_eq!((charge.amount, charge.currency.as_str()), (150_000, "SGD"), "{version}");
        assert_eq!((charge.refunded_amount(), charge.created_at().is_some()), (Some(100), true), "{version}");
        let refund: Refund = decode::from_slice(text(&refund).as_bytes()).expect("a refund");
        assert_eq!((refund.charge_id().as_str(), refund.amount), (id.as_str(), 100), "{version}");
        let source: Source =
            decode::from_slice(text(&format!("/sources/{source}")).as_bytes()).expect("a source");
        assert_eq!(source.amount, 150_000, "{version}");
        let list: List<Charge> = decode::from_slice(text("/charges").as_bytes()).expect("a list");
        assert_eq!((list.data.items.len(), list.data.invalid.len()), (1, 0), "{version}");
        let events: List<Event> = decode::from_slice(text("/events").as_bytes()).expect("a list");
        assert_eq!((events.data.items.len(), events.data.invalid.len()), (3, 0), "{version}");
    }
}

#[test]
fn events_have_the_accounts_version() {
    let mut client = TestClient::of_2017();
    let id = client.charge();
    for version in [OLD, CURRENT] {
        let list = requested(&mut client, version, "GET", &format!("/charges/{id}/events"), "").ok();
        let event = &list["data"][0];
        assert_eq!(
            names(event),
            ["object", "id", "livemode", "location", "key", "created", "data"],
            "{version}"
        );
        assert_eq!((&event["data"]["currency"], &event["data"]["refunded"]), (&json!("sgd"), &json!(0)));
        let path = event["location"].as_str().expect("a path");
        assert_eq!(&requested(&mut client, version, "GET", path, "").ok(), event);
    }
    // Earlier events keep their version after the upgrade.
    requested(&mut client, CURRENT, "PATCH", "/account/api_version", r#"{"api_version":"2019-05-29"}"#).ok();
    client.secret("POST", &format!("/charges/{id}/mark_as_paid"), "").ok();
    let list = requested(&mut client, OLD, "GET", "/events", "").ok();
    assert!(list["data"][0]["created"].is_string() && list["data"][0].get("created_at").is_none());
    assert!(list["data"][1]["created_at"].is_string() && list["data"][1].get("created").is_none());
    assert_eq!(list["data"][1]["data"]["currency"], "SGD");
    assert_eq!(list["data"][1]["webhook_deliveries"], json!([]));
}

#[test]
fn calls_missing_in_2017_are_rejected() {
    let mut client = TestClient::new();
    requested(&mut client, OLD, "GET", "/capability", "").assert_rejected(404, "serializer_not_found");
    requested(&mut client, CURRENT, "GET", "/capability", "").ok();
    // Refunds of the older version have no metadata.
    let id = client.charge();
    client.secret("POST", &format!("/charges/{id}/mark_as_paid"), "").ok();
    let json = r#"{"amount":100,"metadata":{"reference":"r-1"}}"#;
    let refund = requested(&mut client, OLD, "POST", &format!("/charges/{id}/refunds"), json).ok();
    assert_eq!((refund.get("metadata"), refund.get("status")), (None, None));
    let path = refund["location"].as_str().expect("a path");
    assert_eq!(client.secret("GET", path, "").ok()["metadata"], json!({"reference": "r-1"}));
}
