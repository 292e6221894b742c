//! Posting events to the merchant.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, USER_AGENT};
use http::{Request, Uri};
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use kakaopay_types::EventId;
use kakaopay_webhook::{SIGNATURE_HEADER, TIMESTAMP_HEADER};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tokio::sync::watch;

use crate::plan::Signing;
use crate::sandbox::Sandbox;
use crate::webhook_host::{self, Pinned, WebhookHost};
use crate::world::Delivery;

/// How long an endpoint may take to answer. The service's own number is not documented.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Where events are posted to: plain http on this machine, since a sandbox must not be a way to
/// reach anything else; or on a host that it is allowed to reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookUrl(Uri);

impl WebhookUrl {
    /// Reads an address such as `http://127.0.0.1:8080/webhooks`.
    ///
    /// # Errors
    /// [`InvalidWebhookUrl`] when it is not plain http on loopback.
    pub fn parse(text: &str) -> Result<Self, InvalidWebhookUrl> {
        Self::parse_on(text, &[])
    }

    /// Reads an address on this machine, or on one of these hosts. A sandbox posts there only if it allows the host
    /// itself: [`SandboxBuilder::allow_webhook_host`](crate::SandboxBuilder::allow_webhook_host).
    ///
    /// # Errors
    /// [`InvalidWebhookUrl`] when it is not plain http on one of those.
    pub fn parse_on(text: &str, hosts: &[WebhookHost]) -> Result<Self, InvalidWebhookUrl> {
        Self::parse_anywhere(text).filter(|url| url.is_on(hosts)).ok_or(InvalidWebhookUrl)
    }

    /// Reads plain http on any machine: nothing may be posted there yet.
    fn parse_anywhere(text: &str) -> Option<Self> {
        let uri: Uri = text.parse().ok()?;
        let bare = !uri.authority()?.as_str().contains('@');
        (uri.scheme_str() == Some("http") && bare).then_some(Self(uri))
    }

    /// Whether it is on this machine, or on one of these hosts.
    pub(crate) fn is_on(&self, hosts: &[WebhookHost]) -> bool {
        self.0.host().is_some_and(is_loopback) || webhook_host::is_on(hosts, &self.0)
    }
}

impl fmt::Display for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Serialize for WebhookUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for WebhookUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // It was allowed where it was written; whether it is here is asked when something is to be posted.
        let text = String::deserialize(deserializer)?;
        Self::parse_anywhere(&text).ok_or_else(|| serde::de::Error::custom(InvalidWebhookUrl))
    }
}

/// Whether a host, as it stands in a URL, is this machine and nothing else.
pub(crate) fn is_loopback(host: &str) -> bool {
    let v6 = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    host.eq_ignore_ascii_case("localhost")
        || host.parse().is_ok_and(|address: Ipv4Addr| address.is_loopback())
        || v6.is_some_and(|host| host.parse().is_ok_and(|address: Ipv6Addr| address.is_loopback()))
}

/// The address is not plain http on this machine, or on a host that is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a sandbox posts webhooks to this machine, and to hosts that it is allowed to, only: http://127.0.0.1:PORT/PATH"
)]
pub struct InvalidWebhookUrl;

/// What is to be posted next.
#[derive(Debug)]
pub(crate) struct Post {
    pub(crate) event: EventId,
    pub(crate) url: WebhookUrl,
    pub(crate) body: Vec<u8>,
}

impl Sandbox {
    /// Posts every event that waits, one after the other, and says how many were posted. A server
    /// does it by itself. As with the service, what fails is not tried again.
    pub async fn deliver_pending(&self) -> usize {
        let connector = HttpConnector::new_with_resolver(Pinned(self.world().webhook_hosts.clone()));
        let client = Client::builder(TokioExecutor::new()).build(connector);
        let mut posted = 0;
        while let Some(Post { event, url, body }) = self.next_post() {
            for _ in 0..self.plan().copies.get() {
                let delivery = self.post(&client, &url, body.clone()).await;
                self.posted(&event, delivery);
                posted += 1;
            }
        }
        posted
    }

    /// Posts events as they happen, until it is told to stop.
    pub(crate) async fn deliver(&self, mut stopped: watch::Receiver<bool>) {
        let mut clock = self.clock().watched();
        loop {
            clock.mark_unchanged();
            let looked = self.clock().now();
            self.deliver_pending().await;
            self.desk().beat();
            let wait = self.until_next(looked);
            tokio::select! {
                () = self.bell().notified() => {}
                // The sandbox has a handle of it, so that it is not gone.
                _ = clock.changed() => {}
                () = tokio::time::sleep(wait.unwrap_or_default()), if wait.is_some() => {}
                _ = stopped.changed() => return,
            }
        }
    }

    async fn post(
        &self,
        client: &Client<HttpConnector<Pinned>, Full<Bytes>>,
        url: &WebhookUrl,
        body: Vec<u8>,
    ) -> Delivery {
        let at = self.clock().now();
        let signed_at = match self.plan().signing {
            Signing::Now => Some(at),
            Signing::Ago(seconds) => Some(at.saturating_add_seconds(-i64::from(seconds))),
            Signing::Not => None,
        };
        // The secrets are those of today.
        let signed = signed_at.and_then(|moment| Some(self.signer(at)?.sign(moment, &body)));
        let mut request = Request::post(url.0.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, concat!("kakaopay-sandbox/", env!("CARGO_PKG_VERSION")));
        if let Some(signed) = signed {
            request =
                request.header(SIGNATURE_HEADER, signed.signature).header(TIMESTAMP_HEADER, signed.timestamp);
        }
        let answer = match request.body(Full::from(body)) {
            Ok(request) => match tokio::time::timeout(TIMEOUT, client.request(request)).await {
                Ok(Ok(response)) => Ok(response.status().as_u16()),
                Ok(Err(_)) => Err("the endpoint could not be reached"),
                Err(_) => Err("the endpoint did not answer in time"),
            },
            Err(_) => Err("the endpoint's address cannot be used"),
        };
        tracing::debug!(status = ?answer, "webhook posted");
        Delivery {
            id: String::new(),
            uri: url.to_string(),
            status: answer.ok(),
            error: answer.err().map(str::to_owned),
            created_at: at,
        }
    }
}
