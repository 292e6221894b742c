//! The default wire: hyper with rustls.

mod builder;
mod connect;
mod service;
mod tls;

pub use builder::WireBuilder;
pub use hyper_util::client::legacy::connect::HttpConnector;
pub use service::Wire;
pub use tls::{TlsError, default_tls_config};
