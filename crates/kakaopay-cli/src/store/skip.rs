//! Skips a notification.

use kakaopay::store::{Skip, SkipOutcome, Store};

use crate::failure::Failure;
use crate::output::{Printer, Step};

/// Takes a notification out of the queue. One that was skipped before keeps the first decision, which is printed.
pub(super) async fn message(
    store: &impl Store,
    key: &str,
    skip: Skip,
    printer: Printer,
) -> Result<(), Failure> {
    // A key from the command line, and names from the store, may have escape sequences of a terminal.
    let shown = key.escape_debug();
    let text = match store.skip_message(key, skip.clone()).await? {
        SkipOutcome::Skipped => return print(printer, key, format!("{shown} is never delivered"), &skip),
        SkipOutcome::AlreadySkipped(earlier) => {
            return print(printer, key, format!("{shown} was skipped before"), &earlier);
        }
        SkipOutcome::AlreadyCompleted => format!("{shown} was delivered before: it cannot be skipped"),
        SkipOutcome::NotFound => format!("no notification with key {shown}"),
    };
    Err(text.into())
}

fn print(printer: Printer, key: &str, text: String, skip: &Skip) -> Result<(), Failure> {
    let Skip { who, why, at, .. } = skip;
    let step = Step::new("skipped", text)
        .detail(format!("{at}  by {}: {}", who.escape_debug(), why.escape_debug()))
        .field("key", key)
        .field("who", who.as_str())
        .field("why", why.as_str())
        .field("at", at.to_string());
    printer.print(step)
}
