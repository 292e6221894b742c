//! The signer and the headers of signed webhooks.

use kakaopay_types::Timestamp;

use crate::mac::MacKey;
use crate::secret::WebhookSecret;

/// Name of the header with one or more signatures, `Omise-Signature` in lower case.
pub const SIGNATURE_HEADER: &str = "omise-signature";
/// Name of the header with the Unix time of signing, `Omise-Signature-Timestamp` in lower case.
pub const TIMESTAMP_HEADER: &str = "omise-signature-timestamp";

/// Signs webhooks as the service does, for sandboxes and tests.
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
    /// Signs with each of these secrets; the service uses two during a rotation.
    #[must_use]
    pub fn new(secrets: impl IntoIterator<Item = WebhookSecret>) -> Self {
        Self(secrets.into_iter().collect())
    }

    /// Signs a body at a time.
    #[must_use]
    pub fn sign(&self, at: Timestamp, body: &[u8]) -> SignedHeaders {
        let timestamp = at.unix_seconds().to_string();
        let signed = |secret| MacKey::new(secret).mac(timestamp.as_bytes(), body).into_hex();
        let signatures: Vec<_> = self.0.iter().map(signed).collect();
        SignedHeaders { signature: signatures.join(","), timestamp }
    }
}
