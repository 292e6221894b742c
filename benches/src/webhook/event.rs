//! The event that is posted, and its signature.

use kakaopay_types::Timestamp;
use kakaopay_webhook::{SignedHeaders, Signer, WebhookSecret};

/// The charge of Omise's guide, in the service's own bytes.
const CHARGE: &str = include_str!("../../../tests/pure/data/guide_charge.json");
/// The secret of the endpoint.
pub(super) const SECRET: &[u8; 32] = b"the secret of a webhook endpoint";
const SIGNED_AT: i64 = 1_700_000_000;

/// A request as far as it is signed.
pub struct Posted {
    /// The body.
    pub body: Vec<u8>,
    /// Its headers.
    pub headers: SignedHeaders,
}

/// The charge's completion, as it is posted.
#[must_use]
pub fn posted() -> Posted {
    let charge: Vec<_> = CHARGE.trim_end().lines().collect();
    let charge = charge.join("\n  ");
    let body = format!(
        r#"{{
  "object": "event",
  "id": "evnt_test_5yls8y7vq1w8bquwwg8",
  "livemode": false,
  "location": "/events/evnt_test_5yls8y7vq1w8bquwwg8",
  "webhook_deliveries": [],
  "data": {charge},
  "key": "charge.complete",
  "created_at": "2023-06-15T02:25:15Z"
}}"#
    );
    let body = body.into_bytes();
    let headers = Signer::new([secret()]).sign(now(), &body);
    Posted { body, headers }
}

pub(super) fn secret() -> WebhookSecret {
    WebhookSecret::from_bytes(*SECRET).expect("not empty")
}

pub(super) fn now() -> Timestamp {
    Timestamp::from_unix_seconds(SIGNED_AT).expect("a moment")
}
