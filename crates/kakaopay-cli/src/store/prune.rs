//! Removes what is no longer needed of payments that are over.

use kakaopay::PruneTerm;
use kakaopay::store::Store;
use kakaopay::types::Reference;

use crate::failure::Failure;
use crate::output::{Printer, Step};

/// Prunes the payments that are old enough.
pub(super) async fn old(
    store: &impl Store,
    (older_than, limit): (PruneTerm, Option<u64>),
    printer: Printer,
) -> Result<(), Failure> {
    let report = kakaopay::prune(store, older_than, limit).await?;
    let text = format!(
        "{} payments and {} webhooks; {} payments are as old and not over",
        report.payments, report.events, report.unfinished
    );
    let step = Step::new("pruned", text).field("payments", report.payments).field("webhooks", report.events);
    printer.print(step.field("unfinished", report.unfinished).field("failures", report.failures))?;
    if report.failures > 0 {
        return Err(
            format!("{} payments cannot be read: run `kakaopay store verify`", report.failures).into()
        );
    }
    Ok(())
}

/// Erases the buyer of one payment.
pub(super) async fn buyer(
    store: &impl Store,
    reference: &Reference,
    printer: Printer,
) -> Result<(), Failure> {
    kakaopay::erase(store, reference).await?;
    let text = format!("the buyer of {reference}; its amount, end, charges and refunds are kept");
    printer.print(Step::new("erased", text).field("reference", reference.as_str()))
}
