//! The default transport: hyper with rustls.

mod builder;
mod connect;
mod connection;
mod pool;
mod service;
mod target;
mod tls;

pub use builder::HyperTransportBuilder;
pub use hyper_util::client::legacy::connect::HttpConnector;
pub use service::HyperTransport;
pub use tls::{TlsError, default_tls_config};
