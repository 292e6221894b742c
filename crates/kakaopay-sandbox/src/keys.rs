//! The account's keys.

use kakaopay_types::{InvalidKey, PublicKey, SecretKey};

use crate::state::Ids;

/// The account's keys.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    /// Key that creates sources.
    pub(crate) public: PublicKey,
    /// Key for all API calls.
    pub(crate) secret: SecretKey,
}

impl Keys {
    /// Generates test keys.
    ///
    /// # Errors
    /// Never: generated keys are well-formed.
    pub(crate) fn generate(ids: &mut Ids) -> Result<Self, InvalidKey> {
        Ok(Self {
            public: PublicKey::parse(&ids.next("pkey"))?,
            secret: SecretKey::parse(&ids.next("skey"))?,
        })
    }
}
