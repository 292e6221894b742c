//! Inbox, due payments and jobs.

use std::time::Duration;

use kakaopay_store::sql::{event_checksum, event_of, limit_value, readable, reference_of, term_millis};
use kakaopay_store::{ClaimRequest, InboxEvent, InsertOutcome, NewInboxEvent, StoreError};
use kakaopay_types::{EventId, Reference};
use tokio_postgres::Row;

use crate::claims::Claims;
use crate::convert::column;
use crate::executor::Executor;
use crate::statements::Statements;

pub(crate) async fn receive(
    executor: &Executor,
    statements: &Statements,
    delivery: &NewInboxEvent,
) -> Result<InsertOutcome, StoreError> {
    let event = delivery.event.as_str();
    let checksum = event_checksum(event, &delivery.body);
    let rows = executor.repeat(&statements.receive, &[&event, &&*delivery.body, &checksum]).await?;
    Ok(if rows.is_empty() { InsertOutcome::Duplicate } else { InsertOutcome::Inserted })
}

pub(crate) async fn claim_events(
    executor: &Executor,
    statements: &Statements,
    request: ClaimRequest,
) -> Result<Vec<InboxEvent>, StoreError> {
    let rows = claim(executor, &statements.claim_events, request).await?;
    let mut events = Vec::with_capacity(rows.len());
    for row in &rows {
        let Some(id) = column::<Option<&str>>(row, 0)? else { continue };
        let Some(event) = readable("webhook", id, event_of(id)) else { continue };
        let body: &[u8] = column(row, 1)?;
        let event = InboxEvent::new(event, body);
        let is_sound = column::<i64>(row, 2)? == event_checksum(id, body);
        events.push(if is_sound { event } else { event.damaged() });
    }
    Ok(events)
}

pub(crate) async fn complete_event(
    executor: &Executor,
    statements: &Statements,
    event: &EventId,
) -> Result<(), StoreError> {
    executor.repeat(&statements.complete_event, &[&event.as_str()]).await.map(drop)
}

pub(crate) async fn claim_due(
    executor: &Executor,
    statements: &Statements,
    request: ClaimRequest,
) -> Result<Vec<Reference>, StoreError> {
    let rows = claim(executor, &statements.claim_due, request).await?;
    let mut due = Vec::with_capacity(rows.len());
    for row in &rows {
        let Some(reference) = column::<Option<&str>>(row, 0)? else { continue };
        due.extend(readable("payment", reference, reference_of(reference)));
    }
    Ok(due)
}

/// Claims rows. If there is none, one of NULLs shows the store's clock.
async fn claim(executor: &Executor, claims: &Claims, request: ClaimRequest) -> Result<Vec<Row>, StoreError> {
    executor.claim(claims, &[&limit_value(request.limit), &term_millis(request.lease)]).await
}

/// Whether the caller claimed the job.
pub(crate) async fn claim_job(
    executor: &Executor,
    statements: &Statements,
    job: &str,
    request: ClaimRequest,
) -> Result<bool, StoreError> {
    let rows = executor.claim(&statements.claim_job, &[&job, &term_millis(request.lease)]).await?;
    Ok(!rows.is_empty())
}

pub(crate) async fn reschedule_job(
    executor: &Executor,
    statements: &Statements,
    job: &str,
    due_in: Duration,
) -> Result<(), StoreError> {
    executor.repeat(&statements.reschedule_job, &[&job, &term_millis(due_in)]).await.map(drop)
}
