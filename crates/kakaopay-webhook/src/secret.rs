//! The secret a webhook endpoint shares with the service.

use std::fmt;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use thiserror::Error;
use zeroize::Zeroizing;

/// The dashboard shows the secret in the standard alphabet; padding may get lost in copying.
const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The secret of a webhook endpoint: one for test mode, another for live.
///
/// It never prints, its memory is wiped when it is dropped, and it cannot be compared: a comparison
/// would take longer the more of it is right.
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Reads the secret as the dashboard shows it: base64, with or without padding.
    ///
    /// # Errors
    /// [`InvalidSecret`] when it is not base64 or empty.
    pub fn from_base64(text: &str) -> Result<Self, InvalidSecret> {
        let bytes = ENGINE.decode(text.trim_ascii()).map_err(|_| InvalidSecret)?;
        Self::from_bytes(bytes)
    }

    /// Takes the decoded secret.
    ///
    /// # Errors
    /// [`InvalidSecret`] when it is empty.
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Result<Self, InvalidSecret> {
        let bytes = Zeroizing::new(bytes.into());
        if bytes.is_empty() { Err(InvalidSecret) } else { Ok(Self(bytes)) }
    }

    /// The secret as the dashboard shows it, to be handed to whoever must know it.
    #[must_use]
    pub fn expose_base64(&self) -> Zeroizing<String> {
        Zeroizing::new(ENGINE.encode(self.0.as_slice()))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

/// The text is no secret. It is not repeated here: it may be most of a real one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a webhook secret is base64 and not empty: copy it again from the dashboard")]
pub struct InvalidSecret;
