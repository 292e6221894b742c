//! TLS of the default transport.

use std::fmt;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::crypto::CryptoProvider;

/// Returns a TLS configuration with the provider and the roots selected by feature, for TLS 1.2 and 1.3.
///
/// The process-wide default provider of rustls is not used, so that other crates cannot change it.
///
/// # Errors
/// [`TlsError`] if no provider or no roots are enabled, or rustls rejects the combination.
pub fn default_tls_config() -> Result<ClientConfig, TlsError> {
    let provider = provider().ok_or(TlsError::NoProvider)?;
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    with_roots(builder)
}

#[cfg(feature = "aws-lc-rs")]
fn provider() -> Option<Arc<CryptoProvider>> {
    Some(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
}

#[cfg(all(feature = "ring", not(feature = "aws-lc-rs")))]
fn provider() -> Option<Arc<CryptoProvider>> {
    Some(Arc::new(rustls::crypto::ring::default_provider()))
}

#[cfg(not(any(feature = "ring", feature = "aws-lc-rs")))]
fn provider() -> Option<Arc<CryptoProvider>> {
    None
}

type Builder = rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>;

#[cfg(feature = "platform-verifier")]
fn with_roots(builder: Builder) -> Result<ClientConfig, TlsError> {
    use rustls_platform_verifier::BuilderVerifierExt;

    Ok(builder.with_platform_verifier()?.with_no_client_auth())
}

#[cfg(all(feature = "webpki-roots", not(feature = "platform-verifier")))]
fn with_roots(builder: Builder) -> Result<ClientConfig, TlsError> {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

#[cfg(not(any(feature = "webpki-roots", feature = "platform-verifier")))]
fn with_roots(_: Builder) -> Result<ClientConfig, TlsError> {
    Err(TlsError::NoRoots)
}

/// TLS cannot be set up.
#[derive(Debug)]
#[non_exhaustive]
pub enum TlsError {
    /// No feature enables a cryptography provider.
    NoProvider,
    /// No feature enables root certificates.
    NoRoots,
    /// rustls rejects the configuration.
    Rustls(rustls::Error),
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoProvider => "no TLS provider: enable feature `aws-lc-rs` or `ring`, or pass a ClientConfig",
            Self::NoRoots => "no root certificates: enable feature `webpki-roots` or `platform-verifier`, or pass a ClientConfig",
            Self::Rustls(_) => "invalid TLS configuration",
        })
    }
}

impl std::error::Error for TlsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Rustls(error) => Some(error),
            Self::NoProvider | Self::NoRoots => None,
        }
    }
}

impl From<rustls::Error> for TlsError {
    fn from(error: rustls::Error) -> Self {
        Self::Rustls(error)
    }
}
