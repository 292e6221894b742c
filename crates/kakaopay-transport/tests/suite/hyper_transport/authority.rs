//! Certificates, good ones and others, and the configurations of both ends.

use std::sync::Arc;

use kakaopay_transport::default_tls_config;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, SanType,
};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore, ServerConfig, SupportedProtocolVersion};

/// The host that the client wants to speak with.
pub(crate) const HOST: &str = "api.omise.co";

/// A certificate with those above it, and its key.
pub(crate) struct Identity {
    pub(crate) chain: Vec<CertificateDer<'static>>,
    pub(crate) key: PrivateKeyDer<'static>,
}

/// A certificate authority.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

fn pair() -> KeyPair {
    KeyPair::generate().expect("a key")
}

fn der(key: &KeyPair) -> PrivateKeyDer<'static> {
    PrivatePkcs8KeyDer::from(key.serialize_der()).into()
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

/// The content of a good certificate of the host.
pub(crate) fn good() -> CertificateParams {
    let mut params = named("a server");
    params.subject_alt_names = vec![SanType::DnsName(HOST.try_into().expect("a name"))];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params
}

/// The content of an authority's certificate.
pub(crate) fn signs(name: &str) -> CertificateParams {
    let mut params = named(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
    params
}

impl Authority {
    pub(crate) fn new() -> Self {
        Self::of(signs("the authority"))
    }

    pub(crate) fn of(params: CertificateParams) -> Self {
        Self(CertifiedIssuer::self_signed(params, pair()).expect("a certificate"))
    }

    /// A certificate that it signs.
    pub(crate) fn identity(&self, params: &CertificateParams) -> Identity {
        let key = pair();
        let certificate = params.signed_by(&key, &self.0).expect("a certificate");
        Identity { chain: vec![certificate.der().clone()], key: der(&key) }
    }

    /// A certificate that an intermediate authority signs, which may lack the right to.
    pub(crate) fn identity_below(&self, between: CertificateParams) -> Identity {
        let (key, own) = (pair(), pair());
        let certificate = between.signed_by(&key, &self.0).expect("a certificate");
        let issuer = Issuer::new(between, key);
        let leaf = good().signed_by(&own, &issuer).expect("a certificate");
        Identity { chain: vec![leaf.der().clone(), certificate.der().clone()], key: der(&own) }
    }

    /// Its own certificate, as if it were a server's.
    pub(crate) fn own(&self) -> Identity {
        Identity { chain: vec![self.0.der().clone()], key: der(self.0.key()) }
    }

    pub(crate) fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone()).expect("a root");
        roots
    }

    /// A client that trusts only this authority, with the provider that was chosen by feature.
    pub(crate) fn client(&self) -> ClientConfig {
        self.client_with(default_tls_config().expect("a configuration").crypto_provider(), None)
    }

    pub(crate) fn client_with(
        &self,
        provider: &Arc<CryptoProvider>,
        identity: Option<Identity>,
    ) -> ClientConfig {
        let builder = ClientConfig::builder_with_provider(Arc::clone(provider))
            .with_safe_default_protocol_versions()
            .expect("a configuration")
            .with_root_certificates(self.roots());
        match identity {
            Some(Identity { chain, key }) => builder.with_client_auth_cert(chain, key).expect("an identity"),
            None => builder.with_no_client_auth(),
        }
    }
}

/// A self-signed certificate.
pub(crate) fn self_signed() -> Identity {
    let key = pair();
    let certificate = good().self_signed(&key).expect("a certificate");
    Identity { chain: vec![certificate.der().clone()], key: der(&key) }
}

/// The protocol that a server speaks.
pub(crate) type Versions = &'static [&'static SupportedProtocolVersion];
pub(crate) const TODAY: Versions = &[&TLS13, &TLS12];
pub(crate) const EACH: [Versions; 2] = [&[&TLS12], &[&TLS13]];

/// A server of one version, or of several.
pub(crate) fn server(versions: Versions, identity: Identity) -> Arc<ServerConfig> {
    let config = ServerConfig::builder_with_provider(ring())
        .with_protocol_versions(versions)
        .expect("a configuration")
        .with_no_client_auth()
        .with_single_cert(identity.chain, identity.key);
    Arc::new(config.expect("an identity"))
}

/// A server that wants to see a certificate, too.
pub(crate) fn mutual(versions: Versions, identity: Identity, clients: &Authority) -> Arc<ServerConfig> {
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(clients.roots()), ring()).build();
    let config = ServerConfig::builder_with_provider(ring())
        .with_protocol_versions(versions)
        .expect("a configuration")
        .with_client_cert_verifier(verifier.expect("a verifier"))
        .with_single_cert(identity.chain, identity.key);
    Arc::new(config.expect("an identity"))
}

/// A server with a certificate whose key it does not have.
pub(crate) fn impostor(versions: Versions, identity: Identity, other: Identity) -> Arc<ServerConfig> {
    let key = ring().key_provider.load_private_key(other.key).expect("a key");
    let stolen = rustls::sign::CertifiedKey::new(identity.chain, key);
    let config = ServerConfig::builder_with_provider(ring())
        .with_protocol_versions(versions)
        .expect("a configuration")
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(rustls::sign::SingleCertAndKey::from(stolen)));
    Arc::new(config)
}

/// The provider that is not the default.
pub(crate) fn ring() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
