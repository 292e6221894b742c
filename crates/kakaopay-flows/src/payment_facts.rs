//! What a payment knows: read-only.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use kakaopay_types::{Charge, ChargeId, Reference, Timestamp};

use crate::alert::Alert;
use crate::expectation;
use crate::intent::Intent;
use crate::next_deadline;
use crate::payment::Payment;
use crate::state::acknowledgement::Acknowledgement;
use crate::state::cancellation::CancelWish;
use crate::state::duplicate_charge::DuplicateCharge;
use crate::state::late_charge::LateCharge;
use crate::state::lifecycle::State;
use crate::state::model::is_of_order;
use crate::state::refund::RefundProcess;
use crate::state::refund_state::RefundState;

impl Payment {
    /// Returns the attempt at hand: the one that created the payment's charge, or the last one.
    #[must_use]
    pub fn attempt(&self) -> NonZeroU32 {
        self.model().attempt()
    }

    /// Returns the state of the payment.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.model().state
    }

    /// Returns the wish to cancel the payment, while it stands.
    #[must_use]
    pub fn cancel_wish(&self) -> Option<&CancelWish> {
        self.model().cancel.wish.as_ref()
    }

    /// Returns the intent that the payment was opened with.
    #[must_use]
    pub fn intent(&self) -> &Intent {
        &self.model().intent
    }

    /// Returns the open alerts: neither resolved by a later response nor cleared by
    /// [`Input::Resume`](crate::Input::Resume).
    #[must_use]
    pub fn alerts(&self) -> &BTreeSet<Alert> {
        &self.model().alerts
    }

    /// Returns the alerts that a person has acknowledged, in order.
    #[must_use]
    pub fn acknowledged(&self) -> &[Acknowledgement] {
        &self.model().acknowledged
    }

    /// Returns the duplicate charges of the order. Each is polled until it ends.
    #[must_use]
    pub fn duplicate_charges(&self) -> &BTreeMap<ChargeId, DuplicateCharge> {
        &self.model().duplicates
    }

    /// Returns the charges of the order that were paid and do not pay it, by their ids.
    #[must_use]
    pub fn late_charges(&self) -> &BTreeMap<ChargeId, LateCharge> {
        &self.model().late
    }

    /// Returns the refunds by their references.
    #[must_use]
    pub fn refunds(&self) -> &BTreeMap<Reference, RefundProcess> {
        &self.model().refunds
    }

    /// Returns the keys of the notifications that this payment has sent by its state: of its end, late charges, ended
    /// refunds and open alerts. A store that lacks one has lost it.
    #[must_use]
    pub fn notification_keys(&self) -> Vec<String> {
        expectation::notification_keys(self.model())
    }

    /// Returns whether the next step is to request the source, the charge or a refund, because no request has had an
    /// effect, as far as the journal knows. A store that was restored may know too little:
    /// [`Input::StoreIsOlder`](crate::Input::StoreIsOlder).
    #[must_use]
    pub fn is_unsent(&self) -> bool {
        let is_preparing = |refund: &RefundProcess| *refund.state() == RefundState::Preparing;
        self.is_charge_unsent() || self.model().refunds.values().any(is_preparing)
    }

    fn is_charge_unsent(&self) -> bool {
        matches!(&self.model().state, State::Creating(creating) if creating.is_unsent())
    }

    /// Returns whether a charge of this order proves that the store lacks entries of the journal: its attempt was never
    /// requested, as far as the journal knows. Only for a charge that was read before the journal.
    #[must_use]
    pub fn is_older_than(&self, charge: &Charge) -> bool {
        let named = charge.metadata.attempt().filter(|_| is_of_order(self.model(), charge));
        named.is_some_and(|named| {
            named.number() > self.model().attempts
                || (self.is_charge_unsent() && named.number() == self.model().attempts)
        })
    }

    /// Returns whether something that has not ended is due later, so that the store must have a deadline of this payment.
    #[must_use]
    pub fn needs_deadline(&self, now: Timestamp) -> bool {
        next_deadline::unended_plan(self.model(), now).is_some()
    }
}
