//! The latest calls, and the pages that listen for news.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::Response;
use http::request::Parts;
use kakaopay_sandbox::{ConnectionDropped, Sandbox, SandboxBody};
use tokio::sync::watch;

use super::exchange::{Exchange, Kept};
use super::redact::shown;
use crate::pages::Moment;

/// How many calls are remembered.
const REMEMBERED: usize = 64;

/// The latest calls, and the pages that listen for news.
#[derive(Debug)]
pub(crate) struct Dashboard {
    log: Mutex<Log>,
    pulse: watch::Sender<Pulse>,
}

#[derive(Debug, Default)]
struct Log {
    exchanges: VecDeque<Exchange>,
    count: u64,
    /// Number of resets of the sandbox when a call was last noted or read.
    resets: u64,
}

/// News for the pages that listen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Pulse {
    /// Number of calls that were noted.
    calls: u64,
    /// Number of times that all streams were ended.
    pub(super) farewells: u64,
}

/// A call whose answer is not known yet.
#[derive(Debug)]
pub(crate) struct Seen {
    method: String,
    target: String,
    request: Kept,
}

impl Seen {
    /// A call of the API.
    pub(crate) fn of(parts: &Parts, body: &Bytes) -> Self {
        let target = parts.uri.path_and_query().map_or(parts.uri.path(), |target| target.as_str());
        Self { method: parts.method.to_string(), target: shown(target.as_bytes()), request: Kept::of(body) }
    }
}

impl Default for Dashboard {
    fn default() -> Self {
        Self { log: Mutex::default(), pulse: watch::Sender::new(Pulse::default()) }
    }
}

impl Dashboard {
    /// Remembers a call and its outcome.
    pub(crate) fn note(
        &self,
        sandbox: &Sandbox,
        seen: Seen,
        answer: Result<&Response<SandboxBody>, ConnectionDropped>,
    ) {
        let response = answer.ok().and_then(|response| response.body().bytes());
        let Seen { method, target, request } = seen;
        let mut log = self.log(sandbox);
        log.count += 1;
        let exchange = Exchange {
            number: log.count,
            at: Moment(sandbox.clock().now()),
            method,
            target,
            request,
            outcome: answer.map(|response| response.status().as_u16()),
            response: Kept::of(response.unwrap_or(&Bytes::new())),
        };
        if log.exchanges.len() == REMEMBERED {
            log.exchanges.pop_front();
        }
        log.exchanges.push_back(exchange);
        drop(log);
        self.pulse.send_modify(|pulse| pulse.calls += 1);
    }

    /// Ends the streams of all pages that listen.
    pub(crate) fn hang_up(&self) {
        self.pulse.send_modify(|pulse| pulse.farewells += 1);
    }

    pub(super) fn listen(&self) -> watch::Receiver<Pulse> {
        self.pulse.subscribe()
    }

    /// The calls since the last reset of the sandbox, the latest first.
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
