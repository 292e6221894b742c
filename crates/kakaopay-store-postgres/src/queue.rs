//! What waits: coming in, being claimed, and being done.

use std::collections::BTreeSet;

use kakaopay_store::{
    ClaimRequest, ClaimToken, ClaimedMessage, DuePayment, InboxEvent, InsertOutcome, NewInboxEvent,
    StoreError,
};
use kakaopay_types::{EventId, Timestamp};
use tokio_postgres::Row;

use crate::calls::Calls;
use crate::column::{claim_of, claim_value, column, event_of, find_by_charge, limit_value, moment_of};
use crate::statements::Statements;

pub(crate) async fn receive(
    calls: &Calls,
    statements: &Statements,
    delivery: &NewInboxEvent,
) -> Result<InsertOutcome, StoreError> {
    let at = delivery.received_at.unix_millis();
    let rows = calls.rows(&statements.receive, &[&delivery.event.as_str(), &&*delivery.body, &at]).await?;
    Ok(if rows.is_empty() { InsertOutcome::Duplicate } else { InsertOutcome::Inserted })
}

pub(crate) async fn claim_events(
    calls: &Calls,
    statements: &Statements,
    lease: ClaimRequest,
) -> Result<Vec<InboxEvent>, StoreError> {
    let rows = claim(calls, &statements.claim_events, lease).await?;
    let event = |row: &Row| {
        let body = column::<&[u8]>(row, 1)?;
        Ok(InboxEvent { event: event_of(column(row, 0)?)?, body: body.into() })
    };
    rows.iter().map(event).collect()
}

pub(crate) async fn complete_event(
    calls: &Calls,
    statements: &Statements,
    event: &EventId,
) -> Result<(), StoreError> {
    calls.rows(&statements.complete_event, &[&event.as_str()]).await.map(drop)
}

pub(crate) async fn claim_due(
    calls: &Calls,
    statements: &Statements,
    lease: ClaimRequest,
) -> Result<Vec<DuePayment>, StoreError> {
    let rows = claim(calls, &statements.claim_due, lease).await?;
    let due = |row: &Row| {
        Ok(DuePayment { reference: find_by_charge(column(row, 0)?)?, at: moment_of(column(row, 1)?)? })
    };
    rows.iter().map(due).collect()
}

pub(crate) async fn claim_messages(
    calls: &Calls,
    statements: &Statements,
    lease: ClaimRequest,
) -> Result<Vec<ClaimedMessage>, StoreError> {
    let rows = claim(calls, &statements.claim_messages, lease).await?;
    let message = |row: &Row| {
        Ok(ClaimedMessage {
            key: column(row, 0)?,
            reference: find_by_charge(column(row, 1)?)?,
            body: column::<&[u8]>(row, 2)?.into(),
            claim: claim_of(column(row, 3)?)?,
        })
    };
    rows.iter().map(message).collect()
}

async fn claim(calls: &Calls, sql: &str, lease: ClaimRequest) -> Result<Vec<Row>, StoreError> {
    let (now, until) = (lease.now.unix_millis(), lease.lease_until.unix_millis());
    calls.rows(sql, &[&now, &limit_value(lease.limit), &until]).await
}

/// Marks messages as told, and gives those whose claim has passed to somebody else.
pub(crate) async fn complete<'a>(
    calls: &Calls,
    statements: &Statements,
    messages: &'a [(&'a str, ClaimToken)],
) -> Result<Vec<&'a str>, StoreError> {
    // In one order for all, so that two who complete the same do not wait for each other.
    let mut asked = messages.to_vec();
    asked.sort_by_key(|(key, claim)| (*key, claim.get()));
    for sql in [&statements.complete, &statements.completed] {
        let keys: Vec<&str> = asked.iter().map(|(key, _)| *key).collect();
        let claims: Vec<i64> = asked.iter().map(|(_, claim)| claim_value(*claim)).collect();
        let rows = calls.rows(sql, &[&keys, &claims]).await?;
        let done = rows.iter().map(|row| column::<&str>(row, 0)).collect::<Result<BTreeSet<_>, _>>()?;
        asked.retain(|(key, _)| !done.contains(key));
        if asked.is_empty() {
            break;
        }
    }
    Ok(asked.into_iter().map(|(key, _)| key).collect())
}

/// Whether the chore is the caller's to do.
pub(crate) async fn claim_job(
    calls: &Calls,
    statements: &Statements,
    chore: &str,
    lease: ClaimRequest,
) -> Result<bool, StoreError> {
    let (now, until) = (lease.now.unix_millis(), lease.lease_until.unix_millis());
    let rows = calls.rows(&statements.claim_job, &[&chore, &now, &until]).await?;
    Ok(!rows.is_empty())
}

pub(crate) async fn reschedule_job(
    calls: &Calls,
    statements: &Statements,
    chore: &str,
    due: Timestamp,
) -> Result<(), StoreError> {
    calls.rows(&statements.reschedule_job, &[&chore, &due.unix_millis()]).await.map(drop)
}
