//! A typed client for Omise over any tower service.
//!
//! [`Client`] takes any [`Transport`]: a `tower::Service` from requests to responses that is
//! `Clone + Send + Sync`, such as the default [`HyperTransport`], your own stack, or something that stands in for
//! the network in a test. Around it stand the [layers](layer), in the one order that their reasons allow.
//!
//! | runnable with `cargo run -p kakaopay-transport --example …` | shows |
//! |---|---|
//! | `own_service` | a tower service of your own as the wire, and how it says that nothing was sent |
//! | `reqwest_as_wire` | `reqwest` as the wire, with its redirects and retries turned off |
//! | `proxy` | the default wire through the tunnel of an HTTP proxy |
//! | `mtls` | the default wire with roots and a client certificate of your own |
//! | `recording` | a layer of your own that keeps every exchange, without the key |
//! | `single_threaded` | one thread for everything |
//!
//! No client is bound to a runtime: it is made outside of any, and goes on when one has ended. Nothing here
//! runs in the background but what the default wire needs for its connections.
//!
//! The API has no idempotency key. So no layer ever sends a request twice, and every [`Error`] says
//! whether what was asked for may have been done: [`Error::outcome_unknown`].
//!
//! ```
//! use kakaopay_transport::{BoxError, Client, Delivery, Request, RequestBody};
//! use kakaopay_types::endpoint::RetrieveCharge;
//! use kakaopay_types::{ChargeId, ErrorCode, SecretKey};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
//! // A service of one's own, which stands in for the network here.
//! let service = tower::service_fn(async |_: Request| {
//!     let body = RequestBody::from(r#"{"object":"error","code":"not_found"}"#);
//!     Ok::<_, BoxError>(http::Response::builder().status(404).body(body)?)
//! });
//! let client = Client::new(service, SecretKey::parse("skey_test_5xt0gk0nqqnwnp1bnm8")?);
//!
//! let id = ChargeId::parse("chrg_test_5w4415netlwqpc54tyg")?;
//! let error = client.send(RetrieveCharge::new(id)).await.unwrap_err();
//! assert_eq!(error.delivery(), Delivery::Answered);
//! assert_eq!(error.api_rejection().unwrap().code, ErrorCode::NotFound);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![deny(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod base_uri;
mod body;
mod builder;
mod client;
mod encoding;
mod error;
pub mod layer;
mod operation;
mod pages;
mod resource;
mod response;
mod settings;
mod stack;
#[cfg(feature = "testing")]
pub mod testing;
mod transport;
#[cfg(feature = "hyper")]
mod wire;

pub use base_uri::{BaseUri, InvalidBaseUri};
pub use body::{Request, RequestBody, Response};
pub use builder::ClientBuilder;
pub use client::Client;
pub use encoding::Encoding;
pub use error::{BoxError, Delivery, Error, ErrorKind, NotSent};
pub use operation::Operation;
pub use pages::Paginated;
pub use resource::{Charges, Events, Refunds, Sources};
pub use stack::{Stack, StackFuture};
pub use transport::Transport;
#[cfg(feature = "hyper")]
pub use wire::{HttpConnector, HyperTransport, HyperTransportBuilder, TlsError, default_tls_config};
