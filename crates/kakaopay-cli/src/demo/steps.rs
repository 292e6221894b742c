//! What the steps of a demo mean.

use kakaopay::types::{Currency, PaymentAmount};
use kakaopay::{Event, Status};

use crate::failure::Failure;
use crate::recorder::Exchange;
use crate::tell::Step;

/// The step that an exchange with the service was.
pub(crate) fn exchange(exchange: &Exchange) -> Step {
    let step = match (exchange.method.as_str(), exchange.path.as_str()) {
        ("POST", "/sources") => {
            Step::new("source", "created the source with the public key: how, and how much, will be paid")
        }
        ("POST", "/charges") => Step::new(
            "charge",
            "created the charge with the secret key; the reference in its metadata finds it again should this answer be lost",
        ),
        _ => Step::new("read", "read the charge with the secret key: only its status tells what happened"),
    };
    step.detail(exchange.line())
        .field("method", exchange.method.as_str())
        .field("path", exchange.path.as_str())
        .field("body", exchange.body.as_str())
        .field("status", exchange.status)
}

/// The last step: what the shop was told.
pub(crate) fn end(event: &Event, status: &Status) -> Result<Step, Failure> {
    let amount = status.amount;
    let (step, charge) = match event {
        Event::Settled(paid) => (
            Step::new("settled", format!("{amount} is paid: release the goods of {}, once", paid.reference)),
            &paid.charge,
        ),
        Event::Failed { reference, charge, .. } => {
            (Step::new("failed", format!("{reference} was not paid: let the buyer try again")), charge)
        }
        Event::Expired { reference, charge } => {
            (Step::new("expired", format!("{reference} was not paid in time: free the goods")), charge)
        }
        other => return Err(Failure::from(format!("the payment ended in another way: {other:?}"))),
    };
    let step = step
        .field("status", status.state.name())
        .field("charge", charge.as_str())
        .field("amount", amount.minor_units())
        .field("currency", amount.currency().as_str())
        .field("reference", status.reference.as_str());
    Ok(match event {
        Event::Settled(_) => step.detail(format!("charge {charge}")),
        Event::Failed { failure_code, failure_message, .. } => {
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

/// The first step: what is to be paid.
pub(crate) fn order(reference: &str, amount: PaymentAmount) -> Step {
    let currency: Currency = amount.currency();
    Step::new("order", format!("{reference}: a buyer wants to pay {amount} by KakaoPay"))
        .field("reference", reference)
        .field("amount", amount.minor_units())
        .field("currency", currency.as_str())
}
