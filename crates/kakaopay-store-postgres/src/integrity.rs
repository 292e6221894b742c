//! Reads a whole store and checks it for damage.

use kakaopay_store::sql::{
    EntryKind, check_row, corrupt, event_checksum, message_checksum, reference_of, seq_of,
};
use kakaopay_store::{Entry, StoreError};

use crate::convert::column;
use crate::executor::Executor;
use crate::objects::{OBJECTS, compare};
use crate::statements::Statements;

/// Payments whose rows are read at a time.
const PAYMENTS: usize = 1_000;

/// Checks every journal, snapshot and message, the events that wait, and what keeps the tables sound.
pub(crate) async fn integrity_check(
    executor: &Executor,
    statements: &Statements,
    schema: &str,
) -> Result<(), StoreError> {
    let count = async |sql: &str| {
        let rows = executor.read(sql, &[]).await?;
        column::<i64>(rows.first().ok_or_else(|| corrupt("no row"))?, 0)
    };
    let torn = count(&statements.integrity.count_gaps).await?;
    if torn != 0 {
        return Err(corrupt(format!("the journals of {torn} payments have gaps")));
    }
    let ahead = count(&statements.integrity.count_snapshots_ahead).await?;
    if ahead != 0 {
        return Err(corrupt(format!("{ahead} snapshots are ahead of their journals")));
    }
    let last = count(&statements.integrity.last_payment).await?;
    for from in (0..last).step_by(PAYMENTS) {
        check_payments(executor, statements, from).await?;
    }
    for row in executor.read(&statements.integrity.check_events, &[]).await? {
        let (event, body) = (column::<&str>(&row, 0)?, column::<&[u8]>(&row, 1)?);
        check_row(|| format!("event {event}"), column(&row, 2)?, event_checksum(event, body))?;
    }
    Ok(compare(&executor.read(OBJECTS, &[&schema]).await?)?)
}

/// Checks the rows of the payments behind `from`, as many as are read at a time.
async fn check_payments(executor: &Executor, statements: &Statements, from: i64) -> Result<(), StoreError> {
    let to = from.saturating_add(i64::try_from(PAYMENTS).unwrap_or(i64::MAX));
    for (sql, kind) in [
        (&statements.integrity.check_entries, EntryKind::Entry),
        (&statements.integrity.check_snapshots, EntryKind::Snapshot),
    ] {
        for row in executor.read(sql, &[&from, &to]).await? {
            let entry = Entry::new(seq_of(column(&row, 1)?)?, column::<&[u8]>(&row, 2)?);
            kind.check(&reference_of(column(&row, 0)?)?, &entry, column(&row, 3)?)?;
        }
    }
    for row in executor.read(&statements.integrity.check_messages, &[&from, &to]).await? {
        let (reference, key, lane) = (column(&row, 0)?, column::<&str>(&row, 1)?, column(&row, 2)?);
        let checksum = message_checksum(reference, key, lane, column(&row, 3)?);
        check_row(|| format!("message {key}"), column(&row, 4)?, checksum)?;
    }
    Ok(())
}
