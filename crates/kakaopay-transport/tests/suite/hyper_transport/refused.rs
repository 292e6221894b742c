//! F25: with whom the wire does not speak. Each is refused for its own reason, before a byte of the
//! request has left.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use kakaopay_transport::{
    BaseUri, Client, Delivery, Error, ErrorKind, HyperTransport, InvalidBaseUri, NotSent, RequestBody,
};
use kakaopay_types::SecretKey;
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, SanType, date_time_ymd};
use rustls::CertificateError::{
    BadSignature, ExpiredContext, InvalidPurposeContext, NotValidForNameContext, NotValidYetContext, Other,
    UnknownIssuer,
};
use rustls::Error::{AlertReceived, InvalidCertificate, InvalidMessage, PeerIncompatible};
use rustls::{AlertDescription, ClientConfig, ServerConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::authority::{
    Authority, EACH, HOST, TODAY, Versions, good, impostor, mutual, self_signed, server, signs,
};
use super::pipe::Pipes;
use super::server::{Seen, http_with, https};
use crate::support::{create, key};

fn client<C>(config: ClientConfig, connector: C) -> Client<SecretKey>
where
    C: tower_service::Service<http::Uri, Response = super::pipe::Pipe, Error = std::io::Error>,
    C: Clone + Send + Sync + 'static,
    C::Future: Send,
{
    Client::new(
        HyperTransport::builder().tls(config).connector(connector).build().expect("a transport"),
        key(),
    )
}

/// The error of rustls.
fn reason(error: &Error) -> Option<rustls::Error> {
    let mut next = error.source();
    while let Some(error) = next {
        if let Some(reason) = error.downcast_ref::<rustls::Error>() {
            return Some(reason.clone());
        }
        // An I/O error passes over the one it wraps.
        let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        next = wrapped.map(|wrapped| wrapped as _).or_else(|| error.source());
    }
    None
}

/// Nothing but TLS has come to the server, in the open or decrypted.
#[track_caller]
fn check_unseen(name: &str, seen: &Seen) {
    assert_eq!(seen.connections(), 1, "{name}");
    assert_eq!(seen.request(), "", "{name}");
    let raw = String::from_utf8_lossy(&seen.raw()).into_owned();
    assert!(!raw.is_empty(), "{name}: nobody knocked");
    for piece in ["skey_", "canary", "c2tleV9", "Basic", "POST", "/sources", "amount"] {
        assert!(!raw.contains(piece), "{name}: {piece} was sent");
    }
}

/// Speaks with a server that must be refused.
async fn check_server((name, authority, config, expected): Row<'_>) {
    let seen = Seen::default();
    let server = seen.clone();
    let pipes = Pipes(move |stream| {
        let stream = server.tap(stream, None);
        https(stream, Arc::clone(&config), server.clone())
    });
    let error = client(authority.client(), pipes).send(create()).await.expect_err(name);
    check_refused(name, &error, expected, &seen).await;
}

/// Nothing was sent, for the reason that is expected, and nothing was seen.
async fn check_refused(name: &str, error: &Error, expected: Expected, seen: &Seen) {
    assert_eq!(
        (error.kind(), error.delivery()),
        (ErrorKind::Connect, Delivery::NotSent),
        "{name}: {error:?}"
    );
    let reason = reason(error);
    assert!(reason.as_ref().is_some_and(expected), "{name}: {reason:?}");
    // In paused time: when everything that can happen has happened.
    tokio::time::sleep(Duration::from_secs(1)).await;
    check_unseen(name, seen);
}

/// Whether the error is the expected one.
type Expected = fn(&rustls::Error) -> bool;

/// A server that must be refused: its fault, the authority that the client trusts, and the expected error.
type Row<'a> = (&'static str, &'a Authority, Arc<ServerConfig>, Expected);

/// The good certificate with something else in it.
fn but(change: fn(&mut CertificateParams)) -> CertificateParams {
    let mut params = good();
    change(&mut params);
    params
}

/// Certificates of the trusted authority with a wrong content.
fn of_other_contents(versions: Versions, authority: &Authority) -> [Row<'_>; 5] {
    let by = |change| server(versions, authority.identity(&but(change)));
    [
        ("expired", authority, by(|params| params.not_after = date_time_ymd(2020, 1, 1)), |error| {
            matches!(error, InvalidCertificate(ExpiredContext { .. }))
        }),
        ("not yet valid", authority, by(|params| params.not_before = date_time_ymd(4000, 1, 1)), |error| {
            matches!(error, InvalidCertificate(NotValidYetContext { .. }))
        }),
        (
            "of another host",
            authority,
            by(|params| {
                params.subject_alt_names = vec![SanType::DnsName("omise.co".try_into().expect("a name"))]
            }),
            |error| matches!(error, InvalidCertificate(NotValidForNameContext { .. })),
        ),
        (
            "named in its subject alone",
            authority,
            by(|params| {
                params.subject_alt_names.clear();
                params.distinguished_name.push(DnType::CommonName, HOST);
            }),
            |error| matches!(error, InvalidCertificate(NotValidForNameContext { .. })),
        ),
        (
            "for clients",
            authority,
            by(|params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]),
            |error| matches!(error, InvalidCertificate(InvalidPurposeContext { .. })),
        ),
    ]
}

/// Good certificates of an authority that is not trusted.
fn of_other_origin<'a>(
    versions: Versions,
    authority: &'a Authority,
    of_the_host: &'a Authority,
) -> [Row<'a>; 7] {
    let mut no_authority = signs("somebody");
    no_authority.is_ca = IsCa::ExplicitNoCa;
    let mut lapsed = signs("an authority that was");
    lapsed.not_after = date_time_ymd(2020, 1, 1);
    let by = |identity| server(versions, identity);
    [
        (
            "of an unknown authority",
            authority,
            by(Authority::of(signs("another")).identity(&good())),
            |error| matches!(error, InvalidCertificate(UnknownIssuer)),
        ),
        (
            "of an authority that only has the name",
            authority,
            by(Authority::new().identity(&good())),
            |error| matches!(error, InvalidCertificate(BadSignature | UnknownIssuer)),
        ),
        ("signed by itself", authority, by(self_signed()), |error| {
            matches!(error, InvalidCertificate(UnknownIssuer))
        }),
        ("of the authority itself", of_the_host, by(of_the_host.own()), |error| {
            matches!(error, InvalidCertificate(Other(_)))
        }),
        ("of somebody who may not sign", authority, by(authority.identity_below(no_authority)), |error| {
            matches!(error, InvalidCertificate(Other(_) | UnknownIssuer))
        }),
        ("of an authority that has expired", authority, by(authority.identity_below(lapsed)), |error| {
            matches!(error, InvalidCertificate(ExpiredContext { .. }))
        }),
        (
            "whose key is somebody else's",
            authority,
            impostor(versions, authority.identity(&good()), authority.identity(&good())),
            |error| matches!(error, InvalidCertificate(BadSignature)),
        ),
    ]
}

#[tokio::test(start_paused = true)]
async fn f25_an_invalid_certificate_is_rejected() {
    let authority = Authority::new();
    let mut root = signs("the authority");
    root.subject_alt_names = good().subject_alt_names;
    let of_the_host = Authority::of(root);
    for versions in EACH {
        let origins = of_other_origin(versions, &authority, &of_the_host);
        for row in of_other_contents(versions, &authority).into_iter().chain(origins) {
            check_server(row).await;
        }
    }
}

/// The first words of a server that speaks a version of long ago.
fn hello(version: u8) -> Vec<u8> {
    // A record with a handshake message: ServerHello, with a random, no session, one of the suites that
    // were offered, no compression.
    let mut hello = vec![22, 3, version, 0, 42, 2, 0, 0, 38, 3, version];
    hello.extend([7; 32]);
    hello.extend([0, 0xc0, 0x2f, 0]);
    hello
}

#[tokio::test(start_paused = true)]
async fn f25_an_outdated_tls_version_is_rejected() {
    let rows: [(&str, Vec<u8>, Expected); 6] = [
        ("TLS 1.1", hello(2), |e| matches!(e, PeerIncompatible(_))),
        ("TLS 1.0", hello(1), |e| matches!(e, PeerIncompatible(_))),
        ("SSL 3", hello(0), |e| matches!(e, PeerIncompatible(_))),
        // A fatal alert: "protocol version".
        ("nothing above TLS 1.1", vec![21, 3, 2, 0, 2, 2, 70], |e| {
            matches!(e, AlertReceived(AlertDescription::ProtocolVersion))
        }),
        ("plain HTTP", b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(), |e| matches!(e, InvalidMessage(_))),
        ("something else", vec![0; 64], |e| matches!(e, InvalidMessage(_))),
    ];
    for (name, says, expected) in rows {
        let seen = Seen::default();
        let server = seen.clone();
        let pipes = Pipes(move |stream| {
            let (mut stream, says) = (server.tap(stream, None), says.clone());
            async move {
                let hello = stream.read(&mut [0; 4096]).await;
                assert!(hello.is_ok_and(|read| read > 0));
                let _ = stream.write_all(&says).await;
                let _ = stream.read_to_end(&mut Vec::new()).await;
            }
        });
        let error = client(Authority::new().client(), pipes).send(create()).await.expect_err(name);
        check_refused(name, &error, expected, &seen).await;
    }
}

#[tokio::test(start_paused = true)]
async fn f25_a_missing_client_certificate_is_rejected() {
    let authority = Authority::new();
    for versions in EACH {
        let config = mutual(versions, authority.identity(&good()), &authority);
        let seen = Seen::default();
        let server = seen.clone();
        let pipes = Pipes(move |stream| {
            let stream = server.tap(stream, None);
            https(stream, Arc::clone(&config), server.clone())
        });
        let error = client(authority.client(), pipes).send(create()).await.expect_err("no certificate");
        // In TLS 1.3 the client is done before the server has looked. The refusal has come before the request
        // was taken up, though, and hyper gives that back.
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Connect, Delivery::NotSent), "{error:?}");
        tokio::time::sleep(Duration::from_secs(1)).await;
        check_unseen("no certificate", &seen);
    }
}

#[tokio::test(start_paused = true)]
async fn f25_plain_http_is_sent_to_loopback_only() {
    use tower::ServiceExt;

    for base in ["http://api.omise.co", "http://192.0.2.1:8080", "http://[2001:db8::1]"] {
        assert_eq!(BaseUri::parse(base), Err(InvalidBaseUri::NotHttps), "{base}");
        // And if somebody gets by the base URI, nobody is even called.
        let seen = Seen::default();
        let server = seen.clone();
        let pipes = Pipes(move |stream| super::server::http(server.tap(stream, None), server.clone()));
        let transport = HyperTransport::builder().connector(pipes).build().expect("a transport");
        let request = http::Request::post(base).body(RequestBody::default()).expect("a request");
        let error = transport.oneshot(request).await.expect_err("refused");
        assert!(error.is::<NotSent>(), "{error:?}");
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!((seen.connections(), seen.raw().len()), (0, 0), "{base}");
    }
}

#[tokio::test(start_paused = true)]
async fn f25_f26_a_redirect_to_plain_http_ends_there() {
    let authority = Authority::new();
    let config = server(TODAY, authority.identity(&good()));
    let seen = Seen::default();
    let server = seen.clone();
    let pipes = Pipes(move |stream| {
        let (stream, seen) = (server.tap(stream, None), server.clone());
        let accept = tokio_rustls::TlsAcceptor::from(Arc::clone(&config)).accept(stream);
        async move {
            let away =
                format!("HTTP/1.1 307 Away\r\nlocation: http://{HOST}/sources\r\ncontent-length: 0\r\n\r\n");
            http_with(accept.await.expect("a handshake"), seen, away).await;
        }
    });
    let error = client(authority.client(), pipes).send(create()).await.expect_err("a redirect");
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Redirect, Delivery::Answered));
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!((seen.connections(), seen.request().matches("POST /sources").count()), (1, 1));
}
