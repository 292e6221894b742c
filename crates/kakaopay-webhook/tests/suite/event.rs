//! A request is verified and decoded in one call.

use http::HeaderMap;
use kakaopay_types::Timestamp;
use kakaopay_webhook::{Refusal, Refused, Secret, Signer, Verifier};

const BODY: &[u8] = br#"{"object":"event","id":"evnt_test_1","key":"charge.complete","data":{}}"#;

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_700_000_000).expect("a moment")
}

fn secret() -> Secret {
    Secret::from_bytes(*b"a secret").expect("not empty")
}

fn signed(body: &[u8]) -> HeaderMap {
    let signed = Signer::new([secret()]).sign(now(), body);
    let mut headers = HeaderMap::new();
    headers.insert("omise-signature", signed.signature.parse().expect("a value"));
    headers.insert("omise-signature-timestamp", signed.timestamp.parse().expect("a value"));
    headers
}

#[track_caller]
fn check_refused(headers: &HeaderMap, body: &[u8], expected: Refusal) {
    let verifier = Verifier::new([secret()]).expect("a secret");
    match verifier.event(headers, body, now()) {
        Err(Refused::Signature(refusal)) => assert_eq!(refusal, expected),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_signed_event_is_decoded() {
    let verifier = Verifier::new([secret()]).expect("a secret");
    let event = verifier.event(&signed(BODY), BODY, now()).expect("an event");
    assert_eq!(event.id.as_str(), "evnt_test_1");
    let other = verifier.event(&signed(b"{}"), b"{}", now());
    assert!(matches!(other, Err(Refused::NoEvent(_))), "{other:?}");
}

#[test]
fn f05_f08_nothing_is_decoded_before_its_signature_is_good() {
    check_refused(&HeaderMap::new(), BODY, Refusal::MissingTimestamp);
    check_refused(&signed(b"other"), BODY, Refusal::NoMatch);
    check_refused(&signed(b"other"), b"{}", Refusal::NoMatch);
    for (name, missing, twice) in [
        ("omise-signature", Refusal::MissingSignature, Refusal::MalformedSignature),
        ("omise-signature-timestamp", Refusal::MissingTimestamp, Refusal::MalformedTimestamp),
    ] {
        let mut headers = signed(BODY);
        let value = headers.remove(name).expect("a value");
        check_refused(&headers, BODY, missing);
        headers.insert(name, value.clone());
        headers.append(name, value);
        check_refused(&headers, BODY, twice);
    }
}
