//! The latest calls, and the pages that listen for news.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::Response;
use http::request::Parts;
use kakaopay_sandbox::{Lost, SandboxBody};
use kakaopay_types::Timestamp;
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
}

/// Grows with what happens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Pulse {
    /// How often something has happened.
    pub(super) beats: u64,
    /// How often everybody was asked to hang up.
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
    /// Remembers a call and what became of it.
    pub(crate) fn note(&self, seen: Seen, at: Timestamp, answer: Result<&Response<SandboxBody>, Lost>) {
        let response = answer.ok().and_then(|response| response.body().bytes());
        let Seen { method, target, request } = seen;
        let mut log = self.log();
        log.count += 1;
        let exchange = Exchange {
            number: log.count,
            at: Moment(at),
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
        self.beat();
    }

    /// Forgets all calls.
    pub(crate) fn clear(&self) {
        self.log().exchanges.clear();
        self.beat();
    }

    /// Tells everybody that something has happened.
    fn beat(&self) {
        self.pulse.send_modify(|pulse| pulse.beats += 1);
    }

    /// Asks everybody who waits for something to happen to wait no more.
    pub(crate) fn hang_up(&self) {
        self.pulse.send_modify(|pulse| pulse.farewells += 1);
    }

    pub(super) fn listen(&self) -> watch::Receiver<Pulse> {
        self.pulse.subscribe()
    }

    /// The calls that are remembered, the latest first.
    pub(super) fn exchanges(&self) -> Vec<Exchange> {
        self.log().exchanges.iter().rev().cloned().collect()
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
