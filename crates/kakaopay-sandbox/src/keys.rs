//! The keys of the sandbox's one account.

use kakaopay_types::{InvalidKey, PublicKey, SecretKey};

use crate::state::Ids;

/// The keys of the sandbox's one account.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    /// Creates sources.
    pub(crate) public: PublicKey,
    /// Does everything.
    pub(crate) secret: SecretKey,
}

impl Keys {
    /// New test keys.
    ///
    /// # Errors
    /// Never: what is made is of the keys' form.
    pub(crate) fn generate(ids: &mut Ids) -> Result<Self, InvalidKey> {
        Ok(Self {
            public: PublicKey::parse(&ids.next("pkey"))?,
            secret: SecretKey::parse(&ids.next("skey"))?,
        })
    }
}
