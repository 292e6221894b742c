//! The log of recent requests, and its subscribers.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::Response;
use http::request::Parts;
use kakaopay_sandbox::{ConnectionDropped, Sandbox, SandboxBody};
use tokio::sync::watch;

use super::exchange::{BodyExcerpt, Exchange};
use super::redact::shown;
use crate::pages::Moment;

/// Number of requests in the log.
const REMEMBERED: usize = 64;

/// The log of recent requests, and the pages that subscribe to it.
#[derive(Debug)]
pub(crate) struct Dashboard {
    log: Mutex<Log>,
    pulse: watch::Sender<Counters>,
}

#[derive(Debug, Default)]
struct Log {
    exchanges: VecDeque<Exchange>,
    count: u64,
    /// Number of sandbox resets when the log was last used.
    resets: u64,
}

/// Counters that wake the subscribers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counters {
    /// Number of logged requests.
    calls: u64,
    /// Number of times that all streams were closed.
    pub(super) closures: u64,
}

/// A request that awaits its response.
#[derive(Debug)]
pub(crate) struct PendingExchange {
    method: String,
    target: String,
    request: BodyExcerpt,
}

impl PendingExchange {
    /// Records an API request.
    pub(crate) fn of(parts: &Parts, body: &Bytes) -> Self {
        let target = parts.uri.path_and_query().map_or(parts.uri.path(), |target| target.as_str());
        Self {
            method: parts.method.to_string(),
            target: shown(target.as_bytes()),
            request: BodyExcerpt::of(body),
        }
    }
}

impl Default for Dashboard {
    fn default() -> Self {
        Self { log: Mutex::default(), pulse: watch::Sender::new(Counters::default()) }
    }
}

impl Dashboard {
    /// Logs a request and its outcome.
    pub(crate) fn note(
        &self,
        sandbox: &Sandbox,
        seen: PendingExchange,
        result: Result<&Response<SandboxBody>, ConnectionDropped>,
    ) {
        let response = result.ok().and_then(|response| response.body().bytes());
        let PendingExchange { method, target, request } = seen;
        let mut log = self.log(sandbox);
        log.count += 1;
        let exchange = Exchange {
            number: log.count,
            at: Moment(sandbox.clock().now()),
            method,
            target,
            request,
            outcome: result.map(|response| response.status().as_u16()),
            response: BodyExcerpt::of(response.unwrap_or(&Bytes::new())),
        };
        if log.exchanges.len() == REMEMBERED {
            log.exchanges.pop_front();
        }
        log.exchanges.push_back(exchange);
        drop(log);
        self.pulse.send_modify(|pulse| pulse.calls += 1);
    }

    /// Closes the streams of all subscribers.
    pub(crate) fn close_streams(&self) {
        self.pulse.send_modify(|pulse| pulse.closures += 1);
    }

    pub(super) fn listen(&self) -> watch::Receiver<Counters> {
        self.pulse.subscribe()
    }

    /// Returns the requests since the last reset, newest first.
    pub(super) fn exchanges(&self, sandbox: &Sandbox) -> Vec<Exchange> {
        self.log(sandbox).exchanges.iter().rev().cloned().collect()
    }

    fn log(&self, sandbox: &Sandbox) -> MutexGuard<'_, Log> {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let resets = sandbox.reset_count();
        if log.resets != resets {
            log.exchanges.clear();
            log.resets = resets;
        }
        log
    }
}
