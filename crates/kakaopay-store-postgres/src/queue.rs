//! Inbox, outbox, due payments and jobs.

use std::collections::BTreeSet;

use kakaopay_store::sql::{claim_of, claim_value, event_of, find_by_charge, limit_value, timestamp_of};
use kakaopay_store::{
    ClaimRequest, ClaimToken, ClaimedMessage, DuePayment, InboxEvent, InsertOutcome, NewInboxEvent,
    StoreError,
};
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
    lease: ClaimRequest,
) -> Result<Vec<InboxEvent>, StoreError> {
    let rows = claim(executor, &statements.claim_events, lease).await?;
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
    lease: ClaimRequest,
) -> Result<Vec<DuePayment>, StoreError> {
    let rows = claim(executor, &statements.claim_due, lease).await?;
    let due =
        |row: &Row| Ok(DuePayment::new(find_by_charge(column(row, 0)?)?, timestamp_of(column(row, 1)?)?));
    rows.iter().map(due).collect()
}

pub(crate) async fn claim_messages(
    executor: &Executor,
    statements: &Statements,
    lease: ClaimRequest,
) -> Result<Vec<ClaimedMessage>, StoreError> {
    let rows = claim(executor, &statements.claim_messages, lease).await?;
    let message = |row: &Row| {
        Ok(ClaimedMessage::new(
            column(row, 0)?,
            find_by_charge(column(row, 1)?)?,
            column::<&[u8]>(row, 2)?,
            claim_of(column(row, 3)?)?,
        ))
    };
    rows.iter().map(message).collect()
}

async fn claim(executor: &Executor, sql: &str, lease: ClaimRequest) -> Result<Vec<Row>, StoreError> {
    let (now, until) = (lease.now.unix_millis(), lease.lease_until.unix_millis());
    executor.rows(sql, &[&now, &limit_value(lease.limit), &until]).await
}

/// Completes messages. Returns the keys of those whose claim is stale.
pub(crate) async fn complete<'a>(
    executor: &Executor,
    statements: &Statements,
    messages: &'a [(&'a str, ClaimToken)],
) -> Result<Vec<&'a str>, StoreError> {
    // In one order for all callers, so that two which complete the same messages do not deadlock.
    let mut asked = messages.to_vec();
    asked.sort_by_key(|(key, claim)| (*key, claim.get()));
    for sql in [&statements.complete, &statements.completed] {
        let keys: Vec<&str> = asked.iter().map(|(key, _)| *key).collect();
        let claims: Vec<i64> = asked.iter().map(|(_, claim)| claim_value(*claim)).collect();
        let rows = executor.rows(sql, &[&keys, &claims]).await?;
        let done = rows.iter().map(|row| column::<&str>(row, 0)).collect::<Result<BTreeSet<_>, _>>()?;
        asked.retain(|(key, _)| !done.contains(key));
        if asked.is_empty() {
            break;
        }
    }
    Ok(asked.into_iter().map(|(key, _)| key).collect())
}

/// Whether the caller claimed the job.
pub(crate) async fn claim_job(
    executor: &Executor,
    statements: &Statements,
    chore: &str,
    lease: ClaimRequest,
) -> Result<bool, StoreError> {
    let (now, until) = (lease.now.unix_millis(), lease.lease_until.unix_millis());
    let rows = executor.rows(&statements.claim_job, &[&chore, &now, &until]).await?;
    Ok(!rows.is_empty())
}

pub(crate) async fn reschedule_job(
    executor: &Executor,
    statements: &Statements,
    chore: &str,
    due: Timestamp,
) -> Result<(), StoreError> {
    executor.rows(&statements.reschedule_job, &[&chore, &due.unix_millis()]).await.map(drop)
}
