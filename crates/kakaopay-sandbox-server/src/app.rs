//! The application: routes between the control API, pages, dashboard and API.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::request::Parts;
use http::{Method, Request, Response};
use http_body::Body;
use kakaopay_sandbox::route::parts;
use kakaopay_sandbox::{ConnectionDropped, Sandbox, SandboxBody};
use tower_service::Service;

use crate::dashboard::{self, Dashboard, PendingExchange};
use crate::{control, omise_js, openapi, pages};

/// Maximum size of a snapshot, in bytes: some ten thousand charges with their events.
const MAX_SNAPSHOT: usize = 256 * 1024 * 1024;

/// A sandbox with its pages, dashboard and `/_sandbox`, as a tower service.
///
/// Without the peer's address, a request counts as local by its `Host` header alone, and may read keys and control the
/// sandbox. A custom server must therefore be unreachable from other machines; [`serve`](crate::serve) also checks
/// the peer's address.
#[derive(Debug, Clone)]
pub struct App {
    sandbox: Sandbox,
    dashboard: Arc<Dashboard>,
}

impl App {
    /// Creates the application of a sandbox, with an empty dashboard.
    #[must_use]
    pub fn new(sandbox: Sandbox) -> Self {
        Self { sandbox, dashboard: Arc::default() }
    }

    pub(crate) fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    pub(crate) fn dashboard(&self) -> &Dashboard {
        &self.dashboard
    }

    async fn receive<B>(&self, request: Request<B>) -> Result<Response<SandboxBody>, ConnectionDropped>
    where
        B: Body<Data: Send, Error: Into<Box<dyn std::error::Error + Send + Sync>>>,
    {
        let (parts, body) = request.into_parts();
        let most = if parts.uri.path() == "/_sandbox/restore" { MAX_SNAPSHOT } else { Sandbox::MAX_BODY };
        let body = match self.sandbox.read_body(body, most).await {
            Ok(body) => body,
            Err(refusal) => return Ok(refusal.map(SandboxBody::from)),
        };
        if let Some(stream) = dashboard::stream(&self.sandbox, &self.dashboard, &parts) {
            return Ok(stream);
        }
        let seen = is_api(&parts).then(|| PendingExchange::of(&parts, &body));
        let request = Request::from_parts(parts, body);
        let response = self.sandbox.respond_with_faults(request, |request| self.respond(request)).await;
        if let Some(seen) = seen {
            self.dashboard.note(&self.sandbox, seen, response.as_ref().map_err(|dropped| *dropped));
        }
        response
    }

    fn respond(&self, request: Request<Bytes>) -> Response<Bytes> {
        let (sandbox, dashboard) = (&self.sandbox, &self.dashboard);
        control::respond(sandbox, &request)
            .or_else(|| dashboard::respond(sandbox, dashboard, &request))
            .or_else(|| pages::respond(sandbox, &request))
            .or_else(|| self.file(&request))
            .unwrap_or_else(|| sandbox.respond(request))
    }

    /// Serves the files beside the pages.
    fn file(&self, request: &Request<Bytes>) -> Option<Response<Bytes>> {
        if request.method() != Method::GET {
            return None;
        }
        match request.uri().path().trim_end_matches('/') {
            "/omise.js" => Some(omise_js::response()),
            "/openapi.json" => Some(openapi::response(&self.sandbox, request.headers())),
            _ => None,
        }
    }
}

/// Returns whether the dashboard lists a request: an API call, but not a CORS preflight.
fn is_api(request: &Parts) -> bool {
    let first = parts(request.uri.path()).next().unwrap_or_default();
    let own = ["", "_sandbox", "favicon.ico", "omise.js", "openapi.json"];
    let mut pages = pages::ROUTES.iter().filter_map(|route| parts(route.path).next());
    !own.contains(&first) && !pages.any(|page| page == first) && request.method != Method::OPTIONS
}

impl<B> Service<Request<B>> for App
where
    B: Body<Data: Send, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Send + 'static,
{
    type Response = Response<SandboxBody>;
    type Error = ConnectionDropped;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, ConnectionDropped>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ConnectionDropped>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let app = self.clone();
        Box::pin(async move { app.receive(request).await })
    }
}
