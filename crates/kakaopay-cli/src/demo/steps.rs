//! The texts and fields of a demo's steps.

use kakaopay::types::{Currency, PaymentAmount};
use kakaopay::{PaymentEvent, PaymentStatus};

use crate::failure::Failure;
use crate::output::Step;
use crate::recorder::Exchange;

/// The step of a request to the API.
pub(crate) fn exchange(exchange: &Exchange) -> Step {
    let step = match (exchange.method.as_str(), exchange.path.as_str()) {
        ("POST", "/sources") => Step::new(
            "source",
            "create the source with the public key: it sets the payment method and amount",
        ),
        ("POST", "/charges") => Step::new(
            "charge",
            "create the charge with the secret key; if the response is lost, the reference in its metadata finds it again",
        ),
        ("GET", "/account") => {
            Step::new("account", "read the key's account, once: a store belongs to one account")
        }
        ("GET", "/charges") => Step::new(
            "compare",
            "compare the newest charges with the store, once: a store restored from a backup may lack some",
        ),
        _ => Step::new("read", "read the charge with the secret key: only its status is proof"),
    };
    step.detail(exchange.line())
        .field("method", exchange.method.as_str())
        .field("path", exchange.path.as_str())
        .field("body", exchange.body.as_str())
        .field("status", exchange.status)
}

/// The last step: the event that the shop received.
pub(crate) fn end(event: &PaymentEvent, status: &PaymentStatus) -> Result<Step, Failure> {
    let amount = status.amount;
    let (step, charge) = match event {
        PaymentEvent::Paid(paid) => (
            Step::new("paid", format!("{amount} is paid: ship {} exactly once", paid.reference)),
            &paid.charge,
        ),
        PaymentEvent::Failed { reference, charge, .. } => (
            Step::new("failed", format!("the payment of {reference} failed: let the buyer try again")),
            charge,
        ),
        PaymentEvent::Expired { reference, charge, .. } => (
            Step::new("expired", format!("{reference} was not paid in time: release the reserved goods")),
            charge,
        ),
        other => return Err(Failure::from(format!("unexpected event: {other:?}"))),
    };
    let step = step
        .field("status", status.state.name())
        .field("charge", charge.as_str())
        .field("amount", amount.minor_units())
        .field("currency", amount.currency().as_str())
        .field("reference", status.reference.as_str());
    Ok(match event {
        PaymentEvent::Paid(_) => step.detail(format!("charge {charge}")),
        PaymentEvent::Failed { failure_code, failure_message, .. } => {
            let code = failure_code.as_ref().map(|code| code.as_str());
            step.detail(format!(
                "charge {charge}, {}: {}",
                code.unwrap_or("no code"),
                failure_message.as_deref().unwrap_or("no message"),
            ))
            .field("failure_code", code)
            .field("failure_message", failure_message.as_deref())
        }
        _ => step
            .detail(format!("charge {charge}"))
            .field("failure_code", serde_json::Value::Null)
            .field("failure_message", serde_json::Value::Null),
    })
}

/// The step of the order.
pub(crate) fn order(reference: &str, amount: PaymentAmount) -> Step {
    let currency: Currency = amount.currency();
    Step::new("order", format!("{reference}: a buyer wants to pay {amount} by KakaoPay"))
        .field("reference", reference)
        .field("amount", amount.minor_units())
        .field("currency", currency.as_str())
}
