//! Webhooks: the signature check, and the receiver's responses and order.

mod altered;
#[cfg(feature = "http")]
mod event;
mod forgery;
#[cfg(feature = "receiver")]
mod order;
#[cfg(feature = "receiver")]
mod receiver;
mod rotation;
mod verifier;
