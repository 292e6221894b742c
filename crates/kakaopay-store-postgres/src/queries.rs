//! Calls that only read.

use std::time::Duration;

use kakaopay_store::sql::{
    EntryKind, check_journal, corrupt, limit_value, reference_of, seq_of, time_until, timestamp_of,
};
use kakaopay_store::{Backlog, Entry, QueueStats, Seq, StoreError, StoredPayment};
use kakaopay_types::{ChargeId, Reference, Timestamp};
use tokio_postgres::Row;

use crate::convert::column;
use crate::executor::Executor;
use crate::statements::Statements;

/// Where counts of pending work stop, which bounds their time.
pub(crate) const MOST_COUNTED: i64 = 1_000_000;

pub(crate) async fn journal(
    executor: &Executor,
    statements: &Statements,
    reference: &Reference,
) -> Result<Vec<Entry>, StoreError> {
    let rows = executor.read(&statements.journal, &[&reference.as_str()]).await?;
    let Some(first) = rows.first() else { return Ok(Vec::new()) };
    let last = seq_of(column(first, 0)?)?;
    // A payment without entries is one row without an entry.
    let rows = if column::<Option<i64>>(first, 1)?.is_none() { &[] } else { &*rows };
    let entries =
        rows.iter().map(|row| entry(row, 1, reference, EntryKind::Entry)).collect::<Result<Vec<_>, _>>()?;
    check_journal(pruned_to(first, 4)?, &entries, last)?;
    Ok(entries)
}

pub(crate) async fn load(
    executor: &Executor,
    statements: &Statements,
    reference: &Reference,
) -> Result<StoredPayment, StoreError> {
    let rows = executor.read(&statements.load, &[&reference.as_str()]).await?;
    // The first row has the snapshot, or NULL; the others have one entry each.
    let (first, rest) = rows.split_first().ok_or_else(|| corrupt("no row"))?;
    let facts = StoredPayment::default().closed(column(first, 6)?).suspect(column(first, 7)?);
    let facts = facts.at(timestamp_of(column(first, 9)?)?);
    let charges = column::<Option<Vec<&str>>>(first, 8)?.unwrap_or_default().into_iter();
    let charges = charges.map(|charge| ChargeId::parse(charge).map_err(corrupt));
    let mut facts = facts.charges(charges.collect::<Result<_, _>>()?);
    let Some(last) = column(first, 0)? else { return Ok(facts) };
    let last = seq_of(last)?;
    let snapshot = match column::<Option<i64>>(first, 2)? {
        Some(_) => Some(entry(first, 2, reference, EntryKind::Snapshot)?),
        None => None,
    };
    let after = match &snapshot {
        Some(snapshot) => snapshot.seq,
        None => pruned_to(first, 5)?,
    };
    let entries =
        rest.iter().map(|row| entry(row, 2, reference, EntryKind::Entry)).collect::<Result<Vec<_>, _>>()?;
    check_journal(after, &entries, last)?;
    (facts.snapshot, facts.entries) = (snapshot, entries);
    Ok(facts)
}

/// The last entry that was pruned.
pub(crate) fn pruned_to(row: &Row, index: usize) -> Result<Seq, StoreError> {
    column::<Option<i64>>(row, index)?.map_or(Ok(Seq::ZERO), seq_of)
}

/// A sequence number, and the bytes and the checksum in the columns behind it.
fn entry(row: &Row, index: usize, reference: &Reference, kind: EntryKind) -> Result<Entry, StoreError> {
    let entry = Entry::new(seq_of(column(row, index)?)?, column::<&[u8]>(row, index + 1)?);
    kind.check(reference, &entry, column(row, index + 2)?)?;
    Ok(entry)
}

pub(crate) async fn list_payments(
    executor: &Executor,
    statements: &Statements,
    after: Option<&Reference>,
    limit: usize,
) -> Result<Vec<Reference>, StoreError> {
    // No reference is empty: the first comes after this.
    let after = after.map_or("", Reference::as_str);
    let rows = executor.read(&statements.list_payments, &[&after, &limit_value(limit)]).await?;
    rows.iter().map(|row| reference_of(column(row, 0)?)).collect()
}

pub(crate) async fn charges_of(
    executor: &Executor,
    statements: &Statements,
    reference: &Reference,
) -> Result<Vec<ChargeId>, StoreError> {
    let rows = executor.read(&statements.charges_of, &[&reference.as_str()]).await?;
    rows.iter().map(|row| ChargeId::parse(column(row, 0)?).map_err(corrupt)).collect()
}

pub(crate) async fn payment_of(
    executor: &Executor,
    statements: &Statements,
    charge: &ChargeId,
) -> Result<Option<Reference>, StoreError> {
    let rows = executor.read(&statements.find_by_charge, &[&charge.as_str()]).await?;
    rows.first().map(|row| reference_of(column(row, 0)?)).transpose()
}

pub(crate) async fn next_due_in(
    executor: &Executor,
    statements: &Statements,
) -> Result<Option<Duration>, StoreError> {
    let rows = executor.read_once_right(&statements.next_due_at, &[]).await?;
    let row = rows.first().ok_or_else(|| corrupt("no row"))?;
    let next = column::<Option<i64>>(row, 0)?.map(timestamp_of).transpose()?;
    let now = timestamp_of(column(row, 1)?)?;
    Ok(next.map(|next| time_until(next, now)))
}

pub(crate) async fn backlog(executor: &Executor, statements: &Statements) -> Result<Backlog, StoreError> {
    let rows = executor.read(&statements.backlog, &[&MOST_COUNTED]).await?;
    let row = rows.first().ok_or_else(|| corrupt("no row"))?;
    let now = timestamp_of(column(row, 7)?)?;
    let ahead = u64::try_from(column::<i64>(row, 6)?).map_err(corrupt)?;
    if ahead > 0 {
        // The caller knows of them now; another process may have set them.
        let _ = executor.correct().await;
    }
    Ok(Backlog::new(waiting(row, 0, now)?, waiting(row, 2, now)?, waiting(row, 4, now)?).ahead(ahead))
}

fn waiting(row: &Row, index: usize, now: Timestamp) -> Result<QueueStats, StoreError> {
    let count = u64::try_from(column::<i64>(row, index)?).map_err(corrupt)?;
    let oldest = column::<Option<i64>>(row, index + 1)?.map(timestamp_of).transpose()?;
    Ok(QueueStats::new(count, oldest.map(|oldest| time_until(now, oldest))))
}

/// What the store's clock shows.
pub(crate) async fn now(executor: &Executor, statements: &Statements) -> Result<Timestamp, StoreError> {
    let rows = executor.read(&statements.now, &[]).await?;
    timestamp_of(column(rows.first().ok_or_else(|| corrupt("no row"))?, 0)?)
}
