//! The receiver verifies, stores, and only then responds.

use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use kakaopay_types::Timestamp;
use kakaopay_webhook::{ReceivedEvent, Receiver, SignaturePolicy, Signer, Sink, Verifier, WebhookSecret};
use tokio::sync::Semaphore;

/// Behaviour of a sink when it is asked to store.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Does {
    Store,
    Fail,
    Panic,
}

/// A sink that stores when it is released, and a list of the events around it.
#[derive(Debug, Clone)]
struct Gate {
    does: Does,
    open: Arc<Semaphore>,
    steps: Arc<Mutex<Vec<String>>>,
}

impl Gate {
    fn new(does: Does) -> Self {
        Self { does, open: Arc::new(Semaphore::new(0)), steps: Arc::default() }
    }

    fn open(does: Does) -> Self {
        let gate = Self::new(does);
        gate.open.add_permits(Semaphore::MAX_PERMITS);
        gate
    }

    fn note(&self, step: impl Into<String>) {
        self.steps.lock().expect("unpoisoned").push(step.into());
    }

    fn steps(&self) -> Vec<String> {
        self.steps.lock().expect("unpoisoned").clone()
    }

    fn receiver(&self) -> Receiver<Self> {
        let policy = SignaturePolicy::signed(Verifier::new([secret()]).expect("a secret"));
        let gate = self.clone();
        // The clock is asked once the body is there, for the check of the signature.
        let clock = move || {
            gate.note("verify");
            now()
        };
        Receiver::new(policy, self.clone(), clock)
    }
}

impl Sink for Gate {
    type Error = std::io::Error;

    async fn store(&self, accepted: ReceivedEvent) -> Result<(), Self::Error> {
        assert!(accepted.verified);
        self.note("store");
        self.open.acquire().await.expect("never closed").forget();
        match self.does {
            Does::Store => self.note(format!("stored {}", accepted.event.id)),
            Does::Fail => return Err(std::io::Error::other("the disk is full")),
            Does::Panic => panic!("a bug in the sink"),
        }
        Ok(())
    }
}

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_700_000_000).expect("a moment")
}

fn secret() -> WebhookSecret {
    WebhookSecret::from_bytes(*b"a secret").expect("not empty")
}

fn signed_by(secret: WebhookSecret, number: u32) -> Request<Full<Bytes>> {
    let body =
        format!(r#"{{"object":"event","id":"evnt_test_{number}","key":"charge.complete","data":{{}}}}"#);
    let signed = Signer::new([secret]).sign(now(), body.as_bytes());
    Request::post("/webhooks")
        .header("content-type", "application/json")
        .header("omise-signature", signed.signature)
        .header("omise-signature-timestamp", signed.timestamp)
        .body(Full::from(body))
        .expect("a request")
}

fn genuine() -> Request<Full<Bytes>> {
    signed_by(secret(), 1)
}

/// Response of a receiver that need not wait.
fn answer(gate: &Gate, request: Request<Full<Bytes>>) -> Response<Full<Bytes>> {
    let receiver = gate.receiver();
    let mut receiving = pin!(receiver.receive(request));
    match receiving.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(response) => response,
        Poll::Pending => panic!("it waits for nothing"),
    }
}

#[test]
fn i10_no_response_is_sent_before_the_sink_has_stored() {
    let gate = Gate::new(Does::Store);
    let receiver = gate.receiver();
    let mut receiving = pin!(receiver.receive(genuine()));
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..10 {
        assert!(receiving.as_mut().poll(&mut context).is_pending());
        assert_eq!(gate.steps(), ["verify", "store"]);
    }
    gate.open.add_permits(1);
    let Poll::Ready(response) = receiving.as_mut().poll(&mut context) else { panic!("it is stored") };
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(gate.steps(), ["verify", "store", "stored evnt_test_1"]);
}

#[test]
fn f05_the_sink_gets_verified_webhooks_only() {
    let change = |change: fn(&mut Request<Full<Bytes>>)| {
        let mut request = genuine();
        change(&mut request);
        request
    };
    for request in [
        signed_by(WebhookSecret::from_bytes(*b"another").expect("not empty"), 1),
        change(|request| drop(request.headers_mut().remove("omise-signature"))),
        change(|request| drop(request.headers_mut().remove("omise-signature-timestamp"))),
        change(|request| *request.body_mut() = Full::from("{}")),
        change(|request| *request.method_mut() = http::Method::PUT),
    ] {
        let gate = Gate::open(Does::Panic);
        assert!(answer(&gate, request).status().is_client_error());
        assert!(!gate.steps().contains(&"store".to_owned()));
    }
}

#[test]
fn i10_a_failed_store_requests_another_delivery() {
    let gate = Gate::open(Does::Fail);
    let response = answer(&gate, genuine());
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.headers()["retry-after"], "60");
}

/// The panic goes on to the server, which ends the connection: there is no answer to be wrong.
#[test]
fn i10_a_sink_that_panics_sends_no_response() {
    let gate = Gate::open(Does::Panic);
    let answering = std::panic::catch_unwind(|| answer(&gate, genuine()));
    assert!(answering.is_err());
    assert_eq!(gate.steps(), ["verify", "store"]);
}

#[test]
fn i10_a_disconnected_client_may_deliver_again() {
    let gate = Gate::new(Does::Store);
    let receiver = gate.receiver();
    {
        let mut receiving = pin!(receiver.receive(genuine()));
        assert!(receiving.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    gate.open.add_permits(1);
    assert_eq!(gate.steps(), ["verify", "store"]);
    assert_eq!(answer(&gate, genuine()).status(), StatusCode::OK);
    assert_eq!(gate.steps()[2..], ["verify", "store", "stored evnt_test_1"]);
}

/// Ten thousand, genuine or not, over sinks that store or fail.
#[test]
fn i10_success_responses_equal_stored_webhooks() {
    let mut rng = fastrand::Rng::with_seed(10);
    let (mut acknowledged, mut refused) = (0, 0);
    for number in 0..10_000 {
        let does = [Does::Store, Does::Fail][rng.usize(..2)];
        let is_genuine = rng.bool();
        let gate = Gate::open(does);
        let secret =
            if is_genuine { secret() } else { WebhookSecret::from_bytes(*b"another").expect("not empty") };
        let status = answer(&gate, signed_by(secret, number)).status();
        let expected = match (is_genuine, does) {
            (true, Does::Store) => StatusCode::OK,
            (true, _) => StatusCode::SERVICE_UNAVAILABLE,
            (false, _) => StatusCode::UNAUTHORIZED,
        };
        assert_eq!(status, expected);
        let stored = gate.steps().contains(&format!("stored evnt_test_{number}"));
        assert_eq!(status.is_success(), stored);
        if stored { acknowledged += 1 } else { refused += 1 }
    }
    assert!(acknowledged > 2_000 && refused > 2_000);
}
