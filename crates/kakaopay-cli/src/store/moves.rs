//! Moves a store into another.

use kakaopay::store::{Store, copy};

use super::open;
use crate::args::CopyTarget;
use crate::failure::Failure;
use crate::output::{Printer, Step};

/// Moves a store into a new one, which is created.
pub(super) async fn copy_to(from: &impl Store, target: &CopyTarget, printer: Printer) -> Result<(), Failure> {
    let report = if let Some(url) = &target.location.to_postgres {
        let to = open::postgres_at(url, &target.to_schema, None, open::Missing::Create).await?;
        let copied = copy(from, &to).await;
        to.close();
        copied?
    } else {
        // clap requires exactly one of the two.
        let to =
            open::sqlite(target.location.to_sqlite.as_deref().unwrap_or("".as_ref()), open::Missing::Create)?;
        let copied = copy(from, &to).await;
        to.close().await?;
        copied?
    };
    let text = format!(
        "{} payments, {} webhooks and {} notifications have moved; the old store is closed",
        report.payments, report.events, report.messages
    );
    let step = Step::new("copied", text).field("payments", report.payments);
    printer.print(step.field("webhooks", report.events).field("notifications", report.messages))
}
