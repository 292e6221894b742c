//! What is written down is put back whole, or not at all.

use crate::common::Ask;
use kakaopay_sandbox::{RestoreError, Sandbox, Snapshot};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Calls that change something, with `SOURCE` and `CHARGE` for the newest ones.
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
/// Calls that only read.
const READS: [&str; 6] = [
    "/charges?limit=100",
    "/refunds?limit=100",
    "/events?limit=100",
    "/account",
    "/webhooks/secrets",
    "/search?scope=charge",
];

/// Carries a call out, at a later time.
fn carry_out(ask: &mut Ask, number: usize, seconds: i64) {
    ask.clock.advance_seconds(seconds);
    let first = |ask: &mut Ask, path: &str| {
        let list = ask.secret("GET", path, "").ok();
        list["data"][0]["id"].as_str().unwrap_or("chrg_test_none").to_owned()
    };
    let (method, path, form) = CALLS[number];
    let charge = first(ask, "/charges?order=reverse_chronological");
    let source = if form.contains("SOURCE") { ask.source() } else { String::new() };
    ask.secret(method, &path.replace("CHARGE", &charge), &form.replace("SOURCE", &source));
}

/// All that can be read, and what is made next.
fn seen(ask: &mut Ask) -> Vec<String> {
    let mut seen = vec![ask.sandbox.clock().now().to_string()];
    seen.extend(READS.iter().map(|path| ask.secret("GET", path, "").text));
    for name in ["charges", "refunds", "events"] {
        let list = ask.secret("GET", &format!("/{name}?limit=100"), "").ok();
        for object in list["data"].as_array().expect("a list") {
            seen.push(ask.secret("GET", object["location"].as_str().expect("a path"), "").text);
        }
    }
    seen.push(ask.source());
    seen.push(ask.secret("POST", "/webhooks/secrets", "").text);
    seen
}

/// Another sandbox with the same keys, and of another seed.
fn other(ask: &Ask) -> Ask {
    let builder = Sandbox::builder().seed(99).public_key(ask.sandbox.public_key().clone());
    let sandbox = builder.secret_key(ask.sandbox.secret_key().clone()).build();
    let clock = sandbox.clock().clone();
    Ask { sandbox, clock }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_restored_sandbox_behaves_identically(
        calls in proptest::collection::vec((0..CALLS.len(), 0_i64..400_000), 0..24),
    ) {
        let mut ask = Ask::new();
        for (number, seconds) in calls {
            carry_out(&mut ask, number, seconds);
        }
        let snapshot = ask.sandbox.snapshot();
        let mut copy = other(&ask);
        copy.sandbox.restore(&snapshot).expect("its own");
        prop_assert_eq!(&copy.sandbox.snapshot(), &snapshot);
        prop_assert_eq!(seen(&mut copy), seen(&mut ask));
    }
}

#[test]
fn a_reset_restores_the_initial_state() {
    let mut ask = Ask::new();
    let built = ask.sandbox.snapshot();
    let charge = ask.charge();
    ask.clock.advance_seconds(1_000_000);
    assert_ne!(ask.sandbox.snapshot(), built);
    ask.sandbox.reset();
    assert_eq!(ask.sandbox.snapshot(), built);
    assert_eq!(ask.charge(), charge);
}

/// A sandbox with a paid charge and two refunds, as JSON.
fn sample() -> (Ask, Value) {
    let mut ask = Ask::new();
    let charge = ask.charge();
    ask.secret("POST", &format!("/charges/{charge}/mark_as_paid"), "").ok();
    for _ in 0..2 {
        ask.secret("POST", &format!("/charges/{charge}/refunds"), "amount=100").ok();
    }
    let json = serde_json::from_slice(ask.sandbox.snapshot().as_bytes()).expect("JSON");
    (ask, json)
}

#[test]
fn inconsistent_snapshots_are_rejected() {
    let (ask, good) = sample();
    let before = ask.sandbox.snapshot();
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
        match ask.sandbox.restore(&Snapshot::from_bytes(bad.to_string())) {
            Err(RestoreError::Inconsistent { place: found, .. }) => assert_eq!(found, place, "{pointer}"),
            other => panic!("{pointer}: {other:?}"),
        }
        assert_eq!(ask.sandbox.snapshot(), before, "{pointer}");
    }
    ask.sandbox.restore(&Snapshot::from_bytes(good.to_string())).expect("as it was");
}

#[test]
fn parse_errors_name_the_place_but_not_the_value() {
    let (ask, good) = sample();
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
        let error = ask.sandbox.restore(&Snapshot::from_bytes(bad.to_string())).expect_err(pointer);
        let RestoreError::Unreadable { place: found, .. } = &error else { panic!("{pointer}: {error:?}") };
        assert!(found.starts_with(place), "{found}");
        assert!(!error.to_string().contains("canary!") && !error.to_string().contains("canary."), "{error}");
    }
    for bytes in ["", "null", "[]", "{", "{\"format\":1}", "{\"format\":1} x", "\u{fffd}"] {
        assert!(ask.sandbox.restore(&Snapshot::from_bytes(bytes)).is_err(), "{bytes}");
    }
    let newer = ask.sandbox.restore(&Snapshot::from_bytes("{\"format\":2,\"more\":[]}"));
    assert_eq!(newer, Err(RestoreError::Format { found: 2 }));
}

#[test]
fn f39_a_snapshot_does_not_print_its_secrets() {
    let (ask, _) = sample();
    let secret = ask.sandbox.webhook_secret().expose_base64();
    let snapshot = ask.sandbox.snapshot();
    assert!(String::from_utf8_lossy(snapshot.as_bytes()).contains(secret.as_str()));
    let printed = format!("{snapshot:?}");
    assert!(!printed.contains(secret.as_str()) && printed.len() < 2_000, "{printed}");
}
