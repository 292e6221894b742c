//! Skips a notification.

use kakaopay::store::{Skip, SkipOutcome, Store};
use kakaopay::types::Timestamp;

use crate::failure::Failure;
use crate::output::{Printer, Step};

/// Takes a notification out of the queue. One that was skipped before keeps the first decision, which is printed.
pub(super) async fn message(
    store: &impl Store,
    key: &str,
    skip: Skip,
    printer: Printer,
) -> Result<(), Failure> {
    let text = match store.skip_message(key, skip.clone()).await? {
        SkipOutcome::Skipped => {
            return print(printer, key, format!("{key} is never delivered"), &skip, None);
        }
        SkipOutcome::AlreadySkipped { skip, at } => {
            return print(printer, key, format!("{key} was skipped before"), &skip, Some(at));
        }
        SkipOutcome::AlreadyCompleted => format!("{key} was delivered before: it cannot be skipped"),
        SkipOutcome::NotFound => format!("no notification with key {key}"),
    };
    Err(text.into())
}

fn print(
    printer: Printer,
    key: &str,
    text: String,
    skip: &Skip,
    at: Option<Timestamp>,
) -> Result<(), Failure> {
    let Skip { who, why, .. } = skip;
    let at = at.map(|at| at.to_string());
    let when = at.as_deref().map(|at| format!("{at}  ")).unwrap_or_default();
    let step = Step::new("skipped", text)
        .detail(format!("{when}by {who}: {why}"))
        .field("key", key)
        .field("who", who.as_str())
        .field("why", why.as_str())
        .field("at", at);
    printer.print(step)
}
