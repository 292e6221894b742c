//! The receiver's responses: no event is acknowledged before it is stored.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::Full;
use kakaopay_types::Timestamp;
use kakaopay_webhook::{
    MAX_BODY, ReceivedEvent, Receiver, Rejection, SignaturePolicy, Signer, Sink, Verifier, WebhookSecret,
};

const BODY: &str =
    r#"{"object":"event","id":"evnt_test_1","livemode":false,"key":"charge.complete","data":{}}"#;

#[derive(Debug, Clone, Default)]
struct Inbox {
    stored: Arc<Mutex<Vec<String>>>,
    verified: Arc<Mutex<Vec<bool>>>,
    refused: Arc<Mutex<Vec<String>>>,
    broken: bool,
}

impl Sink for Inbox {
    type Error = std::io::Error;

    async fn store(&self, accepted: ReceivedEvent) -> Result<(), Self::Error> {
        if self.broken {
            return Err(std::io::Error::other("the disk is full"));
        }
        self.verified.lock().expect("unpoisoned").push(accepted.verified);
        self.stored.lock().expect("unpoisoned").push(accepted.event.id.to_string());
        Ok(())
    }

    fn rejected(&self, why: &Rejection) {
        let source = std::error::Error::source(why).expect("a reason");
        self.refused.lock().expect("unpoisoned").push(format!("{why}: {source}"));
    }
}

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_700_000_000).expect("a moment")
}

fn secret() -> WebhookSecret {
    WebhookSecret::from_bytes(*b"a secret").expect("not empty")
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
    let policy = SignaturePolicy::signed(Verifier::new([secret()]).expect("a secret"));
    check_with(policy, inbox, request, status, stored);
}

#[track_caller]
fn check_with(
    policy: SignaturePolicy,
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
    let inbox = Inbox::default();
    check(&inbox, signed(BODY), StatusCode::OK, 1);
    assert_eq!(*inbox.verified.lock().expect("unpoisoned"), [true]);
}

#[test]
fn i10_an_event_that_is_not_stored_is_not_acknowledged() {
    let inbox = Inbox { broken: true, ..Inbox::default() };
    check(&inbox, signed(BODY), StatusCode::SERVICE_UNAVAILABLE, 0);
}

#[test]
fn f05_f06_an_invalid_signature_gets_401_and_stores_nothing() {
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

fn put(name: &'static str, value: &'static str) -> Request<Full<Bytes>> {
    with(|request| drop(request.headers_mut().insert(name, value.parse().expect("a value"))))
}

#[test]
fn f32_malformed_requests_are_rejected() {
    use StatusCode as S;
    for method in ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "post", "FETCH"] {
        let request = with(|request| *request.method_mut() = method.parse().expect("a method"));
        check(&Inbox::default(), request, S::METHOD_NOT_ALLOWED, 0);
    }
    let without = with(|request| drop(request.headers_mut().remove("content-type")));
    check(&Inbox::default(), without, S::UNSUPPORTED_MEDIA_TYPE, 0);
    for (kind, status, stored) in [
        ("application/json", S::OK, 1),
        ("Application/JSON ; charset=UTF-8", S::OK, 1),
        // What the bytes are is not the header's to say: these are the bytes that were signed.
        ("application/json; charset=utf-16", S::OK, 1),
        ("text/plain", S::UNSUPPORTED_MEDIA_TYPE, 0),
        ("text/json", S::UNSUPPORTED_MEDIA_TYPE, 0),
        ("application/jsonp", S::UNSUPPORTED_MEDIA_TYPE, 0),
        ("application/problem+json", S::UNSUPPORTED_MEDIA_TYPE, 0),
        ("application/x-www-form-urlencoded", S::UNSUPPORTED_MEDIA_TYPE, 0),
        ("multipart/form-data; boundary=application/json", S::UNSUPPORTED_MEDIA_TYPE, 0),
        ("", S::UNSUPPORTED_MEDIA_TYPE, 0),
    ] {
        check(&Inbox::default(), put("content-type", kind), status, stored);
    }
    for (coding, status, stored) in [
        ("identity", S::OK, 1),
        ("gzip", S::UNSUPPORTED_MEDIA_TYPE, 0),
        ("identity, gzip", S::UNSUPPORTED_MEDIA_TYPE, 0),
        ("br", S::UNSUPPORTED_MEDIA_TYPE, 0),
    ] {
        check(&Inbox::default(), put("content-encoding", coding), status, stored);
    }
}

/// Of two values one would be looked at here and perhaps the other in front of it.
#[test]
fn f08_f32_a_repeated_header_is_rejected() {
    for name in ["omise-signature", "omise-signature-timestamp", "content-type", "content-encoding"] {
        let twice = with(|request| {
            let headers = request.headers_mut();
            let value = headers.get(name).cloned().unwrap_or(http::HeaderValue::from_static("identity"));
            headers.insert(name, value.clone());
            headers.append(name, value);
        });
        check(&Inbox::default(), twice, StatusCode::BAD_REQUEST, 0);
    }
}

#[test]
fn f08_a_signed_body_that_is_not_an_event_is_rejected() {
    for body in [
        "",
        "not json",
        "null",
        "[]",
        r#"{"object":"charge","id":"chrg_test_1"}"#,
        r#"{"object":"event","id":"../../x","key":"a","data":{}}"#,
        r#"{"object":"event","id":"evnt_1","id":"evnt_2","key":"a","data":{}}"#,
        r#"{"object":"event","id":"evnt_1","key":"a","data":{}} {}"#,
        "\u{FEFF}{\"object\":\"event\",\"id\":\"evnt_1\",\"key\":\"a\",\"data\":{}}",
    ] {
        check(&Inbox::default(), signed(body), StatusCode::BAD_REQUEST, 0);
    }
    let (open, close) = ("[".repeat(100_000), "]".repeat(100_000));
    let deep = format!(r#"{{"object":"event","id":"evnt_1","key":"a","data":{open}{close}}}"#);
    check(&Inbox::default(), signed(&deep), StatusCode::BAD_REQUEST, 0);
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
fn unsigned_webhooks_need_an_explicit_policy() {
    let plain = with(|request| {
        request.headers_mut().remove("omise-signature");
        request.headers_mut().remove("omise-signature-timestamp");
    });
    let inbox = Inbox::default();
    check_with(SignaturePolicy::unsigned(), &inbox, plain, StatusCode::OK, 1);
    // A signature that was not checked proves nothing.
    check_with(SignaturePolicy::unsigned(), &inbox, signed(BODY), StatusCode::OK, 2);
    assert_eq!(*inbox.verified.lock().expect("unpoisoned"), [false, false]);
}

/// Metrics distinguish a wrong signature from an event that this version does not know.
#[test]
fn the_sink_gets_the_reason_of_a_rejection() {
    let inbox = Inbox::default();
    check(&inbox, with(|request| *request.body_mut() = Full::from("{}")), StatusCode::UNAUTHORIZED, 0);
    check(&inbox, put("omise-signature-timestamp", "1"), StatusCode::UNAUTHORIZED, 0);
    check(&inbox, signed("{}"), StatusCode::BAD_REQUEST, 0);
    // None of these is a webhook at all.
    check(&inbox, put("content-type", "text/plain"), StatusCode::UNSUPPORTED_MEDIA_TYPE, 0);
    check(&inbox, signed(&" ".repeat(MAX_BODY + 1)), StatusCode::PAYLOAD_TOO_LARGE, 0);
    let twice = with(|request| {
        let _ = request.headers_mut().append("omise-signature", "00".parse().expect("a value"));
    });
    check(&inbox, twice, StatusCode::BAD_REQUEST, 0);
    check(&inbox, signed(BODY), StatusCode::OK, 1);
    let refused = inbox.refused.lock().expect("unpoisoned");
    let [changed, old, other, kind, large, repeated] = &refused[..] else { panic!("{refused:?}") };
    for (refused, problem) in [
        (kind, "the body is not plain application/json"),
        (large, "the body is larger than 256 KiB"),
        (repeated, "a header is repeated"),
    ] {
        assert_eq!(*refused, format!("the request is no webhook: {problem}"));
    }
    assert!(changed.starts_with("invalid webhook signature: the signature matches no secret"), "{changed}");
    assert!(old.starts_with("invalid webhook signature: the signature's timestamp is out of range"), "{old}");
    assert!(other.starts_with("the webhook is not a valid event: "), "{other}");
}
