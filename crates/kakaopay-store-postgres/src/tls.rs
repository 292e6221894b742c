//! Whether, and how, a connection is encrypted.

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres_rustls_improved::MakeRustlsConnect;

use crate::open_error::PostgresTlsError;

/// The trusted authorities.
#[derive(Clone)]
pub(crate) enum Trust {
    /// The roots that were chosen by feature.
    Default,
    /// The authorities in this PEM.
    Authority(Vec<u8>),
    /// The caller's configuration.
    Own(Box<ClientConfig>),
}

/// The client's certificate chain and its key.
pub(crate) struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl Identity {
    pub(crate) fn parse(chain: &[u8], key: &[u8]) -> Result<Self, PostgresTlsError> {
        let invalid = |_| PostgresTlsError::InvalidIdentity;
        let chain = CertificateDer::pem_slice_iter(chain).collect::<Result<Vec<_>, _>>().map_err(invalid)?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(invalid)?;
        if chain.is_empty() { Err(PostgresTlsError::InvalidIdentity) } else { Ok(Self { chain, key }) }
    }
}

impl Clone for Identity {
    fn clone(&self) -> Self {
        Self { chain: self.chain.clone(), key: self.key.clone_key() }
    }
}

/// How a connection is encrypted.
#[derive(Clone)]
pub(crate) enum Encryption {
    /// Not at all: a Unix socket, or the caller has said so.
    None,
    /// With the name and the chain of the server checked.
    Tls(MakeRustlsConnect),
}

impl Encryption {
    /// Chooses the encryption for the hosts of a connection string. `sslmode=prefer` becomes `require`: otherwise an
    /// attacker in between could pretend that the server has no TLS.
    pub(crate) fn choose(
        config: &mut Config,
        trust: Trust,
        identity: Option<&Identity>,
    ) -> Result<Self, PostgresTlsError> {
        let sockets = config.get_hosts().iter().filter(|host| !matches!(host, Host::Tcp(_))).count();
        let all = config.get_hosts().len().max(config.get_hostaddrs().len());
        if sockets > 0 && sockets < all {
            return Err(PostgresTlsError::MixedHosts);
        }
        if sockets > 0 || config.get_ssl_mode() == SslMode::Disable {
            config.ssl_mode(SslMode::Disable);
            return Ok(Self::None);
        }
        config.ssl_mode(SslMode::Require);
        let config = match trust {
            Trust::Own(config) => *config,
            Trust::Authority(pem) => trusting(authorities(&pem)?, identity)?,
            Trust::Default => trusting(default_roots()?, identity)?,
        };
        Ok(Self::Tls(MakeRustlsConnect::new(config)))
    }
}

fn authorities(pem: &[u8]) -> Result<RootCertStore, PostgresTlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|_| PostgresTlsError::InvalidRoots)?;
        roots.add(certificate).map_err(|_| PostgresTlsError::InvalidRoots)?;
    }
    if roots.is_empty() { Err(PostgresTlsError::InvalidRoots) } else { Ok(roots) }
}

/// The provider is a value, not the process-wide default, so that it does not depend on other linked crates.
fn trusting(roots: RootCertStore, identity: Option<&Identity>) -> Result<ClientConfig, PostgresTlsError> {
    let provider = provider().ok_or(PostgresTlsError::NoProvider)?;
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(PostgresTlsError::Rustls)?;
    let builder = builder.with_root_certificates(roots);
    match identity.cloned() {
        Some(Identity { chain, key }) => {
            builder.with_client_auth_cert(chain, key).map_err(PostgresTlsError::Rustls)
        }
        None => Ok(builder.with_no_client_auth()),
    }
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

#[cfg(feature = "webpki-roots")]
fn default_roots() -> Result<RootCertStore, PostgresTlsError> {
    Ok(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() })
}

#[cfg(not(feature = "webpki-roots"))]
fn default_roots() -> Result<RootCertStore, PostgresTlsError> {
    Err(PostgresTlsError::NoRoots)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn choose(connection: &str) -> (Result<Encryption, PostgresTlsError>, SslMode) {
        let mut config: Config = connection.parse().unwrap();
        let chosen = Encryption::choose(&mut config, Trust::Default, None);
        (chosen, config.get_ssl_mode())
    }

    #[test]
    #[cfg(all(feature = "webpki-roots", any(feature = "ring", feature = "aws-lc-rs")))]
    fn tls_is_demanded_of_every_host_unless_it_is_refused() {
        for tls in ["host=a", "host=a sslmode=prefer", "host=a sslmode=require", "hostaddr=127.0.0.1"] {
            let (chosen, mode) = choose(tls);
            assert!(matches!(chosen, Ok(Encryption::Tls(_))), "{tls}");
            assert_eq!(mode, SslMode::Require, "{tls}");
        }
    }

    #[test]
    fn a_socket_has_no_tls_and_does_not_mix() {
        for plain in ["host=/run", "host=/run sslmode=require", "host=a sslmode=disable"] {
            let (chosen, mode) = choose(plain);
            assert!(matches!(chosen, Ok(Encryption::None)), "{plain}");
            assert_eq!(mode, SslMode::Disable, "{plain}");
        }
        assert_eq!(choose("host=a,/run").0.err(), Some(PostgresTlsError::MixedHosts));
    }

    #[test]
    fn what_is_no_certificate_is_no_authority() {
        for pem in [&b""[..], b"nothing", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            assert_eq!(authorities(pem).err(), Some(PostgresTlsError::InvalidRoots));
        }
    }
}
