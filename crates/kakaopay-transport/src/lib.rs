//! A typed client for Omise over any tower service.
//!
//! [`Client`] takes any [`Transport`]: a `tower::Service` from requests to responses that is
//! `Clone + Send + Sync`, such as the default [`HyperTransport`], your own stack, or a stub of the network
//! in a test. The client wraps it in the [layers](layer), in a fixed order that [`Stack`] explains.
//!
//! | runnable with `cargo run -p kakaopay-transport --example …` | shows |
//! |---|---|
//! | `own_service` | a tower service of your own as the transport, and how it reports that nothing was sent |
//! | `reqwest_as_transport` | `reqwest` as the transport, with its redirects and retries turned off |
//! | `proxy` | the default transport through the tunnel of an HTTP proxy |
//! | `mtls` | the default transport with roots and a client certificate of your own |
//! | `recording` | a layer of your own that keeps every exchange, without the key |
//! | `single_threaded` | a client on a single thread |
//!
//! A client is not bound to a runtime: create it outside of any, and keep using it when a runtime has ended.
//! Only the connections of the default transport run background tasks.
//!
//! The API has no idempotency key, so no layer ever sends a mutation twice, and every [`Error`] says
//! whether the request may have been carried out: [`Error::outcome_unknown`].
//!
//! ```
//! use kakaopay_transport::{BoxError, Client, Delivery, HttpRequest, RequestBody};
//! use kakaopay_types::endpoint::RetrieveCharge;
//! use kakaopay_types::{ChargeId, ErrorCode, SecretKey};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
//! // A stub of the network.
//! let service = tower::service_fn(async |_: HttpRequest| {
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
#[cfg(feature = "hyper")]
mod hyper_transport;
pub mod layer;
mod operation;
mod pages;
mod resource;
mod response;
mod send_by;
mod settings;
mod stack;
#[cfg(feature = "testing")]
pub mod testing;
mod timed;
mod transport;

pub use base_uri::{BaseUri, InvalidBaseUri};
pub use body::{HttpRequest, HttpResponse, RequestBody};
pub use builder::ClientBuilder;
pub use client::Client;
pub use encoding::Encoding;
pub use error::{BoxError, Delivery, Error, ErrorKind, NotSent};
#[cfg(feature = "hyper")]
pub use hyper_transport::{
    HttpConnector, HyperTransport, HyperTransportBuilder, TlsError, default_tls_config,
};
pub use operation::Operation;
pub use pages::Paginated;
pub use resource::{Charges, Events, Refunds, Sources};
pub use send_by::SendBy;
pub use stack::{Stack, StackFuture};
pub use timed::Timed;
pub use transport::Transport;
