//! Connections over TLS: the server's name and chain are checked, always.

use kakaopay_postgres_cluster::{Cluster, Setup, shared};
use kakaopay_store::{Store, StoreErrorKind};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};

use kakaopay_store_postgres::PostgresOptions;

use crate::support::{connect, kind, options, step};

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

    /// A certificate for this name and its key, in PEM.
    fn certify(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("parameters");
        // Its name must not be the authority's, or it seems to be signed by itself.
        params.distinguished_name.push(DnType::CommonName, name);
        (params.signed_by(&key, &self.0).expect("a certificate").pem(), key.serialize_pem())
    }

    /// A server that it vouches for by this name.
    pub(crate) fn server(&self, name: &str) -> Option<Cluster> {
        let (certificate, key) = self.certify(name);
        let setup = Setup::new()
            .setting("ssl", "on")
            .file("ssl_cert_file", certificate.as_bytes())
            .file("ssl_key_file", key.as_bytes())
            .file("ssl_ca_file", &self.pem());
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

/// As libpq takes them: the files of the authority and of the client's certificate and key.
#[tokio::test]
async fn i7_certificates_are_taken_from_the_connection_string() {
    let authority = Authority::new();
    let Some(cluster) = authority.server("localhost") else { return };
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = authority.certify("shop");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let root = file("ca file.pem", std::str::from_utf8(&authority.pem()).unwrap());
    let (certificate, key) = (file("shop.pem", &certificate), file("shop.key", &key));
    let (port, password) = (cluster.port(), cluster.password());
    let url = |parameters: &str| {
        let root = root.replace(' ', "%20");
        format!("postgres://keeper:{password}@localhost:{port}/postgres?{parameters}&sslrootcert={root}")
    };
    let pairs = cluster.tcp_with_tls("localhost", "postgres") + &format!(" sslrootcert='{root}'");
    for (connection, certified) in [
        (url("sslmode=verify-full"), false),
        (url("sslmode=verify-ca"), false),
        (url(&format!("sslmode=verify-full&sslcert={certificate}&sslkey={key}")), true),
        (format!("{pairs} sslmode=verify-full sslcert={certificate} sslkey={key}"), true),
    ] {
        let store = options(&connection).open().await.unwrap_or_else(|error| panic!("{connection}: {error}"));
        let admin = connect(&cluster.tcp("postgres")).await;
        let certificates = "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                            WHERE application_name = 'kakaopay' AND client_serial IS NOT NULL";
        let found: i64 = admin.query_one(certificates, &[]).await.unwrap().get(0);
        assert_eq!(found > 0, certified, "{connection}");
        store.close();
        let gone = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'kakaopay'";
        while admin.query_one(gone, &[]).await.unwrap().get::<_, i64>(0) > 0 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }
    // The name is verified, whatever the mode.
    let wrong_name = url("sslmode=verify-ca").replace("@localhost", "@127.0.0.1");
    options(&wrong_name).open().await.unwrap_err();
    let missing = url("sslcert=/nonexistent/a&sslkey=/nonexistent/b");
    for (connection, expected) in
        [(missing, "cannot read the file of sslcert"), (url("sslkey=b"), "belong together")]
    {
        let error = PostgresOptions::new(&connection).unwrap_err();
        let text = error.to_string();
        assert!(text.contains(expected) && !text.contains("nonexistent"), "{text}");
    }
    let no_certificate = url(&format!("sslcert={key}&sslkey={key}"));
    assert!(PostgresOptions::new(&no_certificate).unwrap_err().to_string().contains("client certificate"));
}
