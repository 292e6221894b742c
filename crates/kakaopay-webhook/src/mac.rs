//! MACs: computed, and received. They are compared in constant time and in no other way.
//!
//! `==` on bytes stops at the first that differs, and the time it takes shows a forger how much of a
//! guess was right. So neither type is comparable or shows its bytes, and [`Mac::matches`] is the one
//! comparison.

use hmac::{Hmac, KeyInit, Mac as _};
use sha2::Sha256;

use crate::secret::WebhookSecret;

/// A secret as HMAC-SHA256 begins with it: both pads are mixed in already, once for all webhooks.
/// Wiped on drop.
#[derive(Clone)]
pub(crate) struct MacKey(Hmac<Sha256>);

impl MacKey {
    pub(crate) fn new(secret: &WebhookSecret) -> Self {
        let Ok(keyed) = Hmac::new_from_slice(secret.bytes()) else {
            unreachable!("HMAC takes a key of any length");
        };
        Self(keyed)
    }

    /// The MAC over the timestamp as it was sent, a dot, and the body as it was sent.
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

    /// The MAC as it is sent.
    pub(crate) fn into_hex(self) -> String {
        hex::encode(self.0.finalize().into_bytes())
    }
}

/// A MAC that came with a webhook.
#[derive(Default)]
pub(crate) struct ReceivedMac([u8; 32]);

impl ReceivedMac {
    /// Reads 64 digits of lower-case hex; `None` for anything else. The service writes lower case.
    pub(crate) fn from_hex(text: &[u8]) -> Option<Self> {
        let lower = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let mut mac = [0; 32];
        let decoded = text.iter().all(lower) && hex::decode_to_slice(text, &mut mac).is_ok();
        decoded.then_some(Self(mac))
    }
}

/// Does not compile if a type of MAC is comparable: the method would then have two implementations.
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
