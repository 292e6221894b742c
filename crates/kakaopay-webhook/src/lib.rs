//! Webhooks of Omise: whether one is genuine, what it carries, and an endpoint to receive it.
//!
//! The check ([`Verifier`]) needs no IO and goes with any server; feature `receiver` adds
//! [`Receiver`], a tower service that verifies, stores and answers in that order.
//!
//! The form of the signature is the one Omise documents for its webhooks: HMAC-SHA256, keyed with
//! the decoded secret, over the timestamp, a dot and the raw body.
//!
//! # Use alone
//!
//! Nothing else of this library is needed. A [`Receiver`] goes wherever a tower service goes, such as
//! axum's `route_service`, and puts what it takes into a [`Sink`] of your own: a table, a queue, a
//! file. The examples `in_axum` and `in_hyper` do it.
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
//!     async fn store(&self, accepted: ReceivedEvent) -> std::io::Result<()> {
//!         // Insert `accepted.event.id` and `accepted.body`, unless that id is there, and commit.
//!         # drop(accepted);
//!         Ok(())
//!     }
//! }
//!
//! # fn now() -> Timestamp { Timestamp::UNIX_EPOCH }
//! // Two while one is being replaced by the other.
//! let secrets = [WebhookSecret::from_base64("dGVzdC13ZWJob29rLXNlY3JldA==")?];
//! let receiver = Receiver::new(SignaturePolicy::signed(Verifier::new(secrets)?), Table, now);
//! # drop(receiver);
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | answer | when |
//! |---|---|
//! | 200 | the sink has stored it |
//! | 400 | a header that is looked at came twice, or the body broke off or is no event |
//! | 401 | the signature is missing, wrong, or not of now |
//! | 405 | the method is not `POST` |
//! | 413 | the body is larger than 256 KiB |
//! | 415 | the body is not `application/json`, or is compressed |
//! | 503, `Retry-After: 60` | the sink could not store it |
//! | none | the sink panicked, or the server's patience or the client's ended |
//!
//! Without feature `receiver`, read the body as bytes, up to [`MAX_BODY`], and give it with the headers
//! to `Verifier::event` (feature `http`), or with both of its headers to [`Verifier::verify`], before
//! anything else looks at it. Store it, and answer 200 when it is stored. Whatever is done about an event, read its charge first: a webhook may be old,
//! come twice, or not at all.

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
pub use refused::Rejection;
pub use secret::{InvalidSecret, WebhookSecret};
pub use signature::{SIGNATURE_HEADER, SignedHeaders, Signer, TIMESTAMP_HEADER};
pub use verifier::{MAX_BODY, MissingSecret, Verifier, VerifyError};
