//! The default wire: hyper with rustls.

mod connect;
mod service;
mod tls;

pub use service::Wire;
pub use tls::{TlsError, default_tls_config};
