//! The event stream that notifies pages of changes.

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

use super::log::{Counters, Dashboard};
use crate::local_only::may_control;
use crate::peer::Peer;

/// Interval of keep-alive comments, which reveal closed connections.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Minimum time between two notifications; changes in between are merged.
const MIN_INTERVAL: Duration = Duration::from_millis(250);

/// Responds to a page's request for the event stream; `None` for other requests.
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
        // The caller rejects it like other foreign requests.
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

/// A subscriber of changes.
struct Listener {
    changes: ChangeWatcher,
    pulse: watch::Receiver<Counters>,
    /// Number of stream closures when this stream was opened.
    closures: u64,
}

/// The sequence of events until all streams are closed or the sandbox is dropped.
struct Events {
    /// `None` after the last event.
    turn: Option<Turn>,
}

impl Listener {
    fn new(changes: ChangeWatcher, pulse: watch::Receiver<Counters>) -> Self {
        let closures = pulse.borrow().closures;
        Self { changes, pulse, closures }
    }

    /// Returns the first event: the current revision, and the reconnect delay.
    async fn first(mut self) -> Option<(Bytes, Self)> {
        self.pulse.mark_unchanged();
        let revision = self.changes.revision();
        Some((Bytes::from(format!("retry: 1000\ndata: {revision}\n\n")), self))
    }

    /// Returns the next event, after the minimum time.
    async fn next(mut self) -> Option<(Bytes, Self)> {
        let closures = self.closures;
        let mut pulse = self.pulse.clone();
        let closing = pulse.wait_for(|pulse| pulse.closures != closures);
        let hangs_up = tokio::time::timeout(MIN_INTERVAL, closing).await.is_ok();
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
        let event = match tokio::time::timeout(KEEP_ALIVE, news).await {
            Err(_) => Bytes::from_static(b": still here\n\n"),
            // The sandbox was dropped.
            Ok(false) => return None,
            Ok(true) => {
                if self.pulse.borrow_and_update().closures != self.closures {
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
        let event = std::task::ready!(turn.as_mut().poll(context));
        self.turn = None;
        Poll::Ready(event.map(|(event, listener)| {
            self.turn = Some(Box::pin(listener.next()));
            Ok(Frame::data(event))
        }))
    }
}
