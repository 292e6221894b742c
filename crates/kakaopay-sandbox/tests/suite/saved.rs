//! Saving and restoring a sandbox, and reporting its changes.

use kakaopay_sandbox::{ClockSpeed, Sandbox, SandboxClock, WebhookSchedule};
use kakaopay_types::{Key, Timestamp};

use crate::common::TestClient;

#[test]
fn a_saved_sandbox_keeps_its_keys_and_initial_state() {
    let mut client = TestClient::new();
    let initial = client.sandbox.snapshot();
    let charge = client.charge();
    let sandbox = Sandbox::builder().build_from(&client.sandbox.save()).expect("its own");
    assert_eq!(sandbox.snapshot(), client.sandbox.snapshot());
    let mut copy = TestClient::of(sandbox);
    assert_eq!(copy.secret_key(), client.secret_key());
    assert_eq!(copy.sandbox.public_key().expose(), client.sandbox.public_key().expose());
    copy.secret("GET", &format!("/charges/{charge}"), "").ok();
    copy.sandbox.reset();
    assert_eq!(copy.sandbox.snapshot(), initial);
}

#[tokio::test(start_paused = true)]
async fn changes_are_reported_once_until_the_drop() {
    let sandbox = Sandbox::builder().seed(1).build();
    let mut watcher = sandbox.watch_changes();
    let quiet = std::time::Duration::from_secs(60);
    let no_change = |error: Result<bool, tokio::time::error::Elapsed>| assert!(error.is_err());
    no_change(tokio::time::timeout(quiet, watcher.changed()).await);
    sandbox.set_webhook_schedule(WebhookSchedule::LOST);
    sandbox.set_webhook_schedule(WebhookSchedule::ON);
    assert!(watcher.changed().await);
    no_change(tokio::time::timeout(quiet, watcher.changed()).await);
    sandbox.clock().advance_seconds(1);
    assert!(watcher.changed().await);
    drop(sandbox);
    assert!(!watcher.changed().await);
}

#[test]
fn freeze_and_speed_apply_to_the_saved_time() {
    let at = |text: &str| Timestamp::parse(text).expect("a moment");
    let mut client = TestClient::at("2024-02-29T12:00:00Z");
    client.charge();
    client.clock.advance_seconds(60);
    let saved = client.sandbox.save();
    let frozen = Sandbox::builder().freeze_clock().build_from(&saved).expect("its own");
    assert_eq!((frozen.clock().now(), frozen.clock().is_frozen()), (at("2024-02-29T12:01:00Z"), true));
    let speed = ClockSpeed::new(2).expect("a speed");
    let fast = Sandbox::builder().clock_speed(speed).build_from(&saved).expect("its own");
    assert_eq!(fast.clock().speed(), Some(speed));
    let now = fast.clock().now();
    assert!(now >= at("2024-02-29T12:01:00Z") && now < at("2024-02-29T13:00:00Z"), "{now}");
    // A reset returns to the first time, at the new speed.
    fast.reset();
    let now = fast.clock().now();
    assert!(now >= at("2024-02-29T12:00:00Z") && now < at("2024-02-29T12:01:00Z"), "{now}");
    assert_eq!(fast.clock().speed(), Some(speed));
    // A clock of its own replaces the saved one.
    let clock = SandboxClock::frozen_at(at("2025-01-01T00:00:00Z"));
    let other = Sandbox::builder().clock(clock).freeze_clock().build_from(&saved).expect("its own");
    assert_eq!(other.clock().now(), at("2025-01-01T00:00:00Z"));
}
