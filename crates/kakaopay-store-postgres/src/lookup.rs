//! What only reads.

use kakaopay_store::{Backlog, Entry, QueueStats, Seq, StoreError, StoredPayment};
use kakaopay_types::{ChargeId, Reference, Timestamp};
use tokio_postgres::Row;

use crate::calls::Calls;
use crate::column::{column, find_by_charge, limit_value, moment_of, seq_of};
use crate::failure::corrupt;
use crate::statements::Statements;

/// How many of a kind are counted: more would take longer than a look at them is worth.
pub(crate) const MOST_COUNTED: i64 = 1_000_000;

pub(crate) async fn journal(
    calls: &Calls,
    statements: &Statements,
    reference: &Reference,
) -> Result<Vec<Entry>, StoreError> {
    let rows = calls.rows(&statements.journal, &[&reference.as_str()]).await?;
    let Some(first) = rows.first() else { return Ok(Vec::new()) };
    let last = seq_of(column(first, 0)?)?;
    // A payment without entries is one row without one.
    if column::<Option<i64>>(first, 1)?.is_none() {
        return entries(&[], Seq::ZERO, last);
    }
    entries(&rows, Seq::ZERO, last)
}

pub(crate) async fn load(
    calls: &Calls,
    statements: &Statements,
    reference: &Reference,
) -> Result<StoredPayment, StoreError> {
    let rows = calls.rows(&statements.load, &[&reference.as_str()]).await?;
    // The first tells of the snapshot, whether there is one or not.
    let Some((first, rest)) = rows.split_first() else { return Ok(StoredPayment::default()) };
    let last = seq_of(column(first, 0)?)?;
    let snapshot = match column::<Option<i64>>(first, 2)? {
        Some(place) => Some(Entry { seq: seq_of(place)?, bytes: bytes_of(first, 3)? }),
        None => None,
    };
    let behind = snapshot.as_ref().map_or(Seq::ZERO, |snapshot| snapshot.seq);
    let mut entries = Vec::with_capacity(rest.len());
    for row in rest {
        entries.push(Entry { seq: seq_of(column(row, 2)?)?, bytes: bytes_of(row, 3)? });
    }
    without_gaps(&entries, behind, last)?;
    Ok(StoredPayment { snapshot, entries })
}

fn entries(rows: &[Row], behind: Seq, last: Seq) -> Result<Vec<Entry>, StoreError> {
    let mut entries = Vec::with_capacity(rows.len());
    for row in rows {
        entries.push(Entry { seq: seq_of(column(row, 1)?)?, bytes: bytes_of(row, 2)? });
    }
    without_gaps(&entries, behind, last)?;
    Ok(entries)
}

/// Finds an entry that is missing between what they follow and the last there is.
fn without_gaps(entries: &[Entry], behind: Seq, last: Seq) -> Result<(), StoreError> {
    let mut before = behind;
    for entry in entries {
        if entry.seq != before.next() {
            return Err(corrupt("an entry of the journal is missing"));
        }
        before = entry.seq;
    }
    if before == last { Ok(()) } else { Err(corrupt("the journal ends before its last entry")) }
}

fn bytes_of(row: &Row, index: usize) -> Result<Box<[u8]>, StoreError> {
    column::<&[u8]>(row, index).map(Box::from)
}

pub(crate) async fn list_payments(
    calls: &Calls,
    statements: &Statements,
    after: Option<&Reference>,
    limit: usize,
) -> Result<Vec<Reference>, StoreError> {
    // No reference is empty: the first comes after this.
    let after = after.map_or("", Reference::as_str);
    let rows = calls.rows(&statements.payments, &[&after, &limit_value(limit)]).await?;
    rows.iter().map(|row| find_by_charge(column(row, 0)?)).collect()
}

pub(crate) async fn payment_of(
    calls: &Calls,
    statements: &Statements,
    charge: &ChargeId,
) -> Result<Option<Reference>, StoreError> {
    let rows = calls.rows(&statements.payment_of, &[&charge.as_str()]).await?;
    rows.first().map(|row| find_by_charge(column(row, 0)?)).transpose()
}

pub(crate) async fn next_due_at(
    calls: &Calls,
    statements: &Statements,
) -> Result<Option<Timestamp>, StoreError> {
    let rows = calls.rows(&statements.next_due_at, &[]).await?;
    let row = rows.first().ok_or_else(|| corrupt("no row"))?;
    column::<Option<i64>>(row, 0)?.map(moment_of).transpose()
}

pub(crate) async fn backlog(calls: &Calls, statements: &Statements) -> Result<Backlog, StoreError> {
    let rows = calls.rows(&statements.backlog, &[&MOST_COUNTED]).await?;
    let row = rows.first().ok_or_else(|| corrupt("no row"))?;
    Ok(Backlog { deadlines: waiting(row, 0)?, inbox: waiting(row, 2)?, outbox: waiting(row, 4)? })
}

fn waiting(row: &Row, index: usize) -> Result<QueueStats, StoreError> {
    let count = u64::try_from(column::<i64>(row, index)?).map_err(corrupt)?;
    let oldest = column::<Option<i64>>(row, index + 1)?.map(moment_of).transpose()?;
    Ok(QueueStats { count, oldest })
}

/// Reads every journal, and looks for what this crate would never have written.
pub(crate) async fn integrity_check(calls: &Calls, statements: &Statements) -> Result<(), StoreError> {
    let count = async |sql: &str| {
        let rows = calls.rows(sql, &[]).await?;
        column::<i64>(rows.first().ok_or_else(|| corrupt("no row"))?, 0)
    };
    let torn = count(&statements.gaps).await?;
    if torn != 0 {
        return Err(corrupt(format!("the journals of {torn} payments have gaps")));
    }
    let ahead = count(&statements.ahead).await?;
    if ahead != 0 {
        return Err(corrupt(format!("{ahead} snapshots are ahead of their journals")));
    }
    Ok(())
}
