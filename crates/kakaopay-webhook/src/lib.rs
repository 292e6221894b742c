//! Webhooks of Omise: whether one is genuine, what it carries, and an endpoint to receive it.
//!
//! The check ([`Verifier`]) needs no IO and goes with any server; feature `receiver` adds
//! [`Receiver`], a tower service that verifies, stores and answers in that order.
//!
//! The form of the signature is the one Omise documents for its webhooks: HMAC-SHA256, keyed with
//! the decoded secret, over the timestamp, a dot and the raw body.

mod policy;
#[cfg(feature = "receiver")]
mod receiver;
mod secret;
mod signature;
mod verifier;

pub use policy::Policy;
#[cfg(feature = "receiver")]
pub use receiver::{Accepted, Receiver, Sink};
pub use secret::{InvalidSecret, Secret};
pub use signature::{SIGNATURE_HEADER, SignedHeaders, Signer, TIMESTAMP_HEADER};
pub use verifier::{MAX_BODY, NoSecret, Refusal, Verifier};
