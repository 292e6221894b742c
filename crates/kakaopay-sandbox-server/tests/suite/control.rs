//! The sandbox is moved by `/_sandbox`.

use crate::common::Ask;
use serde_json::json;

fn post(ask: &mut Ask, path: &str, body: &str) -> crate::common::Answered {
    ask.with_headers("POST", path, body, &[])
}

#[test]
fn charges_expire_on_a_controlled_clock() {
    let mut ask = Ask::new();
    let charge = ask.charge();
    let told = ask.without_key("GET", "/_sandbox/clock").ok();
    assert_eq!(told, json!({"now": "2024-02-29T12:00:00Z", "frozen": true, "rate": 0}));
    let told = post(&mut ask, "/_sandbox/clock", r#"{"advance": 604799}"#).ok();
    assert_eq!(told["now"], "2024-03-07T11:59:59Z");
    assert_eq!(ask.secret("GET", &format!("/charges/{charge}"), "").ok()["status"], "pending");
    post(&mut ask, "/_sandbox/clock", r#"{"set": "2024-03-07T12:00:00Z"}"#).ok();
    assert_eq!(ask.secret("GET", &format!("/charges/{charge}"), "").ok()["status"], "expired");
    assert_eq!(post(&mut ask, "/_sandbox/clock", r#"{"run": true}"#).ok()["frozen"], false);
    assert_eq!(post(&mut ask, "/_sandbox/clock", r#"{"freeze": true}"#).ok()["frozen"], true);
    for bad in ["", "[]x", r#"{"sett": 1}"#, r#"{"set": "soon"}"#, r#"{"advance": 1.5}"#, r#"{"rate": 0}"#] {
        let answer = post(&mut ask, "/_sandbox/clock", bad);
        assert!(answer.status == 400 && answer.json()["error"].is_string(), "{bad}");
    }
    let answer = post(&mut ask, "/_sandbox/clock", r#"{"sett": 1}"#);
    assert!(answer.text.contains("sett"), "{}", answer.text);
}

#[test]
fn the_clock_runs_at_valid_speeds_only() {
    let mut ask = Ask::new();
    for (rate, status) in [("86401", 400), ("-1", 400), ("1.5", 400), ("\"60\"", 400), ("60", 200)] {
        let body = format!("{{\"set\": \"2030-01-01T00:00:00Z\", \"rate\": {rate}}}");
        assert_eq!(post(&mut ask, "/_sandbox/clock", &body).status, status, "{rate}");
        assert_eq!(ask.clock.is_frozen(), status == 400, "{rate}");
        if status == 400 {
            assert_eq!(ask.clock.now().to_string(), "2024-02-29T12:00:00Z");
        }
    }
    let told = ask.without_key("GET", "/_sandbox/clock").ok();
    assert_eq!((&told["frozen"], &told["rate"]), (&json!(false), &json!(60)));
    assert_eq!(post(&mut ask, "/_sandbox/clock", r#"{"run": true}"#).ok()["rate"], 1);
    assert_eq!(post(&mut ask, "/_sandbox/clock", r#"{"rate": 86400, "freeze": true}"#).ok()["rate"], 86_400);
    assert_eq!(post(&mut ask, "/_sandbox/clock", r#"{"freeze": true}"#).ok()["rate"], 0);
}

#[test]
fn faults_are_set_counted_and_cleared() {
    let mut ask = Ask::new();
    post(&mut ask, "/_sandbox/faults", r#"{"rules": ["status=503", "html"]}"#).ok();
    assert_eq!(ask.without_key("GET", "/_sandbox/faults").ok()["rules"], 2);
    assert_eq!(ask.secret("GET", "/account", "").status, 503);
    let answer = post(&mut ask, "/_sandbox/faults", r#"{"rules": ["html", "no"]}"#);
    assert!(answer.status == 400 && answer.text.contains("rules[1]"), "{}", answer.text);
    assert_eq!(ask.secret("GET", "/account", "").status, 503);
    ask.without_key("DELETE", "/_sandbox/faults").ok();
    ask.secret("GET", "/account", "").ok();
}

#[test]
fn the_state_is_saved_restored_and_reset() {
    let mut ask = Ask::new();
    let charge = ask.charge();
    let snapshot = ask.without_key("GET", "/_sandbox/snapshot").text;
    let event = ask.sandbox.events()[0].0.clone();
    post(&mut ask, &format!("/_sandbox/events/{event}/resend"), "").ok();
    assert_eq!(post(&mut ask, "/_sandbox/events/evnt_test_none/resend", "").status, 404);
    post(&mut ask, "/_sandbox/reset", "").ok();
    assert_eq!(ask.secret("GET", &format!("/charges/{charge}"), "").status, 404);
    post(&mut ask, "/_sandbox/restore", &snapshot).ok();
    ask.secret("GET", &format!("/charges/{charge}"), "").ok();
    assert_eq!(post(&mut ask, "/_sandbox/restore", "{}").status, 400);
    assert_eq!(ask.without_key("GET", "/_sandbox/nothing").status, 404);
}

#[test]
fn snapshots_may_exceed_the_api_body_limit() {
    let mut ask = Ask::new();
    for _ in 0..64 {
        ask.charge();
    }
    let snapshot = ask.without_key("GET", "/_sandbox/snapshot").text;
    let padded = format!("{snapshot}{}", " ".repeat(300_000));
    post(&mut ask, "/_sandbox/restore", &padded).ok();
    assert_eq!(post(&mut ask, "/sources", &padded).status, 413);
}

#[test]
fn f36_other_sites_cannot_control_the_sandbox() {
    let mut ask = Ask::new();
    let charge = ask.charge();
    for header in [("sec-fetch-site", "cross-site"), ("origin", "http://evil.example")] {
        assert_eq!(ask.with_headers("POST", "/_sandbox/reset", "", &[header]).status, 403);
    }
    ask.secret("GET", &format!("/charges/{charge}"), "").ok();
}
