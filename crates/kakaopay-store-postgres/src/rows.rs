//! Rows as they are copied to another store, and from another.

use std::time::Duration;

use kakaopay_store::sql::{
    check_row, corrupt, event_checksum, event_of, failures_of, lane_value, limit_value, message_checksum,
    reference_of, seq_of, seq_value, term_millis, timestamp_of,
};
use kakaopay_store::{
    Commit, DeadlineChange, Lane, MessageState, OutboxMessage, Row, RowKind, Seq, Skip, StoreError,
    StoredMessage,
};
use tokio_postgres::Row as SqlRow;

use crate::commit::commit;
use crate::convert::column;
use crate::executor::Executor;
use crate::queries::pruned_to;
use crate::queue::reschedule_job;
use crate::statements::Statements;

/// Reads a row.
type ReadRow = fn(&SqlRow) -> Result<Row, StoreError>;

/// Rows of one kind behind a position.
pub(crate) async fn read(
    executor: &Executor,
    statements: &Statements,
    kind: RowKind,
    (after, limit): (u64, usize),
) -> Result<Vec<(u64, Row)>, StoreError> {
    let (sql, row): (_, ReadRow) = match kind {
        RowKind::Payment => (&statements.rows.payments, payment),
        RowKind::Event => (&statements.rows.events, event),
        RowKind::Message => (&statements.rows.messages, message),
        RowKind::Job => (&statements.rows.jobs, job),
    };
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let found = executor.read(sql, &[&after, &limit_value(limit)]).await?;
    found.iter().map(|next| Ok((column::<i64>(next, 0)?.unsigned_abs(), row(next)?))).collect()
}

fn payment(row: &SqlRow) -> Result<Row, StoreError> {
    let reference = reference_of(column(row, 1)?)?;
    let (last, pruned_to) = (seq_of(column(row, 2)?)?, pruned_to(row, 4)?);
    Ok(Row::Payment { reference, last, pruned_to, due_in: optional_term(row, 3)? })
}

fn event(row: &SqlRow) -> Result<Row, StoreError> {
    let (id, body): (&str, &[u8]) = (column(row, 1)?, column(row, 2)?);
    let due_in = optional_term(row, 5)?;
    if due_in.is_some() {
        check_row(|| format!("event {id}"), column(row, 3)?, event_checksum(id, body))?;
    }
    Ok(Row::Event { event: event_of(id)?, body: body.into(), age: term(column(row, 4)?), due_in })
}

fn message(row: &SqlRow) -> Result<Row, StoreError> {
    let (reference, key, name): (&str, &str, &str) = (column(row, 1)?, column(row, 2)?, column(row, 3)?);
    let body: &[u8] = column(row, 4)?;
    check_row(|| format!("message {key}"), column(row, 5)?, message_checksum(reference, key, name, body))?;
    let lane = [Lane::Ordered, Lane::Alert].into_iter().find(|known| lane_value(*known) == name);
    let lane = lane.ok_or_else(|| corrupt("an unknown lane"))?;
    let state = match (optional_term(row, 9)?, column::<Option<i64>>(row, 12)?) {
        (Some(due_in), _) => MessageState::Pending { due_in },
        (None, Some(at)) => {
            let skip = Skip::new(column::<&str>(row, 10)?, column::<&str>(row, 11)?);
            MessageState::Skipped { skip, at: timestamp_of(at)? }
        }
        (None, None) => MessageState::Completed,
    };
    Ok(Row::Message(StoredMessage {
        reference: reference_of(reference)?,
        message: OutboxMessage::new(key, body).lane(lane),
        age: term(column(row, 6)?),
        claim: column::<i64>(row, 7)?.unsigned_abs(),
        failures: failures_of(column(row, 8)?)?,
        state,
    }))
}

fn job(row: &SqlRow) -> Result<Row, StoreError> {
    Ok(Row::Job { name: column(row, 1)?, due_in: term(column(row, 2)?) })
}

/// A term in milliseconds; nothing if it has passed.
fn term(millis: i64) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}

fn optional_term(row: &SqlRow, index: usize) -> Result<Option<Duration>, StoreError> {
    Ok(column::<Option<i64>>(row, index)?.map(term))
}

/// Inserts rows of another store, in their order.
pub(crate) async fn insert(
    executor: &Executor,
    statements: &Statements,
    rows: &[Row],
) -> Result<(), StoreError> {
    for row in rows {
        match row {
            Row::Payment { reference, pruned_to, due_in, .. } => {
                let deadline = due_in.map_or(DeadlineChange::Keep, DeadlineChange::In);
                let step = Commit::new(reference.clone(), Seq::ZERO).deadline(deadline);
                commit(executor, statements, &step, None).await.map(drop)?;
                if *pruned_to > Seq::ZERO {
                    let params = &[&reference.as_str() as _, &seq_value(*pruned_to)? as _];
                    executor.repeat(&statements.rows.begin_behind, params).await?;
                }
            }
            Row::Event { event, body, age, due_in } => {
                let checksum = event_checksum(event.as_str(), body);
                let (age, due_in) = (term_millis(*age), due_in.map(term_millis));
                let params = &[&event.as_str() as _, &&**body as _, &checksum as _, &age as _, &due_in as _];
                executor.once(&statements.rows.insert_event, params).await.map(drop)?;
            }
            Row::Message(message) => insert_message(executor, statements, message).await?,
            Row::Job { name, due_in } => reschedule_job(executor, statements, name, *due_in).await?,
        }
    }
    Ok(())
}

async fn insert_message(
    executor: &Executor,
    statements: &Statements,
    row: &StoredMessage,
) -> Result<(), StoreError> {
    let StoredMessage { reference, message, age, claim, failures, state } = row;
    let (key, lane) = (message.key.as_str(), lane_value(message.lane));
    let checksum = message_checksum(reference.as_str(), key, lane, &message.body);
    let (due_in, skip, skipped_at) = match state {
        MessageState::Pending { due_in } => (Some(term_millis(*due_in)), None, None),
        MessageState::Completed => (None, None, None),
        MessageState::Skipped { skip, at } => (None, Some(skip), Some(at.unix_millis())),
    };
    let claim = i64::try_from(*claim).map_err(corrupt)?;
    executor
        .once(
            &statements.rows.insert_message,
            &[
                &key,
                &reference.as_str(),
                &lane,
                &&*message.body,
                &checksum,
                &term_millis(*age),
                &claim,
                &i64::from(*failures),
                &due_in,
                &skip.map(|skip| skip.who.as_str()),
                &skip.map(|skip| skip.why.as_str()),
                &skipped_at,
            ],
        )
        .await
        .map(drop)
}
