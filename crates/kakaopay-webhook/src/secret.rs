//! The secret that signs webhooks.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::de::{Deserialize, Deserializer, Visitor};
use thiserror::Error;
use zeroize::Zeroizing;

/// The dashboard shows standard base64. Padding is optional, since it may get lost in copying.
const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The secret of a webhook endpoint. Test mode and live mode have one each.
///
/// `Debug` redacts it, drop wipes its memory, and it does not implement `PartialEq`, whose duration would
/// reveal how much of a guess is right. It can be deserialized, for configuration files, but not serialized:
///
/// ```
/// let secret: kakaopay_webhook::WebhookSecret = serde_json::from_str(r#""dGVzdA==""#)?;
/// # drop(secret);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// ```compile_fail,E0277
/// # fn write(secret: kakaopay_webhook::WebhookSecret) {
/// let _ = serde_json::to_string(&secret);
/// # }
/// ```
///
/// ```compile_fail,E0369
/// # fn compare(one: kakaopay_webhook::WebhookSecret, other: kakaopay_webhook::WebhookSecret) {
/// let _ = one == other;
/// # }
/// ```
#[derive(Clone)]
pub struct WebhookSecret(Zeroizing<Vec<u8>>);

impl WebhookSecret {
    /// Parses the secret as the dashboard shows it: base64, with or without padding.
    ///
    /// # Errors
    /// [`InvalidSecret`] if the text is empty or not base64.
    pub fn from_base64(text: &str) -> Result<Self, InvalidSecret> {
        let bytes = ENGINE.decode(text.trim_ascii()).map_err(|_| InvalidSecret)?;
        Self::from_bytes(bytes)
    }

    /// Creates a secret from its decoded bytes.
    ///
    /// # Errors
    /// [`InvalidSecret`] if there are no bytes.
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Result<Self, InvalidSecret> {
        let bytes = Zeroizing::new(bytes.into());
        if bytes.is_empty() { Err(InvalidSecret) } else { Ok(Self(bytes)) }
    }

    /// Returns the secret in base64, as the dashboard shows it.
    #[must_use]
    pub fn expose_base64(&self) -> Zeroizing<String> {
        Zeroizing::new(ENGINE.encode(self.0.as_slice()))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl FromStr for WebhookSecret {
    type Err = InvalidSecret;

    fn from_str(text: &str) -> Result<Self, InvalidSecret> {
        Self::from_base64(text)
    }
}

impl TryFrom<&str> for WebhookSecret {
    type Error = InvalidSecret;

    fn try_from(text: &str) -> Result<Self, InvalidSecret> {
        Self::from_base64(text)
    }
}

impl TryFrom<String> for WebhookSecret {
    type Error = InvalidSecret;

    /// Parses the secret and wipes the text.
    fn try_from(text: String) -> Result<Self, InvalidSecret> {
        Self::from_base64(&Zeroizing::new(text))
    }
}

impl<'de> Deserialize<'de> for WebhookSecret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Base64)
    }
}

struct Base64;

impl Visitor<'_> for Base64 {
    type Value = WebhookSecret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a webhook secret")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<WebhookSecret, E> {
        WebhookSecret::from_base64(text).map_err(E::custom)
    }

    fn visit_string<E: serde::de::Error>(self, text: String) -> Result<WebhookSecret, E> {
        WebhookSecret::try_from(text).map_err(E::custom)
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(redacted)")
    }
}

/// The text is not a valid secret. The message does not contain it, since it may be part of a real secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("invalid webhook secret: expected non-empty base64, copy it again from the dashboard")]
#[non_exhaustive]
pub struct InvalidSecret;
