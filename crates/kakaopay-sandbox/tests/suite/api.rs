//! The API without a socket: the guide's objects, keys, lists and events.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::common::{GUIDE_CHARGE, GUIDE_SOURCE, TestClient};
use serde_json::{Value, json};

/// Returns the members of an object in order, with ids replaced by their kind.
fn shape(value: &Value) -> Vec<(String, Value)> {
    let mut members = Vec::new();
    flatten("", value, &mut members);
    members
}

fn flatten(path: &str, value: &Value, members: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(object) if !object.is_empty() => {
            for (name, value) in object {
                flatten(&format!("{path}.{name}"), value, members);
            }
        }
        Value::String(text) if text.contains("_test_") => {
            let kind = text
                .rsplit_once("_test_")
                .map(|(kind, random)| (kind, random.trim_start_matches(|c: char| c.is_ascii_alphanumeric())));
            members.push((path.to_owned(), json!(kind)));
        }
        other => members.push((path.to_owned(), other.clone())),
    }
}

#[test]
fn the_source_equals_the_guides_in_members_and_order() {
    let mut client = TestClient::at("2023-06-15T02:25:14Z");
    let found =
        client.public("POST", "/sources", "amount=150000&currency=SGD&type=kakaopay&platform_type=WEB").ok();
    assert_eq!(shape(&found), shape(&serde_json::from_str(GUIDE_SOURCE).expect("JSON")));
    let id = found["id"].as_str().expect("an id");
    assert_eq!(client.public("GET", &format!("/sources/{id}"), "").ok(), found);
    assert_eq!(client.secret("GET", &format!("/sources/{id}/"), "").ok(), found);
}

#[test]
fn the_charge_equals_the_guides_in_members_and_order() {
    let mut client = TestClient::at("2023-06-15T02:25:13Z");
    let source = client.source();
    client.clock.advance_seconds(2);
    let form = format!(
        "amount=150000&currency=SGD&return_uri=https://example.com/orders/345678/complete&source={source}"
    );
    let found = client.secret("POST", "/charges", &form).ok();
    let mut guide: Value = serde_json::from_str(GUIDE_CHARGE).expect("JSON");
    // Only the host of the page differs.
    let page = guide["authorize_uri"]
        .as_str()
        .expect("an address")
        .replace("https://pay.omise.co", "http://localhost");
    guide["authorize_uri"] = page.into();
    assert_eq!(shape(&found), shape(&guide));
    let id = found["id"].as_str().expect("an id");
    assert_eq!(client.secret("GET", &format!("/charges/{id}"), "").ok(), found);
    assert_eq!(client.public("GET", &format!("/sources/{source}"), "").ok()["charge_status"], "pending");
}

#[test]
fn one_call_creates_source_and_charge() {
    let mut client = TestClient::at("2023-06-15T02:25:15Z");
    let form = "amount=150000&currency=SGD&return_uri=https://example.com/orders/345678/complete\
                &source[type]=kakaopay&source[platform_type]=WEB&metadata[order]=345678";
    let from_form = client.secret("POST", "/charges", form).ok();
    let json = json!({
        "amount": 150_000, "currency": "sgd", "return_uri": "https://example.com/orders/345678/complete",
        "source": {"type": "kakaopay", "platform_type": "web"}, "metadata": {"order": "345678"},
        "description": null, "card": null,
    });
    let from_json = client.secret_json("POST", "/charges", &json.to_string()).ok();
    assert_eq!(shape(&from_form), shape(&from_json));
    assert_eq!(from_form["metadata"], json!({"order": "345678"}));
    // A whole source object is accepted instead of its id.
    let source = client.source();
    let object = client.public("GET", &format!("/sources/{source}"), "").ok();
    let json =
        json!({"amount": 150_000, "currency": "SGD", "return_uri": "https://a.example", "source": object});
    assert_eq!(client.secret_json("POST", "/charges", &json.to_string()).ok()["source"]["id"], source);
}

#[test]
fn responses_have_the_services_headers() {
    let mut client = TestClient::new();
    let good = client.secret("GET", "/charges", "");
    for (name, value) in [
        ("content-type", "application/json; charset=utf-8"),
        ("cache-control", "no-cache, no-store"),
        ("omise-version", "2019-05-29"),
    ] {
        assert_eq!(good.headers[name], value);
    }
    assert_eq!(good.headers["x-request-id"].len(), 36);
    assert!(good.text.starts_with("{\n  \"object\": \"list\",\n  \"data\": [\n\n  ],\n"), "{}", good.text);
    let bad = client.secret("GET", "/charges/chrg_test_1", "");
    assert!(!bad.headers.contains_key("omise-version") && bad.headers.contains_key("x-request-id"));
}

#[test]
fn keys_are_accepted_as_official_clients_send_them() {
    let mut client = TestClient::new();
    let key = client.secret_key();
    for user in [format!("{key}:"), key.clone(), format!("{key}:x")] {
        assert_eq!(client.as_user(&user, "GET", "/charges", "").status, 200);
    }
    for user in ["", ":", "skey_test_wrong:", "pkey_test_wrong:", &format!(" {key}:")] {
        client.as_user(user, "GET", "/charges", "").assert_rejected(401, "authentication_failure");
        client.as_user(user, "POST", "/sources", "").assert_rejected(401, "authentication_failure");
    }
    client.without_key("GET", "/charges").assert_rejected(401, "authentication_failure");
    // Only the scheme of basic authentication is accepted, in any case.
    let credentials = STANDARD.encode(format!("{key}:"));
    for (authorization, status) in [
        (format!("Basic {credentials}"), 200),
        (format!("bAsIc {credentials}"), 200),
        (format!("Bearer {credentials}"), 401),
        (format!("Bearer {key}"), 401),
        (format!("Digest {credentials}"), 401),
        (format!("Basic{credentials}"), 401),
        (format!("Basic {key}:"), 401),
        (credentials.clone(), 401),
    ] {
        let response = client.authorized(&authorization, "GET", "/charges", "");
        assert_eq!(response.status, status, "{}", authorization.replace(&credentials, "…"));
    }
    // The public key only creates and reads sources.
    for (method, path) in [("GET", "/charges"), ("POST", "/charges"), ("GET", "/events"), ("GET", "/x")] {
        client.public(method, path, "").assert_rejected(401, "authentication_failure");
    }
}

#[test]
fn a_test_charge_ends_once() {
    let mut client = TestClient::new();
    let paid = client.charge();
    let response = client.secret("POST", &format!("/charges/{paid}/mark_as_paid"), "").ok();
    assert_eq!(
        (&response["status"], &response["paid"], &response["failure_code"]),
        (&json!("successful"), &json!(true), &Value::Null)
    );
    assert!(response["paid_at"].is_string() && response["transaction"].is_string());
    for end in ["mark_as_paid", "mark_as_failed"] {
        client.secret("POST", &format!("/charges/{paid}/{end}"), "").assert_rejected(400, "processed_charge");
    }
    for code in
        ["payment_expired", "payment_rejected", "failed_processing", "invalid_account", "insufficient_fund"]
    {
        let failed = client.charge();
        let path = format!("/charges/{failed}/mark_as_failed");
        let response = client.secret("POST", &path, &format!("failure_code={code}")).ok();
        assert_eq!((&response["status"], &response["failure_code"]), (&json!("failed"), &json!(code)));
        assert!(response["failure_message"].is_string() && response["paid"] == json!(false));
        assert_eq!(response["source"]["charge_status"], "failed");
    }
    let charge = client.charge();
    let path = format!("/charges/{charge}/mark_as_failed");
    client.secret("POST", &path, "failure_code=stolen").assert_rejected(400, "bad_request");
}

#[test]
fn a_charge_expires_on_the_sandboxs_clock() {
    let mut client = TestClient::at("2023-06-15T02:25:15Z");
    let charge = client.charge();
    client.clock.advance_seconds(7 * 86_400 - 1);
    assert_eq!(client.secret("GET", &format!("/charges/{charge}"), "").ok()["status"], "pending");
    client.clock.advance_seconds(1);
    let found = client.secret("GET", &format!("/charges/{charge}"), "").ok();
    assert_eq!((&found["status"], &found["expired"]), (&json!("expired"), &json!(true)));
    assert_eq!((&found["expired_at"], &found["failure_code"]), (&found["expires_at"], &Value::Null));
    client
        .secret("POST", &format!("/charges/{charge}/mark_as_paid"), "")
        .assert_rejected(400, "expired_charge");
    let keys: Vec<_> = client.sandbox.events().into_iter().map(|(_, key)| key).collect();
    assert_eq!(keys, ["charge.create", "charge.expire"]);
}

#[test]
fn lists_are_paginated() {
    let mut client = TestClient::at("2023-06-15T02:25:15Z");
    let ids: Vec<String> = (0..5)
        .map(|_| {
            client.clock.advance_seconds(10);
            client.charge()
        })
        .collect();
    let mut found = |query: &str| -> (Vec<String>, Value) {
        let list = client.secret("GET", &format!("/charges?{query}"), "").ok();
        let data = list["data"].as_array().expect("a list").iter();
        (data.map(|charge| charge["id"].as_str().expect("an id").to_owned()).collect(), list["total"].clone())
    };
    assert_eq!(found(""), (ids.clone(), json!(5)));
    assert_eq!(found("limit=2&offset=1"), (ids[1..3].to_vec(), json!(5)));
    assert_eq!(found("offset=9").0, Vec::<String>::new());
    assert_eq!(found("order=reverse_chronological&limit=1").0, [ids[4].clone()]);
    let window = "from=2023-06-15T02:25:35Z&to=2023-06-15T02:25:45Z";
    assert_eq!(found(window), (ids[1..3].to_vec(), json!(2)));
    for query in ["limit=x", "offset=-1", "order=sideways", "from=yesterday"] {
        client.secret("GET", &format!("/charges?{query}"), "").assert_rejected(400, "bad_request");
    }
    // Some clients send the parameters in the body of a GET.
    let list = client.secret_json("GET", "/charges", r#"{"limit":1}"#).ok();
    assert_eq!(list["data"].as_array().map(Vec::len), Some(1));
}

#[test]
fn events_contain_the_object_at_their_time() {
    let mut client = TestClient::new();
    let charge = client.charge();
    client.secret("POST", &format!("/charges/{charge}/mark_as_paid"), "").ok();
    let list = client.secret("GET", &format!("/charges/{charge}/events"), "").ok();
    let result: Vec<_> = list["data"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|event| (&event["key"], &event["data"]["status"]))
        .collect();
    assert_eq!(
        result,
        [(&json!("charge.create"), &json!("pending")), (&json!("charge.complete"), &json!("successful"))]
    );
    let event = &list["data"][1];
    let id = event["id"].as_str().expect("an id");
    assert_eq!(&client.secret("GET", &format!("/events/{id}"), "").ok(), event);
    assert_eq!(event["webhook_deliveries"], json!([]));
    assert_eq!(client.secret("GET", "/events", "").ok()["total"], 2);
}
