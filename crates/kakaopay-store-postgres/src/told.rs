//! Completes a message in a transaction of the merchant's, so that what it leads to happens once.

use kakaopay_store::{ClaimToken, StoreError, StoreErrorKind};
use tokio_postgres::types::Type;
use tokio_postgres::{Row, Transaction};

use crate::column::claim_value;
use crate::failure::failed;
use crate::hidden::{Hidden, Param};
use crate::statements::Statements;

/// Whether a message is told by this transaction, or was before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "what was told before must not be done again"]
pub enum Completion {
    /// It is told when this transaction commits: do what it leads to, in this transaction.
    Completed,
    /// It was told under this very claim, by a transaction that committed although nobody heard of
    /// it: what it leads to is done.
    AlreadyCompleted,
}

pub(crate) async fn complete_in_transaction(
    transaction: &Transaction<'_>,
    statements: &Statements,
    key: &str,
    claim: ClaimToken,
) -> Result<Completion, StoreError> {
    if !run(transaction, &statements.complete, key, claim).await?.is_empty() {
        return Ok(Completion::Completed);
    }
    if !run(transaction, &statements.completed, key, claim).await?.is_empty() {
        return Ok(Completion::AlreadyCompleted);
    }
    Err(StoreErrorKind::StaleClaim.into())
}

/// Without a prepared statement: the connection is the merchant's, and nothing is left on it.
async fn run(
    transaction: &Transaction<'_>,
    sql: &str,
    key: &str,
    claim: ClaimToken,
) -> Result<Vec<Row>, StoreError> {
    let (keys, claims) = (vec![key], vec![claim_value(claim)]);
    let (keys, claims) = (Hidden(&keys), Hidden(&claims));
    let params: [(Param<'_>, Type); 2] = [(&keys, Type::TEXT_ARRAY), (&claims, Type::INT8_ARRAY)];
    transaction.query_typed(sql, &params).await.map_err(failed)
}
