//! Control of the sandbox by `/_sandbox`.

use crate::common::TestClient;
use serde_json::json;

fn post(client: &mut TestClient, path: &str, body: &str) -> crate::common::TestResponse {
    client.with_headers("POST", path, body, &[])
}

#[test]
fn charges_expire_on_a_controlled_clock() {
    let mut client = TestClient::new();
    let charge = client.charge();
    let result = client.without_key("GET", "/_sandbox/clock").ok();
    assert_eq!(result, json!({"now": "2024-02-29T12:00:00Z", "frozen": true, "speed": 0}));
    let result = post(&mut client, "/_sandbox/clock", r#"{"advance": 604799}"#).ok();
    assert_eq!(result["now"], "2024-03-07T11:59:59Z");
    assert_eq!(client.secret("GET", &format!("/charges/{charge}"), "").ok()["status"], "pending");
    post(&mut client, "/_sandbox/clock", r#"{"set": "2024-03-07T12:00:00Z"}"#).ok();
    assert_eq!(client.secret("GET", &format!("/charges/{charge}"), "").ok()["status"], "expired");
    assert_eq!(post(&mut client, "/_sandbox/clock", r#"{"run": true}"#).ok()["frozen"], false);
    assert_eq!(post(&mut client, "/_sandbox/clock", r#"{"freeze": true}"#).ok()["frozen"], true);
    for bad in ["", "[]x", r#"{"sett": 1}"#, r#"{"set": "soon"}"#, r#"{"advance": 1.5}"#, r#"{"speed": 0}"#] {
        let response = post(&mut client, "/_sandbox/clock", bad);
        assert!(response.status == 400 && response.json()["error"].is_string(), "{bad}");
    }
    let response = post(&mut client, "/_sandbox/clock", r#"{"sett": 1}"#);
    assert!(response.text.contains("sett"), "{}", response.text);
}

#[test]
fn the_clock_runs_at_valid_speeds_only() {
    let mut client = TestClient::new();
    for (speed, status) in [("86401", 400), ("-1", 400), ("1.5", 400), ("\"60\"", 400), ("60", 200)] {
        let body = format!("{{\"set\": \"2030-01-01T00:00:00Z\", \"speed\": {speed}}}");
        assert_eq!(post(&mut client, "/_sandbox/clock", &body).status, status, "{speed}");
        assert_eq!(client.clock.is_frozen(), status == 400, "{speed}");
        if status == 400 {
            assert_eq!(client.clock.now().to_string(), "2024-02-29T12:00:00Z");
        }
    }
    let result = client.without_key("GET", "/_sandbox/clock").ok();
    assert_eq!((&result["frozen"], &result["speed"]), (&json!(false), &json!(60)));
    assert_eq!(post(&mut client, "/_sandbox/clock", r#"{"run": true}"#).ok()["speed"], 1);
    assert_eq!(
        post(&mut client, "/_sandbox/clock", r#"{"speed": 86400, "freeze": true}"#).ok()["speed"],
        86_400
    );
    assert_eq!(post(&mut client, "/_sandbox/clock", r#"{"freeze": true}"#).ok()["speed"], 0);
}

#[test]
fn faults_are_set_counted_and_cleared() {
    let mut client = TestClient::new();
    post(&mut client, "/_sandbox/faults", r#"{"rules": ["status=503", "html"]}"#).ok();
    assert_eq!(client.without_key("GET", "/_sandbox/faults").ok()["rules"], 2);
    assert_eq!(client.secret("GET", "/account", "").status, 503);
    let response = post(&mut client, "/_sandbox/faults", r#"{"rules": ["html", "no"]}"#);
    assert!(response.status == 400 && response.text.contains("rules[1]"), "{}", response.text);
    assert_eq!(client.secret("GET", "/account", "").status, 503);
    client.without_key("DELETE", "/_sandbox/faults").ok();
    client.secret("GET", "/account", "").ok();
}

#[test]
fn the_state_is_saved_restored_and_reset() {
    let mut client = TestClient::new();
    let charge = client.charge();
    let snapshot = client.without_key("GET", "/_sandbox/snapshot").text;
    let event = client.sandbox.events()[0].0.clone();
    post(&mut client, &format!("/_sandbox/events/{event}/resend"), "").ok();
    assert_eq!(post(&mut client, "/_sandbox/events/evnt_test_none/resend", "").status, 404);
    post(&mut client, "/_sandbox/reset", "").ok();
    assert_eq!(client.secret("GET", &format!("/charges/{charge}"), "").status, 404);
    post(&mut client, "/_sandbox/restore", &snapshot).ok();
    client.secret("GET", &format!("/charges/{charge}"), "").ok();
    assert_eq!(post(&mut client, "/_sandbox/restore", "{}").status, 400);
    assert_eq!(client.without_key("GET", "/_sandbox/nothing").status, 404);
}

#[test]
fn snapshots_may_exceed_the_api_body_limit() {
    let mut client = TestClient::new();
    for _ in 0..64 {
        client.charge();
    }
    let snapshot = client.without_key("GET", "/_sandbox/snapshot").text;
    let padded = format!("{snapshot}{}", " ".repeat(300_000));
    post(&mut client, "/_sandbox/restore", &padded).ok();
    assert_eq!(post(&mut client, "/sources", &padded).status, 413);
}

#[test]
fn f36_other_sites_cannot_control_the_sandbox() {
    let mut client = TestClient::new();
    let charge = client.charge();
    for header in [("sec-fetch-site", "cross-site"), ("origin", "http://evil.example")] {
        assert_eq!(client.with_headers("POST", "/_sandbox/reset", "", &[header]).status, 403);
    }
    client.secret("GET", &format!("/charges/{charge}"), "").ok();
}
