//! What can be done with a charge once there is one: changed, ended, read with what belongs to it.

use crate::common::Ask;
use serde_json::{Value, json};

fn post(ask: &mut Ask, charge: &str, call: &str) -> crate::common::Answered {
    ask.secret("POST", &format!("/charges/{charge}/{call}"), "")
}

#[test]
fn an_update_changes_only_the_merchants_data() {
    let mut ask = Ask::new();
    let id = ask.charge();
    let path = format!("/charges/{id}");
    let before = ask.secret("GET", &path, "").ok();
    for method in ["PATCH", "PUT"] {
        let json = json!({
            "description": format!("By {method}"), "metadata": {"order": 345_678, "gift": true},
            "amount": 1, "status": "successful", "id": "chrg_test_1", "return_uri": null,
        });
        let mut expected = before.clone();
        expected["description"] = json!(format!("By {method}"));
        expected["metadata"] = json!({"order": 345_678, "gift": true});
        assert_eq!(ask.secret_json(method, &path, &json.to_string()).ok(), expected, "{method}");
        assert_eq!(ask.secret("GET", &path, "").ok(), expected, "{method}");
    }
    for (form, description, metadata) in [
        // What is not named stays, and new metadata takes the place of the old.
        ("metadata[a]=1", json!("By PUT"), json!({"a": "1"})),
        ("description=New+description", json!("New description"), json!({"a": "1"})),
        ("", json!("New description"), json!({"a": "1"})),
        ("description=", Value::Null, json!({"a": "1"})),
    ] {
        let found = ask.secret("PATCH", &path, form).ok();
        assert_eq!((&found["description"], &found["metadata"]), (&description, &metadata), "{form}");
    }
    let nulls = r#"{"description":null,"metadata":null}"#;
    assert_eq!(ask.secret_json("PATCH", &path, nulls).ok()["metadata"], json!({"a": "1"}));
    ask.secret("PATCH", &path, "metadata=text").refused(400, "bad_request");
    ask.secret("PATCH", "/charges/chrg_test_none", "description=x").refused(404, "not_found");
    let events = ask.secret("GET", &format!("{path}/events?order=reverse_chronological"), "").ok();
    assert_eq!((&events["total"], &events["data"][0]["key"]), (&json!(8), &json!("charge.update")));
}

#[test]
fn a_pending_charge_is_expired_only_once() {
    let mut ask = Ask::at("2024-02-29T12:00:00.9Z");
    let id = ask.charge();
    ask.clock.advance_seconds(60);
    let found = post(&mut ask, &id, "expire").ok();
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
    post(&mut ask, &id, "expire").refused(400, "failed_expire");
    post(&mut ask, &id, "mark_as_paid").refused(400, "expired_charge");
    post(&mut ask, &id, "mark_as_failed").refused(400, "expired_charge");
    // Its first deadline passes, and nothing happens a second time.
    ask.clock.advance_seconds(8 * 86_400);
    let keys: Vec<_> = ask.sandbox.events().into_iter().map(|(_, key)| key).collect();
    assert_eq!(keys, ["charge.create", "charge.expire"]);
}

#[test]
fn card_calls_are_rejected_in_every_state() {
    let mut ask = Ask::new();
    let charges = ["", "mark_as_paid", "mark_as_failed", "expire"].map(|end| {
        let id = ask.charge();
        if !end.is_empty() {
            post(&mut ask, &id, end).ok();
        }
        id
    });
    for id in charges {
        post(&mut ask, &id, "capture").refused(400, "failed_capture");
        post(&mut ask, &id, "reverse").refused(400, "failed_reverse");
        let ended = ask.secret("GET", &format!("/charges/{id}"), "").ok()["status"] != "pending";
        if ended {
            post(&mut ask, &id, "expire").refused(400, "failed_expire");
        }
    }
    for call in ["capture", "reverse", "expire", "mark_as_failed"] {
        post(&mut ask, "chrg_test_none", call).refused(404, "not_found");
    }
    // No cards, and so no tokens and no customers.
    for (form, message) in [
        ("card=tokn_test_1", "token tokn_test_1 was not found"),
        ("customer=cust_test_1&card=card_test_1", "customer cust_test_1 was not found"),
    ] {
        let answer = ask.secret("POST", "/charges", &format!("amount=150000&currency=SGD&{form}"));
        answer.refused(404, "not_found");
        assert_eq!(answer.json()["message"], message);
    }
}

#[test]
fn expand_embeds_a_charges_transaction() {
    let mut ask = Ask::new();
    let id = ask.charge();
    let path = format!("/charges/{id}");
    assert_eq!(ask.secret("GET", &format!("{path}?expand=true"), "").ok()["transaction"], Value::Null);
    let paid = post(&mut ask, &id, "mark_as_paid").ok();
    let name = paid["transaction"].clone();
    assert!(name.as_str().is_some_and(|name| name.starts_with("trxn_test_")), "{name}");
    for query in ["", "?expand=false", "?expand="] {
        assert_eq!(ask.secret("GET", &format!("{path}{query}"), "").ok(), paid, "{query}");
    }
    let found = ask.secret("GET", &format!("{path}?expand=true"), "").ok();
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
    assert_eq!(&ask.secret("GET", location, "").ok(), transaction);
    ask.secret("GET", "/transactions/trxn_test_none", "").refused(404, "not_found");
    ask.public("GET", location, "").refused(401, "authentication_failure");
    assert_eq!(&ask.secret_json("GET", &path, r#"{"expand":true}"#).ok(), &found);
    assert_eq!(ask.secret("GET", "/charges?expand=true", "").ok()["data"][0], found);
    // The older shape has no such object in it.
    let old = ask.with_headers("GET", &format!("{path}?expand=true"), "", &[("omise-version", "2017-11-02")]);
    assert_eq!(old.ok()["transaction"], name);
}

#[test]
fn an_inline_source_may_have_null_members() {
    let mut ask = Ask::new();
    let json = r#"{"amount":150000,"currency":"SGD","return_uri":"https://a.example","customer":null,"card":null,
        "source":{"id":null,"type":"kakaopay","platform_type":null},"metadata":null,"webhook_endpoints":null}"#;
    let charge = ask.secret_json("POST", "/charges", json).ok();
    assert_eq!((&charge["source"]["platform_type"], &charge["metadata"]), (&Value::Null, &json!({})));
    for source in [r#"{"id":1}"#, r#"{"id":{}}"#] {
        let json = format!(
            r#"{{"amount":150000,"currency":"SGD","return_uri":"https://a.example","source":{source}}}"#
        );
        ask.secret_json("POST", "/charges", &json).refused(404, "not_found");
    }
}

#[test]
fn a_charge_has_at_most_two_webhook_endpoints() {
    let mut ask = Ask::new();
    let mut create = |endpoints: Value| {
        let json = json!({
            "amount": 150_000, "currency": "SGD", "return_uri": "https://a.example",
            "source": {"type": "kakaopay"}, "webhook_endpoints": endpoints,
        });
        ask.secret_json("POST", "/charges", &json.to_string())
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
        create(bad).refused(400, "bad_request");
    }
    let form = format!(
        "amount=150000&currency=SGD&return_uri=https://a.example&source[type]=kakaopay&webhook_endpoints[]={two}"
    );
    ask.secret("POST", "/charges", &form).ok();
}
