//! Takes in orders whose charge exists already.

use std::cmp::Reverse;
use std::num::NonZeroU32;
use std::time::Duration;

use futures_util::{StreamExt, pin_mut};
use kakaopay_flows::{Alert, Evidence, Input, Payment, PaymentEvent};
use kakaopay_store::{Commit, Seq, Store};
use kakaopay_transport::ErrorKind;
use kakaopay_types::endpoint::{ListCharges, ListParams, RetrieveCharge};
use kakaopay_types::{Charge, ChargeId, Outcome, Reference, SortOrder, StoreId, Timestamp};
use tokio::time::{Instant, timeout, timeout_at};

use super::along::Along;
use super::engine::{Applied, Engine};
use super::pending_request::Begun;
use super::persistence::message_of;
use super::reads::Joins;
use super::suspicion::Suspicion;
use crate::error::Error;
use crate::order::Order;

/// How long a buyer waits while the charges of a new order are looked for.
pub(super) const LOOK_TIMEOUT: Duration = Duration::from_secs(10);

/// The charges that a new order has already.
pub(crate) enum Found {
    /// All of them, or none.
    Charges(Vec<Charge>),
    /// It could not be found out in time.
    Unknown,
}

/// The charges that an order without a payment may have.
pub(crate) struct MayHave {
    recorded: Vec<ChargeId>,
    /// Whether the service's list is to be read, too.
    in_list: bool,
}

impl<S: Store> Engine<S> {
    /// Returns which charges an order may have although the store has no payment for it, or `None` if it has none for
    /// sure: those `recorded` as orphaned, and unless the store is known to lack nothing, those that the service has.
    pub(super) async fn must_look(
        &self,
        recorded: Vec<ChargeId>,
        suspect: Option<String>,
    ) -> Result<Option<MayHave>, Error> {
        let in_list = self.suspicion_of(suspect).await? != Suspicion::Cleared;
        Ok((in_list || !recorded.is_empty()).then_some(MayHave { recorded, in_list }))
    }

    /// Returns the charges that an order has although the store has no payment for it, if they can be read until then.
    pub(crate) async fn charges_before(
        &self,
        reference: &Reference,
        charges: MayHave,
        until: Instant,
    ) -> Result<Found, Error> {
        match timeout_at(until, self.look_for(reference, charges)).await {
            Ok(Ok(charges)) => Ok(Found::Charges(charges)),
            Ok(Err(Error::ChargesUnread(_) | Error::MetadataReplaced { .. })) | Err(_) => {
                tracing::error!(
                    reference = reference.as_str(),
                    "no charge is created for a new order: the store may lack its earlier charge, and the service's \
                     charges cannot be read, or the charge that was found for it no longer names it or was recorded \
                     for another; the next checkout looks again"
                );
                // The payment's own alerts begin at 1.
                let alert = Alert::SearchBlocked;
                let event = PaymentEvent::Alert { reference: reference.clone(), alert, number: 0 };
                let commit = Commit::new(reference.clone(), Seq::ZERO).messages(vec![message_of(&event)]);
                if let Err(error) = self.store.commit(commit).await
                    && !error.is_conflict()
                {
                    return Err(error.into());
                }
                Ok(Found::Unknown)
            }
            Ok(Err(error)) => Err(error),
        }
    }

    /// Returns the charges that name an order whose payment exists, or `None` if they cannot be read in time.
    pub(super) async fn listed_charges(&self, reference: &Reference) -> Result<Option<Vec<Charge>>, Error> {
        let charges = MayHave { recorded: Vec::new(), in_list: true };
        match timeout(LOOK_TIMEOUT, self.look_for(reference, charges)).await {
            Ok(Ok(charges)) => Ok(Some(charges)),
            Ok(Err(Error::ChargesUnread(_) | Error::MetadataReplaced { .. })) | Err(_) => {
                tracing::error!(
                    reference = reference.as_str(),
                    "no attempt is begun: the store may lack one, and the service's charges cannot be read, or one of \
                     them was recorded for another order; the next call looks again"
                );
                Ok(None)
            }
            Ok(Err(error)) => Err(error),
        }
    }

    /// Reads the charges of an order that a person wants to take in: the recorded ones, or if there are none, those that
    /// the service has.
    pub(crate) async fn charges_to_adopt(&self, reference: &Reference) -> Result<Vec<Charge>, Error> {
        let recorded = self.store.charges_of(reference).await?;
        let in_list = recorded.is_empty();
        self.look_for(reference, MayHave { recorded, in_list }).await
    }

    /// Reads the charges of an order: the recorded ones, and, if asked for, all that name it in the service's list
    /// since the last complete reconciliation, but those of other payments.
    ///
    /// A recorded one that no longer names the order is an error: the payment would not know it as its own, and would
    /// create another. So is one that names it and was recorded for another order without a payment, and a list that
    /// names none and has an element that cannot be read, which may be it.
    async fn look_for(
        &self,
        reference: &Reference,
        MayHave { recorded, in_list }: MayHave,
    ) -> Result<Vec<Charge>, Error> {
        let unread = |error| Error::ChargesUnread(Box::new(error));
        let store = self.store_id().await?;
        let mut found: Vec<Charge> = Vec::new();
        for charge in recorded {
            let read = self.clients.secret.send(RetrieveCharge::new(charge.clone()));
            let read = self.reads.read_alone(&charge, read).await.map_err(unread)?;
            if !is_of(&read, &store, reference) {
                return Err(Error::MetadataReplaced { reference: reference.clone(), charge });
            }
            found.push(read);
        }
        let mut unreadable = None;
        if in_list {
            let page = ListParams::new().order(SortOrder::ReverseChronological);
            let page = page.limit(ListParams::MAX_LIMIT).from(self.reconciled_until().await?);
            let charges = self.clients.secret.paginate(ListCharges::new().page(page));
            pin_mut!(charges);
            while let Some(charge) = charges.next().await {
                let charge = match charge {
                    Ok(charge) => charge,
                    Err(error) if error.kind() == ErrorKind::Element => {
                        unreadable = Some(error);
                        continue;
                    }
                    Err(error) => return Err(unread(error)),
                };
                let is_new =
                    is_of(&charge, &store, reference) && found.iter().all(|known| known.id != charge.id);
                if is_new && !self.is_of_another(&charge.id, reference).await? {
                    found.push(charge);
                }
            }
        }
        match unreadable {
            Some(error) if found.is_empty() => Err(unread(error)),
            _ => Ok(found),
        }
    }

    /// Opens the payment of an order with charges. It ends as paid if one of them is. Fails as a conflict of the
    /// store if there is a payment.
    pub(crate) async fn open_with(&self, order: Order, mut charges: Vec<Charge>) -> Result<Applied, Error> {
        let reference = order.reference().clone();
        let attempts =
            charges.iter().filter_map(|charge| charge.metadata.attempt()).map(|attempt| attempt.number());
        let attempts = attempts.max().unwrap_or(NonZeroU32::MIN);
        let intent = order.into_intent(self.bind().await?, self.mode, self.next_seed())?;
        let begun = Begun::now(&self.clock);
        let now = self.load_to_change(&reference).await?.now;
        // As if it had been opened before its first charge: if what was read cannot be stored, the payment searches
        // from then on, and must find it.
        let opened_at = charges.iter().filter_map(Charge::created_at).fold(now, Timestamp::min);
        let mut payment = Payment::adopt(intent.served_at(opened_at), attempts, opened_at);
        let (mut requests, _) = self.persist(&mut payment, opened_at, begun, Along::default()).await?;
        // The one that pays the order, or that can still be paid, is the order's own; the others are its duplicates.
        charges.sort_by_key(preference);
        for charge in charges {
            let read = Input::Evidence(Evidence::Read(Box::new(charge)));
            let applied = self.apply_input(&reference, &read).await?;
            payment = applied.payment;
            requests.extend(applied.requests);
        }
        Ok(Applied { payment, requests, joins: Joins::Next, before: 0, postponed: None })
    }
}

/// Orders the charges of an order: the one that pays it or can still be paid first, and of several the last attempt.
pub(crate) fn preference(charge: &Charge) -> (u8, Reverse<Option<NonZeroU32>>) {
    let rank = match charge.outcome() {
        Outcome::Successful if !charge.is_refunded_in_full() => 0,
        Outcome::Pending | Outcome::Unknown(_) => 1,
        Outcome::Successful => 2,
        Outcome::Failed { .. } | Outcome::Expired => 3,
    };
    (rank, Reverse(charge.metadata.attempt().map(|attempt| attempt.number())))
}

/// Whether a charge names an order of a store.
pub(crate) fn is_of(charge: &Charge, store: &StoreId, reference: &Reference) -> bool {
    charge.metadata.store().as_ref() == Some(store)
        && charge.metadata.attempt().is_some_and(|attempt| attempt.order() == reference)
}
