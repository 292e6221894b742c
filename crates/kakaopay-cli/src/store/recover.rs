//! Takes in what the service has and the store lacks.

use kakaopay::Merchant;
use kakaopay::store::Store;
use kakaopay::transport::{Client, HyperTransport};
use kakaopay::types::{Reference, StoreId, Timestamp};

use crate::args::ServiceOptions;
use crate::failure::Failure;
use crate::output::{Printer, Step};

fn merchant<S: Store>(store: &S, service: &ServiceOptions) -> Result<Merchant<S>, Failure> {
    let mut client = Client::builder(HyperTransport::new()?, service.secret_key.clone());
    if let Some(api) = &service.api {
        client = client.base_uri(api.clone());
    }
    Ok(Merchant::builder(client.build(), store.clone()).build())
}

/// Takes an order in, as its charge has it.
pub(super) async fn adopt(
    store: &impl Store,
    service: &ServiceOptions,
    reference: &Reference,
    printer: Printer,
) -> Result<(), Failure> {
    let merchant = merchant(store, service)?;
    let status = match merchant.status(reference).await? {
        Some(status) => status,
        None => merchant.adopt(merchant.charged_order(reference).await?).await?,
    };
    let (state, charge) = (status.state.name(), status.charge().map(ToString::to_string));
    let step = Step::new("adopted", format!("{reference}: {state}, {}", status.amount));
    let step = charge.iter().fold(step, |step, charge| step.detail(charge));
    printer.print(step.field("reference", reference.as_str()).field("state", state).field("charge", charge))
}

/// Fills a new store from the service's charges.
pub(super) async fn rebuild(
    store: &impl Store,
    service: &ServiceOptions,
    (since, id): (Timestamp, Option<StoreId>),
    printer: Printer,
) -> Result<(), Failure> {
    let report = merchant(store, service)?.rebuild(since, id).await?;
    let (payments, failures) = (report.payments, report.failures);
    let text = format!("{payments} payments are in the store");
    printer.print(Step::new("rebuilt", text).field("payments", payments).field("failures", failures))?;
    if failures > 0 {
        return Err(format!("{failures} orders could not be taken in: adopt each from your own order").into());
    }
    Ok(())
}
