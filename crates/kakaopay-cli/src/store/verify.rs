//! Checks a whole store.

use kakaopay::store::{Store, StoreError};

use crate::failure::Failure;
use crate::output::{Printer, Step};

/// Prints each damaged payment, or that the store is intact. `rows` is the check that its kind of store has.
///
/// # Errors
/// If anything is damaged.
pub(super) async fn whole(
    store: &impl Store,
    rows: impl Future<Output = Result<(), StoreError>>,
    printer: Printer,
) -> Result<(), Failure> {
    let rows = rows.await;
    let report = kakaopay::verify(store).await?;
    for damaged in &report.damaged {
        let (reference, problem) = (damaged.reference.as_str(), damaged.problem.as_str());
        let step = Step::new("damaged", format!("{reference}: {problem}"));
        printer.print(step.field("reference", reference).field("problem", problem))?;
    }
    if let Some(problem) = &report.unreadable {
        let step = Step::new("damaged", format!("a notification: {problem}"));
        printer.print(step.field("problem", problem.as_str()))?;
    }
    rows?;
    if let Some(problem) = report.unreadable {
        return Err(
            format!("a notification cannot be read: restore a backup of this store: {problem}").into()
        );
    }
    if !report.damaged.is_empty() {
        let count = report.damaged.len();
        return Err(format!("{count} payments are damaged: restore a backup of this store").into());
    }
    let text = format!("the store is intact: {} payments, {} entries", report.payments, report.entries);
    printer.print(Step::new("ok", text).field("payments", report.payments).field("entries", report.entries))
}
