//! Saving and restoring a sandbox, and reporting its changes.

use std::sync::Mutex;

use bytes::Bytes;
use http::{Request, StatusCode};
use kakaopay_sandbox::{PostError, Poster, Sandbox, WebhookUrl};
use kakaopay_types::Key;

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
    sandbox.set_webhooks(false);
    sandbox.set_webhooks(true);
    assert!(watcher.changed().await);
    no_change(tokio::time::timeout(quiet, watcher.changed()).await);
    sandbox.clock().advance_seconds(1);
    assert!(watcher.changed().await);
    drop(sandbox);
    assert!(!watcher.changed().await);
}

/// A poster without sockets.
struct Recorded(Mutex<Vec<Request<Bytes>>>, Result<StatusCode, PostError>);

impl Poster for Recorded {
    async fn post(&self, webhook: Request<Bytes>) -> Result<StatusCode, PostError> {
        self.0.lock().expect("unpoisoned").push(webhook);
        self.1
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_are_signed_and_their_outcomes_stored() {
    for (response, status) in [(Ok(StatusCode::ACCEPTED), Some(202)), (Err(PostError::Unreachable), None)] {
        let url = WebhookUrl::parse("http://127.0.0.1:1/webhooks?shop=1").expect("on this machine");
        let sandbox = Sandbox::builder().webhook_url(url).build();
        let client = sandbox.clone();
        let created = tokio::task::spawn_blocking(move || TestClient::of(client).charge());
        created.await.expect("created");
        let poster = Recorded(Mutex::default(), response);
        assert_eq!(sandbox.deliver_pending(&poster).await, 1);
        let posted = poster.0.into_inner().expect("unpoisoned").remove(0);
        assert_eq!(posted.uri(), "http://127.0.0.1:1/webhooks?shop=1");
        assert!(posted.headers().contains_key("omise-signature"), "{:?}", posted.headers());
        let activity = sandbox.activity(1);
        let outcome = &activity.charges[0].1[0].attempts[0].outcome;
        assert_eq!(outcome.as_ref().ok().copied(), status, "{outcome:?}");
    }
}
