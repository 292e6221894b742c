//! A service that shows a charge as it was.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use kakaopay_sandbox::{ConnectionDropped, Sandbox, SandboxBody, SandboxService};
use kakaopay_transport::HttpRequest;
use kakaopay_types::ChargeId;
use tower_service::Service;

/// The sandbox behind a replica that lags: a charge is read as it was shown last, until it is shown as it is.
#[derive(Debug, Clone)]
pub struct AsOf {
    sandbox: SandboxService,
    shown: Arc<Mutex<BTreeMap<String, Bytes>>>,
}

impl AsOf {
    /// Shows everything as it is.
    #[must_use]
    pub fn new(sandbox: &Sandbox) -> Self {
        Self { sandbox: sandbox.service(), shown: Arc::default() }
    }

    /// From now on a charge is read like this.
    pub fn show(&self, charge: &ChargeId, body: Bytes) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.insert(format!("/charges/{charge}"), body);
    }

    /// From now on everything is read as it is.
    pub fn catch_up(&self) {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Service<HttpRequest> for AsOf {
    type Response = http::Response<SandboxBody>;
    type Error = ConnectionDropped;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, ConnectionDropped>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ConnectionDropped>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequest) -> Self::Future {
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let body = shown.get(request.uri().path()).filter(|_| request.method() == http::Method::GET).cloned();
        drop(shown);
        let answer = self.sandbox.call(request);
        Box::pin(async move {
            let answer = answer.await?;
            Ok(match body {
                Some(body) => answer.map(|_| SandboxBody::from(body)),
                None => answer,
            })
        })
    }
}
