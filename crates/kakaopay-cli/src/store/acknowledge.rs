//! Acknowledges an alert.

use kakaopay::store::Store;
use kakaopay::types::Reference;

use crate::failure::Failure;
use crate::output::{Printer, Step};

/// Acknowledges an alert of a payment. One that was acknowledged before keeps the first acknowledgement, which is
/// printed.
pub(super) async fn alert(
    store: &impl Store,
    reference: &Reference,
    (key, who, why): (&str, &str, &str),
    printer: Printer,
) -> Result<(), Failure> {
    let status = match kakaopay::acknowledge(store, reference, key, who, why).await {
        Ok(status) => status,
        Err(error @ kakaopay::Error::AlertNotFound { .. }) => {
            return Err(format!("{error}, or from `kakaopay store show {reference}`").into());
        }
        Err(error) => return Err(error.into()),
    };
    let found = status.acknowledged.iter().find(|acknowledged| acknowledged.alert.key() == key);
    // It exists, or the call had failed.
    let Some(kept) = found else { return Ok(()) };
    let text = format!("{key} of {reference} is acknowledged");
    let step = Step::new("acknowledged", text)
        .detail(format!("{}  by {}: {}", kept.at, kept.who, kept.why))
        .field("reference", reference.as_str())
        .field("key", key)
        .field("who", kept.who.as_str())
        .field("why", kept.why.as_str())
        .field("at", kept.at.to_string());
    printer.print(step)
}
