//! Webhooks of Omise: signature verification, decoding, and an endpoint that receives them.
//!
//! [`Verifier`] does no I/O and works with any server; feature `receiver` adds [`Receiver`], a tower
//! service that verifies a webhook, stores it, and then responds.
//!
//! The signature is the one that Omise documents: HMAC-SHA256, keyed with the decoded secret, over the
//! timestamp, a dot and the raw body.
//!
//! # Standalone use
//!
//! This crate works without the rest of the library. Mount a [`Receiver`] like any tower service, for
//! example with axum's `route_service`; it stores events in your own [`Sink`]: a table, a queue, a file.
//! See the examples `in_axum` and `in_hyper`.
//!
//! ```
//! # #[cfg(feature = "receiver")] {
//! use kakaopay_types::Timestamp;
//! use kakaopay_webhook::{ReceivedEvent, SignaturePolicy, Receiver, WebhookSecret, Sink, Verifier};
//!
//! #[derive(Clone)]
//! struct Table;
//!
//! impl Sink for Table {
//!     type Error = std::io::Error;
//!
//!     async fn store(&self, received: ReceivedEvent) -> std::io::Result<()> {
//!         // Insert `received.event.id` and `received.body` unless the id exists, and commit.
//!         # drop(received);
//!         Ok(())
//!     }
//! }
//!
//! # fn now() -> Timestamp { Timestamp::UNIX_EPOCH }
//! // Two secrets during a rotation.
//! let secrets = [WebhookSecret::from_base64("dGVzdC13ZWJob29rLXNlY3JldA==")?];
//! let receiver = Receiver::new(SignaturePolicy::signed(Verifier::new(secrets)?), Table, now);
//! # drop(receiver);
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | response | condition |
//! |---|---|
//! | 200 | the sink stored the event |
//! | 400 | a relevant header is repeated, the body was cut off, or it is not an event |
//! | 401 | the signature is missing or wrong, or its timestamp is out of range |
//! | 405 | the method is not `POST` |
//! | 413 | the body is larger than 256 KiB |
//! | 415 | the body is not `application/json`, or is compressed |
//! | 503, `Retry-After: 60` | the sink failed to store the event |
//! | none | the sink panicked, or the server or the client timed out |
//!
//! Without feature `receiver`, read the raw body, up to [`MAX_BODY`] bytes, and pass it with the headers to
//! `Verifier::event` (feature `http`), or with the values of its two headers to [`Verifier::verify`], before
//! any other use. Store the event, and then respond with 200. Before you act on an event, retrieve its
//! charge: a webhook may be stale, repeated, or missing.

#![deny(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod mac;
mod policy;
#[cfg(feature = "receiver")]
mod receiver;
mod refused;
mod secret;
mod signature;
mod verifier;

pub use policy::SignaturePolicy;
#[cfg(feature = "receiver")]
pub use receiver::{ReceivedEvent, Receiver, Sink};
pub use refused::{FormError, Rejection};
pub use secret::{InvalidSecret, WebhookSecret};
pub use signature::{SIGNATURE_HEADER, SignedHeaders, Signer, TIMESTAMP_HEADER};
pub use verifier::{MAX_BODY, MissingSecret, Verifier, VerifyError};
