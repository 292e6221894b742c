//! Inbox, due payments and jobs.

use kakaopay_store::sql::{event_of, find_by_charge, limit_value, timestamp_of};
use kakaopay_store::{ClaimRequest, DuePayment, InboxEvent, InsertOutcome, NewInboxEvent, StoreError};
use kakaopay_types::{EventId, Timestamp};
use tokio_postgres::Row;

use crate::convert::column;
use crate::executor::Executor;
use crate::statements::Statements;

pub(crate) async fn receive(
    executor: &Executor,
    statements: &Statements,
    delivery: &NewInboxEvent,
) -> Result<InsertOutcome, StoreError> {
    let at = delivery.received_at.unix_millis();
    let rows = executor.rows(&statements.receive, &[&delivery.event.as_str(), &&*delivery.body, &at]).await?;
    Ok(if rows.is_empty() { InsertOutcome::Duplicate } else { InsertOutcome::Inserted })
}

pub(crate) async fn claim_events(
    executor: &Executor,
    statements: &Statements,
    request: ClaimRequest,
) -> Result<Vec<InboxEvent>, StoreError> {
    let rows = claim(executor, &statements.claim_events, request).await?;
    let event = |row: &Row| {
        let body = column::<&[u8]>(row, 1)?;
        Ok(InboxEvent::new(event_of(column(row, 0)?)?, body))
    };
    rows.iter().map(event).collect()
}

pub(crate) async fn complete_event(
    executor: &Executor,
    statements: &Statements,
    event: &EventId,
) -> Result<(), StoreError> {
    executor.rows(&statements.complete_event, &[&event.as_str()]).await.map(drop)
}

pub(crate) async fn claim_due(
    executor: &Executor,
    statements: &Statements,
    request: ClaimRequest,
) -> Result<Vec<DuePayment>, StoreError> {
    let rows = claim(executor, &statements.claim_due, request).await?;
    let due =
        |row: &Row| Ok(DuePayment::new(find_by_charge(column(row, 0)?)?, timestamp_of(column(row, 1)?)?));
    rows.iter().map(due).collect()
}

async fn claim(executor: &Executor, sql: &str, request: ClaimRequest) -> Result<Vec<Row>, StoreError> {
    let (now, until) = (request.now.unix_millis(), request.lease_until.unix_millis());
    executor.rows(sql, &[&now, &limit_value(request.limit), &until]).await
}

/// Whether the caller claimed the job.
pub(crate) async fn claim_job(
    executor: &Executor,
    statements: &Statements,
    job: &str,
    request: ClaimRequest,
) -> Result<bool, StoreError> {
    let (now, until) = (request.now.unix_millis(), request.lease_until.unix_millis());
    let rows = executor.rows(&statements.claim_job, &[&job, &now, &until]).await?;
    Ok(!rows.is_empty())
}

pub(crate) async fn reschedule_job(
    executor: &Executor,
    statements: &Statements,
    job: &str,
    due: Timestamp,
) -> Result<(), StoreError> {
    executor.rows(&statements.reschedule_job, &[&job, &due.unix_millis()]).await.map(drop)
}
