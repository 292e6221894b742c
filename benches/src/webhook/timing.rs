//! Guesses at a signature: whether the time that refusing one takes tells how good it is.

use std::hint::black_box;

use fastrand::Rng;
use hmac::{Hmac, KeyInit, Mac};
use kakaopay_webhook::Verifier;
use sha2::Sha256;

use super::event::{SECRET, now};

/// How many guesses of each kind there are. So many that a processor learns none of them by heart.
const COUNT: usize = 8_192;

/// A guess at the signature of a body, and a wrong one.
///
/// It is copied to one place before the clock starts, so that where it was kept makes no difference.
#[derive(Clone, Copy)]
pub struct Guess {
    body: [u8; 16],
    timestamp: [u8; 10],
    signature: [u8; 64],
}

/// Guesses at the signatures of as many bodies, from a seed that never changes. Of each pair the first
/// is wrong in its last byte alone, and the second from its first byte on. Both look like any
/// signature, so that reading their digits takes the same.
///
/// # Panics
/// Never: the digits have their place.
#[must_use]
pub fn guesses() -> Vec<[Guess; 2]> {
    let mut rng = Rng::with_seed(9);
    let guesses = (0..COUNT).map(|_| {
        let body = std::array::from_fn(|_| rng.u8(..));
        let timestamp = *b"1700000000";
        let expected = mac(&timestamp, &body);
        let (mut close, mut far) = (expected, expected.map(|byte| byte ^ rng.u8(1..)));
        close[31] = far[31];
        // None is told from another by its last byte.
        far[31] = expected[31] ^ rng.u8(1..);
        [close, far].map(|guess| {
            let mut signature = [0; 64];
            hex::encode_to_slice(guess, &mut signature).expect("two digits a byte");
            Guess { body, timestamp, signature }
        })
    });
    guesses.collect()
}

fn mac(timestamp: &[u8], body: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET).expect("any length");
    mac.update(timestamp);
    mac.update(b".");
    mac.update(body);
    mac.finalize().into_bytes().into()
}

impl Guess {
    /// Has the library refuse it.
    pub fn refuse(&self, verifier: &Verifier) {
        black_box(verifier.verify(&self.signature, &self.timestamp, &self.body, now()).is_ok());
    }

    /// Compares the signature unsafely: byte after byte, up to the first difference.
    pub fn refuse_early(&self) {
        let mut signature = [0; 32];
        hex::decode_to_slice(self.signature, &mut signature).unwrap_or_default();
        let expected = mac(&self.timestamp, &self.body);
        black_box(expected.iter().zip(&signature).all(|(a, b)| black_box(*a) == black_box(*b)));
    }
}
