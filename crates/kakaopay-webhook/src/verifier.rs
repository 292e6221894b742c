//! Whether a webhook was signed by the service, lately.

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

/// Largest body that is looked at, in bytes. The service's events are some 3 kB.
pub const MAX_BODY: usize = 256 * 1024;
/// Most signatures that are looked at. The service sends two while a secret is being replaced.
const MAX_SIGNATURES: usize = 4;
/// How far the moment of signing may lie from now, either way, in seconds. The service names no
/// number; five minutes is what receivers use.
const TOLERANCE_SECONDS: u64 = 300;

/// Checks signatures against one or more secrets.
///
/// What passes was written by somebody who knows a secret, about now. It may still be old news,
/// repeated, or of another order, so that it is a reason to read the charge and nothing more.
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
    /// Checks against these secrets; give both while one is being replaced by the other.
    ///
    /// # Errors
    /// [`MissingSecret`] when there is none: nothing could ever be told from a forgery.
    pub fn new(secrets: impl IntoIterator<Item = WebhookSecret>) -> Result<Self, MissingSecret> {
        let keys: Vec<_> = secrets.into_iter().map(|secret| MacKey::new(&secret)).collect();
        if keys.is_empty() {
            return Err(MissingSecret);
        }
        Ok(Self { keys, tolerance: TOLERANCE_SECONDS })
    }

    /// The same, with another number of seconds that the moment of signing may lie from now,
    /// either way, itself included. 300 by default.
    #[must_use]
    pub fn with_tolerance(self, seconds: u32) -> Self {
        Self { tolerance: seconds.into(), ..self }
    }

    /// Checks the two headers, as they came, against the body, as it came.
    ///
    /// # Errors
    /// [`VerifyError`]: answer 401 and change nothing.
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
        let signed_at = seconds_of(timestamp)?;
        let signatures = signatures_of(signature)?;
        if now.unix_seconds().abs_diff(signed_at) > self.tolerance {
            return Err(VerifyError::TimestampOutOfRange);
        }
        // Which of several made the match is no secret.
        let good = |key: &MacKey| {
            let mac = key.mac(timestamp, body);
            signatures.iter().any(|signature| mac.matches(signature))
        };
        if self.keys.iter().any(good) { Ok(()) } else { Err(VerifyError::SignatureMismatch) }
    }

    /// Checks a request's headers against its body, and decodes the event.
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
    /// [`Rejection`]: answer 401 to a bad signature and 400 to a body that is no event, and change
    /// nothing. A header that comes twice is malformed.
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

/// The value of a header; empty when it does not come, and `None` when it comes more than once.
#[cfg(feature = "http")]
pub(crate) fn single(headers: &HeaderMap, name: impl http::header::AsHeaderName) -> Option<&[u8]> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().map_or(&[][..], http::HeaderValue::as_bytes);
    values.next().is_none().then_some(value)
}

fn seconds_of(timestamp: &[u8]) -> Result<i64, VerifyError> {
    if timestamp.is_empty() {
        return Err(VerifyError::MissingTimestamp);
    }
    // `parse` would take a sign too.
    if !timestamp.iter().all(u8::is_ascii_digit) {
        return Err(VerifyError::MalformedTimestamp);
    }
    let text = str::from_utf8(timestamp).map_err(|_| VerifyError::MalformedTimestamp)?;
    text.parse().map_err(|_| VerifyError::MalformedTimestamp)
}

/// The signatures of a header, on the stack: whoever sends forgeries costs no memory.
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

fn signatures_of(header: &[u8]) -> Result<Signatures, VerifyError> {
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

/// A receiver was asked to check signatures without a secret to check them with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("no webhook secret is set: roll one in the dashboard, or ask for an unsigned receiver by name")]
#[non_exhaustive]
pub struct MissingSecret;

/// Why a webhook is not believed. No part of what came is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The body is larger than [`MAX_BODY`].
    #[error("the body is larger than 256 KiB")]
    TooLarge,
    /// There is no signature: no secret is set at the service, or it is not the service.
    #[error("there is no signature")]
    MissingSignature,
    /// The signature is not one or more lower-case hex values of 64 digits.
    #[error("the signature is not of the service's form")]
    MalformedSignature,
    /// There is no moment of signing.
    #[error("there is no moment of signing")]
    MissingTimestamp,
    /// The moment of signing is not a whole number of seconds.
    #[error("the moment of signing is not a whole number of seconds")]
    MalformedTimestamp,
    /// It was signed too long ago, or too far in the future.
    #[error("it was not signed lately: check this machine's clock")]
    TimestampOutOfRange,
    /// No secret makes this signature over this body.
    #[error("no secret makes this signature: was it rolled, or is it of the other mode?")]
    SignatureMismatch,
}
