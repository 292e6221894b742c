//! Who checks and reads an event: this library, and the parts that it cannot do without.

use std::hint::black_box;

use hmac::{Hmac, KeyInit, Mac};
use kakaopay_types::{Event, decode};
use kakaopay_webhook::Verifier;
use serde::de::IgnoredAny;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::event::{Posted, SECRET, now, posted, secret};

/// A way to check an event, to read it, or both, by its name.
pub type Contestant = (&'static str, Box<dyn Fn()>);

/// All contestants. The first is the lower bound of a check, the second a check that is
/// written by hand, with its key set up each time. `verify_ignored_any` reads the JSON and keeps nothing.
///
/// # Panics
/// Never: the event is good, and signed.
#[must_use]
pub fn contestants() -> [Contestant; 8] {
    let verifier = Verifier::new([secret()]).expect("a secret");
    let check = move |posted: &Posted| {
        let (signature, timestamp) = (&posted.headers.signature, &posted.headers.timestamp);
        let found =
            verifier.verify(signature.as_bytes(), timestamp.as_bytes(), black_box(&posted.body), now());
        found.expect("the signature is good");
    };
    let typed = |posted: &Posted| {
        drop(black_box(decode::from_slice::<Event>(black_box(&posted.body)).expect("an event")));
    };
    let general = |posted: &Posted| {
        drop(black_box(serde_json::from_slice::<Event>(black_box(&posted.body)).expect("an event")));
    };
    let value = |posted: &Posted| {
        drop(black_box(serde_json::from_slice::<Value>(black_box(&posted.body)).expect("JSON")));
    };
    let skipped = |posted: &Posted| {
        serde_json::from_slice::<IgnoredAny>(black_box(&posted.body)).expect("JSON");
    };
    let also = check.clone();
    let both = |read: fn(&Posted)| {
        let check = also.clone();
        move |posted: &Posted| {
            check(posted);
            read(posted);
        }
    };
    [
        over("sha256", |posted| {
            black_box(Sha256::digest(black_box(&posted.body)));
        }),
        over("hmac_sha256", by_hand),
        over("verify", check),
        over("decode", typed),
        over("verify_decode", both(typed)),
        over("verify_ignored_any", both(skipped)),
        over("verify_general", both(general)),
        over("verify_value", both(value)),
    ]
}

fn over(name: &'static str, act: impl Fn(&Posted) + 'static) -> Contestant {
    let posted = posted();
    (name, Box::new(move || act(&posted)))
}

fn by_hand(posted: &Posted) {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET).expect("any length");
    mac.update(posted.headers.timestamp.as_bytes());
    mac.update(b".");
    mac.update(black_box(&posted.body));
    let signature = hex::decode(&posted.headers.signature).expect("digits");
    mac.verify_slice(&signature).expect("the signature is good");
}
