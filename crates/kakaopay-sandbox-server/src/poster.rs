//! Posting webhooks over TCP.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use bytes::Bytes;
use http::header::HOST;
use http::{HeaderValue, Request, StatusCode, Uri};
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use kakaopay_sandbox::{PostError, Poster, is_forbidden_address};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Posts webhooks over TCP, without TLS.
///
/// The host is resolved for each webhook, every address is checked with [`is_forbidden_address`], and the connection
/// is opened to a checked address only, so that a second DNS response cannot redirect it. `localhost` is always this
/// machine.
#[derive(Debug, Clone, Default)]
pub struct HttpPoster {
    resolved: Arc<HashMap<String, Vec<IpAddr>>>,
}

impl HttpPoster {
    /// Creates a poster that resolves names with the operating system.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Overrides the addresses of a name. They are checked, too.
    #[must_use]
    pub fn resolve(mut self, name: &str, addresses: &[IpAddr]) -> Self {
        Arc::make_mut(&mut self.resolved).insert(name.to_ascii_lowercase(), addresses.to_vec());
        self
    }

    async fn connect(&self, uri: &Uri) -> Result<TcpStream, PostError> {
        let host = uri.host().ok_or(PostError::InvalidAddress)?;
        let port = uri.port_u16().unwrap_or(80);
        let addresses = self.addresses(host).await?;
        // One forbidden address rejects the host: the owner of the name chose all of them.
        if addresses.iter().any(|address| is_forbidden_address(*address)) {
            return Err(PostError::ForbiddenAddress);
        }
        let addresses: Vec<_> = addresses.into_iter().map(|address| SocketAddr::new(address, port)).collect();
        TcpStream::connect(&addresses[..]).await.map_err(|_| PostError::Unreachable)
    }

    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, PostError> {
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        if let Ok(address) = bare.parse() {
            return Ok(vec![address]);
        }
        let name = host.to_ascii_lowercase();
        if name == "localhost" {
            return Ok(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]);
        }
        if let Some(addresses) = self.resolved.get(&name) {
            return Ok(addresses.clone());
        }
        let found = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(|_| PostError::Unreachable)?;
        Ok(found.map(|address| address.ip()).collect())
    }

    async fn send(&self, mut webhook: Request<Bytes>) -> Result<StatusCode, PostError> {
        let stream = self.connect(webhook.uri()).await?;
        let authority = webhook.uri().authority().map(|authority| authority.as_str());
        let host = authority.and_then(|authority| HeaderValue::from_str(authority).ok());
        webhook.headers_mut().insert(HOST, host.ok_or(PostError::InvalidAddress)?);
        let target = webhook.uri().path_and_query().map_or("/", |target| target.as_str());
        *webhook.uri_mut() = target.parse().map_err(|_| PostError::InvalidAddress)?;
        let (mut sender, connection) = http1::handshake::<_, Full<Bytes>>(TokioIo::new(stream))
            .await
            .map_err(|_| PostError::Unreachable)?;
        // The connection task is aborted together with this future.
        let mut connections = JoinSet::new();
        connections.spawn(connection);
        let response = sender.send_request(webhook.map(Full::from)).await;
        response.map(|response| response.status()).map_err(|_| PostError::Unreachable)
    }
}

impl Poster for HttpPoster {
    async fn post(&self, webhook: Request<Bytes>) -> Result<StatusCode, PostError> {
        let outcome = self.send(webhook).await;
        tracing::debug!(?outcome, "webhook posted");
        outcome
    }
}
