//! The default wire: hyper with rustls.

mod connector;
mod service;

pub use connector::{TlsError, default_tls_config};
pub use service::Wire;
