//! The signature on a webhook: how it is made and what it stands for.

use hmac::{Hmac, KeyInit, Mac};
use kakaopay_types::Timestamp;
use sha2::Sha256;

use crate::secret::Secret;

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
            .map(|secret| hex::encode(mac(secret, timestamp.as_bytes(), body).finalize().into_bytes()))
            .collect();
        SignedHeaders { signature: signatures.join(","), timestamp }
    }
}

/// HMAC-SHA256 over the timestamp as it was sent, a dot, and the body as it was sent.
pub(crate) fn mac(secret: &Secret, timestamp: &[u8], body: &[u8]) -> Hmac<Sha256> {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.bytes()) else {
        unreachable!("HMAC takes a key of any length");
    };
    mac.update(timestamp);
    mac.update(b".");
    mac.update(body);
    mac
}
