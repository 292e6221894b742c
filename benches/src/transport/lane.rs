//! Those who retrieve a charge.

use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::body::Body;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::client::legacy::Client as Legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use kakaopay_transport::{BaseUri, BoxError, Client, HyperTransport};
use kakaopay_types::endpoint::RetrieveCharge;
use kakaopay_types::{Charge, ChargeId, ChargeStatus, SecretKey};
use tokio::net::TcpStream;

pub(super) const ID: &str = "chrg_test_5w4415netlwqpc54tyg";
pub(super) const KEY: &str = "skey_test_5xt0gk0nqqnwnp1bnm8";

/// Who retrieves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The whole of `kakaopay-transport`: every layer, and a charge in the end.
    Ours,
    /// `reqwest`, and a charge by serde in the end: the usual choice.
    Reqwest,
    /// hyper-util's client with its pool, and bytes in the end.
    HyperUtil,
    /// One connection of hyper's with nothing around it, and bytes in the end.
    HyperConn,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Ours, Self::Reqwest, Self::HyperUtil, Self::HyperConn];

    /// Part of a benchmark's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Reqwest => "reqwest",
            Self::HyperUtil => "hyper_util",
            Self::HyperConn => "hyper_conn",
        }
    }

    /// As many lanes of one client as asked for. Each makes one call at a time.
    ///
    /// # Panics
    /// When the server cannot be reached.
    pub async fn lanes(self, count: usize, address: SocketAddr) -> Vec<Lane> {
        match self {
            Self::Ours => {
                let key = SecretKey::parse(KEY).expect("a key");
                let base = BaseUri::parse(&format!("http://{address}")).expect("an origin");
                let client =
                    Client::builder(HyperTransport::new().expect("a transport"), key).base_uri(base).build();
                let id = ChargeId::parse(ID).expect("an id");
                vec![Lane::Ours(client, RetrieveCharge::new(id)); count]
            }
            Self::Reqwest => {
                let client = reqwest::Client::builder().build().expect("a client");
                (0..count).map(|_| Lane::Reqwest(client.clone(), address)).collect()
            }
            Self::HyperUtil => {
                let client = Legacy::builder(TokioExecutor::new()).build_http();
                (0..count).map(|_| Lane::HyperUtil(Box::new(client.clone()), address)).collect()
            }
            Self::HyperConn => {
                let mut lanes = Vec::new();
                for _ in 0..count {
                    lanes.push(Lane::HyperConn(connection(address).await, address));
                }
                lanes
            }
        }
    }
}

/// One who makes one call at a time.
pub enum Lane {
    #[expect(missing_docs, reason = "see `Kind`")]
    Ours(Client<SecretKey>, RetrieveCharge),
    #[expect(missing_docs, reason = "see `Kind`")]
    Reqwest(reqwest::Client, SocketAddr),
    #[expect(missing_docs, reason = "see `Kind`")]
    HyperUtil(Box<Legacy<HttpConnector, Empty<Bytes>>>, SocketAddr),
    #[expect(missing_docs, reason = "see `Kind`")]
    HyperConn(SendRequest<Empty<Bytes>>, SocketAddr),
}

impl Clone for Lane {
    fn clone(&self) -> Self {
        match self {
            Self::Ours(client, call) => Self::Ours(client.clone(), call.clone()),
            Self::Reqwest(client, address) => Self::Reqwest(client.clone(), *address),
            Self::HyperUtil(client, address) => Self::HyperUtil(client.clone(), *address),
            Self::HyperConn(..) => unreachable!("a connection is one"),
        }
    }
}

impl Lane {
    /// Retrieves the charge.
    ///
    /// # Panics
    /// When it is not the charge that comes.
    pub async fn call(&mut self) {
        match self {
            Self::Ours(client, call) => {
                let charge = client.send(&*call).await.expect("a charge");
                assert_eq!(charge.status, ChargeStatus::Pending);
            }
            Self::Reqwest(client, address) => {
                let request = client
                    .get(format!("http://{address}/charges/{ID}"))
                    .basic_auth(KEY, Some(""))
                    .header("omise-version", "2019-05-29");
                let charge: Charge = request.send().await.expect("an answer").json().await.expect("a charge");
                assert_eq!(charge.status, ChargeStatus::Pending);
            }
            Self::HyperUtil(client, address) => {
                let request = request(&format!("http://{address}/charges/{ID}"), *address);
                check(client.request(request).await.expect("an answer").into_body()).await;
            }
            Self::HyperConn(sender, address) => {
                let request = request(&format!("/charges/{ID}"), *address);
                sender.ready().await.expect("a connection");
                check(sender.send_request(request).await.expect("an answer").into_body()).await;
            }
        }
    }
}

/// A connection of hyper's with nothing around it.
pub(super) async fn connection<B>(address: SocketAddr) -> SendRequest<B>
where
    B: Body<Data: Send, Error: Into<BoxError>> + Send + 'static,
{
    let stream = TcpStream::connect(address).await.expect("a connection");
    stream.set_nodelay(true).expect("no delay");
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.expect("HTTP");
    tokio::spawn(connection);
    sender
}

fn request(uri: &str, address: SocketAddr) -> http::Request<Empty<Bytes>> {
    let request = http::Request::get(uri)
        .header("host", address.to_string())
        .header("authorization", "Basic c2tleV90ZXN0XzV4dDBnazBucXFud25wMWJubTg6")
        .header("omise-version", "2019-05-29");
    request.body(Empty::new()).expect("a request")
}

async fn check(body: hyper::body::Incoming) {
    let bytes = body.collect().await.expect("a body").to_bytes();
    assert!(bytes.len() > 2000);
}
