//! Replaces the history of a payment, and removes old webhook events.

use std::time::Duration;

use kakaopay_store::sql::{EntryKind, limit_value, seq_of, seq_value, term_millis};
use kakaopay_store::{Prune, PruneOutcome, Seq, StoreError, StoreErrorKind};

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

/// Removes completed events that are so old, of the oldest.
pub(crate) async fn prune_events(
    executor: &Executor,
    statements: &Statements,
    age: Duration,
    limit: usize,
) -> Result<u64, StoreError> {
    let params = &[&term_millis(age) as _, &limit_value(limit) as _];
    Ok(executor.once(&statements.prune.events, params).await?.len() as u64)
}
