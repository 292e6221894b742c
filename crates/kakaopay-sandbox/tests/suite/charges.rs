//! Calls on an existing charge: update, end, and expansion.

use crate::common::TestClient;
use serde_json::{Value, json};

fn post(client: &mut TestClient, charge: &str, call: &str) -> crate::common::TestResponse {
    client.secret("POST", &format!("/charges/{charge}/{call}"), "")
}

#[test]
fn an_update_changes_only_the_merchants_data() {
    let mut client = TestClient::new();
    let id = client.charge();
    let path = format!("/charges/{id}");
    let before = client.secret("GET", &path, "").ok();
    for method in ["PATCH", "PUT"] {
        let json = json!({
            "description": format!("By {method}"), "metadata": {"order": 345_678, "gift": true},
            "amount": 1, "status": "successful", "id": "chrg_test_1", "return_uri": null,
        });
        let mut expected = before.clone();
        expected["description"] = json!(format!("By {method}"));
        expected["metadata"] = json!({"order": 345_678, "gift": true});
        assert_eq!(client.secret_json(method, &path, &json.to_string()).ok(), expected, "{method}");
        assert_eq!(client.secret("GET", &path, "").ok(), expected, "{method}");
    }
    for (form, description, metadata) in [
        // Missing members keep their values, and new metadata replaces the old.
        ("metadata[a]=1", json!("By PUT"), json!({"a": "1"})),
        ("description=New+description", json!("New description"), json!({"a": "1"})),
        ("", json!("New description"), json!({"a": "1"})),
        ("description=", Value::Null, json!({"a": "1"})),
    ] {
        let found = client.secret("PATCH", &path, form).ok();
        assert_eq!((&found["description"], &found["metadata"]), (&description, &metadata), "{form}");
    }
    let nulls = r#"{"description":null,"metadata":null}"#;
    assert_eq!(client.secret_json("PATCH", &path, nulls).ok()["metadata"], json!({"a": "1"}));
    client.secret("PATCH", &path, "metadata=text").assert_rejected(400, "bad_request");
    client.secret("PATCH", "/charges/chrg_test_none", "description=x").assert_rejected(404, "not_found");
    let events = client.secret("GET", &format!("{path}/events?order=reverse_chronological"), "").ok();
    assert_eq!((&events["total"], &events["data"][0]["key"]), (&json!(8), &json!("charge.update")));
}

#[test]
fn a_pending_charge_is_expired_only_once() {
    let mut client = TestClient::at("2024-02-29T12:00:00.9Z");
    let id = client.charge();
    client.clock.advance_seconds(60);
    let found = post(&mut client, &id, "expire").ok();
    let now = json!("2024-02-29T12:01:00Z");
    for (name, expected) in [
        ("status", json!("expired")),
        ("expired", json!(true)),
        ("expires_at", now.clone()),
        ("expired_at", now),
        ("failure_code", Value::Null),
        ("paid_at", Value::Null),
        ("refundable", json!(false)),
    ] {
        assert_eq!(found[name], expected, "{name}");
    }
    assert_eq!(found["source"]["charge_status"], "expired");
    post(&mut client, &id, "expire").assert_rejected(400, "failed_expire");
    post(&mut client, &id, "mark_as_paid").assert_rejected(400, "expired_charge");
    post(&mut client, &id, "mark_as_failed").assert_rejected(400, "expired_charge");
    // The original expiry time changes nothing more.
    client.clock.advance_seconds(8 * 86_400);
    let keys: Vec<_> = client.sandbox.events().into_iter().map(|(_, key)| key).collect();
    assert_eq!(keys, ["charge.create", "charge.expire"]);
}

#[test]
fn card_calls_are_rejected_in_every_state() {
    let mut client = TestClient::new();
    let charges = ["", "mark_as_paid", "mark_as_failed", "expire"].map(|end| {
        let id = client.charge();
        if !end.is_empty() {
            post(&mut client, &id, end).ok();
        }
        id
    });
    for id in charges {
        post(&mut client, &id, "capture").assert_rejected(400, "failed_capture");
        post(&mut client, &id, "reverse").assert_rejected(400, "failed_reverse");
        let ended = client.secret("GET", &format!("/charges/{id}"), "").ok()["status"] != "pending";
        if ended {
            post(&mut client, &id, "expire").assert_rejected(400, "failed_expire");
        }
    }
    for call in ["capture", "reverse", "expire", "mark_as_failed"] {
        post(&mut client, "chrg_test_none", call).assert_rejected(404, "not_found");
    }
    // There are no cards, hence no tokens and customers.
    for (form, message) in [
        ("card=tokn_test_1", "token tokn_test_1 was not found"),
        ("customer=cust_test_1&card=card_test_1", "customer cust_test_1 was not found"),
    ] {
        let response = client.secret("POST", "/charges", &format!("amount=150000&currency=SGD&{form}"));
        response.assert_rejected(404, "not_found");
        assert_eq!(response.json()["message"], message);
    }
}

#[test]
fn expand_embeds_a_charges_transaction() {
    let mut client = TestClient::new();
    let id = client.charge();
    let path = format!("/charges/{id}");
    assert_eq!(client.secret("GET", &format!("{path}?expand=true"), "").ok()["transaction"], Value::Null);
    let paid = post(&mut client, &id, "mark_as_paid").ok();
    let name = paid["transaction"].clone();
    assert!(name.as_str().is_some_and(|name| name.starts_with("trxn_test_")), "{name}");
    for query in ["", "?expand=false", "?expand="] {
        assert_eq!(client.secret("GET", &format!("{path}{query}"), "").ok(), paid, "{query}");
    }
    let found = client.secret("GET", &format!("{path}?expand=true"), "").ok();
    let transaction = &found["transaction"];
    for (member, expected) in [
        ("object", json!("transaction")),
        ("id", name.clone()),
        ("amount", paid["net"].clone()),
        ("currency", json!("SGD")),
        ("direction", json!("credit")),
        ("origin", json!(id)),
        ("created_at", paid["paid_at"].clone()),
    ] {
        assert_eq!(transaction[member], expected, "{member}");
    }
    let location = transaction["location"].as_str().expect("a path");
    assert_eq!(&client.secret("GET", location, "").ok(), transaction);
    client.secret("GET", "/transactions/trxn_test_none", "").assert_rejected(404, "not_found");
    client.public("GET", location, "").assert_rejected(401, "authentication_failure");
    assert_eq!(&client.secret_json("GET", &path, r#"{"expand":true}"#).ok(), &found);
    assert_eq!(client.secret("GET", "/charges?expand=true", "").ok()["data"][0], found);
    // The older shape never embeds it.
    let old =
        client.with_headers("GET", &format!("{path}?expand=true"), "", &[("omise-version", "2017-11-02")]);
    assert_eq!(old.ok()["transaction"], name);
}

#[test]
fn an_inline_source_may_have_null_members() {
    let mut client = TestClient::new();
    let json = r#"{"amount":150000,"currency":"SGD","return_uri":"https://a.example","customer":null,"card":null,
        "source":{"id":null,"type":"kakaopay","platform_type":null},"metadata":null,"webhook_endpoints":null}"#;
    let charge = client.secret_json("POST", "/charges", json).ok();
    assert_eq!((&charge["source"]["platform_type"], &charge["metadata"]), (&Value::Null, &json!({})));
    for source in [r#"{"id":1}"#, r#"{"id":{}}"#] {
        let json = format!(
            r#"{{"amount":150000,"currency":"SGD","return_uri":"https://a.example","source":{source}}}"#
        );
        client.secret_json("POST", "/charges", &json).assert_rejected(404, "not_found");
    }
}

#[test]
fn a_charge_has_at_most_two_webhook_endpoints() {
    let mut client = TestClient::new();
    let mut create = |endpoints: Value| {
        let json = json!({
            "amount": 150_000, "currency": "SGD", "return_uri": "https://a.example",
            "source": {"type": "kakaopay"}, "webhook_endpoints": endpoints,
        });
        client.secret_json("POST", "/charges", &json.to_string())
    };
    let (one, two) = ("https://shop.example/hooks", "http://127.0.0.1:8080/hooks");
    for good in [json!([]), json!([one]), json!([one, two])] {
        create(good).ok();
    }
    for bad in [
        json!([one, two, one]),
        json!(one),
        json!([1]),
        json!({"0": one}),
        json!(["http://shop.example/hooks"]),
        json!(["https://localhost/hooks"]),
        json!(["https://169.254.169.254/latest"]),
        json!([""]),
    ] {
        create(bad).assert_rejected(400, "bad_request");
    }
    let form = format!(
        "amount=150000&currency=SGD&return_uri=https://a.example&source[type]=kakaopay&webhook_endpoints[]={two}"
    );
    client.secret("POST", "/charges", &form).ok();
}
