//! Inbox, due payments and jobs.

use std::time::Duration;

use kakaopay_store::sql::{
    claim_of, claim_value, corrupt, event_checksum, event_of, limit_value, readable, reference_of,
    term_millis,
};
use kakaopay_store::{ClaimRequest, DuePayment, Held, InboxEvent, InsertOutcome, NewInboxEvent, StoreError};
use kakaopay_types::EventId;
use tokio_postgres::Row;

use crate::claims::Claims;
use crate::convert::column;
use crate::executor::Executor;
use crate::redacted::Param;
use crate::statements::Statements;

pub(crate) async fn receive(
    executor: &Executor,
    statements: &Statements,
    delivery: &NewInboxEvent,
) -> Result<InsertOutcome, StoreError> {
    let event = delivery.event.as_str();
    let checksum = event_checksum(event, &delivery.body);
    let rows = executor.repeat(&statements.receive, &[&event, &&*delivery.body, &checksum]).await?;
    let row = rows.first().ok_or_else(|| corrupt("no row"))?;
    match (column(row, 0)?, column(row, 1)?) {
        (true, _) => Ok(InsertOutcome::Inserted),
        (false, Some(why)) => Ok(InsertOutcome::Closed { why }),
        (false, None) => Ok(InsertOutcome::Duplicate),
    }
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
        let event = InboxEvent::new(event, body, claim_of(column(row, 3)?)?);
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
) -> Result<Vec<DuePayment>, StoreError> {
    let rows = claim(executor, &statements.claim_due, request).await?;
    let mut due = Vec::with_capacity(rows.len());
    for row in &rows {
        let Some(reference) = column::<Option<&str>>(row, 0)? else { continue };
        let Some(reference) = readable("payment", reference, reference_of(reference)) else { continue };
        due.push(DuePayment::new(reference, claim_of(column(row, 1)?)?));
    }
    Ok(due)
}

/// Lets the leases of rows under their claims end in so long.
pub(crate) async fn renew(
    executor: &Executor,
    statements: &Statements,
    held: &[Held],
    lease: Duration,
) -> Result<(), StoreError> {
    let mut rows: [(Vec<&str>, Vec<i64>); 3] = Default::default();
    for held in held {
        let (kind, row, claim) = match held {
            Held::Payment(reference, claim) => (0, reference.as_str(), claim),
            Held::Event(event, claim) => (1, event.as_str(), claim),
            Held::Message(key, claim) => (2, key.as_str(), claim),
        };
        rows[kind].0.push(row);
        rows[kind].1.push(claim_value(*claim));
    }
    let [payments, events, messages] = &rows;
    let params: [Param<'_>; 7] =
        [&payments.0, &payments.1, &events.0, &events.1, &messages.0, &messages.1, &term_millis(lease)];
    executor.repeat(&statements.renew, &params).await.map(drop)
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
