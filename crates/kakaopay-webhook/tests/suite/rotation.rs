//! The secret is rotated while deliveries are in flight.

use kakaopay_types::Timestamp;
use kakaopay_webhook::{Signer, Verifier, VerifyError, WebhookSecret};

/// When the new secret is made at the service.
const ROLLED: i64 = 1_700_000_000;
/// How long the service signs with both from then on.
const OVERLAP: i64 = 24 * 3_600;
const DELIVERIES: i64 = 10_000;
/// Deliveries are spread over this time, from half a day before.
const SPAN: i64 = 3 * 24 * 3_600;

fn old() -> WebhookSecret {
    WebhookSecret::from_bytes(*b"the old secret").expect("not empty")
}

fn new() -> WebhookSecret {
    WebhookSecret::from_bytes(*b"the new secret").expect("not empty")
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(seconds).expect("a moment")
}

/// The secrets that the service signs with.
fn signer(now: i64) -> Signer {
    match now - ROLLED {
        ..0 => Signer::new([old()]),
        0..OVERLAP => Signer::new([old(), new()]),
        _ => Signer::new([new()]),
    }
}

/// A receiver that takes the new secret at one time and lets go of the old one at another.
struct Receiver {
    takes: i64,
    lets_go: i64,
}

impl Receiver {
    fn verifier(&self, now: i64) -> Verifier {
        let old = (now < self.lets_go).then(old);
        let new = (now >= self.takes).then(new);
        Verifier::new(old.into_iter().chain(new)).expect("a secret")
    }

    /// How many of all deliveries it does not believe.
    fn dropped(&self) -> usize {
        let dropped = (0..DELIVERIES).filter(|number| {
            let signed_at = ROLLED - SPAN / 6 + number * SPAN / DELIVERIES;
            let body = format!(r#"{{"object":"event","id":"evnt_test_{number}"}}"#);
            let signed = signer(signed_at).sign(at(signed_at), body.as_bytes());
            // Some are on their way for as long as they may be.
            let now = signed_at + number % 301;
            let found = self.verifier(now).verify(
                signed.signature.as_bytes(),
                signed.timestamp.as_bytes(),
                body.as_bytes(),
                at(now),
            );
            found.is_err()
        });
        dropped.count()
    }
}

#[test]
fn f07_no_delivery_is_dropped_while_a_secret_is_replaced() {
    const NEVER: i64 = i64::MAX;
    for (takes, lets_go) in [
        // At once, or as late as can be, with the old one kept a day longer or for ever.
        (0, OVERLAP),
        (0, NEVER),
        (3_600, OVERLAP + 3_600),
        (OVERLAP, OVERLAP + 24 * 3_600),
        (OVERLAP - 1, OVERLAP + 300),
        // One for the other in one moment, once what was signed before has come.
        (300, 300),
        (OVERLAP, OVERLAP),
    ] {
        let receiver = Receiver { takes: ROLLED + takes, lets_go: lets_go.saturating_add(ROLLED) };
        assert_eq!(receiver.dropped(), 0, "takes it after {takes} s, lets go after {lets_go} s");
    }
    println!("0 of {DELIVERIES} deliveries dropped, with each of seven receivers");
}

/// The simulation can fail: a receiver that keeps the old secret rejects everything after a day.
#[test]
fn f07_a_receiver_with_the_old_secret_fails_after_the_overlap() {
    let ended = (0..DELIVERIES)
        .filter(|number| ROLLED - SPAN / 6 + number * SPAN / DELIVERIES >= ROLLED + OVERLAP)
        .count();
    let late = Receiver { takes: i64::MAX, lets_go: i64::MAX };
    assert_eq!((ended, late.dropped()), (5_000, 5_000));
}

#[test]
fn f07_a_verifier_with_both_secrets_accepts_either() {
    let body = b"{}";
    let other = WebhookSecret::from_bytes(*b"a third secret").expect("not empty");
    let both = [vec![old(), new()], vec![new(), old()]];
    for verifier in both.map(|secrets| Verifier::new(secrets).expect("secrets")) {
        for (signing, expected) in [
            (vec![old()], Ok(())),
            (vec![new()], Ok(())),
            (vec![old(), new()], Ok(())),
            (vec![new(), old()], Ok(())),
            (vec![other.clone(), new()], Ok(())),
            (vec![other.clone()], Err(VerifyError::SignatureMismatch)),
        ] {
            let signed = Signer::new(signing).sign(at(ROLLED), body);
            let (signature, timestamp) = (signed.signature.as_bytes(), signed.timestamp.as_bytes());
            assert_eq!(verifier.verify(signature, timestamp, body, at(ROLLED)), expected);
        }
    }
    // Once the old one is let go of, it opens nothing any more.
    let signed = Signer::new([old()]).sign(at(ROLLED), body);
    let verifier = Verifier::new([new()]).expect("a secret");
    let (signature, timestamp) = (signed.signature.as_bytes(), signed.timestamp.as_bytes());
    assert_eq!(verifier.verify(signature, timestamp, body, at(ROLLED)), Err(VerifyError::SignatureMismatch));
}
