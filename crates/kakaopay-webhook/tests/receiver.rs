//! What the endpoint answers, and that nothing is acknowledged before it is stored.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::Full;
use kakaopay_types::Timestamp;
use kakaopay_webhook::{Accepted, MAX_BODY, Policy, Receiver, Secret, Signer, Sink, Verifier};

const BODY: &str =
    r#"{"object":"event","id":"evnt_test_1","livemode":false,"key":"charge.complete","data":{}}"#;

#[derive(Debug, Clone, Default)]
struct Inbox {
    stored: Arc<Mutex<Vec<String>>>,
    broken: bool,
}

impl Sink for Inbox {
    type Error = std::io::Error;

    async fn store(&self, accepted: Accepted) -> Result<(), Self::Error> {
        if self.broken {
            return Err(std::io::Error::other("the disk is full"));
        }
        self.stored.lock().expect("unpoisoned").push(accepted.event.id.to_string());
        Ok(())
    }
}

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_700_000_000).expect("a moment")
}

fn secret() -> Secret {
    Secret::from_bytes(*b"a secret").expect("not empty")
}

fn signed(body: &str) -> Request<Full<Bytes>> {
    let signed = Signer::new([secret()]).sign(now(), body.as_bytes());
    Request::post("/webhooks")
        .header("content-type", "application/json; charset=utf-8")
        .header("Omise-Signature", signed.signature)
        .header("Omise-Signature-Timestamp", signed.timestamp)
        .body(Full::from(body.to_owned()))
        .expect("a request")
}

#[track_caller]
fn check(inbox: &Inbox, request: Request<Full<Bytes>>, status: StatusCode, stored: usize) {
    let policy = Policy::signed(Verifier::new([secret()]).expect("a secret"));
    check_with(policy, inbox, request, status, stored);
}

#[track_caller]
fn check_with(
    policy: Policy,
    inbox: &Inbox,
    request: Request<Full<Bytes>>,
    status: StatusCode,
    stored: usize,
) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let receiver = Receiver::new(policy, inbox.clone(), now);
    let response = runtime.block_on(receiver.receive(request));
    assert_eq!(response.status(), status);
    assert_eq!(inbox.stored.lock().expect("unpoisoned").len(), stored);
}

fn with(change: impl FnOnce(&mut Request<Full<Bytes>>)) -> Request<Full<Bytes>> {
    let mut request = signed(BODY);
    change(&mut request);
    request
}

#[test]
fn a_signed_event_is_stored_and_then_acknowledged() {
    check(&Inbox::default(), signed(BODY), StatusCode::OK, 1);
}

#[test]
fn i10_what_is_not_stored_is_not_acknowledged() {
    let inbox = Inbox { broken: true, ..Inbox::default() };
    check(&inbox, signed(BODY), StatusCode::SERVICE_UNAVAILABLE, 0);
}

#[test]
fn f05_f06_what_is_not_believed_gets_401_and_changes_nothing() {
    let put = |name: &'static str, value: &'static str| {
        with(|request| drop(request.headers_mut().insert(name, value.parse().expect("a value"))))
    };
    let without = |name: &'static str| with(|request| drop(request.headers_mut().remove(name)));
    for request in [
        put("omise-signature", "00"),
        put("omise-signature-timestamp", "1699990000"),
        without("omise-signature"),
        without("omise-signature-timestamp"),
        with(|request| *request.body_mut() = Full::from(format!("{BODY} "))),
    ] {
        check(&Inbox::default(), request, StatusCode::UNAUTHORIZED, 0);
    }
}

#[test]
fn f08_f32_requests_of_another_form_are_refused() {
    let put = |name: &'static str, value: &'static str| {
        with(|request| drop(request.headers_mut().insert(name, value.parse().expect("a value"))))
    };
    let append = |name: &'static str| {
        with(|request| {
            request.headers_mut().append(name, "1".parse().expect("a value"));
        })
    };
    for (request, status) in [
        (with(|request| *request.method_mut() = http::Method::GET), StatusCode::METHOD_NOT_ALLOWED),
        (
            with(|request| drop(request.headers_mut().remove("content-type"))),
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
        (put("content-type", "text/plain"), StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (put("content-encoding", "gzip"), StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (append("omise-signature"), StatusCode::BAD_REQUEST),
        (append("omise-signature-timestamp"), StatusCode::BAD_REQUEST),
        (signed("not json"), StatusCode::BAD_REQUEST),
        (signed(r#"{"object":"charge","id":"chrg_test_1"}"#), StatusCode::BAD_REQUEST),
        (signed(r#"{"object":"event","id":"../../x","key":"a","data":{}}"#), StatusCode::BAD_REQUEST),
        (
            signed(r#"{"object":"event","id":"evnt_1","id":"evnt_2","key":"a","data":{}}"#),
            StatusCode::BAD_REQUEST,
        ),
    ] {
        check(&Inbox::default(), request, status, 0);
    }
}

#[test]
fn f31_a_body_over_the_cap_gets_413_however_it_is_declared() {
    let large = " ".repeat(MAX_BODY + 1);
    check(&Inbox::default(), signed(&large), StatusCode::PAYLOAD_TOO_LARGE, 0);
    let declared = with(|request| {
        let length = (MAX_BODY + 1).to_string();
        request.headers_mut().insert("content-length", length.parse().expect("a value"));
    });
    check(&Inbox::default(), declared, StatusCode::PAYLOAD_TOO_LARGE, 0);
    let padded = format!("{BODY}{}", " ".repeat(MAX_BODY - BODY.len()));
    check(&Inbox::default(), signed(&padded), StatusCode::OK, 1);
}

#[test]
fn unsigned_must_be_asked_for_by_name() {
    let plain = with(|request| {
        request.headers_mut().remove("omise-signature");
        request.headers_mut().remove("omise-signature-timestamp");
    });
    check_with(Policy::unsigned(), &Inbox::default(), plain, StatusCode::OK, 1);
}
