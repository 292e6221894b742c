//! Replaces the history of a payment, and removes old webhook events.

use std::time::Duration;

use kakaopay_store::sql::{EntryKind, limit_value, seq_of, seq_value, term_millis};
use kakaopay_store::{Prune, PruneOutcome, PrunedEvents, Seq, StoreError, StoreErrorKind};

use crate::commit::last_seq;
use crate::convert::column;
use crate::executor::Executor;
use crate::statements::Statements;

/// Replaces the history of a payment.
pub(crate) async fn prune(
    executor: &Executor,
    statements: &Statements,
    prune: &Prune,
) -> Result<PruneOutcome, StoreError> {
    let Prune { reference, expected, entry, .. } = prune;
    let checksum = EntryKind::Entry.checksum(reference, expected.next(), entry);
    let params = &[&reference.as_str() as _, &seq_value(*expected)? as _, &&**entry as _, &checksum as _];
    let rows = executor.once(&statements.prune.payment, params).await?;
    let Some(row) = rows.first() else {
        return Err(StoreErrorKind::Conflict { expected: *expected, found: Seq::ZERO }.into());
    };
    let (found, is_waiting): (Seq, bool) = (seq_of(column(row, 0)?)?, column(row, 1)?);
    if column(row, 2)? {
        executor.commits().add(reference, expected.next());
        return Ok(PruneOutcome::Pruned);
    }
    if found == *expected && found > Seq::ZERO && is_waiting {
        return Ok(PruneOutcome::Waiting);
    }
    // If it was as expected, a commit has changed it during the call.
    let found = if found == *expected { last_seq(executor, statements, reference).await? } else { found };
    Err(StoreErrorKind::Conflict { expected: *expected, found }.into())
}

/// Removes completed events that are so old, of some behind a position.
pub(crate) async fn prune_events(
    executor: &Executor,
    statements: &Statements,
    age: Duration,
    (after, limit): (u64, usize),
) -> Result<PrunedEvents, StoreError> {
    let (after, limit) = (i64::try_from(after).unwrap_or(i64::MAX), limit_value(limit));
    let rows = executor.once(&statements.prune.events, &[&term_millis(age), &limit, &after]).await?;
    let Some(row) = rows.first() else { return Ok(PrunedEvents::default()) };
    let (removed, seen): (i64, i64) = (column(row, 0)?, column(row, 1)?);
    let last = column::<Option<i64>>(row, 2)?.filter(|_| seen == limit);
    Ok(PrunedEvents::new(removed.unsigned_abs(), last.map(i64::unsigned_abs)))
}
