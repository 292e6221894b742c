//! The signature on a webhook: how it is made and what it stands for.

use kakaopay_types::Timestamp;

use crate::mac::MacKey;
use crate::secret::WebhookSecret;

/// The header with one or more signatures, written `Omise-Signature` on the wire.
pub const SIGNATURE_HEADER: &str = "omise-signature";
/// The header with the moment of signing, written `Omise-Signature-Timestamp` on the wire.
pub const TIMESTAMP_HEADER: &str = "omise-signature-timestamp";

/// Signs webhooks, as the service does. A receiver has no use for it; a stand-in and tests have.
#[derive(Debug, Clone)]
pub struct Signer(Vec<WebhookSecret>);

/// The two headers of a signed webhook.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SignedHeaders {
    /// The value of [`SIGNATURE_HEADER`].
    pub signature: String,
    /// The value of [`TIMESTAMP_HEADER`].
    pub timestamp: String,
}

impl Signer {
    /// Signs with each of these secrets: two while one is being replaced by the other.
    #[must_use]
    pub fn new(secrets: impl IntoIterator<Item = WebhookSecret>) -> Self {
        Self(secrets.into_iter().collect())
    }

    /// Signs a body.
    #[must_use]
    pub fn sign(&self, at: Timestamp, body: &[u8]) -> SignedHeaders {
        let timestamp = at.unix_seconds().to_string();
        let signed = |secret| MacKey::new(secret).mac(timestamp.as_bytes(), body).into_hex();
        let signatures: Vec<_> = self.0.iter().map(signed).collect();
        SignedHeaders { signature: signatures.join(","), timestamp }
    }
}
