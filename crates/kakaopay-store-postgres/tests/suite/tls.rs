//! Connections over TLS: the server's name and chain are checked, always.

use kakaopay_postgres_cluster::{Cluster, Setup, shared};
use kakaopay_store::{Store, StoreErrorKind};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

use crate::support::{kind, options, step};

/// Who vouches for servers.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        Self(CertifiedIssuer::self_signed(params, key).expect("an authority"))
    }

    pub(crate) fn pem(&self) -> Vec<u8> {
        self.0.pem().into_bytes()
    }

    /// A server that it vouches for by this name.
    pub(crate) fn server(&self, name: &str) -> Option<Cluster> {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec![name.to_owned()]).expect("parameters");
        let certificate = params.signed_by(&key, &self.0).expect("a certificate");
        let setup = Setup::new()
            .setting("ssl", "on")
            .file("ssl_cert_file", certificate.pem().as_bytes())
            .file("ssl_key_file", key.serialize_pem().as_bytes());
        Cluster::start(setup)
    }
}

#[tokio::test]
async fn i7_a_server_is_taken_by_its_name_and_its_authority_alone() {
    let authority = Authority::new();
    let Some(cluster) = authority.server("localhost") else { return };
    let right = options(&cluster.tcp_with_tls("localhost", "postgres")).root_certificate(&authority.pem());
    let store = right.open().await.unwrap();
    store.commit(step("a", 0, *b"one")).await.unwrap();
    // Asking for less is no way to get less.
    let prefer = format!("{} sslmode=prefer", cluster.tcp_with_tls("localhost", "postgres"));
    options(&prefer).root_certificate(&authority.pem()).open().await.unwrap();

    let other = Authority::new();
    let wrong_authority =
        options(&cluster.tcp_with_tls("localhost", "postgres")).root_certificate(&other.pem());
    let mozillas = options(&cluster.tcp_with_tls("localhost", "postgres"));
    let wrong_name = cluster.tcp_with_tls("db.example", "postgres") + " hostaddr=127.0.0.1";
    let wrong_name = options(&wrong_name).root_certificate(&authority.pem());
    let address = options(&cluster.tcp_with_tls("127.0.0.1", "postgres")).root_certificate(&authority.pem());
    for refused in [wrong_authority, mozillas, wrong_name, address] {
        assert_eq!(kind(refused.open().await.unwrap_err()), StoreErrorKind::Io);
    }
}

#[tokio::test]
async fn i7_a_server_without_tls_gets_no_password() {
    let Some(cluster) = shared() else { return };
    let options = options(&cluster.tcp_with_tls("localhost", "postgres"));
    assert_eq!(kind(options.open().await.unwrap_err()), StoreErrorKind::Other);
}
