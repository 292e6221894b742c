//! A request is verified and decoded in one call.

use http::HeaderMap;
use kakaopay_types::Timestamp;
use kakaopay_webhook::{Rejection, Signer, Verifier, VerifyError, WebhookSecret};

const BODY: &[u8] = br#"{"object":"event","id":"evnt_test_1","key":"charge.complete","data":{}}"#;

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_700_000_000).expect("a moment")
}

fn secret() -> WebhookSecret {
    WebhookSecret::from_bytes(*b"a secret").expect("not empty")
}

fn signed(body: &[u8]) -> HeaderMap {
    let signed = Signer::new([secret()]).sign(now(), body);
    let mut headers = HeaderMap::new();
    headers.insert("omise-signature", signed.signature.parse().expect("a value"));
    headers.insert("omise-signature-timestamp", signed.timestamp.parse().expect("a value"));
    headers
}

#[track_caller]
fn check_refused(headers: &HeaderMap, body: &[u8], expected: VerifyError) {
    let verifier = Verifier::new([secret()]).expect("a secret");
    match verifier.event(headers, body, now()) {
        Err(Rejection::InvalidSignature(refusal)) => assert_eq!(refusal, expected),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_signed_event_is_decoded() {
    let verifier = Verifier::new([secret()]).expect("a secret");
    let event = verifier.event(&signed(BODY), BODY, now()).expect("an event");
    assert_eq!(event.id.as_str(), "evnt_test_1");
    let other = verifier.event(&signed(b"{}"), b"{}", now());
    assert!(matches!(other, Err(Rejection::InvalidPayload(_))), "{other:?}");
}

#[test]
fn f05_f08_nothing_is_decoded_before_its_signature_is_good() {
    check_refused(&HeaderMap::new(), BODY, VerifyError::MissingTimestamp);
    check_refused(&signed(b"other"), BODY, VerifyError::SignatureMismatch);
    check_refused(&signed(b"other"), b"{}", VerifyError::SignatureMismatch);
    for (name, missing, twice) in [
        ("omise-signature", VerifyError::MissingSignature, VerifyError::MalformedSignature),
        ("omise-signature-timestamp", VerifyError::MissingTimestamp, VerifyError::MalformedTimestamp),
    ] {
        let mut headers = signed(BODY);
        let value = headers.remove(name).expect("a value");
        check_refused(&headers, BODY, missing);
        headers.insert(name, value.clone());
        headers.append(name, value);
        check_refused(&headers, BODY, twice);
    }
}
