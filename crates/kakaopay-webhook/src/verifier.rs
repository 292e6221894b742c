//! Verifies webhook signatures.

use std::fmt;

#[cfg(feature = "http")]
use http::HeaderMap;
use kakaopay_types::Timestamp;
#[cfg(feature = "http")]
use kakaopay_types::{Event, decode};
use thiserror::Error;

use crate::mac::{MacKey, ReceivedMac};
#[cfg(feature = "http")]
use crate::refused::Rejection;
use crate::secret::WebhookSecret;
#[cfg(feature = "http")]
use crate::signature::{SIGNATURE_HEADER, TIMESTAMP_HEADER};

/// Maximum size of a body in bytes. The service's events have about 3 kB.
pub const MAX_BODY: usize = 256 * 1024;
/// Maximum number of signatures in a header. The service sends two during a rotation.
const MAX_SIGNATURES: usize = 4;
/// Maximum difference between the signature's timestamp and now, in seconds. The service documents no
/// number; five minutes is customary.
const TOLERANCE_SECONDS: u64 = 300;

/// Verifies webhook signatures against one or more secrets.
///
/// A verified webhook was signed with one of the secrets within the tolerance. It may still be stale, a
/// duplicate, or about another order: retrieve the charge before you act on it.
///
/// ```
/// use kakaopay_types::Timestamp;
/// use kakaopay_webhook::{WebhookSecret, Verifier};
///
/// let secret = WebhookSecret::from_base64("dGVzdC13ZWJob29rLXNlY3JldA==")?;
/// let verifier = Verifier::new([secret])?;
/// let body = br#"{"object":"event","id":"evnt_test_1","key":"charge.complete"}"#;
/// let signature = b"260fe1918ee63762653d9f081fa8ba8a4c5c627df76f07f0ddab87ccd2a08f64";
/// let now = Timestamp::from_unix_seconds(1_700_000_012)?;
/// verifier.verify(signature, b"1700000000", body, now)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Verifier {
    keys: Vec<MacKey>,
    tolerance: u64,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { keys, tolerance } = self;
        f.debug_struct("Verifier").field("secrets", &keys.len()).field("tolerance", tolerance).finish()
    }
}

impl Verifier {
    /// Accepts signatures of any of these secrets. Pass both the old and the new one during a rotation.
    ///
    /// # Errors
    /// [`MissingSecret`] if `secrets` is empty.
    pub fn new(secrets: impl IntoIterator<Item = WebhookSecret>) -> Result<Self, MissingSecret> {
        let keys: Vec<_> = secrets.into_iter().map(|secret| MacKey::new(&secret)).collect();
        if keys.is_empty() {
            return Err(MissingSecret);
        }
        Ok(Self { keys, tolerance: TOLERANCE_SECONDS })
    }

    /// Sets the maximum difference between the signature's timestamp and now, in seconds, inclusive; 300 by
    /// default.
    #[must_use]
    pub fn with_tolerance(self, seconds: u32) -> Self {
        Self { tolerance: seconds.into(), ..self }
    }

    /// Verifies the raw values of the two headers against the raw body.
    ///
    /// # Errors
    /// [`VerifyError`]: respond with 401 and ignore the webhook.
    pub fn verify(
        &self,
        signature: &[u8],
        timestamp: &[u8],
        body: &[u8],
        now: Timestamp,
    ) -> Result<(), VerifyError> {
        if body.len() > MAX_BODY {
            return Err(VerifyError::TooLarge);
        }
        let signed_at = parse_timestamp(timestamp)?;
        let signatures = parse_signatures(signature)?;
        if now.unix_seconds().abs_diff(signed_at) > self.tolerance {
            return Err(VerifyError::TimestampOutOfRange);
        }
        // Stopping at the first match reveals only which of the secrets matched.
        let matches = |key: &MacKey| {
            let mac = key.mac(timestamp, body);
            signatures.iter().any(|signature| mac.matches(signature))
        };
        if self.keys.iter().any(matches) { Ok(()) } else { Err(VerifyError::SignatureMismatch) }
    }

    /// Verifies a request's headers against its body, and decodes the event.
    ///
    /// ```
    /// # use kakaopay_webhook::{Rejection, Verifier};
    /// # use kakaopay_types::{Event, Timestamp};
    /// # fn receive(verifier: &Verifier, request: &http::Request<Vec<u8>>, now: Timestamp) -> Result<Event, Rejection> {
    /// verifier.event(request.headers(), request.body(), now)
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Rejection`]: respond with 401 to an invalid signature and with 400 to an invalid payload, and ignore
    /// the webhook. A repeated header is malformed.
    #[cfg(feature = "http")]
    pub fn event(&self, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<Event, Rejection> {
        let signature = single(headers, SIGNATURE_HEADER).ok_or(VerifyError::MalformedSignature);
        let timestamp = single(headers, TIMESTAMP_HEADER).ok_or(VerifyError::MalformedTimestamp);
        let verified =
            signature.and_then(|signature| timestamp.and_then(|at| self.verify(signature, at, body, now)));
        verified.map_err(Rejection::InvalidSignature)?;
        decode::from_slice(body).map_err(Rejection::InvalidPayload)
    }
}

/// Returns the value of a header: empty if missing, `None` if repeated.
#[cfg(feature = "http")]
pub(crate) fn single(headers: &HeaderMap, name: impl http::header::AsHeaderName) -> Option<&[u8]> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().map_or(&[][..], http::HeaderValue::as_bytes);
    values.next().is_none().then_some(value)
}

fn parse_timestamp(timestamp: &[u8]) -> Result<i64, VerifyError> {
    if timestamp.is_empty() {
        return Err(VerifyError::MissingTimestamp);
    }
    // `parse` would accept a sign.
    if !timestamp.iter().all(u8::is_ascii_digit) {
        return Err(VerifyError::MalformedTimestamp);
    }
    let text = str::from_utf8(timestamp).map_err(|_| VerifyError::MalformedTimestamp)?;
    text.parse().map_err(|_| VerifyError::MalformedTimestamp)
}

/// The signatures of a header, without allocation, so that forged webhooks stay cheap.
#[derive(Default)]
struct Signatures {
    all: [ReceivedMac; MAX_SIGNATURES],
    count: usize,
}

impl Signatures {
    fn iter(&self) -> impl Iterator<Item = &ReceivedMac> {
        self.all.iter().take(self.count)
    }
}

fn parse_signatures(header: &[u8]) -> Result<Signatures, VerifyError> {
    if header.trim_ascii().is_empty() {
        return Err(VerifyError::MissingSignature);
    }
    let mut signatures = Signatures::default();
    for part in header.split(|byte| *byte == b',') {
        let place = signatures.all.get_mut(signatures.count).ok_or(VerifyError::MalformedSignature)?;
        *place = ReceivedMac::from_hex(part.trim_ascii()).ok_or(VerifyError::MalformedSignature)?;
        signatures.count += 1;
    }
    Ok(signatures)
}

/// A verifier needs at least one secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("missing webhook secret: create one in the dashboard, or use `SignaturePolicy::unsigned`")]
#[non_exhaustive]
pub struct MissingSecret;

/// Why a signature was not accepted. The message contains no part of the webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The body is larger than [`MAX_BODY`].
    #[error("the body is larger than 256 KiB")]
    TooLarge,
    /// The signature is missing: the service has no secret, or the webhook is forged.
    #[error("the signature is missing: check that the dashboard has a webhook secret")]
    MissingSignature,
    /// The header is not a list of up to four signatures of 64 lower-case hex digits, or is repeated.
    #[error("the signature is malformed")]
    MalformedSignature,
    /// The timestamp is missing.
    #[error("the signature's timestamp is missing")]
    MissingTimestamp,
    /// The timestamp is not a whole number of seconds, or is repeated.
    #[error("the signature's timestamp is not a whole number of seconds")]
    MalformedTimestamp,
    /// The timestamp is too far in the past or in the future.
    #[error("the signature's timestamp is out of range: check this machine's clock")]
    TimestampOutOfRange,
    /// No secret matches the signature of this body.
    #[error("the signature matches no secret: check whether it was rotated or belongs to the other mode")]
    SignatureMismatch,
}
