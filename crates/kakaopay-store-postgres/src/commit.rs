//! Stores a commit of a payment.

use std::time::Duration;

use kakaopay_store::sql::{
    EntryKind, claim_of, corrupt, lane_value, message_checksum, seq_of, seq_value, term_millis,
};
use kakaopay_store::{ClaimedMessage, Commit, Committed, DeadlineChange, Seq, StoreError, StoreErrorKind};
use kakaopay_types::Reference;

use crate::claims::Claim;
use crate::convert::column;
use crate::executor::Executor;
use crate::statements::Statements;

/// How often to retry when another process inserts the payment between two statements.
const ATTEMPTS: usize = 10;

/// Stores a commit.
pub(crate) async fn commit(
    executor: &Executor,
    statements: &Statements,
    commit: &Commit,
    lease: Option<Duration>,
) -> Result<Committed, StoreError> {
    let expected = commit.expected;
    for _ in 0..ATTEMPTS {
        if let Some(committed) = advance(executor, statements, commit, lease).await? {
            return Ok(committed);
        }
        // What stopped it was committed before it was met, so that this sees it.
        let found = last_seq(executor, statements, &commit.reference).await?;
        if found != expected {
            return Err(StoreErrorKind::Conflict { expected, found }.into());
        }
    }
    Err(corrupt("a commit to a payment is rejected although it expects its last entry"))
}

/// The stored commit; `None` if the payment is not at the expected one.
async fn advance(
    executor: &Executor,
    statements: &Statements,
    commit: &Commit,
    lease: Option<Duration>,
) -> Result<Option<Committed>, StoreError> {
    let sql =
        if commit.expected == Seq::ZERO { &statements.open_payment } else { &statements.advance_payment };
    let deadline = match commit.deadline {
        DeadlineChange::In(term) => Some(term_millis(term)),
        DeadlineChange::Keep | DeadlineChange::Clear => None,
    };
    let completes: Vec<&str> = commit.completes.iter().map(|event| event.as_str()).collect();
    let keys: Vec<&str> = commit.messages.iter().map(|message| message.key.as_str()).collect();
    let lanes: Vec<&str> = commit.messages.iter().map(|message| lane_value(message.lane)).collect();
    let bodies: Vec<&[u8]> = commit.messages.iter().map(|message| &*message.body).collect();
    let last = if commit.entry.is_some() { commit.expected.next() } else { commit.expected };
    let checksum_of = |kind: EntryKind, bytes: Option<&[u8]>| {
        bytes.map(|bytes| kind.checksum(&commit.reference, last, bytes))
    };
    let checksums = commit.messages.iter().map(|message| {
        let lane = lane_value(message.lane);
        message_checksum(commit.reference.as_str(), &message.key, lane, &message.body)
    });
    let lease = lease.filter(|_| commit.entry.is_some() && !commit.messages.is_empty()).map(term_millis);
    // If the response is lost, the next claim of messages gives them back.
    let claim = lease.map(|_| statements.outbox.claim.lost.begin());
    let number = claim.as_ref().map(Claim::number);
    let rows = executor
        .once(
            sql,
            &[
                &commit.reference.as_str(),
                &seq_value(commit.expected)?,
                &i64::from(commit.entry.is_some()),
                &commit.entry.as_deref(),
                &commit.snapshot.as_deref(),
                &commit.charge.as_ref().map(|charge| charge.as_str()),
                &deadline,
                &(commit.deadline == DeadlineChange::Clear),
                &keys,
                &lanes,
                &bodies,
                &checksum_of(EntryKind::Entry, commit.entry.as_deref()),
                &checksum_of(EntryKind::Snapshot, commit.snapshot.as_deref()),
                &checksums.collect::<Vec<_>>(),
                &completes,
                &lease,
                &number,
            ],
        )
        .await?;
    claim.into_iter().for_each(Claim::has_response);
    let Some(row) = rows.first() else { return Ok(None) };
    let last = seq_of(column(row, 0)?)?;
    executor.commits().add(&commit.reference, last);
    let (keys, claims): (Vec<&str>, Vec<i64>) = (column(row, 1)?, column(row, 2)?);
    let mut claimed = Vec::with_capacity(keys.len());
    for (key, claim) in keys.into_iter().zip(claims) {
        let Some(message) = commit.messages.iter().find(|message| message.key == key) else { continue };
        let (reference, body) = (commit.reference.clone(), message.body.clone());
        claimed.push(ClaimedMessage::new(key.to_owned(), reference, body, claim_of(claim)?));
    }
    Ok(Some(Committed::new(last, claimed)))
}

pub(crate) async fn last_seq(
    executor: &Executor,
    statements: &Statements,
    reference: &Reference,
) -> Result<Seq, StoreError> {
    let rows = executor.read(&statements.last_seq, &[&reference.as_str()]).await?;
    rows.first().map_or(Ok(Seq::ZERO), |row| seq_of(column(row, 0)?))
}
