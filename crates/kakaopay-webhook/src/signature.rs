//! The signature on a webhook: how it is made and what it stands for.

use hmac::{Hmac, KeyInit, Mac};
use kakaopay_types::Timestamp;
use sha2::Sha256;

use crate::secret::Secret;

/// HMAC-SHA256 under one secret, over nothing yet. Wiped when it is dropped.
pub(crate) type Keyed = Hmac<Sha256>;

/// The header with one or more signatures, written `Omise-Signature` on the wire.
pub const SIGNATURE_HEADER: &str = "omise-signature";
/// The header with the moment of signing, written `Omise-Signature-Timestamp` on the wire.
pub const TIMESTAMP_HEADER: &str = "omise-signature-timestamp";

/// Signs webhooks, as the service does. A receiver has no use for it; a stand-in and tests have.
#[derive(Debug, Clone)]
pub struct Signer(Vec<Secret>);

/// The two headers of a signed webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedHeaders {
    /// The value of [`SIGNATURE_HEADER`].
    pub signature: String,
    /// The value of [`TIMESTAMP_HEADER`].
    pub timestamp: String,
}

impl Signer {
    /// Signs with each of these secrets: two while one is being replaced by the other.
    #[must_use]
    pub fn new(secrets: impl IntoIterator<Item = Secret>) -> Self {
        Self(secrets.into_iter().collect())
    }

    /// Signs a body.
    #[must_use]
    pub fn sign(&self, at: Timestamp, body: &[u8]) -> SignedHeaders {
        let timestamp = at.unix_seconds().to_string();
        let signatures: Vec<_> = self
            .0
            .iter()
            .map(|secret| {
                let mac = mac(keyed(secret), timestamp.as_bytes(), body);
                hex::encode(mac.finalize().into_bytes())
            })
            .collect();
        SignedHeaders { signature: signatures.join(","), timestamp }
    }
}

/// What a secret begins every MAC with: both its pads are mixed in already, so that whoever keeps
/// it pays for them once and not with every webhook.
pub(crate) fn keyed(secret: &Secret) -> Keyed {
    let Ok(keyed) = Keyed::new_from_slice(secret.bytes()) else {
        unreachable!("HMAC takes a key of any length");
    };
    keyed
}

/// The MAC over the timestamp as it was sent, a dot, and the body as it was sent.
pub(crate) fn mac(mut keyed: Keyed, timestamp: &[u8], body: &[u8]) -> Keyed {
    keyed.update(timestamp);
    keyed.update(b".");
    keyed.update(body);
    keyed
}
