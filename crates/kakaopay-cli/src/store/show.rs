//! Prints one payment: its journal and its state.

use kakaopay::flows::{JournalEntry, Payment};
use kakaopay::store::Store;
use kakaopay::types::Reference;
use serde_json::{Map, Value, json};

use crate::failure::Failure;
use crate::output::{Printer, Step};

/// Prints the journal of a payment, record by record, and then its state.
pub(super) async fn payment(
    store: &impl Store,
    reference: &Reference,
    printer: Printer,
) -> Result<(), Failure> {
    let journal = store.read_journal(reference).await?;
    let entries = journal.iter().map(|entry| (entry.seq.get(), &*entry.bytes));
    let Some(payment) = Payment::replay(entries.clone())? else {
        return Err(format!("no payment with reference {reference}").into());
    };
    for (seq, bytes) in entries {
        let entry = JournalEntry::from_bytes(seq, bytes)?;
        for record in &entry.records {
            let stored = serde_json::to_value(record)?;
            let step = Step::new("entry", format!("{seq:>3}  {}  {}", entry.at, record.name()));
            let step = members(&stored).into_iter().fold(step, Step::detail);
            let step = step.field("seq", seq).field("at", entry.at.to_string());
            printer.print(step.field("record", stored))?;
        }
    }
    printer.print(state(reference, &payment)?)
}

fn state(reference: &Reference, payment: &Payment) -> Result<Step, Failure> {
    let state = serde_json::to_value(payment.state())?;
    // A state serializes as an object whose only key is its name.
    let name = state.as_object().and_then(|state| state.keys().next().cloned()).unwrap_or_default();
    let mut step = Step::new("state", format!("{name}, {} of {reference}", payment.intent().amount));
    for alert in payment.alerts() {
        step = step.detail(format!("alert {}: {alert}", alert.key()));
    }
    for known in payment.acknowledged() {
        let key = known.alert.key();
        step = step.detail(if known.who.is_empty() {
            // The payment was pruned since.
            format!("acknowledged {key}: {}", known.at)
        } else {
            format!("acknowledged {key}: {} by {}: {}", known.at, known.who, known.why)
        });
    }
    for (charge, late) in payment.late_charges() {
        step = step.detail(format!("paid late: {charge}, {}, because {}", late.amount, late.why));
    }
    for (refund, found) in payment.refunds() {
        let (charge, amount) = (found.charge(), found.amount());
        step = step.detail(format!("refund {refund}: {amount} of {charge}, {:?}", found.state()));
    }
    let refunds: Map<_, _> =
        payment.refunds().iter().map(|(name, refund)| (name.to_string(), json!(refund))).collect();
    let step = step.field("reference", reference.as_str()).field("state", state);
    let step = step.field("late_charges", json!(payment.late_charges()));
    let keys: Vec<_> = payment.alerts().iter().map(kakaopay::Alert::key).collect();
    let step = step.field("alert_keys", keys);
    Ok(step.field("alerts", json!(payment.alerts())).field("refunds", refunds))
}

/// The members of a record without its name, one per line. Nested objects are printed as JSON.
fn members(stored: &Value) -> Vec<String> {
    let shown = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let object = stored.as_object().into_iter().flatten();
    object
        .filter(|(name, _)| *name != "record")
        .map(|(name, value)| format!("{name}: {}", shown(value)))
        .collect()
}
