//! One step of one payment.

use kakaopay_store::{Commit, DeadlineChange, Seq, StoreError, StoreErrorKind};
use kakaopay_types::Reference;

use crate::calls::Calls;
use crate::column::{column, seq_of, seq_value};
use crate::failure::corrupt;
use crate::statements::Statements;

/// How often to look again when a payment was made by somebody else in the moment between.
const LOOKS: usize = 10;

/// Stores a step.
pub(crate) async fn commit(
    calls: &Calls,
    statements: &Statements,
    commit: &Commit,
) -> Result<Seq, StoreError> {
    let expected = commit.expected;
    for _ in 0..LOOKS {
        if let Some(last) = advance(calls, statements, commit).await? {
            return Ok(last);
        }
        // What stopped it was committed before it was met, so that this sees it.
        let found = last_entry(calls, statements, &commit.reference).await?;
        if found != expected {
            return Err(StoreErrorKind::Conflict { expected, found }.into());
        }
    }
    Err(corrupt("a payment cannot be moved from the entry it is at"))
}

/// The payment's last entry by then; `None` when it is not at the one that was expected.
async fn advance(calls: &Calls, statements: &Statements, commit: &Commit) -> Result<Option<Seq>, StoreError> {
    let sql = if commit.expected == Seq::ZERO { &statements.begin } else { &statements.go_on };
    let deadline = match commit.deadline {
        DeadlineChange::Set(at) => Some(at.unix_millis()),
        DeadlineChange::Keep | DeadlineChange::Clear => None,
    };
    let keys: Vec<&str> = commit.messages.iter().map(|message| message.key.as_str()).collect();
    let bodies: Vec<&[u8]> = commit.messages.iter().map(|message| &*message.body).collect();
    let rows = calls
        .rows(
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
                &bodies,
                &commit.at.unix_millis(),
            ],
        )
        .await?;
    rows.first().map(|row| seq_of(column(row, 0)?)).transpose()
}

async fn last_entry(
    calls: &Calls,
    statements: &Statements,
    reference: &Reference,
) -> Result<Seq, StoreError> {
    let rows = calls.rows(&statements.last_entry, &[&reference.as_str()]).await?;
    rows.first().map_or(Ok(Seq::ZERO), |row| seq_of(column(row, 0)?))
}
