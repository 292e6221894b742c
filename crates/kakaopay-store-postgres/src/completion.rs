//! Completes a message in the merchant's own transaction, so that it is processed exactly once.

use kakaopay_store::sql::claim_value;
use kakaopay_store::{ClaimToken, StoreError, StoreErrorKind};
use tokio::try_join;
use tokio_postgres::types::Type;
use tokio_postgres::{Row, Transaction};

use crate::executor::Executor;
use crate::failure::failed;
use crate::outbox_statements::OutboxStatements;
use crate::redacted::{Param, Redacted};

/// Whether a message is completed by this transaction, or was before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a message that was completed before must not be processed again"]
#[allow(clippy::exhaustive_enums, reason = "a message was completed before or it was not")]
pub enum Completion {
    /// It is completed when this transaction commits: process it in this transaction.
    Completed,
    /// It was completed under the same claim, by a transaction whose response was lost: it is processed already.
    AlreadyCompleted,
}

pub(crate) async fn complete_in_transaction(
    executor: &Executor,
    transaction: &Transaction<'_>,
    statements: &OutboxStatements,
    key: &str,
    claim: ClaimToken,
) -> Result<Completion, StoreError> {
    // Both are sent at once: the check costs no round trip.
    let completing = run(transaction, &statements.complete, key, claim);
    let ((), completed) = try_join!(executor.check_server(transaction), completing)?;
    if !completed.is_empty() {
        return Ok(Completion::Completed);
    }
    if !run(transaction, &statements.completed, key, claim).await?.is_empty() {
        return Ok(Completion::AlreadyCompleted);
    }
    Err(StoreErrorKind::StaleClaim.into())
}

/// Without a prepared statement, to leave nothing on the merchant's connection.
async fn run(
    transaction: &Transaction<'_>,
    sql: &str,
    key: &str,
    claim: ClaimToken,
) -> Result<Vec<Row>, StoreError> {
    let (keys, claims) = (vec![key], vec![claim_value(claim)]);
    let (keys, claims) = (Redacted(&keys), Redacted(&claims));
    let params: [(Param<'_>, Type); 2] = [(&keys, Type::TEXT_ARRAY), (&claims, Type::INT8_ARRAY)];
    transaction.query_typed(sql, &params).await.map_err(failed)
}
