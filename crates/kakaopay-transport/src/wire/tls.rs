//! The TLS side of the default wire.

use std::fmt;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::crypto::CryptoProvider;

/// A configuration of TLS with the provider and the roots that were chosen by feature.
///
/// The provider is a value and no process-wide default, so that it never depends on what else is
/// linked. TLS 1.2 and 1.3, as the service offers.
///
/// # Errors
/// [`TlsError`] when no provider or no roots were chosen, or rustls refuses the combination.
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
    /// No cryptography provider was chosen.
    NoProvider,
    /// No kind of roots was chosen.
    NoRoots,
    /// rustls refuses.
    Rustls(rustls::Error),
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoProvider => "choose feature `aws-lc-rs` or `ring`, or bring a ClientConfig",
            Self::NoRoots => "choose feature `webpki-roots` or `platform-verifier`, or bring a ClientConfig",
            Self::Rustls(_) => "TLS cannot be set up",
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
