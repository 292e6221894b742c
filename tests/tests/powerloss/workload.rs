//! Concurrent callers of one store, which record their requests and the acknowledgements.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use kakaopay::store::{ClaimedMessage, Store, StoreError, StoreErrorKind};
use kakaopay_sqlite_powerloss::Disk;
use kakaopay_store_sqlite::{SqliteOptions, SqliteStore, rusqlite};
use tokio::task::JoinSet;

use crate::history::{Completion, DueClaim, History, Span};
use crate::plan::{EVENTS, LEASE, PAYMENTS, Plan, ROUNDS, STEPS, at, begin, clock, lease, reference};

/// The store's name.
pub(crate) const STORE_FILE: &str = "store.sqlite";
/// How often a failed step is tried.
const ATTEMPTS: usize = 12;

/// A caller: the store, its disk, and the plan.
#[derive(Debug, Clone)]
struct Caller {
    store: SqliteStore,
    disk: Disk,
    plan: Plan,
}

/// Makes a store, has it used, closed, opened and used again.
pub(crate) async fn run(disk: &Disk, plan: Plan) -> History {
    let (mut history, seconds) = (History::default(), Arc::default());
    for half in 0..2_i64 {
        let half_of = |all: i64| all / 2 * half..all / 2 * (half + 1);
        let Some(store) = open(disk, &seconds, &mut history) else { continue };
        let caller = Caller { store: store.clone(), disk: disk.clone(), plan };
        let mut callers = JoinSet::new();
        for payment in 0..PAYMENTS {
            let before = history.steps.remove(&payment).unwrap_or_default();
            callers.spawn(caller.clone().move_on(payment, before, STEPS / 2 * (half.unsigned_abs() + 1)));
        }
        callers.spawn(caller.clone().receive(half_of(EVENTS.into())));
        callers.spawn(caller.clone().work(half_of(ROUNDS), Arc::clone(&seconds)));
        callers.spawn(caller.write_back(half_of(ROUNDS)));
        while let Some(own) = callers.join_next().await {
            history.merge(own.expect("no panic"));
        }
        note(store.close().await, &mut history);
    }
    history
}

/// Opens the store, with a table of the merchant's own beside it.
fn open(disk: &Disk, seconds: &Arc<AtomicI64>, history: &mut History) -> Option<SqliteStore> {
    for _ in 0..ATTEMPTS {
        let options = SqliteOptions::new().clock(clock(seconds));
        let opened = options.open(disk.path(STORE_FILE)).map_err(StoreError::from);
        let Some(store) = note(opened, history) else { continue };
        let table = rusqlite::Connection::open(disk.path(STORE_FILE)).and_then(|own| {
            own.execute_batch(
                "CREATE TABLE IF NOT EXISTS shipment (message TEXT NOT NULL PRIMARY KEY) STRICT",
            )
        });
        match table {
            Ok(()) => return Some(store),
            Err(_) => history.trouble.push(StoreErrorKind::Io),
        }
    }
    None
}

/// The result, or the trouble it was.
fn note<T>(result: Result<T, StoreError>, history: &mut History) -> Option<T> {
    result.map_err(|error| history.trouble.push(error.kind())).ok()
}

impl Caller {
    /// Does something, and notes when it was asked for and acknowledged.
    async fn ask<T>(
        &self,
        history: &mut History,
        call: impl Future<Output = Result<T, StoreError>>,
    ) -> (Span, Option<T>) {
        let asked = self.disk.position();
        let done = note(call.await, history);
        (Span { asked, acknowledged: done.is_some().then(|| self.disk.position()) }, done)
    }

    /// Moves a payment on, up to a step.
    async fn move_on(self, payment: u8, before: Vec<Span>, last: u64) -> History {
        let (mut own, mut spans) = (History::default(), before);
        let mut attempts = ATTEMPTS;
        let mut asked_first = None;
        while (spans.len() as u64) < last && attempts > 0 {
            let next = spans.len() as u64 + 1;
            let (span, done) = self.ask(&mut own, self.store.commit(self.plan.step(payment, next))).await;
            let mut span = Span { asked: *asked_first.get_or_insert(span.asked), ..span };
            if done.is_none() {
                attempts -= 1;
                // Whether it was stored is not known. Whoever reads that it was goes on from there.
                let read = note(self.store.read_journal(&reference(payment)).await, &mut own);
                if read.is_none_or(|journal| journal.len() < spans.len() + 1) {
                    if attempts == 0 {
                        spans.push(span);
                    }
                    continue;
                }
                span.acknowledged = Some(self.disk.position());
            }
            asked_first = None;
            spans.push(span);
        }
        own.steps.insert(payment, spans);
        own
    }

    /// Takes webhooks in, and works every other off.
    async fn receive(self, events: Range<i64>) -> History {
        let mut own = History::default();
        for event in events {
            let event = u8::try_from(event).expect("few");
            let delivery = self.plan.delivery(event);
            let (span, done) = self.ask(&mut own, self.store.insert_event(delivery.clone())).await;
            own.received.insert(event, span);
            if event % 2 == 0 && done.is_some() {
                let (span, _) = self.ask(&mut own, self.store.complete_event(&delivery.event)).await;
                own.finished.insert(event, span);
            }
        }
        own
    }

    /// Claims pending work, and completes most of it.
    async fn work(self, rounds: Range<i64>, seconds: Arc<AtomicI64>) -> History {
        let mut own = History::default();
        for round in rounds {
            seconds.store(begin(round + 1), Ordering::SeqCst);
            let (span, due) = self.ask(&mut own, self.store.claim_due(lease(2))).await;
            let claimed = due.unwrap_or_default().iter().map(|due| due.reference.to_string()).collect();
            own.due.push(DueClaim { span, until: at(begin(round + 1) + LEASE), claimed });
            let (span, found) = self.ask(&mut own, self.store.claim_messages(lease(4))).await;
            let found = found.unwrap_or_default();
            let numbers: BTreeMap<_, _> =
                found.iter().map(|message| (message.key.clone(), message.claim.get())).collect();
            own.claims.push((span, numbers));
            for (number, message) in found.into_iter().enumerate().skip(usize::from(round % 3 == 0)) {
                self.tell(&mut own, message, number % 2 == 0).await;
            }
        }
        own
    }

    async fn tell(&self, own: &mut History, message: ClaimedMessage, ship: bool) {
        let ClaimedMessage { key, claim, .. } = message;
        let (named, pages) = (key.clone(), self.plan.pages_of_log());
        let span = if ship {
            let work = self.store.complete_in_transaction(&key, claim, move |file| {
                file.pragma_update(None, "wal_autocheckpoint", pages)?;
                Ok(file.execute("INSERT INTO shipment (message) VALUES (?1)", [named])?)
            });
            self.ask(own, work).await.0
        } else {
            self.ask(own, self.store.complete_message(&key, claim)).await.0
        };
        own.completed.entry(key).or_default().push(Completion { span, claim, shipped: ship });
    }

    /// Checkpoints the log on another connection.
    async fn write_back(self, rounds: Range<i64>) -> History {
        let Ok(other) = rusqlite::Connection::open(self.disk.path(STORE_FILE)) else {
            return History::default();
        };
        for round in rounds {
            for _ in 0..8 {
                tokio::task::yield_now().await;
            }
            let mode = ["PASSIVE", "RESTART", "FULL", "TRUNCATE"][usize::try_from(round % 4).expect("few")];
            // Where others are at it, it waits for another round; a disk that fails is the others' to tell.
            let _ = other.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |_| Ok(()));
        }
        History::default()
    }
}
