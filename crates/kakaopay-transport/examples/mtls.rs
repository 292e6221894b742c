//! A custom TLS configuration: your own roots, and a client certificate for a service that requires one.
//!
//! `cargo run -p kakaopay-transport --example mtls`
#![expect(clippy::print_stdout, reason = "an example shows what it did")]

mod service;

use std::net::SocketAddr;
use std::sync::Arc;

use kakaopay_transport::{BaseUri, BoxError, Client, HyperTransport};
use kakaopay_types::{SecretKey, SourceId};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    let authority = Authority::new()?;
    let provider = Arc::new(ring::default_provider());
    let (chain, key) = authority.identity("shop")?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(authority.roots()?)
        .with_client_auth_cert(chain, key)?;

    let port = start_terminator(&authority).await?.port();
    let base = BaseUri::parse(&format!("https://localhost:{port}"))?;
    let key = SecretKey::parse("skey_test_5xt0gk0nqqnwnp1bnm8")?;
    let client = Client::builder(HyperTransport::with_tls(config), key).base_uri(base).build();
    let source = client.sources().retrieve(SourceId::parse("src_test_1")?).await?;
    println!("{} of {} {}", source.id, source.amount, source.currency);
    Ok(())
}

/// Terminates TLS in front of the service, and accepts clients with a certificate of the authority.
async fn start_terminator(authority: &Authority) -> Result<SocketAddr, BoxError> {
    let provider = Arc::new(ring::default_provider());
    let (chain, key) = authority.identity("localhost")?;
    let clients =
        WebPkiClientVerifier::builder_with_provider(authority.roots()?.into(), Arc::clone(&provider))
            .build()?;
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(clients)
        .with_single_cert(chain, key)?;
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let service = service::start().await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let mut near = acceptor.accept(stream).await?;
            let mut far = TcpStream::connect(service).await?;
            tokio::spawn(async move { copy_bidirectional(&mut near, &mut far).await });
        }
        Ok::<(), BoxError>(())
    });
    Ok(address)
}

/// The authority that signs both certificates.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Result<Self, BoxError> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Ok(Self(CertifiedIssuer::self_signed(params, KeyPair::generate()?)?))
    }

    fn roots(&self) -> Result<RootCertStore, BoxError> {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone())?;
        Ok(roots)
    }

    fn identity(
        &self,
        name: &str,
    ) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), BoxError> {
        let key = KeyPair::generate()?;
        let certificate = CertificateParams::new([name.to_owned()])?.signed_by(&key, &self.0)?;
        Ok((vec![certificate.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into())))
    }
}
