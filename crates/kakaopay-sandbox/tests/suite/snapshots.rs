//! Snapshots are restored completely or not at all.

use crate::common::TestClient;
use kakaopay_sandbox::{RestoreError, Sandbox, Snapshot};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Mutating calls, with `SOURCE` and `CHARGE` for the newest ids.
const CALLS: [(&str, &str, &str); 12] = [
    ("POST", "/sources", "amount=150000&currency=SGD&type=kakaopay"),
    ("POST", "/charges", "amount=150000&currency=SGD&return_uri=https://example.com&source=SOURCE"),
    ("POST", "/charges", "amount=150000&currency=SGD&return_uri=https://example.com&source[type]=kakaopay"),
    ("POST", "/charges/CHARGE/mark_as_paid", ""),
    ("POST", "/charges/CHARGE/mark_as_failed", ""),
    ("POST", "/charges/CHARGE/expire", ""),
    ("POST", "/charges/CHARGE/refunds", "amount=100"),
    ("PATCH", "/charges/CHARGE", "description=x&metadata[a]=1"),
    ("PATCH", "/account", "webhook_uri=http://127.0.0.1:1/x"),
    ("POST", "/webhooks/secrets", ""),
    ("DELETE", "/webhooks/secrets", ""),
    ("GET", "/charges", ""),
];
/// Read-only calls.
const READS: [&str; 6] = [
    "/charges?limit=100",
    "/refunds?limit=100",
    "/events?limit=100",
    "/account",
    "/webhooks/secrets",
    "/search?scope=charge",
];

/// Executes a call after some time.
fn execute(client: &mut TestClient, number: usize, seconds: i64) {
    client.clock.advance_seconds(seconds);
    let first = |client: &mut TestClient, path: &str| {
        let list = client.secret("GET", path, "").ok();
        list["data"][0]["id"].as_str().unwrap_or("chrg_test_none").to_owned()
    };
    let (method, path, form) = CALLS[number];
    let charge = first(client, "/charges?order=reverse_chronological");
    let source = if form.contains("SOURCE") { client.source() } else { String::new() };
    client.secret(method, &path.replace("CHARGE", &charge), &form.replace("SOURCE", &source));
}

/// Collects all readable state, and the next generated id.
fn readable_state(client: &mut TestClient) -> Vec<String> {
    let mut seen = vec![client.sandbox.clock().now().to_string()];
    seen.extend(READS.iter().map(|path| client.secret("GET", path, "").text));
    for name in ["charges", "refunds", "events"] {
        let list = client.secret("GET", &format!("/{name}?limit=100"), "").ok();
        for object in list["data"].as_array().expect("a list") {
            seen.push(client.secret("GET", object["location"].as_str().expect("a path"), "").text);
        }
    }
    seen.push(client.source());
    seen.push(client.secret("POST", "/webhooks/secrets", "").text);
    seen
}

/// Creates a sandbox with the same keys and another seed.
fn other(client: &TestClient) -> TestClient {
    let builder = Sandbox::builder().seed(99).public_key(client.sandbox.public_key().clone());
    TestClient::of(builder.secret_key(client.sandbox.secret_key().clone()).build())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_restored_sandbox_behaves_identically(
        calls in proptest::collection::vec((0..CALLS.len(), 0_i64..400_000), 0..24),
    ) {
        let mut client = TestClient::new();
        for (number, seconds) in calls {
            execute(&mut client, number, seconds);
        }
        let snapshot = client.sandbox.snapshot();
        let mut copy = other(&client);
        copy.sandbox.restore(&snapshot).expect("its own");
        prop_assert_eq!(&copy.sandbox.snapshot(), &snapshot);
        prop_assert_eq!(readable_state(&mut copy), readable_state(&mut client));
    }
}

#[test]
fn a_reset_restores_the_initial_state() {
    let mut client = TestClient::new();
    let built = client.sandbox.snapshot();
    let charge = client.charge();
    client.clock.advance_seconds(1_000_000);
    assert_ne!(client.sandbox.snapshot(), built);
    client.sandbox.reset();
    assert_eq!(client.sandbox.snapshot(), built);
    assert_eq!(client.charge(), charge);
}

/// Returns a sandbox with a paid charge and two refunds, as JSON.
fn sample() -> (TestClient, Value) {
    let mut client = TestClient::new();
    let charge = client.charge();
    client.secret("POST", &format!("/charges/{charge}/mark_as_paid"), "").ok();
    for _ in 0..2 {
        client.secret("POST", &format!("/charges/{charge}/refunds"), "amount=100").ok();
    }
    let json = serde_json::from_slice(client.sandbox.snapshot().as_bytes()).expect("JSON");
    (client, json)
}

#[test]
fn inconsistent_snapshots_are_rejected() {
    let (client, good) = sample();
    let before = client.sandbox.snapshot();
    let twice = |list: &str| json!([good[list][0], good[list][0]]);
    for (pointer, value, place) in [
        ("/sources", json!([]), "charges[0].source"),
        ("/sources", twice("sources"), "sources[1].id"),
        ("/sources/0/used", json!(false), "charges[0].source"),
        ("/sources/0/amount", json!(1), "charges[0].amount"),
        ("/charges", twice("charges"), "charges[1].id"),
        ("/charges", json!([]), "events[0].data"),
        ("/charges/0/return_uri", json!("javascript:alert(1)"), "charges[0].return_uri"),
        ("/charges/0/ending", json!(null), "charges[0].refunds"),
        ("/charges/0/refunds/0/amount", json!(i64::MAX), "charges[0].refunds"),
        ("/charges/0/refunds/0/amount", json!(-1), "charges[0].refunds"),
        ("/charges/0/refunds/1/place", json!(0), "charges[0].refunds[1].place"),
        ("/charges/0/refunds/1/place", json!(7), "charges[0].refunds[1].place"),
        (
            "/charges/0/refunds/1/id",
            good["charges"][0]["refunds"][0]["id"].clone(),
            "charges[0].refunds[1].id",
        ),
        ("/events", twice("events"), "events[1].id"),
        ("/events", json!([]), "state.outgoing[0].event"),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).expect("it is there") = value;
        match client.sandbox.restore(&Snapshot::from_bytes(bad.to_string())) {
            Err(RestoreError::Inconsistent { place: found, .. }) => assert_eq!(found, place, "{pointer}"),
            other => panic!("{pointer}: {other:?}"),
        }
        assert_eq!(client.sandbox.snapshot(), before, "{pointer}");
    }
    client.sandbox.restore(&Snapshot::from_bytes(good.to_string())).expect("as it was");
}

#[test]
fn parse_errors_name_the_place_but_not_the_value() {
    let (client, good) = sample();
    for (pointer, value, place) in [
        ("/charges/0/currency", json!({}), "charges[0].currency"),
        ("/charges/0/id", json!("canary"), "charges[0].id"),
        ("/events/0/key", json!("canary.create"), "events[0].key"),
        ("/state/account/secrets/newest", json!("canary!"), "state.account.secrets.newest"),
        ("/state/account/webhook_url", json!("file:///canary"), "state.account.webhook_url"),
        ("/clock", json!({"canary": 1}), "clock"),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).expect("it is there") = value;
        let error = client.sandbox.restore(&Snapshot::from_bytes(bad.to_string())).expect_err(pointer);
        let RestoreError::Unreadable { place: found, .. } = &error else { panic!("{pointer}: {error:?}") };
        assert!(found.starts_with(place), "{found}");
        assert!(!error.to_string().contains("canary!") && !error.to_string().contains("canary."), "{error}");
    }
    for bytes in ["", "null", "[]", "{", "{\"format\":1}", "{\"format\":1} x", "\u{fffd}"] {
        assert!(client.sandbox.restore(&Snapshot::from_bytes(bytes)).is_err(), "{bytes}");
    }
    let newer = client.sandbox.restore(&Snapshot::from_bytes("{\"format\":2,\"more\":[]}"));
    assert_eq!(newer, Err(RestoreError::Format { found: 2 }));
}

#[test]
fn f39_a_snapshot_does_not_print_its_secrets() {
    let (client, _) = sample();
    let secret = client.sandbox.webhook_secret().expose_base64();
    let snapshot = client.sandbox.snapshot();
    assert!(String::from_utf8_lossy(snapshot.as_bytes()).contains(secret.as_str()));
    let printed = format!("{snapshot:?}");
    assert!(!printed.contains(secret.as_str()) && printed.len() < 2_000, "{printed}");
}
