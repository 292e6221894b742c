//! F25, the other side: with whom the wire does speak, and how.

use std::sync::Arc;

use http::Uri;
use kakaopay_transport::{BaseUri, Client, HttpConnector, HyperTransport, default_tls_config};
use kakaopay_types::SecretKey;
use rcgen::SanType;
use rustls::crypto::CryptoProvider;
use rustls::{ClientConfig, ServerConfig};

use super::authority::{Authority, EACH, TODAY, good, mutual, ring, server, signs};
use super::pipe::Pipes;
use super::server::{Seen, https};
use crate::support::{create, key, retrieve};

/// Makes two calls, over one connection.
async fn check(client: ClientConfig, server: Arc<ServerConfig>) {
    let seen = Seen::default();
    let kept = seen.clone();
    let pipes = Pipes(move |stream| https(kept.tap(stream, None), Arc::clone(&server), kept.clone()));
    let transport = HyperTransport::builder().tls(client).connector(pipes).build().expect("a transport");
    let client = Client::new(transport, key());
    client.send(create()).await.expect("a source");
    client.send(retrieve()).await.expect("a source");
    assert_eq!(seen.connections(), 1);
    let request = seen.request();
    assert!(
        request.starts_with("POST /sources HTTP/1.1\r\n") && request.contains("\r\nhost: api.omise.co\r\n")
    );
    assert!(!String::from_utf8_lossy(&seen.raw()).contains("POST"));
}

#[tokio::test]
async fn f25_a_good_certificate_is_good() {
    let authority = Authority::new();
    for versions in EACH {
        check(authority.client(), server(versions, authority.identity(&good()))).await;
        // By way of somebody who may sign.
        check(authority.client(), server(versions, authority.identity_below(signs("between")))).await;
    }
}

#[tokio::test]
async fn f25_a_requested_client_certificate_is_sent() {
    let authority = Authority::new();
    let mut params = good();
    params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
    for versions in EACH {
        let config = mutual(versions, authority.identity(&good()), &authority);
        let identity = authority.identity(&params);
        check(authority.client_with(&ring(), Some(identity)), config).await;
    }
}

#[tokio::test]
async fn two_providers_stand_beside_each_other() {
    // Which of them is used is said by value, so that neither is the process's.
    let chosen = default_tls_config().expect("a configuration");
    let authority = Authority::new();
    check(authority.client(), server(TODAY, authority.identity(&good()))).await;
    check(authority.client_with(&ring(), None), server(TODAY, authority.identity(&good()))).await;
    assert!(CryptoProvider::get_default().is_none());

    // The two are not the same: each has key exchanges of its own.
    let groups =
        |provider: &CryptoProvider| provider.kx_groups.iter().map(|group| group.name()).collect::<Vec<_>>();
    let same = groups(chosen.crypto_provider()) == groups(&ring());
    assert_eq!(same, !cfg!(feature = "aws-lc-rs"));
}

#[tokio::test]
async fn f25_tls_over_tcp_is_spoken_with_a_name_and_with_an_address() {
    let authority = Authority::new();
    let mut params = good();
    params.subject_alt_names.push(SanType::DnsName("localhost".try_into().expect("a name")));
    params.subject_alt_names.push(SanType::IpAddress([127, 0, 0, 1].into()));
    let config = server(TODAY, authority.identity(&params));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(https(stream, Arc::clone(&config), Seen::default()));
        }
    });
    for host in ["localhost", "127.0.0.1"] {
        let client =
            client_of(HyperTransport::with_tls(authority.client()), &format!("https://{host}:{port}"));
        client.send(create()).await.expect("a source");
    }
}

fn client_of(transport: HyperTransport, base: &str) -> Client<SecretKey> {
    Client::builder(transport, key()).base_uri(BaseUri::parse(base).expect("an origin")).build()
}

#[tokio::test]
async fn a_custom_connector_keeps_the_tls_name() {
    // Whatever the name says, it is this machine that is called; the certificate is the name's all the same.
    let authority = Authority::new();
    let config = server(TODAY, authority.identity(&good()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(https(stream, Arc::clone(&config), Seen::default()));
        }
    });
    let http = HttpConnector::new();
    let here = tower::service_fn(move |uri: Uri| {
        assert_eq!((uri.scheme_str(), uri.host()), (Some("https"), Some("api.omise.co")));
        let here: Uri = format!("http://{address}").parse().expect("a URI");
        tower::ServiceExt::oneshot(http.clone(), here)
    });
    let transport =
        HyperTransport::builder().tls(authority.client()).connector(here).build().expect("a transport");
    Client::new(transport, key()).send(create()).await.expect("a source");
}
