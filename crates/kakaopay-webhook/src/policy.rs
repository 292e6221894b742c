//! The signature policy.

use crate::verifier::Verifier;

/// Whether webhooks must be signed. There is no default: unsigned webhooks need [`unsigned`](Self::unsigned).
#[derive(Debug, Clone)]
pub struct SignaturePolicy(Option<Verifier>);

impl SignaturePolicy {
    /// Accepts only webhooks that the verifier accepts.
    #[must_use]
    pub fn signed(verifier: Verifier) -> Self {
        Self(Some(verifier))
    }

    /// Accepts every webhook, for an account without a webhook secret.
    ///
    /// A forged webhook then causes a read of a charge. It cannot mark a payment as paid, as long as you
    /// retrieve the charge before you act on an event. Store only webhooks about charges that you know, and few of them.
    #[must_use]
    pub fn unsigned() -> Self {
        Self(None)
    }

    /// Returns the verifier, or `None` if signatures are not checked.
    #[must_use]
    pub fn verifier(&self) -> Option<&Verifier> {
        self.0.as_ref()
    }
}
