//! The account: object, webhook endpoint and webhook secrets.

use crate::common::TestClient;
use kakaopay_types::{Account, Capability, Currency, decode};
use serde_json::{Value, json};

#[test]
fn the_models_parse_the_account() {
    let mut client = TestClient::new();
    let response = client.secret("GET", "/account", "");
    let account: Account = decode::from_slice(response.text.as_bytes()).expect("an account");
    assert!(account.id.starts_with("account_test_") && account.livemode == Some(false));
    assert_eq!((account.webhook_uri.as_deref(), account.created_at()), (None, Some(client.clock.now())));
    let found = response.ok();
    let team = found["team"].as_str().expect("a team");
    assert!(team.starts_with("acct_") && !team.contains("_test_"), "{team}");
    assert_eq!((&found["api_version"], &found["currency"]), (&json!("2019-05-29"), &json!("SGD")));
    let old = client.with_headers("GET", "/account", "", &[("omise-version", "2017-11-02")]).ok();
    assert_eq!((&old["id"], &old["created"]), (&found["id"], &found["created_at"]));
    client.public("GET", "/account", "").assert_rejected(401, "authentication_failure");
}

#[test]
fn either_key_reads_the_capability() {
    let mut client = TestClient::new();
    let response = client.public("GET", "/capability", "");
    let capability: Capability = decode::from_slice(response.text.as_bytes()).expect("a capability");
    assert!(capability.takes_kakaopay(Currency::SGD) && capability.takes_kakaopay(Currency::THB));
    assert!(!capability.takes_kakaopay(Currency::parse("JPY").expect("a currency")));
    assert_eq!(client.secret("GET", "/capability/", "").ok(), response.ok());
    client.without_key("GET", "/capability").assert_rejected(401, "authentication_failure");
}

#[test]
fn f37_the_accounts_endpoint_is_on_this_machine_only() {
    let mut client = TestClient::new();
    let url = "http://127.0.0.1:8080/webhooks";
    for method in ["PATCH", "PUT"] {
        let json = json!({"webhook_uri": url, "email": "x@example.com", "zero_interest_installments": null});
        assert_eq!(client.secret_json(method, "/account", &json.to_string()).ok()["webhook_uri"], url);
        assert_eq!(client.secret("GET", "/account", "").ok()["webhook_uri"], url);
        // Missing and null members keep their values.
        assert_eq!(client.secret(method, "/account", "").ok()["webhook_uri"], url);
        assert_eq!(
            client.secret_json(method, "/account", r#"{"webhook_uri":null}"#).ok()["webhook_uri"],
            url
        );
        for bad in ["https://shop.example/hooks", "http://169.254.169.254/", "http://[::2]/", "x"] {
            client
                .secret(method, "/account", &format!("webhook_uri={bad}"))
                .assert_rejected(400, "bad_request");
        }
        client.secret_json(method, "/account", r#"{"webhook_uri":1}"#).assert_rejected(400, "bad_request");
        assert_eq!(client.secret(method, "/account", "webhook_uri=").ok()["webhook_uri"], Value::Null);
    }
}

#[test]
fn the_account_upgrades_and_never_downgrades() {
    let mut client = TestClient::of_2017();
    let mut moved = |version: &str| {
        client.with_headers(
            "PATCH",
            "/account/api_version",
            &json!({"api_version": version}).to_string(),
            &[("omise-version", "2019-05-29")],
        )
    };
    assert_eq!(moved("2017-11-02").ok()["api_version"], "2017-11-02");
    for bad in ["2015-11-17", "2020-01-01", "", "x"] {
        moved(bad).assert_rejected(400, "bad_request");
    }
    assert_eq!(moved("2019-05-29").ok()["api_version"], "2019-05-29");
    assert_eq!(moved("2019-05-29").ok()["api_version"], "2019-05-29");
    moved("2017-11-02").assert_rejected(400, "bad_request");
    assert_eq!(client.secret("GET", "/charges", "").headers["omise-version"], "2019-05-29");
}

#[test]
fn f07_a_new_secret_is_shown_once_beside_the_previous_one() {
    let mut client = TestClient::at("2024-02-28T12:00:00Z");
    let path = "/webhooks/secrets";
    let first = client.secret("GET", path, "").ok();
    assert_eq!((&first["total"], &first["data"][0]["secret"]), (&json!(1), &Value::Null));
    let before = client.sandbox.webhook_secret().expose_base64();
    let rolled = client.secret("POST", path, "").ok();
    let now = client.sandbox.webhook_secret().expose_base64();
    assert_eq!(rolled["secret"].as_str(), Some(now.as_str()));
    assert_ne!(before, now);
    let listed = |client: &mut TestClient| {
        let list = client.secret("GET", path, "").ok();
        assert!(!list.to_string().contains(now.as_str()));
        list["data"].as_array().expect("a list").iter().map(|secret| secret["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(listed(&mut client), [first["data"][0]["id"].clone(), rolled["id"].clone()]);
    client.clock.advance_seconds(86_400 - 1);
    assert_eq!(listed(&mut client).len(), 2);
    client.clock.advance_seconds(1);
    assert_eq!(listed(&mut client), [rolled["id"].clone()]);
    assert_eq!(client.secret("DELETE", path, "").ok()["total"], 0);
    assert_eq!(listed(&mut client), Vec::<Value>::new());
    for (method, path) in [("GET", path), ("POST", path), ("DELETE", path)] {
        client.public(method, path, "").assert_rejected(401, "authentication_failure");
    }
}
