//! Computed and received MACs, compared in constant time.
//!
//! `==` on bytes stops at the first difference, so its duration reveals how much of a forged MAC is right.
//! Therefore neither type implements `PartialEq` or exposes its bytes; [`Mac::matches`] is the only
//! comparison.

use hmac::{Hmac, KeyInit, Mac as _};
use sha2::Sha256;

use crate::secret::WebhookSecret;

/// The HMAC-SHA256 state of a secret, with both pads already hashed, once for all webhooks. Wiped on drop.
#[derive(Clone)]
pub(crate) struct MacKey(Hmac<Sha256>);

impl MacKey {
    pub(crate) fn new(secret: &WebhookSecret) -> Self {
        let Ok(keyed) = Hmac::new_from_slice(secret.bytes()) else {
            unreachable!("HMAC takes a key of any length");
        };
        Self(keyed)
    }

    /// Computes the MAC over the raw timestamp, a dot, and the raw body.
    pub(crate) fn mac(&self, timestamp: &[u8], body: &[u8]) -> Mac {
        let mut mac = self.0.clone();
        mac.update(timestamp);
        mac.update(b".");
        mac.update(body);
        Mac(mac)
    }
}

/// The MAC computed over a webhook.
pub(crate) struct Mac(Hmac<Sha256>);

impl Mac {
    /// Compares with a received MAC, in constant time.
    pub(crate) fn matches(&self, received: &ReceivedMac) -> bool {
        self.0.clone().verify_slice(&received.0).is_ok()
    }

    /// Encodes the MAC as lower-case hex.
    pub(crate) fn into_hex(self) -> String {
        hex::encode(self.0.finalize().into_bytes())
    }
}

/// The MAC of a webhook's signature header.
#[derive(Default)]
pub(crate) struct ReceivedMac([u8; 32]);

impl ReceivedMac {
    /// Parses 64 lower-case hex digits, as the service writes them; `None` for anything else.
    pub(crate) fn from_hex(text: &[u8]) -> Option<Self> {
        let lower = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let mut mac = [0; 32];
        let decoded = text.iter().all(lower) && hex::decode_to_slice(text, &mut mac).is_ok();
        decoded.then_some(Self(mac))
    }
}

/// Fails to compile if one of the types implements `PartialEq`: the call would then be ambiguous.
const _: () = {
    trait NotComparable<A> {
        fn holds() {}
    }
    impl<T> NotComparable<()> for T {}
    struct Comparable;
    impl<T: PartialEq<U>, U> NotComparable<(Comparable, U)> for T {}

    let _ = <MacKey as NotComparable<_>>::holds;
    let _ = <Mac as NotComparable<_>>::holds;
    let _ = <ReceivedMac as NotComparable<_>>::holds;
};
