//! Tells a page that something has happened, as server-sent events.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderValue, Method, Response};
use http_body::{Body, Frame};
use kakaopay_sandbox::{ChangeWatcher, Sandbox, SandboxBody};
use tokio::sync::watch;

use super::log::{Dashboard, Pulse};
use crate::local_only::may_control;
use crate::peer::Peer;

/// How long a page is told at most nothing, so that those that are gone are noticed.
const QUIET: Duration = Duration::from_secs(15);
/// How long a page is left alone after it was told something: what happens meanwhile is told once.
const REST: Duration = Duration::from_millis(250);

/// The answer to a page that listens, if the request is from one.
pub(crate) fn stream(
    sandbox: &Sandbox,
    dashboard: &Dashboard,
    parts: &Parts,
) -> Option<Response<SandboxBody>> {
    if parts.method != Method::GET || parts.uri.path() != "/_sandbox/live" {
        return None;
    }
    let peer = parts.extensions.get::<Peer>().copied();
    if !may_control(&parts.headers, &parts.uri, peer) {
        // Refused like everything else there.
        return None;
    }
    let listener = Listener::new(sandbox.watch_changes(), dashboard.listen());
    let body = SandboxBody::streamed(Events { turn: Some(Box::pin(listener.first())) });
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Some(response)
}

type Turn = Pin<Box<dyn Future<Output = Option<(Bytes, Listener)>> + Send>>;

/// Who waits for something to happen.
struct Listener {
    changes: ChangeWatcher,
    pulse: watch::Receiver<Pulse>,
    /// How often everybody had been asked to hang up when this one came.
    farewells: u64,
}

/// One event after the other, until everybody is asked to hang up or the sandbox is gone.
struct Events {
    /// `None` after the last.
    turn: Option<Turn>,
}

impl Listener {
    fn new(changes: ChangeWatcher, pulse: watch::Receiver<Pulse>) -> Self {
        let farewells = pulse.borrow().farewells;
        Self { changes, pulse, farewells }
    }

    /// What a page is told at once: where things stand, and when to come back if the connection ends.
    async fn first(mut self) -> Option<(Bytes, Self)> {
        self.pulse.mark_unchanged();
        let revision = self.changes.revision();
        Some((Bytes::from(format!("retry: 1000\ndata: {revision}\n\n")), self))
    }

    /// What it is told next, after a rest.
    async fn next(mut self) -> Option<(Bytes, Self)> {
        let farewells = self.farewells;
        let mut pulse = self.pulse.clone();
        let farewell = pulse.wait_for(|pulse| pulse.farewells != farewells);
        let hangs_up = tokio::time::timeout(REST, farewell).await.is_ok();
        if hangs_up {
            return None;
        }
        let news = async {
            tokio::select! {
                biased;
                changed = self.pulse.changed() => changed.is_ok(),
                changed = self.changes.changed() => changed,
            }
        };
        let event = match tokio::time::timeout(QUIET, news).await {
            Err(_) => Bytes::from_static(b": still here\n\n"),
            // The sandbox is gone.
            Ok(false) => return None,
            Ok(true) => {
                if self.pulse.borrow_and_update().farewells != self.farewells {
                    return None;
                }
                Bytes::from(format!("data: {}\n\n", self.changes.revision()))
            }
        };
        Some((event, self))
    }
}

impl Body for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let Some(turn) = &mut self.turn else { return Poll::Ready(None) };
        let told = std::task::ready!(turn.as_mut().poll(context));
        self.turn = None;
        Poll::Ready(told.map(|(event, listener)| {
            self.turn = Some(Box::pin(listener.next()));
            Ok(Frame::data(event))
        }))
    }
}
