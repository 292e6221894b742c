//! Posted webhooks: signatures, timestamps and outcomes.

use std::sync::Mutex;

use bytes::Bytes;
use http::{Request, StatusCode};
use kakaopay_sandbox::{PostError, Poster, Sandbox, SandboxClock, WebhookSchedule, WebhookUrl};
use kakaopay_types::Timestamp;
use kakaopay_webhook::{SIGNATURE_HEADER, TIMESTAMP_HEADER, Verifier};

use crate::common::TestClient;

/// A poster without sockets.
struct Recorded(Mutex<Vec<Request<Bytes>>>, Result<StatusCode, PostError>);

impl Poster for Recorded {
    async fn post(&self, webhook: Request<Bytes>) -> Result<StatusCode, PostError> {
        self.0.lock().expect("unpoisoned").push(webhook);
        self.1
    }
}

/// Creates a charge in a sandbox with this schedule, and posts its webhooks.
fn deliver(
    schedule: WebhookSchedule,
    response: Result<StatusCode, PostError>,
) -> (Sandbox, Vec<Request<Bytes>>) {
    let start = Timestamp::parse("2024-02-29T12:00:00Z").expect("a moment");
    let url = WebhookUrl::parse("http://127.0.0.1:1/webhooks?shop=1").expect("on this machine");
    let builder = Sandbox::builder().clock(SandboxClock::frozen_at(start)).webhook_url(url);
    let sandbox = builder.webhook_schedule(schedule).build();
    TestClient::of(sandbox.clone()).charge();
    let poster = Recorded(Mutex::default(), response);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let count = runtime.block_on(sandbox.deliver_pending(&poster));
    let posted = poster.0.into_inner().expect("unpoisoned");
    assert_eq!(posted.len(), count);
    (sandbox, posted)
}

#[test]
fn webhooks_are_signed_and_their_outcomes_stored() {
    for (response, status) in [(Ok(StatusCode::ACCEPTED), Some(202)), (Err(PostError::Unreachable), None)] {
        let (sandbox, posted) = deliver(WebhookSchedule::ON, response);
        let [webhook] = &posted[..] else { panic!("not one: {posted:?}") };
        assert_eq!(webhook.uri(), "http://127.0.0.1:1/webhooks?shop=1");
        assert_eq!(signed_seconds_ago(&sandbox, webhook), 0);
        let activity = sandbox.activity(1);
        let outcome = &activity.charges[0].1[0].attempts[0].outcome;
        assert_eq!(outcome.as_ref().ok().copied(), status, "{outcome:?}");
    }
}

/// Returns the age of a webhook's timestamp: negative in the future. Asserts that the signature covers it.
fn signed_seconds_ago(sandbox: &Sandbox, webhook: &Request<Bytes>) -> i64 {
    let header = |name| webhook.headers().get(name).expect("a header").as_bytes();
    let (signature, timestamp) = (header(SIGNATURE_HEADER), header(TIMESTAMP_HEADER));
    let signed_at: i64 = str::from_utf8(timestamp).expect("text").parse().expect("seconds");
    let moment = Timestamp::UNIX_EPOCH.saturating_add_seconds(signed_at);
    let verifier = Verifier::new([sandbox.webhook_secret()]).expect("a secret").with_tolerance(0);
    let verified = verifier.verify(signature, timestamp, webhook.body(), moment);
    assert!(verified.is_ok(), "{verified:?}");
    sandbox.clock().now().unix_seconds() - signed_at
}

#[test]
fn a_stale_webhook_has_a_signed_timestamp_in_the_past() {
    for age in [1, 301, 86_400] {
        let schedule = format!("stale={age}").parse().expect("a schedule");
        let (sandbox, posted) = deliver(schedule, Ok(StatusCode::OK));
        assert_eq!(posted.len(), 1);
        assert_eq!(signed_seconds_ago(&sandbox, &posted[0]), age);
    }
}

#[test]
fn an_unsigned_webhook_has_neither_signature_nor_timestamp() {
    let (_, posted) = deliver(WebhookSchedule::ON.unsigned(), Ok(StatusCode::OK));
    assert_eq!(posted.len(), 1);
    for name in [SIGNATURE_HEADER, TIMESTAMP_HEADER] {
        assert!(!posted[0].headers().contains_key(name), "{name}");
    }
}

#[test]
fn lost_webhooks_are_dropped_for_good() {
    let (sandbox, posted) = deliver(WebhookSchedule::LOST, Ok(StatusCode::OK));
    assert!(posted.is_empty());
    sandbox.set_webhook_schedule(WebhookSchedule::ON);
    let poster = Recorded(Mutex::default(), Ok(StatusCode::OK));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    assert_eq!(runtime.block_on(sandbox.deliver_pending(&poster)), 0);
}
