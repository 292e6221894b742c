//! Accepted and rejected signatures: tables at the boundaries, and properties.

use kakaopay_types::Timestamp;
use kakaopay_webhook::{MAX_BODY, MissingSecret, Signer, Verifier, VerifyError, WebhookSecret};
use proptest::prelude::*;

const SECRET: &str = "dGVzdC13ZWJob29rLXNlY3JldA==";
const OTHER: &str = "YW5vdGhlci1zZWNyZXQ=";
const BODY: &[u8] = br#"{"object":"event","id":"evnt_test_1","key":"charge.complete"}"#;
const SIGNATURE: &str = "260fe1918ee63762653d9f081fa8ba8a4c5c627df76f07f0ddab87ccd2a08f64";
const SIGNED_AT: i64 = 1_700_000_000;

fn secret(text: &str) -> WebhookSecret {
    WebhookSecret::from_base64(text).expect("base64")
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(seconds).expect("a moment")
}

fn verify(signature: &str, timestamp: &str, body: &[u8], now: i64) -> Result<(), VerifyError> {
    let verifier = Verifier::new([secret(SECRET)]).expect("a secret");
    verifier.verify(signature.as_bytes(), timestamp.as_bytes(), body, at(now))
}

#[track_caller]
fn check_signature(signature: &str, expected: Result<(), VerifyError>) {
    assert_eq!(verify(signature, "1700000000", BODY, SIGNED_AT), expected, "{signature}");
}

#[test]
fn the_signer_makes_the_documented_signature() {
    let signed = Signer::new([secret(SECRET)]).sign(at(SIGNED_AT), BODY);
    assert_eq!((signed.signature.as_str(), signed.timestamp.as_str()), (SIGNATURE, "1700000000"));
}

#[test]
fn f05_only_the_right_signature_is_accepted() {
    use VerifyError::{MalformedSignature, MissingSignature, SignatureMismatch};
    let zeros = "0".repeat(64);
    let other = Signer::new([secret(OTHER)]).sign(at(SIGNED_AT), BODY).signature;
    check_signature(SIGNATURE, Ok(()));
    check_signature(&format!("{zeros},{SIGNATURE}"), Ok(()));
    check_signature(&format!(" {SIGNATURE} , {zeros}"), Ok(()));
    check_signature("", Err(MissingSignature));
    check_signature("  ", Err(MissingSignature));
    check_signature(&zeros, Err(SignatureMismatch));
    check_signature(&other, Err(SignatureMismatch));
    for malformed in [
        ",",
        "hello",
        &SIGNATURE[..63],
        &format!("{SIGNATURE}0"),
        &SIGNATURE.to_uppercase(),
        &format!("sha256={SIGNATURE}"),
        &format!("t=1700000000,v1={SIGNATURE}"),
        &format!("{SIGNATURE},"),
        &format!("{SIGNATURE};{SIGNATURE}"),
        &[SIGNATURE; 5].join(","),
        "ก",
    ] {
        check_signature(malformed, Err(MalformedSignature));
    }
}

#[test]
fn f05_without_a_secret_nothing_starts() {
    assert!(matches!(Verifier::new([]), Err(MissingSecret { .. })));
    for text in ["", "  ", "not base64!", "===="] {
        assert!(WebhookSecret::from_base64(text).is_err(), "{text}");
        assert!(text.parse::<WebhookSecret>().is_err(), "{text}");
        assert!(
            WebhookSecret::try_from(text).is_err() && WebhookSecret::try_from(text.to_owned()).is_err(),
            "{text}"
        );
        assert!(serde_json::from_value::<WebhookSecret>(text.into()).is_err(), "{text}");
    }
    let error = serde_json::from_str::<WebhookSecret>(r#""canary!""#).unwrap_err().to_string();
    assert!(error.contains("webhook secret") && !error.contains("canary"), "{error}");
    // What gets lost or added in copying changes nothing.
    assert_eq!(*secret(" dGVzdC13ZWJob29rLXNlY3JldA\n").expose_base64(), SECRET);
}

/// The moment of signing against the receiver's clock, exact at both ends.
#[test]
fn f06_the_window_ends_at_five_minutes_either_way() {
    for (seconds, expected) in [
        (-301, Err(VerifyError::TimestampOutOfRange)),
        (-300, Ok(())),
        (-299, Ok(())),
        (-1, Ok(())),
        (0, Ok(())),
        (1, Ok(())),
        (299, Ok(())),
        (300, Ok(())),
        (301, Err(VerifyError::TimestampOutOfRange)),
        (86_400, Err(VerifyError::TimestampOutOfRange)),
    ] {
        let now = SIGNED_AT + seconds;
        assert_eq!(verify(SIGNATURE, "1700000000", BODY, now), expected, "{seconds}");
    }
    // A second that has begun counts as the whole one.
    let verifier = Verifier::new([secret(SECRET)]).expect("a secret");
    for (millis, expected) in
        [(300_999, Ok(())), (301_000, Err(VerifyError::TimestampOutOfRange)), (-300_000, Ok(()))]
    {
        let now = Timestamp::from_unix_millis(SIGNED_AT * 1_000 + millis).expect("a moment");
        let found = verifier.verify(SIGNATURE.as_bytes(), b"1700000000", BODY, now);
        assert_eq!(found, expected, "{millis}");
    }
}

/// The window has the same width at the ends of the range of timestamps.
#[test]
fn f06_the_window_is_the_same_in_1970_and_9999() {
    let last = 253_402_207_200;
    let verifier = Verifier::new([secret(SECRET)]).expect("a secret");
    for (signed_at, now, expected) in [
        (0, 0, Ok(())),
        (0, 300, Ok(())),
        (300, 0, Ok(())),
        (301, 0, Err(VerifyError::TimestampOutOfRange)),
        (0, 301, Err(VerifyError::TimestampOutOfRange)),
        (0, SIGNED_AT, Err(VerifyError::TimestampOutOfRange)),
        (SIGNED_AT, 0, Err(VerifyError::TimestampOutOfRange)),
        (last - 300, last, Ok(())),
        (last, last - 301, Err(VerifyError::TimestampOutOfRange)),
        (last, 0, Err(VerifyError::TimestampOutOfRange)),
        (0, last, Err(VerifyError::TimestampOutOfRange)),
    ] {
        let signed = Signer::new([secret(SECRET)]).sign(at(signed_at), BODY);
        let found = verifier.verify(signed.signature.as_bytes(), signed.timestamp.as_bytes(), BODY, at(now));
        assert_eq!(found, expected, "signed at {signed_at}, now {now}");
    }
}

#[test]
fn f06_another_tolerance_is_exact_as_well() {
    for (tolerance, seconds, expected) in [
        (0, 0, Ok(())),
        (0, 1, Err(VerifyError::TimestampOutOfRange)),
        (0, -1, Err(VerifyError::TimestampOutOfRange)),
        (60, 60, Ok(())),
        (60, 61, Err(VerifyError::TimestampOutOfRange)),
        (u32::MAX, 1_000_000_000, Ok(())),
    ] {
        let verifier = Verifier::new([secret(SECRET)]).expect("a secret").with_tolerance(tolerance);
        let now = at(SIGNED_AT + seconds);
        let found = verifier.verify(SIGNATURE.as_bytes(), b"1700000000", BODY, now);
        assert_eq!(found, expected, "{tolerance}, {seconds}");
    }
}

#[test]
fn f06_the_moment_is_plain_digits() {
    use VerifyError::{MalformedTimestamp, MissingTimestamp, SignatureMismatch, TimestampOutOfRange};
    for (timestamp, expected) in [
        ("", MissingTimestamp),
        (" ", MalformedTimestamp),
        (" 1700000000", MalformedTimestamp),
        ("1700000000 ", MalformedTimestamp),
        ("1700000000\n", MalformedTimestamp),
        ("+1700000000", MalformedTimestamp),
        ("-1700000000", MalformedTimestamp),
        ("1700000000.0", MalformedTimestamp),
        ("1.7e9", MalformedTimestamp),
        ("1_700_000_000", MalformedTimestamp),
        ("0x6553f100", MalformedTimestamp),
        ("2023-11-14T22:13:20Z", MalformedTimestamp),
        ("1700000000,1700000000", MalformedTimestamp),
        ("١٧٠٠٠٠٠٠٠٠", MalformedTimestamp),
        ("NaN", MalformedTimestamp),
        ("9223372036854775808", MalformedTimestamp),
        ("18446744073709551616", MalformedTimestamp),
        ("99999999999999999999", MalformedTimestamp),
        ("9223372036854775807", TimestampOutOfRange),
        ("1700000000000", TimestampOutOfRange),
        ("0", TimestampOutOfRange),
        // The same moment in another writing is not what was signed.
        ("01700000000", SignatureMismatch),
        ("000000000000000000000000000001700000000", SignatureMismatch),
    ] {
        assert_eq!(verify(SIGNATURE, timestamp, BODY, SIGNED_AT), Err(expected), "{timestamp}");
    }
}

#[test]
fn f31_a_body_over_the_cap_is_not_even_hashed() {
    for (length, expected) in
        [(MAX_BODY, VerifyError::SignatureMismatch), (MAX_BODY + 1, VerifyError::TooLarge)]
    {
        let large = vec![b' '; length];
        assert_eq!(verify(SIGNATURE, "1700000000", &large, SIGNED_AT), Err(expected));
    }
}

#[test]
fn i7_no_secret_prints() {
    let canary = WebhookSecret::from_bytes(*b"canary").expect("not empty");
    let encoded = canary.expose_base64();
    let verifier = Verifier::new([canary.clone()]).expect("a secret");
    for shown in
        [format!("{canary:?}"), format!("{verifier:?}"), format!("{:?}", Signer::new([canary.clone()]))]
    {
        assert!(!shown.contains("canary") && !shown.contains(encoded.as_str()), "{shown}");
        assert!(!shown.contains("99, 97, 110"), "{shown}");
    }
}

proptest! {
    #[test]
    fn f05_what_is_signed_is_believed_and_one_changed_byte_is_not(
        key in prop::collection::vec(any::<u8>(), 1..80),
        body in prop::collection::vec(any::<u8>(), 0..400),
        seconds in 0_i64..4_000_000_000,
        place in any::<prop::sample::Index>(),
        flip in 1_u8..=255,
    ) {
        let secret = WebhookSecret::from_bytes(key).expect("not empty");
        let signed = Signer::new([secret.clone()]).sign(at(seconds), &body);
        let verifier = Verifier::new([secret]).expect("a secret").with_tolerance(0);
        let check = |signature: &[u8], timestamp: &[u8], body: &[u8]| {
            verifier.verify(signature, timestamp, body, at(seconds)).is_ok()
        };
        let (signature, timestamp) = (signed.signature.into_bytes(), signed.timestamp.into_bytes());
        prop_assert!(check(&signature, &timestamp, &body));

        let mut changed = signature.clone();
        changed[place.index(signature.len())] ^= flip;
        prop_assert!(!check(&changed, &timestamp, &body));
        let mut changed = timestamp.clone();
        changed[place.index(timestamp.len())] ^= flip;
        prop_assert!(!check(&signature, &changed, &body));
        if !body.is_empty() {
            let mut changed = body.clone();
            changed[place.index(body.len())] ^= flip;
            prop_assert!(!check(&signature, &timestamp, &changed));
        }
    }

    #[test]
    fn i9_any_bytes_are_refused_quietly(
        signature in any::<Vec<u8>>(),
        timestamp in any::<Vec<u8>>(),
        body in any::<Vec<u8>>(),
    ) {
        let verifier = Verifier::new([secret(SECRET)]).expect("a secret");
        prop_assert!(verifier.verify(&signature, &timestamp, &body, at(SIGNED_AT)).is_err());
    }
}
