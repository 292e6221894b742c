//! Whether webhooks must be signed.

use crate::verifier::Verifier;

/// Whether webhooks must be signed. Not checking must be asked for by name.
#[derive(Debug, Clone)]
pub struct SignaturePolicy(Option<Verifier>);

impl SignaturePolicy {
    /// Only signed webhooks are taken.
    #[must_use]
    pub fn signed(verifier: Verifier) -> Self {
        Self(Some(verifier))
    }

    /// Anybody's webhooks are taken: for an account without a webhook secret.
    ///
    /// Even then nothing is settled on a webhook's word, since the charge is read again; but
    /// anybody can make it be read.
    #[must_use]
    pub fn unsigned() -> Self {
        Self(None)
    }

    /// What checks the signatures, if they are checked.
    #[must_use]
    pub fn verifier(&self) -> Option<&Verifier> {
        self.0.as_ref()
    }
}
