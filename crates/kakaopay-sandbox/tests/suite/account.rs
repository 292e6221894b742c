//! The account: what it is, where its events go, and what they are signed with.

use crate::common::Ask;
use kakaopay_types::{Account, Capability, Currency, decode};
use serde_json::{Value, json};

#[test]
fn the_models_parse_the_account() {
    let mut ask = Ask::new();
    let answer = ask.secret("GET", "/account", "");
    let account: Account = decode::from_slice(answer.text.as_bytes()).expect("an account");
    assert!(account.id.starts_with("account_test_") && account.livemode == Some(false));
    assert_eq!((account.webhook_uri.as_deref(), account.created_at()), (None, Some(ask.clock.now())));
    let found = answer.ok();
    let team = found["team"].as_str().expect("a team");
    assert!(team.starts_with("acct_") && !team.contains("_test_"), "{team}");
    assert_eq!((&found["api_version"], &found["currency"]), (&json!("2019-05-29"), &json!("SGD")));
    let old = ask.with_headers("GET", "/account", "", &[("omise-version", "2017-11-02")]).ok();
    assert_eq!((&old["id"], &old["created"]), (&found["id"], &found["created_at"]));
    ask.public("GET", "/account", "").refused(401, "authentication_failure");
}

#[test]
fn either_key_reads_the_capability() {
    let mut ask = Ask::new();
    let answer = ask.public("GET", "/capability", "");
    let capability: Capability = decode::from_slice(answer.text.as_bytes()).expect("a capability");
    assert!(capability.takes_kakaopay(Currency::SGD) && capability.takes_kakaopay(Currency::THB));
    assert!(!capability.takes_kakaopay(Currency::parse("JPY").expect("a currency")));
    assert_eq!(ask.secret("GET", "/capability/", "").ok(), answer.ok());
    ask.without_key("GET", "/capability").refused(401, "authentication_failure");
}

#[test]
fn f37_the_accounts_endpoint_is_on_this_machine_only() {
    let mut ask = Ask::new();
    let url = "http://127.0.0.1:8080/webhooks";
    for method in ["PATCH", "PUT"] {
        let json = json!({"webhook_uri": url, "email": "x@example.com", "zero_interest_installments": null});
        assert_eq!(ask.secret_json(method, "/account", &json.to_string()).ok()["webhook_uri"], url);
        assert_eq!(ask.secret("GET", "/account", "").ok()["webhook_uri"], url);
        // What is not named, or is a null, stays.
        assert_eq!(ask.secret(method, "/account", "").ok()["webhook_uri"], url);
        assert_eq!(ask.secret_json(method, "/account", r#"{"webhook_uri":null}"#).ok()["webhook_uri"], url);
        for bad in ["https://shop.example/hooks", "http://169.254.169.254/", "http://[::2]/", "x"] {
            ask.secret(method, "/account", &format!("webhook_uri={bad}")).refused(400, "bad_request");
        }
        ask.secret_json(method, "/account", r#"{"webhook_uri":1}"#).refused(400, "bad_request");
        assert_eq!(ask.secret(method, "/account", "webhook_uri=").ok()["webhook_uri"], Value::Null);
    }
}

#[test]
fn the_account_upgrades_and_never_downgrades() {
    let mut ask = Ask::of_2017();
    let mut moved = |version: &str| {
        ask.with_headers(
            "PATCH",
            "/account/api_version",
            &json!({"api_version": version}).to_string(),
            &[("omise-version", "2019-05-29")],
        )
    };
    assert_eq!(moved("2017-11-02").ok()["api_version"], "2017-11-02");
    for bad in ["2015-11-17", "2020-01-01", "", "x"] {
        moved(bad).refused(400, "bad_request");
    }
    assert_eq!(moved("2019-05-29").ok()["api_version"], "2019-05-29");
    assert_eq!(moved("2019-05-29").ok()["api_version"], "2019-05-29");
    moved("2017-11-02").refused(400, "bad_request");
    assert_eq!(ask.secret("GET", "/charges", "").headers["omise-version"], "2019-05-29");
}

#[test]
fn f07_a_new_secret_is_shown_once_beside_the_previous_one() {
    let mut ask = Ask::at("2024-02-28T12:00:00Z");
    let path = "/webhooks/secrets";
    let first = ask.secret("GET", path, "").ok();
    assert_eq!((&first["total"], &first["data"][0]["secret"]), (&json!(1), &Value::Null));
    let before = ask.sandbox.webhook_secret().expose_base64();
    let rolled = ask.secret("POST", path, "").ok();
    let now = ask.sandbox.webhook_secret().expose_base64();
    assert_eq!(rolled["secret"].as_str(), Some(now.as_str()));
    assert_ne!(before, now);
    let listed = |ask: &mut Ask| {
        let list = ask.secret("GET", path, "").ok();
        assert!(!list.to_string().contains(now.as_str()));
        list["data"].as_array().expect("a list").iter().map(|secret| secret["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(listed(&mut ask), [first["data"][0]["id"].clone(), rolled["id"].clone()]);
    ask.clock.advance_seconds(86_400 - 1);
    assert_eq!(listed(&mut ask).len(), 2);
    ask.clock.advance_seconds(1);
    assert_eq!(listed(&mut ask), [rolled["id"].clone()]);
    assert_eq!(ask.secret("DELETE", path, "").ok()["total"], 0);
    assert_eq!(listed(&mut ask), Vec::<Value>::new());
    for (method, path) in [("GET", path), ("POST", path), ("DELETE", path)] {
        ask.public(method, path, "").refused(401, "authentication_failure");
    }
}
