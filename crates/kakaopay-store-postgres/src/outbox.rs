//! Messages: claimed, completed, failed and skipped.

use std::collections::BTreeSet;
use std::time::Duration;

use kakaopay_store::sql::{
    claim_of, claim_value, corrupt, failures_of, limit_value, message_checksum, readable, reference_of,
    term_millis, timestamp_of,
};
use kakaopay_store::{
    ClaimRequest, ClaimToken, ClaimedMessage, Skip, SkipOutcome, StoreError, StoreErrorKind,
};

use crate::convert::column;
use crate::executor::Executor;
use crate::outbox_statements::OutboxStatements;
use crate::redacted::Param;

pub(crate) async fn claim(
    executor: &Executor,
    statements: &OutboxStatements,
    request: ClaimRequest,
) -> Result<Vec<ClaimedMessage>, StoreError> {
    let params: [Param<'_>; 2] = [&limit_value(request.limit), &term_millis(request.lease)];
    let rows = executor.claim(&statements.claim, &params).await?;
    let mut messages = Vec::with_capacity(rows.len());
    for row in &rows {
        let Some(key) = column::<Option<&str>>(row, 0)? else { continue };
        let (reference, lane, body) = (column(row, 1)?, column(row, 2)?, column::<&[u8]>(row, 3)?);
        let is_sound = column::<i64>(row, 4)? == message_checksum(reference, key, lane, body);
        let Some(reference) = readable("notification", key, reference_of(reference)) else { continue };
        let message = ClaimedMessage::new(key.to_owned(), reference, body, claim_of(column(row, 5)?)?);
        let message = message.failures(failures_of(column(row, 6)?)?);
        messages.push(if is_sound { message } else { message.damaged() });
    }
    Ok(messages)
}

/// Completes messages. Returns the keys of those whose claim is stale.
pub(crate) async fn complete<'a>(
    executor: &Executor,
    statements: &OutboxStatements,
    messages: &'a [(&'a str, ClaimToken)],
) -> Result<Vec<&'a str>, StoreError> {
    // In one order for all callers, so that two which complete the same messages do not deadlock.
    let mut asked = messages.to_vec();
    asked.sort_by_key(|(key, claim)| (*key, claim.get()));
    for sql in [&statements.complete, &statements.completed] {
        let keys: Vec<&str> = asked.iter().map(|(key, _)| *key).collect();
        let claims: Vec<i64> = asked.iter().map(|(_, claim)| claim_value(*claim)).collect();
        let rows = executor.repeat(sql, &[&keys, &claims]).await?;
        let done = rows.iter().map(|row| column::<&str>(row, 0)).collect::<Result<BTreeSet<_>, _>>()?;
        asked.retain(|(key, _)| !done.contains(key));
        if asked.is_empty() {
            break;
        }
    }
    Ok(asked.into_iter().map(|(key, _)| key).collect())
}

pub(crate) async fn fail(
    executor: &Executor,
    statements: &OutboxStatements,
    key: &str,
    claim: ClaimToken,
    retry_in: Duration,
) -> Result<(), StoreError> {
    let rows = executor.once(&statements.fail, &[&key, &claim_value(claim), &term_millis(retry_in)]).await?;
    if rows.is_empty() { Err(StoreErrorKind::StaleClaim.into()) } else { Ok(()) }
}

pub(crate) async fn skip(
    executor: &Executor,
    statements: &OutboxStatements,
    key: &str,
    skip: &Skip,
) -> Result<SkipOutcome, StoreError> {
    let (who, why) = (skip.who.as_str(), skip.why.as_str());
    if !executor.once(&statements.skip, &[&key, &who, &why]).await?.is_empty() {
        return Ok(SkipOutcome::Skipped);
    }
    // The statement has waited for a transaction that takes the message out of the queue, so that its end is visible.
    let rows = executor.read(&statements.skipped, &[&key]).await?;
    let Some(row) = rows.first() else { return Ok(SkipOutcome::NotFound) };
    match (column::<Option<&str>>(row, 0)?, column::<Option<&str>>(row, 1)?, column(row, 2)?) {
        (None, None, None) => Ok(SkipOutcome::AlreadyCompleted),
        (Some(who), Some(why), Some(at)) => {
            Ok(SkipOutcome::AlreadySkipped { skip: Skip::new(who, why), at: timestamp_of(at)? })
        }
        _ => Err(corrupt("a skipped message does not say by whom, why and when")),
    }
}
