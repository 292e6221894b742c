//! Removes what is no longer needed of payments that are over, with the store alone.

use std::time::Duration;

use futures_util::future::join_all;
use kakaopay_flows::{JournalEntry, Output, Payment, PruneError};
use kakaopay_store::{Entry, Prune, PruneOutcome, Row, RowKind, Seq, Store, StoreErrorKind};
use kakaopay_types::{Reference, Timestamp};

use crate::driver::{MAX_TRIES, check_open, pairs, repeated};
use crate::error::Error;

/// Payments read at a time.
const PAGE: usize = 500;
/// Payments pruned at a time, each in a transaction of its own.
const AT_ONCE: usize = 8;
/// Webhook events looked at in one transaction.
const EVENTS: usize = 500;

/// How long nothing must have happened to a payment before it is pruned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PruneTerm(Duration);

impl PruneTerm {
    /// The shortest term: 30 days. By then the service has decided every refund and sent every webhook of a payment,
    /// so that people seldom ask for its history.
    pub const MIN: Duration = Duration::from_secs(30 * 86_400);

    /// A term of at least [`MIN`](Self::MIN).
    ///
    /// # Errors
    /// [`Error::TermTooShort`] if it is shorter: pass a longer one.
    pub fn new(older_than: Duration) -> Result<Self, Error> {
        if older_than < Self::MIN {
            Err(Error::TermTooShort { shortest: Self::MIN })
        } else {
            Ok(Self(older_than))
        }
    }

    /// A term of any length, for tests.
    #[doc(hidden)]
    #[must_use]
    pub const fn of_any_length(older_than: Duration) -> Self {
        Self(older_than)
    }
}

/// Result of [`prune`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PruneReport {
    /// Payments that were pruned.
    pub payments: u64,
    /// Webhook events that were removed.
    pub events: u64,
    /// Payments that are as old and not over, such as one with an open alert. They are left as they are.
    pub unfinished: u64,
    /// Payments that cannot be read; the log names each.
    pub failures: u64,
}

/// Prunes the payments of a store to which nothing has happened for so long, `limit` of them at most, and removes
/// webhook events that were processed and are as old.
///
/// Of a pruned payment one small entry is kept: its reference, amount, end, charges, attempts, refunds and late money,
/// and when each was. Its journal, snapshot, description, addresses, messages and delivered notifications are gone. It
/// goes on like any other: a checkout of its reference finds it finished, evidence of late money or of a refund made
/// elsewhere is recorded and notified, and it can be refunded.
///
/// A payment is over when it and all its refunds have ended, nothing is looked for any more, no alert is open, and each
/// notification was delivered or skipped. Each payment is pruned in a short transaction of its own, unless it has changed
/// meanwhile, while the shop runs. A call that was cut off is repeated, and goes on.
///
/// # Errors
/// - [`Error::StoreClosed`] if the store's payments have moved to another store: use that one.
/// - [`Error::Store`] if the store fails: call it again.
pub async fn prune(store: &impl Store, term: PruneTerm, limit: Option<u64>) -> Result<PruneReport, Error> {
    let (mut report, mut after) = (PruneReport::default(), 0);
    let limit = limit.unwrap_or(u64::MAX);
    loop {
        check_open(store).await?;
        let (page, now) = (store.rows(RowKind::Payment, after, PAGE).await?, store.now().await?);
        let Some((last, _)) = page.last() else { break };
        after = *last;
        let mut candidates = page.into_iter().filter_map(|(_, row)| candidate(row)).peekable();
        while candidates.peek().is_some() {
            let room = usize::try_from(limit.saturating_sub(report.payments)).unwrap_or(AT_ONCE);
            if room == 0 {
                break;
            }
            let some: Vec<_> = candidates.by_ref().take(room.min(AT_ONCE)).collect();
            let steps = some.iter().map(|reference| one(store, reference, now, term.0));
            for (reference, step) in some.iter().zip(join_all(steps).await) {
                report.count(reference, step)?;
            }
        }
    }
    let mut after = Some(0);
    while let Some(position) = after {
        check_open(store).await?;
        let page = store.prune_events(term.0, position, EVENTS).await?;
        report.events += page.removed;
        after = page.next;
    }
    tracing::info!(payments = report.payments, events = report.events, "store pruned");
    Ok(report)
}

/// Removes all that is known of the buyer from the payment of an order, at once: the payment is pruned as by [`prune`],
/// whatever its age, and its charges, amounts and refunds stay. Idempotent.
///
/// The reference and the references of refunds stay too, so that they must not name a person. So do backups and copies of
/// the store, what the service knows, webhooks of the payment that were not processed yet, and what the database has in
/// its files until it uses their space again (`VACUUM`).
///
/// # Errors
/// - [`Error::NotFound`] if no payment has this reference.
/// - [`Error::NotOver`] and [`Error::Undelivered`] if it is not over: their texts say what to wait for, or to do.
/// - [`Error::StoreClosed`] if the store's payments have moved to another store: use that one.
/// - [`Error::Journal`] if the payment is damaged, [`Error::Store`] if the store fails: call it again.
pub async fn erase(store: &impl Store, reference: &Reference) -> Result<(), Error> {
    check_open(store).await?;
    for _ in 0..MAX_TRIES {
        let (journal, now) = (store.read_journal(reference).await?, store.now().await?);
        match step(store, reference, &journal, now).await? {
            Step::Pruned | Step::Nothing => {
                tracing::info!(reference = reference.as_str(), "payment erased");
                return Ok(());
            }
            Step::Missing => return Err(Error::NotFound(reference.clone())),
            Step::NotOver(source) => return Err(Error::NotOver { reference: reference.clone(), source }),
            Step::Undelivered => return Err(Error::Undelivered(reference.clone())),
            Step::Changed => {}
        }
    }
    Err(Error::TooMuchContention(reference.clone()))
}

impl PruneReport {
    fn count(&mut self, reference: &Reference, step: Result<Step, Error>) -> Result<(), Error> {
        match step {
            Ok(Step::Pruned) => self.payments += 1,
            Ok(Step::NotOver(_) | Step::Undelivered) => self.unfinished += 1,
            Ok(Step::Nothing | Step::Missing | Step::Changed) => {}
            Err(Error::Store(error)) if error.kind() != StoreErrorKind::Corrupt => return Err(error.into()),
            Err(error) => {
                tracing::error!(reference = reference.as_str(), %error, "not pruned: verify the store");
                self.failures += 1;
            }
        }
        Ok(())
    }
}

/// The reference of a payment with more entries than the one that stands for all.
fn candidate(row: Row) -> Option<Reference> {
    match row {
        Row::Payment { reference, last, pruned_to, .. } => {
            let is_pruned = pruned_to > Seq::ZERO && last == pruned_to.next();
            (last > Seq::ZERO && !is_pruned).then_some(reference)
        }
        _ => None,
    }
}

/// What became of a payment.
enum Step {
    Pruned,
    /// Nothing has happened since it was pruned, or it is too young.
    Nothing,
    Missing,
    NotOver(PruneError),
    /// It has a deadline, or a notification that was not delivered.
    Undelivered,
    /// Another process was faster.
    Changed,
}

/// Prunes a payment if it is old enough.
async fn one(
    store: &impl Store,
    reference: &Reference,
    now: Timestamp,
    term: Duration,
) -> Result<Step, Error> {
    let journal = repeated(|| store.read_journal(reference)).await?;
    let Some(last) = journal.last() else { return Ok(Step::Missing) };
    let at = match JournalEntry::from_bytes(last.seq.get(), &last.bytes) {
        Ok(entry) => entry.at,
        Err(source) => return Err(Error::Journal { reference: reference.clone(), source }),
    };
    let is_old = u128::try_from(now.millis_since(at)).is_ok_and(|age| age >= term.as_millis());
    if is_old { step(store, reference, &journal, now).await } else { Ok(Step::Nothing) }
}

/// Prunes a payment, unless it has changed since its journal was read.
async fn step(
    store: &impl Store,
    reference: &Reference,
    journal: &[Entry],
    now: Timestamp,
) -> Result<Step, Error> {
    let replayed = Payment::replay(pairs(journal));
    let replayed = replayed.map_err(|source| Error::Journal { reference: reference.clone(), source })?;
    let Some(mut payment) = replayed else { return Ok(Step::Missing) };
    let expected = Seq::new(payment.seq());
    match payment.prune(now) {
        Ok(()) => {}
        Err(PruneError::ApiMisuse(misuse)) => return Err(misuse.into()),
        Err(why) => return Ok(Step::NotOver(why)),
    }
    let entry = std::iter::from_fn(|| payment.poll_output()).find_map(|output| match output {
        Output::Persist(entry) => Some(entry),
        _ => None,
    });
    let Some(entry) = entry else { return Ok(Step::Nothing) };
    let prune = || store.prune(Prune::new(reference.clone(), expected, entry.to_bytes()));
    match repeated(prune).await {
        Ok(PruneOutcome::Pruned) => Ok(Step::Pruned),
        Ok(PruneOutcome::Waiting) => Ok(Step::Undelivered),
        Err(error) if error.is_conflict() => after_conflict(store, reference, &entry).await,
        Err(error) => Err(error.into()),
    }
}

/// A conflict may be with the first of several calls, whose response was lost.
async fn after_conflict(
    store: &impl Store,
    reference: &Reference,
    entry: &JournalEntry,
) -> Result<Step, Error> {
    let journal = repeated(|| store.read_journal(reference)).await?;
    let first = journal.first().filter(|first| first.seq.get() == entry.seq);
    let is_own = first.is_some_and(|first| *first.bytes == *entry.to_bytes());
    Ok(if is_own { Step::Pruned } else { Step::Changed })
}
