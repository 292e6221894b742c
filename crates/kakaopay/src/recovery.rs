//! Takes in orders that the service has and the store has not.

use std::collections::BTreeMap;

use futures_util::{StreamExt, pin_mut};
use kakaopay_store::{Setting, Store};
use kakaopay_transport::ErrorKind;
use kakaopay_types::endpoint::{ListCharges, ListParams};
use kakaopay_types::{Charge, PaymentAmount, Reference, ReturnUri, SortOrder, StoreId, Timestamp};

use crate::driver::{check_open, check_same, preference};
use crate::error::Error;
use crate::merchant::Merchant;
use crate::order::Order;
use crate::status::PaymentStatus;

/// The charges of each order of each store.
type Stores = BTreeMap<StoreId, BTreeMap<Reference, Vec<Charge>>>;

/// Result of [`Merchant::rebuild`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RebuildReport {
    /// Payments that the store has now.
    pub payments: u64,
    /// Orders that could not be taken in, and charges that cannot be read; the log names each.
    pub failures: u64,
}

impl<S: Store> Merchant<S> {
    /// Takes in an order whose charge exists at the service and whose payment the store lacks, as after a
    /// [`PaymentEvent::Orphaned`](crate::PaymentEvent::Orphaned). The charge becomes the payment's own, and a paid
    /// one is notified as paid. No charge is created. Idempotent.
    ///
    /// # Errors
    /// - [`Error::NoCharge`] if no charge names the order.
    /// - [`Error::ChargesUnread`] if the charges cannot be read: try again.
    /// - [`Error::ReferenceConflict`] if the store has a payment of the reference and another amount.
    /// - The errors of [`Merchant::checkout`].
    pub async fn adopt(&self, order: Order) -> Result<PaymentStatus, Error> {
        self.engine.ready().await?;
        let reference = order.reference().clone();
        if let Some(payment) = self.engine.load(&reference).await? {
            check_same(&order, &payment)?;
            return Ok(PaymentStatus::of(&payment));
        }
        let charges = self.engine.charges_to_adopt(&reference).await?;
        if charges.is_empty() {
            return Err(Error::NoCharge(reference));
        }
        match self.engine.open_with(order, charges).await {
            Ok(applied) => self.drive(applied).await.map(|(_, status)| status),
            // Another process has opened it.
            Err(Error::Store(error)) if error.is_conflict() => self.refresh(&reference).await,
            Err(error) => Err(error),
        }
    }

    /// Returns an order as its charge at the service has it: amount, return address and description. To be compared with
    /// the shop's own order before [`Merchant::adopt`].
    ///
    /// # Errors
    /// - [`Error::NoCharge`] if no charge names the order, or its charge has no usable amount or address.
    /// - [`Error::ChargesUnread`] if the charges cannot be read: try again.
    pub async fn charged_order(&self, reference: &Reference) -> Result<Order, Error> {
        self.engine.ready().await?;
        let charges = self.engine.charges_to_adopt(reference).await?;
        let order = charges.iter().min_by_key(|charge| preference(charge));
        let order = order.and_then(|charge| order_of(reference, charge));
        order.ok_or_else(|| Error::NoCharge(reference.clone()))
    }

    /// Fills an empty store with the payments of a lost one, from the charges that the service has created since
    /// `since`. The store takes over the identity that the charges name: `id`, or the only one found. A paid order is
    /// notified as paid, with the same key as before.
    ///
    /// Call it before anything else of this merchant. Amounts, states and refunds come from the service; a refund that
    /// was made is known as one made elsewhere.
    ///
    /// # Errors
    /// - [`Error::StoreIdUnknown`] if no identity was given, and the charges name none or several.
    /// - [`Error::StoreClosed`] if it is a backup, or its payments have moved.
    /// - [`Error::StoreInUse`] if the store has payments, or this merchant was used before.
    /// - [`Error::ChargesUnread`] if not all charges can be read: nothing was changed, try again.
    /// - [`Error::Store`] if the store fails: rebuild another empty one.
    pub async fn rebuild(&self, since: Timestamp, id: Option<StoreId>) -> Result<RebuildReport, Error> {
        check_open(&self.engine.store).await?;
        let (mut stores, unreadable) = self.charges_by_store(since).await?;
        let id = match id {
            Some(id) => id,
            None if stores.len() == 1 => stores.keys().next().cloned().ok_or_else(|| unknown(&stores))?,
            None => return Err(unknown(&stores)),
        };
        self.take_over(&id).await?;
        let mut report = RebuildReport { failures: unreadable, ..RebuildReport::default() };
        for (reference, charges) in stores.remove(&id).unwrap_or_default() {
            let order = charges.iter().min_by_key(|charge| preference(charge));
            let Some(order) = order.and_then(|charge| order_of(&reference, charge)) else {
                tracing::error!(
                    reference = reference.as_str(),
                    "not rebuilt: its charge has no usable amount or URI"
                );
                report.failures += 1;
                continue;
            };
            match self.engine.open_with(order, charges).await {
                Ok(applied) => {
                    self.drive(applied).await?;
                    report.payments += 1;
                }
                Err(error @ Error::Store(_)) => return Err(error),
                Err(error) => {
                    tracing::error!(reference = reference.as_str(), %error, "not rebuilt");
                    report.failures += 1;
                }
            }
        }
        Ok(report)
    }

    /// Reads the charges that name an order of a store, the oldest first, and counts those that cannot be read.
    async fn charges_by_store(&self, since: Timestamp) -> Result<(Stores, u64), Error> {
        let page = ListParams::new().from(since).limit(ListParams::MAX_LIMIT).order(SortOrder::Chronological);
        let charges = self.engine.clients.secret.paginate(ListCharges::new().page(page));
        pin_mut!(charges);
        let (mut stores, mut unreadable) = (Stores::new(), 0);
        while let Some(charge) = charges.next().await {
            let charge = match charge {
                Ok(charge) => charge,
                Err(error) if error.kind() == ErrorKind::Element => {
                    tracing::error!(%error, "not rebuilt: a charge cannot be read");
                    unreadable += 1;
                    continue;
                }
                Err(error) => return Err(Error::ChargesUnread(Box::new(error))),
            };
            if let (Some(store), Some(attempt)) = (charge.metadata.store(), charge.metadata.attempt()) {
                let orders = stores.entry(store).or_default();
                orders.entry(attempt.order().clone()).or_default().push(charge);
            }
        }
        Ok((stores, unreadable))
    }

    /// Gives the empty store another identity.
    async fn take_over(&self, id: &StoreId) -> Result<(), Error> {
        let store = &self.engine.store;
        if self.engine.identity.is_known() || !store.list_payments(None, 1).await?.is_empty() {
            return Err(Error::StoreInUse);
        }
        // Until all is read once more, it may lack payments: it could be cut off, or have begun too late.
        self.engine.suspect("it was rebuilt from the service's charges").await?;
        let own = store.setting(Setting::StoreId).await?;
        if store.change_setting(Setting::StoreId, own.as_deref(), Some(id.as_str())).await? {
            Ok(())
        } else {
            Err(Error::StoreInUse)
        }
    }
}

fn unknown(stores: &Stores) -> Error {
    Error::StoreIdUnknown { found: stores.keys().cloned().collect() }
}

/// The order that a charge was made for, as far as the service has it.
fn order_of(reference: &Reference, charge: &Charge) -> Option<Order> {
    let amount = PaymentAmount::new(charge.money()).ok()?;
    let return_uri = ReturnUri::parse(charge.return_uri.as_deref()?).ok()?;
    let order = Order::new(reference.clone(), amount, return_uri);
    Some(match &charge.description {
        Some(description) => order.with_description(&**description),
        None => order,
    })
}
